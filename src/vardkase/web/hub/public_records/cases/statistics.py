"""Figures of an authority's cases."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.core.clock import today
from vardkase.hub.public_records.cases.statistics import COUNTS, CaseFigures, figures, figures_of_all
from vardkase.web.ui.files import download
from vardkase.web.ui.pages import PageRequest, page

LABELS: dict[str, Any] = {
    "registered": _("Requests registered"),
    "open": _("Still open"),
    "answered": pgettext_lazy("count", "Answered"),
    "released": _("Released in full"),
    "partly": _("Released in part"),
    "withheld": pgettext_lazy("count", "Withheld"),
    "not_held": _("No such record"),
    "referred": _("Referred to another authority"),
    "withdrawn": _("Withdrawn by the requester"),
    "items_released": _("Items released"),
    "items_masked": _("Items released with parts masked"),
    "items_withheld": _("Items withheld"),
    "consulted": _("Members consulted"),
    "consultations_answered": _("Consultations answered"),
    "decisions": _("Written decisions"),
    "appeals": pgettext_lazy("count", "Appeals"),
    "appeals_late": _("Appeals that arrived late"),
    "appeals_changed": _("Decisions changed or returned on appeal"),
    "median_hours": _("Median time to the first answer, in hours"),
    "longest_hours": _("Longest time to the first answer, in hours"),
}


@page(allowed_while_suspended=True)
def view(request: PageRequest) -> HttpResponse:
    since, until = _period(request)
    own, everybody = _found(request, since, until)
    context = {
        "since": since,
        "until": until,
        "rows": _rows(own, everybody),
        "of_all": everybody is not None,
        "query": f"?since={since}&until={until}",
    }
    return render(request, "cases/statistics.html", context)


@page(allowed_while_suspended=True)
def table(request: PageRequest) -> HttpResponseBase:
    since, until = _period(request)
    own, everybody = _found(request, since, until)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["figure", "own", *(["all"] if everybody else [])])
    for name, _label, mine, all_ in _rows(own, everybody):
        writer.writerow([name, mine, *([all_] if everybody else [])])
    name = f"public-records-{since}-{until}.csv"
    return download([written.getvalue().encode("utf-8-sig")], name, "text/csv; charset=utf-8")


def _found(request: PageRequest, since: date, until: date) -> tuple[CaseFigures, CaseFigures | None]:
    return figures(request.actor, since, until), figures_of_all(request.actor, since, until)


def _rows(own: CaseFigures, everybody: CaseFigures | None) -> list[tuple[str, Any, str, str]]:
    mine, all_ = _values(own), _values(everybody) if everybody else {}
    return [(name, label, mine[name], all_.get(name, "")) for name, label in LABELS.items()]


def _values(found: CaseFigures) -> dict[str, str]:
    hours = {"median_hours": found.median_hours, "longest_hours": found.longest_hours}
    counts = {name: str(found.counts[name]) for name in COUNTS}
    return counts | {name: "–" if value is None else f"{value:.1f}" for name, value in hours.items()}


def _period(request: PageRequest) -> tuple[date, date]:
    now = today()
    since, until = _day(request.GET.get("since", "")), _day(request.GET.get("until", ""))
    since = since or date(now.year, 1, 1)
    until = until or now
    return (since, until) if since <= until else (until, since)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
