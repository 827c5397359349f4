"""Validation of import expressions; readers return the value to store or raise Invalid."""

from __future__ import annotations

import re
from typing import Any

from vardkase.core.errors import Invalid, InvalidValue
from vardkase.core.expressions import DELIMITED, compiled, expression_from
from vardkase.identity.organisations.fields import filled, short_text
from vardkase.knowledge.import_expressions.models import EVERY_TYPE, ImportExpression
from vardkase.knowledge.problems import ImportExpressionProblem
from vardkase.misp.types import TYPES

LONGEST = 255

# ASCII: \d would also match digits of other scripts, which PHP does not take.
REFERENCE = re.compile(r"\\\\|\\(\d{1,2})|\$(\d{1,2})|\$\{(\d{1,2})\}", re.ASCII)
"""In a replacement: a doubled backslash, or the number of a group as PHP's ``preg_replace`` takes it."""

type Template = tuple[str | int, ...]
"""A replacement taken apart: texts, and numbers of groups."""


def read_regexp(value: Any) -> str:
    written = filled("regexp", LONGEST)(value)
    if not DELIMITED.fullmatch(written):
        raise Invalid(ImportExpressionProblem.NOT_DELIMITED())
    try:
        expression_from(written)
    except InvalidValue as error:
        raise Invalid(ImportExpressionProblem.NOT_USABLE(reason=error.problem)) from None
    return written


def read_replacement(value: Any) -> str:
    short_text(value)
    return "" if value is None else str(value).replace("\x00", "")


def read_type(value: Any) -> str:
    name = short_text(value) or EVERY_TYPE
    if name != EVERY_TYPE and name not in TYPES:
        raise Invalid(ImportExpressionProblem.UNKNOWN_TYPE())
    return name


def template_of(replacement: str) -> Template:
    pieces: list[str | int] = []
    position = 0
    for reference in REFERENCE.finditer(replacement):
        if reference.start() > position:
            pieces.append(replacement[position : reference.start()])
        position = reference.end()
        number = next(filter(None, reference.groups()), None)
        pieces.append("\\" if number is None else int(number))
    if position < len(replacement):
        pieces.append(replacement[position:])
    return tuple(pieces)


def check_groups(row: ImportExpression) -> None:
    # Checked when saved, because a value that matches must not fail for it.
    groups = compiled(expression_from(row.regexp)).groups
    for piece in template_of(row.replacement):
        if isinstance(piece, int) and piece > groups:
            raise Invalid({"replacement": [ImportExpressionProblem.UNKNOWN_GROUP(number=piece)]})
