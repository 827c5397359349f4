"""Parses flags and numbers as leniently as MISP's clients write them: 1, "1", true, "true"."""

from __future__ import annotations

TRUE_WORDS = frozenset(("1", "true", "yes", "on", "y", "t"))
FALSE_WORDS = frozenset(("", "0", "false", "no", "off", "n", "f", "null", "none"))
_LARGEST = 2**63 - 1


def as_bool(value: object, default: bool = False) -> bool:
    """The flag that `value` means: None is `default`; zero and negative words are False, the rest True."""
    if value is True or value is False:
        return value
    if value is None:
        return default
    if isinstance(value, str):
        return value.strip().lower() not in FALSE_WORDS
    return bool(value)


def is_id(text: str) -> bool:
    """True for the number of a row: ASCII digits, few enough for PostgreSQL's bigint."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def as_int(value: object, default: int | None = None) -> int | None:
    """The integer that `value` means, or `default` if it is none (or exceeds 64 bits)."""
    if isinstance(value, str):
        # What MISP itself writes, and a hundred thousand times in a large event.
        if value.isdecimal() and value.isascii() and len(value) < 19:
            return int(value)
        text = value.strip()
        digits = text[1:] if text[:1] == "-" else text
        # int() takes other scripts' digits, underscores, and time that grows with the square of the length.
        value = int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else None
    elif isinstance(value, float):
        value = int(value) if value.is_integer() else None
    if isinstance(value, int) and -_LARGEST <= value <= _LARGEST:
        return int(value)
    return default
