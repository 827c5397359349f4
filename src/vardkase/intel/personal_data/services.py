"""Services that keep the marks of an event as what is written in it, and the answers of its publisher."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import batched

from django.db import transaction
from django.utils import timezone
from psycopg.rows import namedtuple_row

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.jobs.progress import report
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import NewAttribute
from vardkase.intel.errors import PublicationStopped
from vardkase.intel.hooks import (
    AttributesEdited,
    AttributesRemoved,
    BeforeDelegation,
    BeforePublication,
    EventChanged,
    EventOwnerChanged,
)
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.models import Event
from vardkase.intel.personal_data.kinds import PersonalDataKind
from vardkase.intel.personal_data.marking import (
    OF_ATTRIBUTES,
    VERSION,
    in_attributes,
    in_texts,
    insert,
    replace,
)
from vardkase.intel.personal_data.models import MarkPlace, PersonalDataMark, PersonalDataScan
from vardkase.intel.personal_data.offences import is_offence_tag
from vardkase.intel.personal_data.problems import PersonalDataProblem
from vardkase.intel.personal_data.queries import OFFENCE, answerable_marks
from vardkase.intel.queries.find import find_event
from vardkase.intel.rules import may_publish_event

AT_ONCE = 5000
"""Attributes of an existing event that are read at a time."""

LONGEST_REASON = 2000

OF_THE_REST = (MarkPlace.TITLE.value, MarkPlace.TAG.value, MarkPlace.REPORT.value)


def mark_new(attributes: Sequence[NewAttribute]) -> None:
    if attributes and (marks := in_attributes(attributes)):
        insert(attributes[0].event_id, marks)


def mark_edited(change: AttributesEdited) -> None:
    _mark_attributes(change.event_id, change.attribute_ids)


def forget_removed(removal: AttributesRemoved) -> None:
    if removal.attribute_ids is not None:  # With the event, the database removes its marks.
        replace(removal.event_id, OF_ATTRIBUTES, removal.attribute_ids, [])


def forget_answers_of_former_owner(taken: EventOwnerChanged) -> None:
    """The new owner answers anew: the reasons, and who gave them, would reveal the former one.

    Raises Conflict if it has no legal ground for what is about offences: that may have come since it was asked.
    """
    _require_ground_to_own(taken.event_id, Organisation.objects.get(owned_events=taken.event_id))
    marks = PersonalDataMark.objects.filter(event_id=taken.event_id)
    marks.update(reason="", answered_by=None, answered_at=None)


def mark_changed(change: EventChanged) -> None:
    """Search the title, tags and reports again if they have changed."""
    scan = PersonalDataScan.objects.filter(event=change.event_id).first()
    former = scan.version if scan else 0
    # Attributes from before there were marks are searched when the event is published, or by the schedule.
    _mark_rest(change.event_id, scan, VERSION if change.is_new else former)


def complete_before_publication(proposal: BeforePublication) -> None:
    """What leaves the hub has been searched as it is. Raises PublicationStopped if the event's owner has no legal
    ground to process personal data on offences, and there are some in it."""
    complete(proposal.event.pk)
    owner = Organisation.objects.get(pk=proposal.event.org_id)
    if not owner.reads_offences and (found := _kinds_about_offences(proposal.event.pk)):
        raise PublicationStopped(PersonalDataProblem.NO_GROUND_FOR_OFFENCES(kinds=", ".join(found)))


def check_delegation(proposal: BeforeDelegation) -> None:
    """Refuse to hand over personal data on offences to an organisation without a legal ground. Raises Conflict."""
    _require_ground_to_own(proposal.event.pk, proposal.recipient)


def _require_ground_to_own(event_id: int, organisation: Organisation) -> None:
    if not organisation.reads_offences:
        complete(event_id)
        if _kinds_about_offences(event_id):
            raise Conflict(PersonalDataProblem.NO_GROUND_TO_TAKE_OVER())


def _kinds_about_offences(event_id: int) -> list[str]:
    kinds = answerable_marks(event_id).filter(OFFENCE).values_list("kind", flat=True)
    return sorted({str(PersonalDataKind(kind).label) for kind in kinds.distinct()})


def complete(event_id: int) -> None:
    """Search what has not been searched in a locked event."""
    scan = PersonalDataScan.objects.filter(event=event_id).first()
    if scan is None or scan.version != VERSION:
        ids = cursor().execute("SELECT id FROM attribute WHERE event_id = %s ORDER BY id", (event_id,))
        for batch in batched((row[0] for row in ids.fetchall()), AT_ONCE):
            _mark_attributes(event_id, batch)
        scan = None
    _mark_rest(event_id, scan, VERSION)


def mark_existing() -> int:
    """Search the events that no version, or a former one, of the detection has searched; returns how many."""
    waiting = [row[0] for row in cursor().execute(UNSEARCHED, {"version": VERSION}).fetchall()]
    for done, event_id in enumerate(waiting, 1):
        with transaction.atomic():
            if cursor().execute("SELECT 1 FROM event WHERE id = %s FOR UPDATE", (event_id,)).fetchone():
                complete(event_id)
        report(done, len(waiting))
    return len(waiting)


def _mark_attributes(event_id: int, ids: Sequence[int]) -> None:
    rows = cursor(row_factory=namedtuple_row).execute(ATTRIBUTES, {"event": event_id, "ids": list(ids)})
    replace(event_id, OF_ATTRIBUTES, ids, in_attributes(rows.fetchall()))
    _mark_tagged(event_id)


def _mark_rest(event_id: int, scan: PersonalDataScan | None, version: int) -> None:
    """`version`: of the detection that has searched the attributes; 0 for none."""
    row = cursor().execute(DIGEST, {"event": event_id}).fetchone()
    if row is None:
        return
    if scan is None or scan.digest != row[0]:
        texts = cursor().execute(TEXTS, {"event": event_id}).fetchall()
        marks = [
            mark
            for place in (MarkPlace.TITLE, MarkPlace.TAG, MarkPlace.REPORT)
            for mark in in_texts(place, [text[1:] for text in texts if text[0] == place])
        ]
        replace(event_id, OF_THE_REST, None, marks)
        scanned = {"version": version, "digest": row[0]}
        PersonalDataScan.objects.update_or_create(event_id=event_id, defaults=scanned)
    _mark_tagged(event_id)


def _mark_tagged(event_id: int) -> None:
    """Only of events that have marks: most have none, and a large one has many tags."""
    if (
        not cursor()
        .execute("SELECT 1 FROM personal_data_mark WHERE event_id = %s LIMIT 1", (event_id,))
        .fetchone()
    ):
        return
    tags = cursor().execute(TAGS, {"event": event_id, "attributes": list(OF_ATTRIBUTES)}).fetchall()
    saying = [(kind, part) for kind, part, name in tags if is_offence_tag(name)]
    cursor().execute(
        TAGGED,
        {
            "event": event_id,
            "all": any(kind == "event" for kind, _ in saying),
            "attributes": [part for kind, part in saying if kind == "attribute"],
            "reports": [part for kind, part in saying if kind == "report"],
            "of_attributes": list(OF_ATTRIBUTES),
        },
    )


@transaction.atomic
def state_necessity(actor: Actor, event_id: int, kind: str, reason: str) -> int:
    """Answer all unanswered marks of `kind` in the event: they are necessary because of `reason`. Returns how many.

    Raises NotFound, Forbidden, Invalid, Conflict if none is unanswered.
    """
    event = _lock_to_answer(actor, event_id)
    reason = reason.strip()
    if not reason:
        raise Invalid({"reason": [PersonalDataProblem.NO_REASON()]})
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise Invalid({"reason": [PersonalDataProblem.REASON_TOO_LONG(most=LONGEST_REASON)]})
    complete(event.pk)
    unanswered = answerable_marks(event.pk).filter(kind=known_kind(kind), answered_at=None)
    count = unanswered.update(reason=reason, answered_by=actor.user_id, answered_at=timezone.now())
    if not count:
        raise Conflict(PersonalDataProblem.NOTHING_TO_ANSWER())
    change = {"kind": kind, "marks": count}
    record(actor, IntelAction.PERSONAL_DATA_ANSWERED, event_target(event), change)
    return count


@transaction.atomic
def take_back_answer(actor: Actor, event_id: int, kind: str) -> int:
    """Leave all marks of `kind` in the event unanswered again; returns how many. Raises as `state_necessity`."""
    event = _lock_to_answer(actor, event_id)
    answered = answerable_marks(event.pk).filter(kind=known_kind(kind), answered_at__isnull=False)
    count = answered.update(reason="", answered_by=None, answered_at=None)
    if not count:
        raise Conflict(PersonalDataProblem.NOTHING_ANSWERED())
    change = {"kind": kind, "marks": count}
    record(actor, IntelAction.PERSONAL_DATA_ANSWER_TAKEN_BACK, event_target(event), change)
    return count


@transaction.atomic
def tell_withheld(actor: Actor, *, tells: bool) -> None:
    """Whether readers without a legal ground are told how many items about offences are withheld from them in the
    events of the actor's organisation. Raises Forbidden unless the actor administers it."""
    actor.require_own_affairs()
    actor.require(Permission.ADMIN)
    own = Organisation.objects.filter(pk=actor.organisation_id).exclude(tells_withheld=tells)
    if own.update(tells_withheld=tells):
        target = Target("organisation", actor.organisation_id, title=actor.organisation_name)
        record(actor, IntelAction.WITHHELD_COUNT_SET, target, {"tells": tells})


def _lock_to_answer(actor: Actor, event_id: int) -> Event:
    actor.require_writing(Permission.PUBLISH)
    event = lock_event(actor, event_id)
    if not may_publish_event(actor, event):
        raise Forbidden
    return event


def may_answer(actor: Actor, event_id: int) -> None:
    """Raises NotFound, Forbidden."""
    if not may_publish_event(actor, find_event(actor, event_id)):
        raise Forbidden


def known_kind(kind: str) -> PersonalDataKind:
    if kind not in PersonalDataKind.values:
        raise Invalid({"kind": [PersonalDataProblem.UNKNOWN_KIND(known=", ".join(PersonalDataKind.values))]})
    return PersonalDataKind(kind)


UNSEARCHED = """
SELECT e.id FROM event e LEFT JOIN personal_data_scan s ON s.event_id = e.id
WHERE s.version IS DISTINCT FROM %(version)s ORDER BY e.id
"""
ATTRIBUTES = """
SELECT id, object_id, type, value1, value2, comment FROM attribute
WHERE event_id = %(event)s AND id = ANY(%(ids)s)
"""
DIGEST = """
SELECT md5(concat_ws(E'\\x1f', e.info,
    (SELECT string_agg(l.tag_id::text, ',' ORDER BY l.tag_id) FROM event_tag l WHERE l.event_id = e.id),
    (SELECT string_agg(concat(r.id, ':', md5(r.name || E'\\x1f' || r.content)), ',' ORDER BY r.id)
     FROM event_report r WHERE r.event_id = e.id)))
FROM event e WHERE e.id = %(event)s
"""
TEXTS = """
SELECT 'title', 0::bigint, 'info', info FROM event WHERE id = %(event)s
UNION ALL
SELECT DISTINCT 'tag', t.id, 'name', t.name FROM event_tag l JOIN tag t ON t.id = l.tag_id WHERE l.event_id = %(event)s
UNION ALL
SELECT 'report', id, unnest(ARRAY['name', 'content']), unnest(ARRAY[name, content])
FROM event_report WHERE event_id = %(event)s
"""
TAGS = """
SELECT 'event', 0::bigint, t.name FROM event_tag l JOIN tag t ON t.id = l.tag_id WHERE l.event_id = %(event)s
UNION ALL
SELECT 'attribute', l.attribute_id, t.name FROM attribute_tag l JOIN tag t ON t.id = l.tag_id
WHERE l.event_id = %(event)s AND l.attribute_id IN (
    SELECT part_id FROM personal_data_mark WHERE event_id = %(event)s AND place = ANY(%(attributes)s))
UNION ALL
SELECT 'report', r.id, t.name FROM event_report r JOIN event_report_tag l ON l.event_report_id = r.id
JOIN tag t ON t.id = l.tag_id WHERE r.event_id = %(event)s
"""
TAGGED = """
UPDATE personal_data_mark m SET tagged_offence = NOT tagged_offence
WHERE event_id = %(event)s AND tagged_offence IS DISTINCT FROM (
    %(all)s OR place = ANY(%(of_attributes)s) AND part_id = ANY(%(attributes)s::bigint[])
    OR place = 'report' AND part_id = ANY(%(reports)s::bigint[]))
"""
