"""Keyset pagination of model rows; `core.paging` does the same for SQL."""

from __future__ import annotations

from functools import reduce

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from vardkase.core.paging import Page, PagePosition, page_of, sound


def model_page[Row: Model](
    rows: QuerySet[Row], sort: str, place: PagePosition | None, size: int
) -> Page[Row]:
    """Up to `size` of `rows` beyond `place`, ordered by the field `sort` ("-field": descending) and the id.

    The field must not be NULL. A place that is invalid for the field means the start.
    """
    place = sound(place, "text")
    field, descending = sort.removeprefix("-"), sort.startswith("-")
    down = descending != bool(place and place.back)
    sign = "-" if down else ""
    ordered = rows.order_by(f"{sign}{field}", f"{sign}pk")
    try:
        found = list((ordered.filter(_beyond(field, place, down)) if place else ordered)[: size + 1])
    except (ValidationError, ValueError):
        place, found = None, list(rows.order_by(sort, "-pk" if descending else "pk")[: size + 1])
    return page_of(found, place, size, lambda row: (reduce(getattr, field.split("__"), row), row.pk))


def _beyond(field: str, place: PagePosition, down: bool) -> Q:
    sign = "lt" if down else "gt"
    beyond = Q(**{f"{field}__{sign}": place.key})
    return beyond | Q(**{field: place.key, f"pk__{sign}": place.id})
