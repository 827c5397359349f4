"""Looking up many values at once: the list, what is known of each value, and the same as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext, pgettext

from vardkase.analysis.search.bulk_lookup import EXAMINED, SightingCounts, known_places, look_up, sighted
from vardkase.analysis.search.value_list import MOST_VALUES, ListedValue, ValueList
from vardkase.analysis.search.value_page import ValueLifetime
from vardkase.formats.csv import spreadsheet_line
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.last_version import changing_events
from vardkase.knowledge.cached_sources.queries import CacheHit, elsewhere_for
from vardkase.knowledge.warninglists.matching import CheckedValue, WarninglistHit, find_hits
from vardkase.web.analysis.search.asked import LISTS_A_DAY, address_of, asked_list
from vardkase.web.analysis.search.downloads import common_formats
from vardkase.web.analysis.search.forms import LookupForm
from vardkase.web.analysis.search.not_searched import changing_by_value
from vardkase.web.analysis.search.value_verdict import ValueVerdict, verdict_on
from vardkase.web.intel.events.last_version import ChangingRow
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.intel.events.rows import moment
from vardkase.web.ui.display import local_time, thin
from vardkase.web.ui.files import download
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page, wanted_size, with_query

AT_ONCE = 500
"""Values of a CSV file whose sightings and lists are looked up together."""
COLUMNS = (
    "value", "type", "known", "verdict", "events", "organisations", "events_for_detection", "first_seen", "last_seen",
    "sightings", "false_positives", "warninglists", "feeds", "times_in_list", "events_being_changed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A value of the list and what is known of it."""

    value: ListedValue
    life: ValueLifetime | None
    sightings: SightingCounts
    warnings: Sequence[WarninglistHit]
    elsewhere: Sequence[CacheHit]
    changing: Sequence[ChangingRow] = ()
    """Events that their owners are changing, whose last published version has it."""

    @property
    def url(self) -> str:
        return value_url(self.value.text)

    @property
    def verdict(self) -> ValueVerdict:
        return verdict_on(self.life, list(self.warnings), changing=len(self.changing))

    @property
    def more(self) -> str:
        """Says that counting stopped."""
        return "+" if self.life and self.life.attributes >= EXAMINED else ""


@page()
def lookup(request: PageRequest) -> HttpResponse:
    form = LookupForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        if address := address_of(request, "lookup", form.cleaned_data["text"]):
            return redirect(address)
        allowed = {"count": LISTS_A_DAY.allowed}
        form.add_error(
            None, gettext("You can look up %(count)s long lists a day. Try again later.") % allowed
        )
    listed = asked_list(request)
    if listed is None:
        messages.error(request, gettext("This list is no longer kept. Paste it again."))
        listed = ValueList()
    context = {"form": form, "listed": listed, "most": MOST_VALUES}
    return render(request, "search/lookup.html", context | (_found(request, listed) if listed.values else {}))


@page()
def table(request: PageRequest) -> HttpResponseBase:
    """The list as CSV, with the same choice of values as the page."""
    if (listed := asked_list(request)) is None:
        raise Http404
    changing = _changing(request.actor, listed.values)
    known = known_places(request.actor, listed.values) | changing.keys()
    places = _chosen(listed, known, request.GET.get("show", ""))
    lines = _lines(request.actor, [(listed.values[place], changing.get(place, ())) for place in places])
    return download(lines, "lookup.csv", "text/csv; charset=utf-8")


def _found(request: PageRequest, listed: ValueList) -> dict[str, Any]:
    changing = _changing(request.actor, listed.values)
    known = known_places(request.actor, listed.values) | changing.keys()
    show = request.GET.get("show", "")
    places = _chosen(listed, known, show)
    size = wanted_size(request)
    start = _start(request.GET.get("start", ""), len(places))
    shown = [(listed.values[place], changing.get(place, ())) for place in places[start : start + size]]
    tabs = [
        (name, label, len(_chosen(listed, known, name)))
        for name, label in (
            ("", gettext("All")),
            ("known", pgettext("values", "Known")),
            ("unknown", pgettext("values", "Not known")),
            ("unrecognised", gettext("Not recognised")),
        )
    ]
    after = start + size
    return {
        "rows": list(_looked_up(request.actor, shown)),
        "summary": ngettext(
            "%(values)s value: %(known)s known", "%(values)s values: %(known)s known", len(listed.values)
        )
        % {"values": thin(len(listed.values)), "known": thin(len(known))},
        "tabs": [
            {
                "label": label,
                "count": count,
                "url": first_page(request, show=name or None, start=None),
                "current": name == show,
            }
            for name, label, count in tabs
        ],
        "range": {"first": start + 1, "last": start + len(shown), "all": len(places)},
        "newer": with_query(request, start=str(start - size) if start > size else None) if start else "",
        "older": with_query(request, start=str(after)) if after < len(places) else "",
        "formats": common_formats(),
        "all_url": first_page(request, show=None, start=None),
    }


def _changing(actor: Actor, values: Sequence[ListedValue]) -> dict[int, Sequence[ChangingRow]]:
    """Place → events that are being changed, whose last version has the value there."""
    if not changing_events(actor, 0, 0):
        return {}
    found = changing_by_value(actor, [value.text for value in values])
    return {place: events for place, value in enumerate(values) if (events := found.get(value.text.lower()))}


def _chosen(listed: ValueList, known: AbstractSet[int], show: str) -> list[int]:
    """Each place is of one kind: what is known counts as known, whatever it looks like."""
    places = range(len(listed.values))
    match show:
        case "known":
            return [place for place in places if place in known]
        case "unknown":
            return [place for place in places if place not in known and listed.values[place].type]
        case "unrecognised":
            return [place for place in places if place not in known and not listed.values[place].type]
        case _:
            return list(places)


def _start(text: str, end: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 and int(text) < end else 0


def _looked_up(
    actor: Actor, asked: Sequence[tuple[ListedValue, Sequence[ChangingRow]]]
) -> Iterator[LookedUp]:
    values = [value for value, _ in asked]
    lives = look_up(actor, values)
    counts = sighted(actor, values)
    kinds = [
        lives[place].types[0] if place in lives else value.type or "text"
        for place, value in enumerate(values)
    ]
    warnings = find_hits([CheckedValue(value.text, kind) for value, kind in zip(values, kinds, strict=True)])
    elsewhere = elsewhere_for(actor)
    typed = {place: (kinds[place], value.text) for place, value in enumerate(values)}
    cached = elsewhere.of_attributes(typed) if elsewhere else {}
    for place, (value, changing) in enumerate(asked):
        yield LookedUp(
            value,
            lives.get(place),
            counts.get(place, SightingCounts()),
            warnings.get(place, ()),
            cached.get(place, ()),
            changing,
        )


def _lines(actor: Actor, values: Sequence[tuple[ListedValue, Sequence[ChangingRow]]]) -> Iterator[bytes]:
    yield (",".join(COLUMNS) + "\n").encode()
    for start in range(0, len(values), AT_ONCE):
        part = _looked_up(actor, values[start : start + AT_ONCE])
        yield "".join(spreadsheet_line(_cells(row)) for row in part).encode()


def _cells(row: LookedUp) -> tuple[str | int | None, ...]:
    life = row.life
    return (
        row.value.text,
        life.types[0] if life else row.value.type,
        int(life is not None or bool(row.changing)),
        str(row.verdict.words),
        life.events if life else 0,
        life.organisations if life else 0,
        life.detected if life else 0,
        local_time(moment(life.first_seen)).date().isoformat() if life else "",
        local_time(moment(life.last_seen)).date().isoformat() if life else "",
        row.sightings.seen,
        row.sightings.false_positives,
        "; ".join(hit.name for hit in row.warnings),
        "; ".join(hit.source.about["name"] for hit in row.elsewhere),
        row.value.times,
        len(row.changing),
    )
