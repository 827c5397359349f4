"""Fast tag comparison: PyMISP serialises both tags to dicts for each comparison with all earlier tags.

An attribute of an event about a well-studied group has a hundred tags; four hundred such attributes took half a
minute. Two tags of one list are the same if these members are equal.
"""

from __future__ import annotations

from pymisp import AbstractMISP, MISPTag

MEMBERS = ("name", "local", "relationship_type")


def same(tag: AbstractMISP, other: object) -> bool:
    """True if both are equal: name, local flag and relationship type."""
    return isinstance(other, MISPTag) and all(
        getattr(tag, member, None) == getattr(other, member, None) for member in MEMBERS
    )


def compare_by_name() -> None:
    """Make PyMISP compare tags by name in this process."""
    MISPTag.__eq__ = same  # type: ignore[method-assign]
