"""Validation of import expressions; readers return the value to store or raise ValueError."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.expressions import DELIMITED, InvalidExpression, compiled, expression_from
from vardkase.identity.organisations.fields import filled, short_text
from vardkase.knowledge.import_expressions.models import EVERY_TYPE, ImportExpression
from vardkase.misp.types import TYPES

LONGEST = 255
NOT_DELIMITED = "Write the expression between slashes, with its flags behind them: /expression/i"
NO_SUCH_TYPE = "The type has to be that of an attribute, or ALL."
NO_SUCH_GROUP = "The expression has no group {}."

REFERENCE = re.compile(r"\\\\|\\(\d{1,2})|\$(\d{1,2})|\$\{(\d{1,2})\}", re.ASCII)
"""In a replacement: a doubled backslash, or the number of a group as PHP's ``preg_replace`` takes it."""

type Template = tuple[str | int, ...]
"""A replacement taken apart: texts, and numbers of groups."""


def read_regexp(value: Any) -> str:
    written = filled("regexp", LONGEST)(value)
    if not DELIMITED.fullmatch(written):
        raise ValueError(NOT_DELIMITED)
    try:
        expression_from(written)
    except InvalidExpression as error:
        raise ValueError(f"The expression cannot be used: {error}") from None
    return written


def read_replacement(value: Any) -> str:
    short_text(value)
    return "" if value is None else str(value).replace("\x00", "")


def read_type(value: Any) -> str:
    name = short_text(value) or EVERY_TYPE
    if name != EVERY_TYPE and name not in TYPES:
        raise ValueError(NO_SUCH_TYPE)
    return name


def template_of(replacement: str) -> Template:
    return tuple(_pieces(replacement))


def check_groups(row: ImportExpression) -> None:
    groups = compiled(expression_from(row.regexp)).groups
    for piece in template_of(row.replacement):
        if isinstance(piece, int) and piece > groups:
            raise Invalid({"replacement": [NO_SUCH_GROUP.format(piece)]})


def _pieces(replacement: str) -> Iterator[str | int]:
    position = 0
    for reference in REFERENCE.finditer(replacement):
        if reference.start() > position:
            yield replacement[position : reference.start()]
        position = reference.end()
        number = next(filter(None, reference.groups()), None)
        yield "\\" if number is None else int(number)
    if position < len(replacement):
        yield replacement[position:]
