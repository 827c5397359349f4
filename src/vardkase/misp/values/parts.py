"""Parts of a value as stored: one, or two for composite types."""

from __future__ import annotations

from vardkase.misp.types import COMPOSITE_TYPES


def split(type_name: str, value: str) -> tuple[str, str | None]:
    """`value1` and `value2` as stored; `value2` is None unless the type is composite."""
    if type_name not in COMPOSITE_TYPES:
        return value, None
    first, _, second = value.partition("|")
    return first, second
