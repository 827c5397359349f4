"""The timeline of an event: when its parts were seen and sighted, its date and its versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Invalid, NotFound, VardkaseError
from vardkase.identity.access.permissions import Permission
from vardkase.intel.errors import ChangedMeanwhile
from vardkase.intel.problems import ObjectProblem
from vardkase.intel.queries.find import find_attribute_of, find_object
from vardkase.intel.queries.timed_parts import TimedPart, timed_parts
from vardkase.intel.queries.version_tokens import attribute_mark, attribute_marks, object_mark, object_marks
from vardkase.intel.queries.versions import event_versions
from vardkase.intel.services.optimistic_edit import edit_unchanged_attribute, edit_unchanged_object
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.queries import sighted_between, sighting_days
from vardkase.misp.flags import as_int
from vardkase.misp.time import optional_seen_moment
from vardkase.misp.values.defang import defang
from vardkase.web.intel.editing.common import own_event
from vardkase.web.intel.event_graphs.presenters import part_id, shortened
from vardkase.web.intel.events.layout import shell_context, shell_of
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.intel.events.rows import moment
from vardkase.web.intel.events.shell import EventLayout
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size

FIELDS = ("first_seen", "last_seen")
MOST_VERSIONS = 100
HEAD, ROW = 54, 36
"""Pixels of the picture, as the script draws it, so that nothing moves when it does."""
LAST_MOMENT = 253_402_300_799_000
"""Milliseconds; what comes after the year 9999 has no date."""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    part: TimedPart
    event_id: int
    sighted: tuple[int, int] | None
    mark: str

    @property
    def id(self) -> str:
        return part_id(self.part.is_object, self.part.id)

    @property
    def first_seen(self) -> datetime | None:
        return optional_seen_moment(self.part.first_seen)

    @property
    def last_seen(self) -> datetime | None:
        return optional_seen_moment(self.part.last_seen)

    @property
    def sighted_between(self) -> tuple[datetime, datetime] | None:
        return (moment(self.sighted[0]), moment(self.sighted[1])) if self.sighted else None

    @property
    def value_url(self) -> str:
        return value_url(self.part.value)

    @property
    def edit_url(self) -> str:
        name = "object_edit" if self.part.is_object else "attribute_edit"
        return reverse(name, args=[self.event_id, self.part.id])

    def drawn(self) -> dict[str, Any]:
        shown = shortened(defang(self.part.value, self.part.kind))
        label = f"{self.part.name}: {shown}" if self.part.is_object and shown else shown or self.part.name
        return {
            "id": self.id,
            "label": label,
            "kind": "object" if self.part.is_object else "attribute",
            "first": None if self.part.first_seen is None else self.part.first_seen // 1000,
            "last": None if self.part.last_seen is None else self.part.last_seen // 1000,
            "sighted": [second * 1000 for second in self.sighted or ()],
            "mark": self.mark,
        }


@page()
def timeline(request: PageRequest, reference: str) -> HttpResponse:
    shell = shell_of(request.actor, reference)
    found = timed_parts(request.actor, shell.event.id, wanted_place(request), wanted_size(request))
    rows = _rows(shell, found.rows)
    lanes = sighting_days(shell.actor, shell.event.id)
    marks = _marks(shell)
    context = {
        "rows": rows,
        "days": [
            {"day": moment(day).date(), "kind": SIGHTING_WORDS[kind](), "count": count}
            for day, kind, count in lanes
        ],
        "marks": marks,
        "height": HEAD + ROW * (len(rows) + len({kind for _day, kind, _count in lanes})),
        "drawn": {
            "rows": [row.drawn() for row in rows],
            "lanes": [
                {"kind": kind, "label": SIGHTING_WORDS[kind](), "days": days}
                for kind in SightingType.values
                if (days := [[day * 1000, count] for day, of, count in lanes if of == kind])
            ],
            "marks": [{**mark, "at": int(mark["at"].timestamp() * 1000)} for mark in marks],
        },
        **page_links(request, found),
    }
    return render(
        request, "event_graphs/timeline.html", {**shell_context(shell, "event_timeline"), **context}
    )


@page(Permission.ADD, writes=True)
@require_POST
def move(request: PageRequest, reference: str) -> HttpResponse:
    """Change first or last seen (milliseconds since 1970, or empty for none) of the part that a bar stands for."""
    event = own_event(request.actor, reference)
    sent = posted.fields(request)
    name, number = sent.get("part", "")[:1], as_int(sent.get("part", "")[1:]) or 0
    mark = sent.get("mark", "")
    try:
        document = {field: _iso(sent[field]) for field in FIELDS if field in sent}
        if name == "o":
            if find_object(request.actor, number).event_id != event.id:
                raise NotFound(ObjectProblem.NOT_FOUND())
            edit_unchanged_object(request.actor, number, document, mark)
        else:
            find_attribute_of(request.actor, event, number)
            edit_unchanged_attribute(request.actor, number, document, mark)
    except ChangedMeanwhile:
        words = gettext("Somebody else has changed it since the page was opened. Reload the page.")
        return JsonResponse({"error": words}, status=409)
    except (Invalid, NotFound, ValueError) as refused:
        words = str(refused) if isinstance(refused, VardkaseError) else gettext("The time is not valid.")
        return JsonResponse({"error": words}, status=422)
    new = object_mark(number) if name == "o" else attribute_mark(number)
    return JsonResponse({"mark": new})


def _rows(shell: EventLayout, parts: Sequence[TimedPart]) -> list[TimelineRow]:
    attributes = [part.id for part in parts if not part.is_object]
    sighted = sighted_between(shell.actor, "attribute_id", attributes) if attributes else {}
    marks: dict[bool, dict[int, str]] = {True: {}, False: {}}
    if shell.may_modify:
        marks[True] = object_marks([part.id for part in parts if part.is_object])
        marks[False] = attribute_marks(attributes)
    return [
        TimelineRow(
            part,
            shell.event.id,
            None if part.is_object else sighted.get(part.id),
            marks[part.is_object].get(part.id, ""),
        )
        for part in parts
    ]


SIGHTING_WORDS = {
    SightingType.SEEN.value: lambda: pgettext("sighting", "Sighted"),
    SightingType.FALSE_POSITIVE.value: lambda: gettext("False positive"),
    SightingType.EXPIRATION.value: lambda: pgettext("sighting", "Expired"),
}


def _marks(shell: EventLayout) -> list[dict[str, Any]]:
    """The event's date, and its publications as far as the reader knows of them."""
    marks = [
        {
            "kind": "version",
            "label": gettext("Version %(number)s") % {"number": version.version},
            "at": moment(version.published_at),
        }
        for version in event_versions(shell.actor, shell.event)[:MOST_VERSIONS]
    ]
    if not marks and shell.published_at:
        marks = [{"kind": "version", "label": pgettext("event", "Published"), "at": shell.published_at}]
    date = shell.event.date
    day = datetime(date.year, date.month, date.day, tzinfo=UTC)
    return [{"kind": "date", "label": gettext("Date of the event"), "at": day}, *marks]


def _iso(text: str) -> str:
    if not text:
        return ""
    milliseconds = int(text) if len(text) < 18 else LAST_MOMENT + 1
    if not -LAST_MOMENT < milliseconds <= LAST_MOMENT:
        raise ValueError(text)
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
