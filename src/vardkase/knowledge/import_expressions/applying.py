"""Applies import expressions: rewrites or rejects incoming values.

All expressions for a type are tried together first; most values match none of them, which ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

from vardkase.core.expressions import ExpressionSet, compiled, expression_from
from vardkase.core.sql import cursor
from vardkase.knowledge.import_expressions.models import EVERY_TYPE
from vardkase.knowledge.import_expressions.rules import Template, template_of
from vardkase.misp.values import normalise

UNTOUCHED = frozenset(("sigma", "float"))
"""Types whose values MISP leaves as they are."""
LONGEST = 65_535
"""Characters of the longest value that is tried: longer ones are refused anyway."""

type Row = tuple[str, str, str]
"""Expression, replacement, type."""


class ImportFilter:
    """The import regexps in force, ready to be applied to any number of values."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._chains = {
            name: Chain([row for row in rows if row[2] in (name, EVERY_TYPE)])
            for name in {row[2] for row in rows}
        }

    def __call__(self, type_name: str, value: str) -> str | None:
        """The value to store for a normalised one; None if it must be excluded."""
        chain = self._chains.get(type_name) or self._chains.get(EVERY_TYPE)
        if chain is None or type_name in UNTOUCHED:
            return value
        kept = chain.applied(value)
        return kept if kept is None or kept == value else normalise(type_name, kept)


class Chain:
    """The import regexps for one type, in order."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._any = ExpressionSet([written for written, _, _ in rows])
        self._steps = [
            (
                compiled(expression_from(written)),
                partial(_filled_in, template_of(replacement)) if replacement else None,
            )
            for written, replacement, _ in rows
        ]

    def applied(self, value: str) -> str | None:
        """The rewritten value; None if an expression without a replacement matches it."""
        if len(value) > LONGEST or self._any.first(value) is None:
            return value
        for expression, replace in self._steps:
            if replace is not None:
                value = expression.sub(replace, value)
            elif expression.search(value):
                return None
            if len(value) > LONGEST:  # A chain may double a text with every step.
                return value
        return value


def import_filter() -> ImportFilter:
    """The current import regexps: one query, recompiled only after changes."""
    rows = cursor().execute("SELECT regexp, replacement, type FROM import_expression ORDER BY id").fetchall()
    return filter_of(tuple(rows))  # A tuple is a key of the cache.


filter_of = lru_cache(maxsize=4)(ImportFilter)
"""Several, because other processes may change the expressions while a long import still uses the former ones."""


def _filled_in(template: Template, match: Any) -> str:
    return "".join(piece if isinstance(piece, str) else match.group(piece) or "" for piece in template)
