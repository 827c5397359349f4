"""What the first marks of each kind stand on, for the publisher who decides whether it has to be shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from vardkase.identity.access.actor import Actor
from vardkase.intel.models import Attribute, EventReport, Object
from vardkase.intel.personal_data.models import MarkPlace
from vardkase.intel.personal_data.queries import marks_in_event
from vardkase.intel.queries.find import Reference, find_event
from vardkase.knowledge.taxonomies.models import Tag

SHOWN = 3
"""Details of a kind."""
LONGEST = 100
IN_ATTRIBUTES = (MarkPlace.ATTRIBUTE, MarkPlace.OBJECT_ATTRIBUTE, MarkPlace.FILE_NAME)


@dataclass(frozen=True, slots=True)
class MarkedDetail:
    """`text` is the detail itself, as the part reads now. `part_id` as `PersonalDataMark` has it."""

    place: MarkPlace
    part_id: int
    text: str

    @property
    def is_in_attribute(self) -> bool:
        return self.place in IN_ATTRIBUTES

    @property
    def is_in_object(self) -> bool:
        return self.place == MarkPlace.OBJECT

    @property
    def is_in_report(self) -> bool:
        return self.place == MarkPlace.REPORT


def first_details(actor: Actor, reference: Reference) -> dict[str, list[MarkedDetail]]:
    """By kind. Raises NotFound, Forbidden."""
    event = find_event(actor, reference)
    numbered = Window(RowNumber(), partition_by=F("kind"), order_by="pk")
    marks = marks_in_event(actor, event.id).select_related(None).annotate(number=numbered)
    rows = marks.filter(number__lte=SHOWN).values_list("kind", "place", "part_id", "field", "start", "end")
    attributes = Attribute.objects.filter(event_id=event.id).in_bulk(_parts(rows, *IN_ATTRIBUTES))
    reports = EventReport.objects.filter(event_id=event.id).in_bulk(_parts(rows, MarkPlace.REPORT))
    objects = Object.objects.filter(event_id=event.id).in_bulk(_parts(rows, MarkPlace.OBJECT))
    tags = Tag.objects.in_bulk(_parts(rows, MarkPlace.TAG))
    holders: dict[str, Mapping[int, object]] = {
        **dict.fromkeys(IN_ATTRIBUTES, attributes),
        MarkPlace.REPORT: reports,
        MarkPlace.OBJECT: objects,
        MarkPlace.TAG: tags,
        MarkPlace.TITLE: {0: event},
    }
    found: dict[str, list[MarkedDetail]] = {}
    for kind, place, part, field, start, end in rows:
        text = str(getattr(holders[place].get(part), field, ""))[start:end][:LONGEST]
        found.setdefault(kind, []).append(MarkedDetail(MarkPlace(place), part, text))
    return found


def _parts(rows: Iterable[tuple[Any, ...]], *places: MarkPlace) -> set[int]:
    return {row[2] for row in rows if row[1] in places}
