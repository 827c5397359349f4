"""The parts of a value: how it is stored, what correlates, what an exact search finds."""

from __future__ import annotations

from vardkase.misp.types import COMPOSITE_TYPES, NON_CORRELATING, VALUE1_ONLY_CORRELATING

WHOLE_IS_NETWORK = frozenset({"ip-src", "ip-dst"})
FIRST_IS_NETWORK = frozenset({"ip-src|port", "ip-dst|port"})


def split(type_name: str, value: str) -> tuple[str, str | None]:
    """`value1` and `value2` as stored; `value2` is None unless the type is composite."""
    if type_name not in COMPOSITE_TYPES:
        return value, None
    first, _, second = value.partition("|")
    return first, second


def search_parts(value1: str, value2: str | None) -> tuple[str, ...]:
    """The parts an exact search compares, case-folded and each once."""
    first = value1.casefold()
    if not value2:
        return (first,)
    second = value2.casefold()
    return (first, second) if second != first else (first,)


def correlation_parts(type_name: str, value1: str, value2: str | None) -> tuple[str, ...]:
    """The parts that link this attribute to others, case-folded; none for types that do not correlate."""
    if type_name in NON_CORRELATING:
        return ()
    return search_parts(value1, None if type_name in VALUE1_ONLY_CORRELATING else value2)


def network_of(type_name: str, value1: str, value2: str | None) -> str | None:
    """The address or network in the value, as PostgreSQL's `inet` reads it."""
    if type_name in WHOLE_IS_NETWORK or type_name in FIRST_IS_NETWORK:
        return value1
    return value2 if type_name == "domain|ip" else None
