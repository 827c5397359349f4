"""What the first marks of each kind stand on, for the publisher who decides whether it has to be shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from vardkase.identity.access.actor import Actor
from vardkase.intel.models import Attribute, EventReport, Object
from vardkase.intel.personal_data.marking import OF_ATTRIBUTES, ON_ATTRIBUTES, ON_REPORTS, TAGS_ON_PARTS
from vardkase.intel.personal_data.models import MarkPlace
from vardkase.intel.personal_data.queries import marks_in_event
from vardkase.intel.personal_data.tags import tag_texts
from vardkase.intel.queries.find import Reference, find_event

SHOWN = 3
"""Details of a kind."""
LONGEST = 100


@dataclass(frozen=True, slots=True)
class MarkedDetail:
    """`text` is the detail itself, as the part reads now. `part_id` as `PersonalDataMark` has it."""

    place: MarkPlace
    part_id: int
    text: str

    @property
    def is_in_attribute(self) -> bool:
        return self.place in ON_ATTRIBUTES

    @property
    def is_in_object(self) -> bool:
        return self.place == MarkPlace.OBJECT

    @property
    def is_in_report(self) -> bool:
        return self.place in ON_REPORTS


def first_details(actor: Actor, reference: Reference) -> dict[str, list[MarkedDetail]]:
    """By kind. Raises NotFound, Forbidden."""
    event = find_event(actor, reference)
    numbered = Window(RowNumber(), partition_by=F("kind"), order_by="pk")
    marks = marks_in_event(actor, event.id).select_related(None).annotate(number=numbered)
    rows = marks.filter(number__lte=SHOWN).values_list("kind", "place", "part_id", "field", "start", "end")
    attributes = Attribute.objects.filter(event_id=event.id).in_bulk(_parts(rows, *OF_ATTRIBUTES))
    reports = EventReport.objects.filter(event_id=event.id).in_bulk(_parts(rows, MarkPlace.REPORT))
    objects = Object.objects.filter(event_id=event.id).in_bulk(_parts(rows, MarkPlace.OBJECT))
    on_parts = {int(row[3]) for row in rows if row[1] in TAGS_ON_PARTS}
    tags = tag_texts(_parts(rows, MarkPlace.TAG) | on_parts)
    holders: dict[str, Mapping[int, object]] = {
        **dict.fromkeys(OF_ATTRIBUTES, attributes),
        MarkPlace.REPORT: reports,
        MarkPlace.OBJECT: objects,
        MarkPlace.TITLE: {0: event},
    }
    found: dict[str, list[MarkedDetail]] = {}
    for kind, place, part, field, start, end in rows:
        if place in (MarkPlace.TAG, *TAGS_ON_PARTS):
            whole = tags.get(part if place == MarkPlace.TAG else int(field), "")
        else:
            whole = str(getattr(holders[place].get(part), field, ""))
        text = whole[start:end][:LONGEST]
        found.setdefault(kind, []).append(MarkedDetail(MarkPlace(place), part, text))
    return found


def _parts(rows: Iterable[tuple[Any, ...]], *places: str) -> set[int]:
    return {row[2] for row in rows if row[1] in places}
