"""Queries for marks of personal data: for those who may publish the event, who answer them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Q, QuerySet

from vardkase.core.errors import Forbidden
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    object_predicate,
    reader_parameters,
    report_predicate,
)
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.columns import EventRow
from vardkase.intel.models import Attribute, EventReport, Object
from vardkase.intel.personal_data.kinds import PersonalDataKind
from vardkase.intel.personal_data.marking import OF_ATTRIBUTES, ON_ATTRIBUTES, ON_REPORTS
from vardkase.intel.personal_data.models import CONTRIBUTED, MarkPlace, PersonalDataMark
from vardkase.intel.queries.attribute_lines import attribute_lines
from vardkase.intel.queries.find import Reference, find_event
from vardkase.intel.rules import may_publish_event

WITHHELD = """
SELECT (
    SELECT count(*) FROM attribute a JOIN event e ON e.id = a.event_id
    WHERE a.event_id = %(event)s AND NOT a.deleted AND {event} AND {attribute} AND {attribute_withheld}
        AND a.id IN (SELECT part_id FROM personal_data_mark WHERE event_id = %(event)s)
) + (
    SELECT count(*) FROM event_report r JOIN event e ON e.id = r.event_id
    WHERE r.event_id = %(event)s AND NOT r.deleted AND {event} AND {report} AND {report_withheld}
) + (
    SELECT count(*) FROM object o JOIN event e ON e.id = o.event_id
    WHERE o.event_id = %(event)s AND o.comment <> '' AND NOT o.deleted AND {event} AND {object} AND {object_withheld}
)
"""
MOST_SHOWN = 20
"""Marked texts of one kind that are shown."""
SEEMS_OFFENCE = Q(says_offence=True) | Q(tagged_offence=True)
OFFENCE = SEEMS_OFFENCE & Q(denied_at=None)
DENIED = SEEMS_OFFENCE & Q(denied_at__isnull=False)


@dataclass(frozen=True, slots=True)
class MarkedKind:
    """All marks of one kind in an event. `reason` is the latest answer, if there is one.

    `offences` seem to concern an offence, `denied` have been said not to, because of `denied_because`.
    """

    kind: PersonalDataKind
    count: int
    unanswered: int
    offences: int
    places: Sequence[str]
    reason: str
    denied: int
    denied_because: str

    @property
    def place_labels(self) -> list[str]:
        return [str(MarkPlace(place).label) for place in self.places]


@dataclass(frozen=True, slots=True)
class MarkedText:
    """What is marked, as it stands in the event, and the part that it is in, as PersonalDataMark names it.

    `text` is empty for reports and tags.
    """

    place: MarkPlace
    part_id: int
    text: str


def marks_in_event(actor: Actor, reference: Reference) -> QuerySet[PersonalDataMark]:
    """In order of place. Raises NotFound, Forbidden."""
    event = find_event(actor, reference)
    if not may_publish_event(actor, event):
        raise Forbidden
    return answerable_marks(event.id).order_by("pk").select_related("answered_by")


def answerable_marks(event_id: int) -> QuerySet[PersonalDataMark]:
    """Those of the event itself; without those in deleted parts, whose marks only tell who may read them."""
    attributes = Attribute.objects.filter(event=event_id, deleted=True).values("pk")
    reports = EventReport.objects.filter(event=event_id, deleted=True).values("pk")
    objects = Object.objects.filter(event=event_id, deleted=True).exclude(comment="").values("pk")
    return PersonalDataMark.objects.filter(event=event_id).exclude(
        Q(place__in=CONTRIBUTED)
        | Q(place__in=ON_ATTRIBUTES, part_id__in=attributes)
        | Q(place__in=ON_REPORTS, part_id__in=reports)
        | Q(place=MarkPlace.OBJECT, part_id__in=objects)
    )


def has_offences(event_id: int) -> bool:
    return answerable_marks(event_id).filter(OFFENCE).exists()


def count_withheld(actor: Actor, event: EventRow) -> int:
    """How many items of the event the actor may not read only because they are about an offence; 0 also where the
    event's owner does not let it be told."""
    if actor.reads_offences or actor.is_site_admin:
        return 0
    if not Organisation.objects.filter(pk=event.org_id, tells_withheld=True).exists():
        return 0
    ground = replace(actor, reads_offences=True)
    sql = WITHHELD.format(
        event=event_predicate(ground),
        attribute=attribute_predicate(ground),
        attribute_withheld=f"NOT {attribute_predicate(actor)}",
        report=report_predicate(ground, "r"),
        report_withheld=f"NOT {report_predicate(actor, 'r')}",
        object=object_predicate(ground),
        object_withheld=f"NOT {object_predicate(actor)}",
    )
    row = cursor().execute(sql, reader_parameters(actor) | {"event": event.id}).fetchone()
    return int(row[0]) if row else 0


def marked_kinds(actor: Actor, reference: Reference) -> list[MarkedKind]:
    """Raises NotFound, Forbidden."""
    rows = (
        marks_in_event(actor, reference)
        .order_by("kind")
        .select_related(None)
        .values("kind")
        .annotate(
            count=Count("pk"),
            unanswered=Count("pk", filter=Q(answered_at=None)),
            offences=Count("pk", filter=OFFENCE),
            places=ArrayAgg("place", distinct=True, order_by="place"),
            reason=Max("reason"),
            denied=Count("pk", filter=DENIED),
            denied_because=Max("denied_because"),
        )
    )
    return [
        MarkedKind(
            kind=PersonalDataKind(row["kind"]),
            count=row["count"],
            unanswered=row["unanswered"],
            offences=row["offences"],
            places=row["places"],
            reason=row["reason"],
            denied=row["denied"],
            denied_because=row["denied_because"],
        )
        for row in rows
    ]


def marked_texts(actor: Actor, reference: Reference, kind: str) -> list[MarkedText]:
    """The first ones of a kind, of attributes those that the actor may read. Raises NotFound, Forbidden."""
    event = find_event(actor, reference)
    marks = list(marks_in_event(actor, reference).filter(kind=kind)[:MOST_SHOWN])
    ids = [mark.part_id for mark in marks if mark.place in ON_ATTRIBUTES]
    lines = attribute_lines(actor, event.id, ids, deleted=False)
    found: list[MarkedText] = []
    for mark in marks:
        whole = event.info if mark.place == MarkPlace.TITLE else ""
        if mark.place in ON_ATTRIBUTES:
            line = lines.get(mark.part_id)
            if line is None:
                continue
            if mark.place in OF_ATTRIBUTES:
                whole = line.value if mark.field == "value" else line.comment
        found.append(MarkedText(MarkPlace(mark.place), mark.part_id, whole[mark.start : mark.end]))
    return list(dict.fromkeys(found))
