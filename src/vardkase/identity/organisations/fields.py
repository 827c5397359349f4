"""Readers for single document values: each returns the value to store or raises InvalidValue with the problem alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise

from vardkase.core.errors import InvalidValue
from vardkase.identity.organisations.problems import ValueProblem

SHORT = 255
LARGEST = 2**63 - 1


def text(value: Any) -> str:
    if isinstance(value, dict | list):
        raise InvalidValue(ValueProblem.NOT_TEXT())
    return str(value if value is not None else "").strip()


def short_text(value: Any) -> str:
    short = text(value)
    if len(short) > SHORT:
        raise InvalidValue(ValueProblem.OVER_255())
    return short


def filled(what: str | Promise, longest: int) -> Callable[[Any], str]:
    """`what` is the name of the value, lazy where people read it in their language."""

    def read(value: Any) -> str:
        given = text(value)
        if not given or len(given) > longest:
            raise InvalidValue(ValueProblem.NOT_FILLED(what=what, most=longest))
        return given

    return read


def number(value: Any, largest: int = LARGEST) -> int:
    """A non-negative integer; empty and None are 0."""
    digits = text(value) or "0"
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 20 and int(digits) <= largest):
        raise InvalidValue(ValueProblem.NOT_A_NUMBER())
    return int(digits)
