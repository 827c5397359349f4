"""Queries for warninglists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import batched, islice

from django.db.models import Q, QuerySet

from vardkase.core.model_paging import model_page
from vardkase.core.paging import Page, PagePosition, page_of
from vardkase.core.query_expressions import first_or_not_found
from vardkase.knowledge.warninglists.contents import is_stored
from vardkase.knowledge.warninglists.models import Warninglist, WarninglistEntry
from vardkase.knowledge.warninglists.packed import Entry, packed_entries
from vardkase.knowledge.warninglists.problems import WarninglistProblem

CHUNK = 5_000


def search_warninglists(value: str = "", *, enabled: bool | None = None) -> QuerySet[Warninglist]:
    lists = Warninglist.objects.order_by("-pk")
    if value:
        lists = lists.filter(
            Q(name__icontains=value) | Q(description__icontains=value) | Q(type__iexact=value)
        )
    return lists if enabled is None else lists.filter(enabled=enabled)


def any_enabled() -> bool:
    return Warninglist.objects.filter(enabled=True).exists()


def find_warninglist(warninglist_id: int) -> Warninglist:
    return first_or_not_found(Warninglist.objects.filter(pk=warninglist_id), WarninglistProblem.NOT_FOUND())


def entry_page(
    warninglist: Warninglist, text: str, place: PagePosition | None, size: int
) -> Page[WarninglistEntry]:
    if not is_stored(warninglist):
        return _page_in_package(warninglist, text, place, size)
    entries = WarninglistEntry.objects.filter(warninglist=warninglist)
    if text:
        entries = entries.filter(Q(value__icontains=text) | Q(comment__icontains=text))
    return model_page(entries, "pk", place, size)


def entries_in_chunks(warninglist: Warninglist) -> Iterator[Sequence[WarninglistEntry]]:
    """All entries; those that are in the package alone are numbered by their place in it."""
    if not is_stored(warninglist):
        for numbers in batched(packed_entries(warninglist.name).all(), CHUNK):
            yield [_of_package(warninglist, *each) for each in numbers]
        return
    # By id and not by offset: a list may have a million entries.
    last = 0
    while True:
        rest = WarninglistEntry.objects.filter(warninglist=warninglist, pk__gt=last).order_by("pk")
        chunk = list(rest[:CHUNK])
        if not chunk:
            return
        yield chunk
        last = chunk[-1].pk


def has_comments(warninglist: Warninglist) -> bool:
    if not is_stored(warninglist):
        return packed_entries(warninglist.name).has_comments
    return WarninglistEntry.objects.filter(warninglist=warninglist, comment__gt="").exists()


def _page_in_package(
    warninglist: Warninglist, text: str, place: PagePosition | None, size: int
) -> Page[WarninglistEntry]:
    entries = packed_entries(warninglist.name)
    start = place.id if place else 0
    numbers = entries.before(start, text) if place and place.back else entries.after(start, text)
    read = [_of_package(warninglist, number, entries.entry(number)) for number in islice(numbers, size + 1)]
    return page_of(read, place, size, lambda row: (row.pk, row.pk))


def _of_package(warninglist: Warninglist, number: int, entry: Entry) -> WarninglistEntry:
    value, comment = entry
    return WarninglistEntry(pk=number, warninglist=warninglist, value=value, comment=comment)
