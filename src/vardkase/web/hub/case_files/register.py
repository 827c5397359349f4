"""The correspondence register."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext

from vardkase.hub.case_files.models import CaseDocument, CaseKind, Direction
from vardkase.hub.case_files.register import CorrespondenceFilter, correspondence
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import LONGEST_SEARCH, in_order, listed, searched
from vardkase.web.ui.navigation import OFFICERS
from vardkase.web.ui.pages import PageRequest, page

SORTS = {"occurred_at"}
DIRECTIONS = (Direction.INCOMING, Direction.OUTGOING)


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponseBase:
    by = _filter(request)
    rows = correspondence(request.actor, by)
    if form := wanted_file(request):
        in_file = in_order(request, rows, SORTS, "-occurred_at")
        return list_file(request, form, "correspondence", gettext("Correspondence"), _columns(), in_file)
    context = {
        **listed(request, rows, SORTS, "-occurred_at"),
        **file_links(request),
        "by": by,
        "q": by.words,
        "kinds": CaseKind.choices,
        "directions": [(each.value, each.label) for each in DIRECTIONS],
        "is_narrowed": by != CorrespondenceFilter(),
    }
    return render(request, "case_files/correspondence.html", context)


def _filter(request: PageRequest) -> CorrespondenceFilter:
    def text(name: str) -> str:
        return request.GET.get(name, "").replace("\0", "").strip()[:LONGEST_SEARCH]

    kind, direction = text("kind"), text("direction")
    return CorrespondenceFilter(
        words=searched(request),
        counterpart=text("counterpart"),
        case=text("case"),
        kind=kind if kind in CaseKind.values else "",
        direction=direction if direction in DIRECTIONS else "",
        since=_day(text("since")),
        until=_day(text("until")),
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year < 9999 else None


def _columns() -> Columns[CaseDocument]:
    return {
        gettext("Date"): lambda each: each.occurred_at,
        gettext("Direction"): lambda each: each.get_direction_display(),
        gettext("Sender or recipient"): lambda each: each.counterpart,
        gettext("Title"): lambda each: each.title,
        gettext("Text"): lambda each: each.text,
        gettext("Case"): lambda each: each.case_file.number,
        gettext("Document"): lambda each: each.number,
        gettext("Case reference number"): lambda each: each.case_file.registry_number,
        gettext("Type"): lambda each: each.case_file.get_kind_display(),
        gettext("Filed by"): lambda each: each.by,
        "SHA-256": lambda each: each.sha256,
    }
