"""Parses the new value of a setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vardkase.core.errors import InvalidValue
from vardkase.core.settings import AnySetting
from vardkase.core.settings.problems import SettingProblem
from vardkase.misp.flags import FALSE_WORDS, TRUE_WORDS, as_int

LONGEST = 65_535
LARGEST = 2**31 - 1


def readable(setting: AnySetting, given: Any) -> bool | int | str:
    """`given` converted to a value of `setting`; raises InvalidValue."""
    value = READERS[type(setting.default)](given)
    if setting.options and value not in [option for option, _ in setting.options]:
        raise InvalidValue(SettingProblem.NO_SUCH_OPTION(options=[option for option, _ in setting.options]))
    if fault := setting.check(value):  # type: ignore[arg-type]
        raise InvalidValue(fault)
    return value


def read_flag(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower() if isinstance(given, int | str) else None
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise InvalidValue(SettingProblem.NOT_A_FLAG())
    return word in TRUE_WORDS


def read_number(given: Any) -> int:
    number = None if isinstance(given, bool) else as_int(given)
    if number is None or abs(number) > LARGEST:
        raise InvalidValue(SettingProblem.NOT_A_NUMBER())
    return number


def read_text(given: Any) -> str:
    if given is None:
        return ""
    if not isinstance(given, str | int | float) or len(str(given)) > LONGEST:
        raise InvalidValue(SettingProblem.NOT_A_TEXT())
    return str(given).strip()


READERS: dict[type, Callable[[Any], bool | int | str]] = {bool: read_flag, int: read_number, str: read_text}
