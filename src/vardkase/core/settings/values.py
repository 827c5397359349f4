"""Parses the new value of a setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vardkase.core.settings import AnySetting
from vardkase.misp.flags import FALSE_WORDS, TRUE_WORDS, as_int

LONGEST = 65_535
LARGEST = 2**31 - 1


def readable(setting: AnySetting, given: Any) -> bool | int | str:
    """`given` converted to a value of `setting`; raises ValueError with the reason."""
    value = READERS[type(setting.default)](given)
    if setting.options and value not in [option for option, _ in setting.options]:
        allowed = ", ".join(str(option) for option, _ in setting.options)
        raise ValueError(f"The value has to be one of: {allowed}.")
    if fault := setting.check(value):  # type: ignore[arg-type]
        raise ValueError(fault)
    return value


def _flag(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower() if isinstance(given, int | str) else None
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError("The value has to be true or false.")
    return word in TRUE_WORDS


def _number(given: Any) -> int:
    number = None if isinstance(given, bool) else as_int(given)
    if number is None or abs(number) > LARGEST:
        raise ValueError("The value has to be a whole number.")
    return number


def _text(given: Any) -> str:
    if given is None:
        return ""
    if not isinstance(given, str | int | float) or len(str(given)) > LONGEST:
        raise ValueError("The value has to be a text of at most 65535 characters.")
    return str(given).strip()


READERS: dict[type, Callable[[Any], bool | int | str]] = {bool: _flag, int: _number, str: _text}
