"""Common parts of administration lists: sorting and pagination from the URL."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Model, QuerySet

from vardkase.core.model_paging import model_page
from vardkase.web.ui.pages import PageRequest
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size

LONGEST_SEARCH = 200


def listed[Row: Model](
    request: PageRequest, rows: QuerySet[Row], sorts: Collection[str], default: str
) -> dict[str, Any]:
    rows_page = model_page(rows, _sort(request, sorts, default), wanted_place(request), wanted_size(request))
    return {"rows": rows_page.rows, "default_sort": default, **page_links(request, rows_page)}


def in_order[Row: Model](
    request: PageRequest, rows: QuerySet[Row], sorts: Collection[str], default: str
) -> QuerySet[Row]:
    return rows.order_by(_sort(request, sorts, default), "pk")


def _sort(request: PageRequest, sorts: Collection[str], default: str) -> str:
    wanted = request.GET.get("sort", "")
    return wanted if wanted.removeprefix("-") in sorts else default


def searched(request: PageRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
