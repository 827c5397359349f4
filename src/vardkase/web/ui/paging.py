"""Keyset pagination in URLs: `?after=` and `?before=` name a position, `?rows=` the page size."""

from __future__ import annotations

from typing import Any, TypedDict

from django.http import HttpRequest

from vardkase.core.paging import DEFAULT_SIZE, SIZES, Page, PagePosition, place_of


class PageLinks(TypedDict):
    """Addresses of the neighbouring pages; empty where there is none."""

    newer: str
    older: str


def wanted_place(request: HttpRequest) -> PagePosition | None:
    """Where the requested page starts; None for the first page and for an invalid address."""
    if before := request.GET.get("before"):
        return place_of(before, back=True)
    return place_of(request.GET.get("after", ""))


def wanted_size(request: HttpRequest) -> int:
    text = request.GET.get("rows", "")
    return int(text) if text in map(str, SIZES) else DEFAULT_SIZE


def page_links(request: HttpRequest, page: Page[Any]) -> PageLinks:
    newer = with_query(request, before=str(page.before), after=None) if page.before else ""
    older = with_query(request, after=str(page.after), before=None) if page.after else ""
    return {"newer": newer, "older": older}


def with_query(request: HttpRequest, **changes: str | None) -> str:
    """The page's query string with `changes` applied; None removes a parameter."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return "?" + query.urlencode()


def first_page(request: HttpRequest, **changes: str | None) -> str:
    return with_query(request, after=None, before=None, **changes)
