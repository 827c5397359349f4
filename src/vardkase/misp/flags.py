"""Reading flags and numbers as leniently as MISP's clients write them: 1, "1", true, "true"."""

from __future__ import annotations

_TRUE = frozenset(("1", "true", "yes", "on", "y", "t"))
_FALSE = frozenset(("", "0", "false", "no", "off", "n", "f", "null", "none"))
_LARGEST = 2**63 - 1


def as_bool(value: object, default: bool = False) -> bool:
    """The flag that `value` means: None is `default`, words of refusal and zero are False, the rest is True."""
    if value is True or value is False:
        return value
    if value is None:
        return default
    if isinstance(value, str):
        return value.strip().lower() not in _FALSE
    return bool(value)


def is_flag(value: object) -> bool:
    """Whether `value` can be read as a flag at all (numbers, booleans, None, and the usual words)."""
    if isinstance(value, str):
        word = value.strip().lower()
        return word in _TRUE or word in _FALSE
    return value is None or isinstance(value, bool | int | float)


def as_int(value: object, default: int | None = None) -> int | None:
    """The whole number that `value` means, or `default` when it is none (or beyond 64 bits)."""
    if isinstance(value, str):
        value = _from_text(value)
    elif isinstance(value, float):
        value = int(value) if value.is_integer() else None
    if isinstance(value, int) and -_LARGEST <= value <= _LARGEST:
        return int(value)
    return default


def _from_text(text: str) -> int | None:
    text = text.strip()
    digits = text[1:] if text[:1] == "-" else text
    return int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else None
