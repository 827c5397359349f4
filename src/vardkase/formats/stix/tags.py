"""Quick comparing of tags: PyMISP writes both out to dicts, for each tag with all before it.

An attribute of an event about a well-studied group has a hundred tags; four hundred such attributes took half a
minute. Two tags of one list are the same when they say the same of it.
"""

from __future__ import annotations

from pymisp import AbstractMISP, MISPTag

SAID = ("name", "local", "relationship_type")


def same(tag: AbstractMISP, other: object) -> bool:
    """Whether both say the same: name, whether only here, and how it relates."""
    return isinstance(other, MISPTag) and all(
        getattr(tag, member, None) == getattr(other, member, None) for member in SAID
    )


def compare_by_name() -> None:
    """Have PyMISP compare so, in this process."""
    MISPTag.__eq__ = same  # type: ignore[method-assign]
