"""Statistics of what the reader may see: one subject at a time, each as a figure and a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.statistics import content
from vardkase.analysis.statistics.content import Counted, Step
from vardkase.analysis.statistics.queries import growth
from vardkase.core.time_budget import allow
from vardkase.identity.access.actor import Actor
from vardkase.intel.sightings.models import SightingType
from vardkase.knowledge.galaxies.queries import custom_cluster_names
from vardkase.knowledge.taxonomies.rules import parse_machine_tag
from vardkase.web.ui.charts import bar_chart
from vardkase.web.ui.display import long_date, short_date, short_month
from vardkase.web.ui.galaxy_names import galaxy_name
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page

PERIODS: dict[str, tuple[str | Promise, int | None]] = {
    "month": (_("30 days"), 30),
    "": (_("12 months"), 365),
    "all": (pgettext_lazy("period", "All time"), None),
}
MOST_SECONDS = 20
"""Counting all attributes of a large hub takes some seconds."""
LABELS = 7
"""Months or days that are written below the line."""
DAYS_APART = 31
GROWTH = {
    "user": _("User accounts"),
    "org_local": _("Organisations on this hub"),
    "org_external": _("Organisations known from elsewhere"),
}


@dataclass(frozen=True, slots=True)
class CountLine:
    """`share` of the largest count, in hundredths."""

    name: str
    count: int
    share: int


@page()
def index(request: PageRequest) -> HttpResponse:
    shown = request.GET.get("show", "")
    _label, describe = SUBJECTS.get(shown, SUBJECTS[""])
    shown = shown if shown in SUBJECTS else ""
    wanted = request.GET.get("period", "")
    _words, days = PERIODS.get(wanted, PERIODS[""])
    since = content.EVER if days is None else timezone.localdate() - timedelta(days=days - 1)
    allow(MOST_SECONDS)
    context = {
        "shown": shown,
        "tabs": [
            {"label": label, "url": first_page(request, show=name or None), "current": name == shown}
            for name, (label, _describe) in SUBJECTS.items()
        ],
        "periods": [
            {"label": label, "url": first_page(request, period=name or None), "current": name == wanted}
            for name, (label, _days) in PERIODS.items()
        ],
        "has_period": describe is not people_context,
        **describe(request.actor, since),
    }
    return render(request, "statistics/index.html", context)


def events_context(actor: Actor, since: date) -> dict[str, Any]:
    step = _step(since)
    found = content.events_over_time(actor, since, step)
    steps = _without_gaps(found, since, step)
    # Days of nothing are in the chart alone.
    listed = found if since == content.EVER or step is Step.DAY else steps
    total = sum(count for _first, count in steps)
    by_day = step is Step.DAY
    return {
        "heading": gettext("Events by day") if by_day else gettext("Events by month"),
        "gist": gettext("%(n)s events in all") % {"n": total},
        "chart": _chart(steps, step),
        "rows": _lines([(_name(first, step), count) for first, count in reversed(listed)]),
        "first_head": _step_head(step),
        "count_head": gettext("Events"),
        "about": gettext("Counted by the date of the event."),
    }


def types_context(actor: Actor, since: date) -> dict[str, Any]:
    return _ranking(
        content.attributes_by_type(actor, since), gettext("Attributes by type"), gettext("Type"), True
    )


def organisations_context(actor: Actor, since: date) -> dict[str, Any]:
    counted = content.events_by_organisation(actor, since)
    return _ranking(counted, gettext("Events by creator organisation"), gettext("Organisation"))


def tags_context(actor: Actor, since: date) -> dict[str, Any]:
    return _ranking(content.events_by_tag(actor, since), gettext("Events by tag"), pgettext("noun", "Tag"))


def galaxies_context(actor: Actor, since: date) -> dict[str, Any]:
    counted = content.events_by_tag(actor, since, galaxies=True)
    names = [each.name for each in counted[: content.COMPARED]]
    by_month = content.tags_by_month(actor, since, names)
    months = sorted({month for _name, month in by_month})[-12:]
    known = custom_cluster_names(actor)
    over_time = [
        (_cluster_label(name, known), [by_month.get((name, month), 0) for month in months]) for name in names
    ]
    labelled = [replace(each, name=_cluster_label(each.name, known)) for each in counted]
    ranking = _ranking(labelled, gettext("Events by galaxy cluster"), gettext("Galaxy cluster"))
    return ranking | {"months": [short_month(month) for month in months], "over_time": over_time}


def _cluster_label(tag: str, known: Mapping[str, str]) -> str:
    """The name of the cluster and its galaxy; `known`: names of clusters whose tags have only a UUID."""
    parsed = parse_machine_tag(tag)
    if parsed is None or parsed.value is None:
        return tag
    return f"{known.get(tag.lower(), parsed.value)} ({galaxy_name(parsed.predicate)})"


def sightings_context(actor: Actor, since: date) -> dict[str, Any]:
    step = _step(since)
    found = content.sightings_over_time(actor, since, step)
    counts = {(first, kind): count for first, kind, count in found}
    kinds = (SightingType.SEEN, SightingType.FALSE_POSITIVE, SightingType.EXPIRATION)
    seen = {first: counts.get((first, SightingType.SEEN), 0) for first, _kind, _count in found}
    steps = _without_gaps(sorted(seen.items()), since, step)
    return {
        "heading": gettext("Sightings by day") if step is Step.DAY else gettext("Sightings by month"),
        "gist": gettext("%(n)s sightings in all") % {"n": sum(counts.values())},
        "chart": _chart(steps, step),
        "first_head": _step_head(step),
        "sighted": [
            (_name(first, step), [counts.get((first, kind), 0) for kind in kinds])
            for first, _seen in reversed(steps)
            if step is Step.MONTH or any(counts.get((first, kind)) for kind in kinds)
        ],
        "about": gettext("Counted by the day the value was seen."),
    }


def people_context(actor: Actor, since: date) -> dict[str, Any]:
    today = timezone.localdate()
    counts = growth(actor, today.replace(day=1), today.replace(month=1, day=1))
    return {
        "heading": gettext("Accounts and organisations"),
        "grown": [(label, counts[name]) for name, label in GROWTH.items() if name in counts],
    }


SUBJECTS: dict[str, tuple[str | Promise, Callable[[Actor, date], dict[str, Any]]]] = {
    "": (_("Events"), events_context),
    "types": (_("Types"), types_context),
    "organisations": (_("Organisations"), organisations_context),
    "tags": (pgettext_lazy("noun", "Tags"), tags_context),
    "galaxies": (_("Galaxies"), galaxies_context),
    "sightings": (_("Sightings"), sightings_context),
    "people": (_("Users"), people_context),
}


def _ranking(
    counted: Sequence[Counted], heading: str, first_head: str, of_attributes: bool = False
) -> dict[str, Any]:
    return {
        "heading": heading,
        "rows": _lines([(each.name, each.count) for each in counted]),
        "first_head": first_head,
        "count_head": gettext("Attributes") if of_attributes else gettext("Events"),
        "about": gettext("The %(n)s most frequent.") % {"n": content.MOST}
        if len(counted) == content.MOST
        else "",
    }


def _lines(counts: Sequence[tuple[str, int]]) -> list[CountLine]:
    largest = max((count for _name, count in counts), default=0) or 1
    return [CountLine(name, count, round(100 * count / largest)) for name, count in counts]


def _step(since: date) -> Step:
    """Days where they can be told apart in a chart."""
    return Step.DAY if timezone.localdate() - since <= timedelta(days=DAYS_APART) else Step.MONTH


def _step_head(step: Step) -> str:
    return gettext("Day") if step is Step.DAY else gettext("Month")


def _name(first: date, step: Step) -> str:
    return long_date(first) if step is Step.DAY else date_format(first, "F Y")


def _chart(steps: Sequence[tuple[date, int]], step: Step) -> Any:
    if len(steps) < 2:
        return None
    places = range(0, len(steps), max(1, (len(steps) - 1) // (LABELS - 1)))
    firsts = [steps[place][0] for place in places]
    labels = [short_date(first) if step is Step.DAY else short_month(first) for first in firsts]
    return bar_chart([count for _first, count in steps], labels, places)


def _without_gaps(counted: Sequence[tuple[date, int]], since: date, step: Step) -> list[tuple[date, int]]:
    """Every month or day of the period (since the first that has any, if it has no beginning) until the last or
    today's, at most the latest of `content.MOST_MONTHS`; none if nothing was counted.
    """
    if not counted:
        return []
    counts, filled = dict(counted), []
    first = counted[0][0] if since == content.EVER else _first_of(since, step)
    last = max(counted[-1][0], _first_of(timezone.localdate(), step))
    earliest = last - timedelta(days=content.MOST_MONTHS * (1 if step is Step.DAY else 30.4375))
    at = max(first, _first_of(earliest, step))
    while at <= last:
        filled.append((at, counts.get(at, 0)))
        at = _first_of(at + timedelta(days=1 if step is Step.DAY else 32), step)
    return filled


def _first_of(day: date, step: Step) -> date:
    return day if step is Step.DAY else day.replace(day=1)
