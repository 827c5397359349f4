"""Readers for single document values: each returns the value to store or raises ValueError with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext

SHORT = 255
LARGEST = 2**63 - 1


def text(value: Any) -> str:
    if isinstance(value, dict | list):
        raise ValueError(gettext("Please enter a text."))
    return str(value if value is not None else "").strip()


def short_text(value: Any) -> str:
    short = text(value)
    if len(short) > SHORT:
        raise ValueError(gettext("At most 255 characters are allowed."))
    return short


def filled(what: str, longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        given = text(value)
        if not given or len(given) > longest:
            raise ValueError(f"Please enter a {what} of at most {longest} characters.")
        return given

    return read


def number(value: Any, largest: int = LARGEST) -> int:
    """A non-negative integer; empty and None are 0."""
    digits = text(value) or "0"
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 20 and int(digits) <= largest):
        raise ValueError(gettext("Please enter a number."))
    return int(digits)
