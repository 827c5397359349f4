"""Keyset pages in addresses: `?after=` and `?before=` name a place, `?rows=` the size."""

from __future__ import annotations

from typing import Any, TypedDict

from django.http import HttpRequest

from vardkase.core.paging import DEFAULT_SIZE, SIZES, Page, Place, place_of


class PageLinks(TypedDict):
    """Addresses of the pages around this one; empty where there is none."""

    newer: str
    older: str


def wanted_place(request: HttpRequest) -> Place | None:
    """Where the page asked for starts; None is the beginning, also for an address that makes no sense."""
    if before := request.GET.get("before"):
        return place_of(before, back=True)
    return place_of(request.GET.get("after", ""))


def wanted_size(request: HttpRequest) -> int:
    """How many rows a page has."""
    text = request.GET.get("rows", "")
    return int(text) if text in map(str, SIZES) else DEFAULT_SIZE


def page_links(request: HttpRequest, page: Page[Any]) -> PageLinks:
    """Addresses of the pages before and after `page`, with all filters kept."""
    newer = with_query(request, before=str(page.before), after=None) if page.before else ""
    older = with_query(request, after=str(page.after), before=None) if page.after else ""
    return {"newer": newer, "older": older}


def with_query(request: HttpRequest, **changes: str | None) -> str:
    """The page's query string with `changes` made; None takes a name away."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return "?" + query.urlencode()


def first_page(request: HttpRequest, **changes: str | None) -> str:
    """As `with_query`, from the beginning of the list."""
    return with_query(request, after=None, before=None, **changes)
