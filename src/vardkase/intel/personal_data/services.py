"""Services that keep the marks of an event, and of what is written about it, as what is written there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import batched

from django.db import transaction
from psycopg.rows import namedtuple_row

from vardkase.core.errors import Conflict
from vardkase.core.jobs.progress import report
from vardkase.core.sql import cursor
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.analyst_data.hooks import AnalystDataWritten
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
from vardkase.intel.personal_data.kinds import PersonalDataKind
from vardkase.intel.personal_data.marking import (
    OF_ATTRIBUTES,
    ON_ATTRIBUTES,
    ON_REPORTS,
    VERSION,
    in_attributes,
    in_proposals,
    in_texts,
    insert,
    replace,
)
from vardkase.intel.personal_data.models import (
    CONTRIBUTED,
    MarkPlace,
    PersonalDataMark,
    PersonalDataScan,
)
from vardkase.intel.personal_data.offences import is_offence_tag
from vardkase.intel.personal_data.problems import PersonalDataProblem
from vardkase.intel.personal_data.queries import OFFENCE, answerable_marks
from vardkase.intel.personal_data.tags import TAG_TEXT, mark_attribute_tags
from vardkase.intel.proposals.hooks import ProposalCommentWritten, ProposalsWritten

AT_ONCE = 5000
"""Attributes of an existing event that are read at a time."""

OF_THE_REST = (
    MarkPlace.TITLE.value, MarkPlace.TAG.value, *ON_REPORTS, MarkPlace.OBJECT.value,
)  # fmt: skip


def mark_new(attributes: Sequence[NewAttribute]) -> None:
    if attributes and (marks := in_attributes(attributes)):
        insert(attributes[0].event_id, marks)


def mark_edited(change: AttributesEdited) -> None:
    _mark_attributes(change.event_id, change.attribute_ids)


def forget_removed(removal: AttributesRemoved) -> None:
    if removal.attribute_ids is not None:  # With the event, the database removes its marks.
        replace(removal.event_id, ON_ATTRIBUTES, removal.attribute_ids, [])


def forget_answers_of_former_owner(taken: EventOwnerChanged) -> None:
    """The new owner answers anew: the reasons, and who gave them, would reveal the former one.

    Raises Conflict if it has no legal ground for what is about offences: that may have come since it was asked.
    """
    _require_ground_to_own(taken.event_id, Organisation.objects.get(owned_events=taken.event_id))
    marks = PersonalDataMark.objects.filter(event_id=taken.event_id).exclude(place__in=CONTRIBUTED)
    marks.update(
        reason="", answered_by=None, answered_at=None, denied_because="", denied_by=None, denied_at=None
    )


def mark_changed(change: EventChanged) -> None:
    """Search the title, tags, reports, their tags and comments of objects again if they have changed, and attributes'
    tags."""
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
        mark_proposals(event_id, None)
        mark_proposal_comments(event_id, None)
        scan = None
    _mark_rest(event_id, scan, VERSION)


def mark_proposals(event_id: int, ids: Sequence[int] | None) -> None:
    """Search proposals for a locked event again; None = all of them."""
    found = cursor(row_factory=namedtuple_row).execute(
        PROPOSALS, {"event": event_id, "ids": None if ids is None else list(ids)}
    )
    replace(event_id, [MarkPlace.PROPOSAL], ids, in_proposals(found.fetchall()))
    _mark_tagged(event_id)


def mark_proposal_comments(event_id: int, ids: Sequence[int] | None) -> None:
    """As `mark_proposals`, for what is said about them."""
    texts = cursor().execute(COMMENTS, {"event": event_id, "ids": None if ids is None else list(ids)})
    place = MarkPlace.PROPOSAL_COMMENT
    replace(event_id, [place], ids, in_texts(place, texts.fetchall()))
    _mark_tagged(event_id)


def mark_written_comment(written: ProposalCommentWritten) -> None:
    mark_proposal_comments(written.event_id, [written.comment_id])


def mark_written_proposals(written: ProposalsWritten) -> None:
    mark_proposals(written.event_id, written.ids)


def mark_written_analyst_data(written: AnalystDataWritten) -> None:
    mark_analyst_data(written.ids)


def mark_analyst_data(ids: Sequence[int]) -> None:
    """Search notes and opinions again; those that have been deleted lose their marks."""
    parameters = {"ids": list(ids), "version": VERSION}
    texts = cursor().execute(ANALYST_TEXTS, parameters).fetchall()
    replace(None, [MarkPlace.ANALYST_DATA], ids, in_texts(MarkPlace.ANALYST_DATA, texts))
    cursor().execute(ANALYST_SCANNED, parameters)


def mark_existing() -> int:
    """Search the events, and notes and opinions, that no version, or a former one, of the detection has searched;
    returns how many events."""
    bounds = {"version": VERSION, "most": AT_ONCE}
    while ids := [row[0] for row in cursor().execute(UNSEARCHED_ANALYST_DATA, bounds)]:
        with transaction.atomic():
            mark_analyst_data(ids)
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
    # `version`: of the detection that has searched the attributes; 0 for none.
    row = cursor().execute(DIGEST, {"event": event_id}).fetchone()
    if row is None:
        return
    if scan is None or scan.digest != row[0]:
        texts = cursor().execute(TEXTS, {"event": event_id}).fetchall()
        marks = [
            mark
            for place in map(MarkPlace, OF_THE_REST)
            for mark in in_texts(place, [text[1:] for text in texts if text[0] == place])
        ]
        replace(event_id, OF_THE_REST, None, marks)
        scanned = {"version": version, "digest": row[0]}
        PersonalDataScan.objects.update_or_create(event_id=event_id, defaults=scanned)
    mark_attribute_tags(event_id)
    _mark_tagged(event_id)


def _mark_tagged(event_id: int) -> None:
    # Only of events that have marks: most have none, and a large one has many tags.
    if (
        not cursor()
        .execute("SELECT 1 FROM personal_data_mark WHERE event_id = %s LIMIT 1", (event_id,))
        .fetchone()
    ):
        return
    tags = cursor().execute(TAGS, {"event": event_id, "attributes": list(ON_ATTRIBUTES)}).fetchall()
    saying = [(kind, part, tag) for kind, part, tag, name in tags if is_offence_tag(name)]
    of_parts = [each for each in saying if each[0] != "event"]
    cursor().execute(
        TAGGED,
        {
            "event": event_id,
            "of_event": [tag for kind, _, tag in saying if kind == "event"],
            "kinds": [kind for kind, _, _ in of_parts],
            "parts": [part for _, part, _ in of_parts],
            "tags": [tag for _, _, tag in of_parts],
            "of_attributes": list(ON_ATTRIBUTES),
        },
    )


UNSEARCHED = """
SELECT e.id FROM event e LEFT JOIN personal_data_scan s ON s.event_id = e.id
WHERE s.version IS DISTINCT FROM %(version)s ORDER BY e.id
"""
PROPOSALS = """
SELECT id, type, concat_ws('|', value1, value2) AS value, comment FROM proposal
WHERE event_id = %(event)s AND (%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s::bigint[]))
"""
COMMENTS = """
SELECT c.id, 'text', c.text FROM proposal_comment c JOIN proposal s ON s.id = c.proposal_id
WHERE s.event_id = %(event)s AND (%(ids)s::bigint[] IS NULL OR c.id = ANY(%(ids)s::bigint[]))
"""
ANALYST_TEXTS = """
SELECT id, unnest(ARRAY['text', 'authors']), unnest(ARRAY[coalesce(text, ''), authors])
FROM analyst_data WHERE id = ANY(%(ids)s)
"""
ANALYST_SCANNED = """
INSERT INTO personal_data_analyst_scan (analyst_data_id, version)
SELECT id, %(version)s FROM analyst_data WHERE id = ANY(%(ids)s)
ON CONFLICT (analyst_data_id) DO UPDATE SET version = EXCLUDED.version
"""
UNSEARCHED_ANALYST_DATA = """
SELECT n.id FROM analyst_data n LEFT JOIN personal_data_analyst_scan s ON s.analyst_data_id = n.id
WHERE s.version IS DISTINCT FROM %(version)s ORDER BY n.id LIMIT %(most)s
"""
ATTRIBUTES = """
SELECT id, object_id, type, value1, value2, comment FROM attribute
WHERE event_id = %(event)s AND id = ANY(%(ids)s)
"""
DIGEST = f"""
SELECT md5(concat_ws(E'\\x1f', e.info,
    (SELECT string_agg(concat(t.id, ':', md5({TAG_TEXT})), ',' ORDER BY t.id)
     FROM event_tag l JOIN tag t ON t.id = l.tag_id WHERE l.event_id = e.id),
    (SELECT string_agg(concat(r.id, ':', md5(r.name || E'\\x1f' || r.content)), ',' ORDER BY r.id)
     FROM event_report r WHERE r.event_id = e.id),
    (SELECT string_agg(concat(r.id, ':', t.id, ':', md5({TAG_TEXT})), ',' ORDER BY r.id, t.id)
     FROM event_report r JOIN event_report_tag l ON l.event_report_id = r.id JOIN tag t ON t.id = l.tag_id
     WHERE r.event_id = e.id),
    (SELECT string_agg(concat(o.id, ':', md5(o.comment)), ',' ORDER BY o.id)
     FROM object o WHERE o.event_id = e.id AND o.comment <> '')))
FROM event e WHERE e.id = %(event)s
"""
TEXTS = f"""
SELECT 'title', 0::bigint, 'info', info FROM event WHERE id = %(event)s
UNION ALL
SELECT 'tag', t.id, 'name', {TAG_TEXT}
FROM tag t WHERE t.id IN (SELECT tag_id FROM event_tag WHERE event_id = %(event)s)
UNION ALL
SELECT 'report', id, unnest(ARRAY['name', 'content']), unnest(ARRAY[name, content])
FROM event_report WHERE event_id = %(event)s
UNION ALL
SELECT DISTINCT 'report-tag', r.id, t.id::text, {TAG_TEXT}
FROM event_report r JOIN event_report_tag l ON l.event_report_id = r.id JOIN tag t ON t.id = l.tag_id
WHERE r.event_id = %(event)s
UNION ALL
SELECT 'object', id, 'comment', comment FROM object WHERE event_id = %(event)s AND comment <> ''
"""
TAGS = """
SELECT 'event', 0::bigint, t.id, t.name FROM event_tag l JOIN tag t ON t.id = l.tag_id WHERE l.event_id = %(event)s
UNION ALL
SELECT 'attribute', l.attribute_id, t.id, t.name FROM attribute_tag l JOIN tag t ON t.id = l.tag_id
WHERE l.event_id = %(event)s AND l.attribute_id IN (
    SELECT part_id FROM personal_data_mark WHERE event_id = %(event)s AND place = ANY(%(attributes)s))
UNION ALL
SELECT 'report', r.id, t.id, t.name FROM event_report r JOIN event_report_tag l ON l.event_report_id = r.id
JOIN tag t ON t.id = l.tag_id WHERE r.event_id = %(event)s
"""
# What another tag says later has not been denied yet. Marks from before the tags were kept know none of theirs.
TAGGED = """
WITH of_part AS (
    SELECT kind, part, array_agg(tag) AS tags
    FROM unnest(%(kinds)s::text[], %(parts)s::bigint[], %(tags)s::bigint[]) AS given (kind, part, tag) GROUP BY 1, 2
), said AS (
    SELECT m.id, ARRAY(
        SELECT DISTINCT each FROM unnest(%(of_event)s::bigint[] || coalesce(p.tags, '{}')) AS each ORDER BY each
    ) AS tags
    FROM personal_data_mark m LEFT JOIN of_part p ON p.part = m.part_id
        AND p.kind = CASE WHEN m.place = ANY(%(of_attributes)s) THEN 'attribute'
            WHEN m.place = 'report-tag' THEN 'report' ELSE m.place END
    WHERE m.event_id = %(event)s
)
UPDATE personal_data_mark m SET offence_tags = said.tags, tagged_offence = said.tags <> '{}',
    denied_at = CASE WHEN said.tags <@ m.offence_tags OR m.tagged_offence AND m.offence_tags = '{}' THEN m.denied_at END
FROM said WHERE said.id = m.id AND m.offence_tags <> said.tags
"""
