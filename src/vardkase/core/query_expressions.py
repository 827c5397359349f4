"""Small parts of Django queries."""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery
from django.db.models.functions import Coalesce

from vardkase.core.errors import NotFound
from vardkase.core.problems import Problem


def first_or_not_found[Row](rows: QuerySet[Any, Row], problem: Problem) -> Row:
    """The first of `rows`, by their order or else by id. Raises NotFound with `problem` if there is none."""
    row = rows.first()
    if row is None:
        raise NotFound(problem)
    return row


def subquery_count(rows: QuerySet[Any, Any]) -> Coalesce:
    """The column `n` of `rows`, or 0. A join with several aggregates would multiply their rows: each count is a
    subquery of its own."""
    return Coalesce(Subquery(rows.values("n"), output_field=IntegerField()), 0)
