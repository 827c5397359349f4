"""Queries for warninglists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Q, QuerySet

from vardkase.core.query_expressions import first_or_not_found
from vardkase.knowledge.warninglists.models import Warninglist, WarninglistEntry
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


def search_entries(warninglist: Warninglist, text: str = "") -> QuerySet[WarninglistEntry]:
    entries = WarninglistEntry.objects.filter(warninglist=warninglist)
    return entries.filter(Q(value__icontains=text) | Q(comment__icontains=text)) if text else entries


def entries_in_chunks(warninglist: Warninglist) -> Iterator[Sequence[WarninglistEntry]]:
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
    return WarninglistEntry.objects.filter(warninglist=warninglist, comment__gt="").exists()
