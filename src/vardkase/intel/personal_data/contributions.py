"""Marks in what an organisation has written about events, its own or others': proposals, comments on them, notes and
opinions.

Its author answers for them, as the publisher of an event does for what is in the event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import (
    analyst_data_predicate,
    event_predicate,
    proposal_predicate,
    reader_parameters,
)
from vardkase.intel.analyst_data.models import AnalystData, AnalystDataKind
from vardkase.intel.analyst_data.services import edit_analyst_data
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.personal_data.answers import LockedMarks
from vardkase.intel.personal_data.kinds import PersonalDataKind
from vardkase.intel.personal_data.models import CONTRIBUTED, MarkPlace, PersonalDataMark
from vardkase.intel.personal_data.problems import PersonalDataProblem
from vardkase.intel.personal_data.pseudonyms import pseudonym
from vardkase.intel.personal_data.replacing import ANYTHING, REMOVED, Replacement, keeps
from vardkase.intel.personal_data.services import mark_proposal_comments, mark_proposals
from vardkase.intel.proposals.models import Proposal, ProposalComment
from vardkase.intel.undo.models import TextBefore, UndoPoint
from vardkase.intel.undo.problems import UndoProblem
from vardkase.intel.undo.services import LASTS
from vardkase.misp.types import category_allows
from vardkase.misp.values import split

MOST = 500
"""Contributions on one page."""
LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class MarkedContribution:
    """A proposal, comment on one, note or opinion of the reader's organisation, with the marks in it.

    `event_id` is null for what is about nothing in an event here. `texts` are the marked details as they stand in it.
    """

    place: MarkPlace
    part_id: int
    event_id: int | None
    uuid: UUID
    kinds: Sequence[PersonalDataKind]
    texts: Sequence[str]
    count: int
    unanswered: int
    offences: int
    denied: int
    reason: str
    denied_because: str

    @property
    def kind_labels(self) -> list[str]:
        return [str(kind.label) for kind in self.kinds]


def marked_contributions(
    actor: Actor, *, start: int = 0, most: int = MOST, only: tuple[str, int] | None = None
) -> list[MarkedContribution]:
    """Those of the actor's organisation, unanswered ones and then the newest first; one more than `most` if there are
    more."""
    place, part_id = only or ("", 0)
    parameters = reader_parameters(actor) | {
        "own": actor.organisation_id, "start": start, "most": most + 1, "place": place, "part": part_id,
    }  # fmt: skip
    sql = LISTED.format(
        event=event_predicate(actor), proposal=proposal_predicate(actor), said=analyst_data_predicate(actor)
    )
    return [_contribution(row) for row in cursor().execute(sql, parameters).fetchall()]


def find_contribution(actor: Actor, place: str, part_id: int) -> MarkedContribution:
    """Raises NotFound, also for what another organisation has written."""
    found = marked_contributions(actor, only=(place, part_id)) if place in CONTRIBUTED else []
    if not found:
        raise NotFound(PersonalDataProblem.NO_SUCH_CONTRIBUTION())
    return found[0]


def _contribution(row: tuple[Any, ...]) -> MarkedContribution:
    place, part_id, event_id, uuid, kinds, texts, *rest = row
    shown = [text[:LONGEST_SHOWN] for text in dict.fromkeys(texts)]
    return MarkedContribution(
        MarkPlace(place), part_id, event_id, uuid, [PersonalDataKind(kind) for kind in kinds], shown, *rest
    )


@dataclass(frozen=True, slots=True)
class MarksOfContribution:
    """All marks in one contribution, for the organisation that wrote it (`answers.AnsweredMarks`)."""

    place: str
    part_id: int

    def lock(self, actor: Actor) -> LockedMarks:
        found = _locked(actor, self.place, self.part_id)
        return LockedMarks(_marks(found), _target(found), {})


@transaction.atomic
def replace_in_own(actor: Actor, place: str, part_id: int, way: str) -> int:
    """Replace all that is marked in one contribution by pseudonyms, or remove it; returns the point to go back to.

    Peers that have a proposal keep it as it was: MISP does not exchange changes of proposals. Raises NotFound,
    Forbidden, Invalid.
    """
    found = _locked(actor, place, part_id)
    if way not in Replacement.values:
        raise Invalid({"way": [PersonalDataProblem.UNKNOWN_WAY(known=", ".join(Replacement.values))]})
    before = _stored(found)
    after = dict(before)
    for mark in _marks(found).order_by("field", "-start"):
        text, kind = after[mark.field], PersonalDataKind(mark.kind)
        detail = text[mark.start : mark.end]
        is_value = mark.field == "value" and detail == before["value"]
        put = (
            pseudonym(found.uuid, kind, detail, is_value=is_value)
            if way == Replacement.PSEUDONYM
            else REMOVED
        )
        after[mark.field] = text[: mark.start] + put + text[mark.end :]
    _write(actor, found, after)
    point = _keep(actor, found, before)
    record(actor, IntelAction.PERSONAL_DATA_REPLACED, _target(found), {"way": way})
    return point


@transaction.atomic
def undo_in_own(actor: Actor, point_id: int) -> None:
    """Put back what the actor has replaced in a contribution. Raises NotFound, Conflict if it has changed since."""
    actor.require_writing(Permission.ADD)
    points = UndoPoint.objects.filter(pk=point_id, user=actor.user_id, made_at__gte=timezone.now() - LASTS)
    texts = list(TextBefore.objects.filter(point__in=points, holder__in=CONTRIBUTED))
    if not texts:
        raise NotFound(UndoProblem.TOO_LATE())
    place, part_id = texts[0].holder, texts[0].row_id
    found = _own(actor, place, part_id)
    now = _stored(found)
    if any(_digest(now.get(each.field, "")) != each.after for each in texts):
        raise Conflict(UndoProblem.CHANGED_SINCE(count=1))
    _write(actor, found, now | {each.field: each.text for each in texts})
    UndoPoint.objects.filter(pk=point_id).delete()
    record(actor, IntelAction.ATTRIBUTE_CHANGE_UNDONE, _target(found), {"count": 1})


@dataclass(frozen=True, slots=True)
class OwnContribution:
    place: MarkPlace
    row: Proposal | ProposalComment | AnalystData
    event_id: int | None

    @property
    def uuid(self) -> UUID:
        return UUID(str(self.row.proposal.uuid if isinstance(self.row, ProposalComment) else self.row.uuid))


def _locked(actor: Actor, place: str, part_id: int) -> OwnContribution:
    """One with marks."""
    actor.require_writing(Permission.ADD)
    found = find_contribution(actor, place, part_id)
    return _own(actor, found.place, part_id)


def _own(actor: Actor, place: str, part_id: int) -> OwnContribution:
    """Locked. Raises NotFound, Forbidden."""
    if place == MarkPlace.PROPOSAL:
        proposal = Proposal.objects.filter(pk=part_id, org=actor.organisation_id, deleted=False).first()
        if proposal is None:
            raise NotFound(PersonalDataProblem.NO_SUCH_CONTRIBUTION())
        lock_event(actor, proposal.event_id)
        return OwnContribution(MarkPlace.PROPOSAL, proposal, proposal.event_id)
    if place == MarkPlace.PROPOSAL_COMMENT:
        comments = ProposalComment.objects.select_related("proposal")
        comment = comments.filter(pk=part_id, org=actor.organisation_id).first()
        if comment is None:
            raise NotFound(PersonalDataProblem.NO_SUCH_CONTRIBUTION())
        lock_event(actor, comment.proposal.event_id)
        return OwnContribution(MarkPlace.PROPOSAL_COMMENT, comment, comment.proposal.event_id)
    actor.require(Permission.ANALYST_DATA)
    said = AnalystData.objects.select_for_update(of=("self",)).filter(
        pk=part_id, orgc=actor.organisation_id, org=actor.organisation_id
    )
    if (row := said.first()) is None:
        raise NotFound(PersonalDataProblem.NO_SUCH_CONTRIBUTION())
    event = cursor().execute(EVENT_OF, {"uuid": row.object_uuid}).fetchone()
    return OwnContribution(MarkPlace.ANALYST_DATA, row, event[0] if event else None)


def _marks(found: OwnContribution) -> QuerySet[PersonalDataMark]:
    return PersonalDataMark.objects.filter(place=found.place, part_id=found.row.pk)


def _stored(found: OwnContribution) -> dict[str, str]:
    """The texts by the names of the marks' fields."""
    if isinstance(found.row, AnalystData):
        return {"text": found.row.text or "", "authors": found.row.authors}
    if isinstance(found.row, ProposalComment):
        return {"text": found.row.text}
    return {"type": found.row.type, "category": found.row.category, "value": found.row.value,
            "comment": found.row.comment}  # fmt: skip


def _write(actor: Actor, found: OwnContribution, texts: dict[str, str]) -> None:
    row = found.row
    if isinstance(row, AnalystData):
        kind = AnalystDataKind(row.kind)
        name = "comment" if kind is AnalystDataKind.OPINION else "note"
        given = {name: texts["text"], "authors": texts["authors"]}
        before = {name: row.text or "", "authors": row.authors}
        changed = {field: text for field, text in given.items() if text != before[field]}
        edit_analyst_data(actor, kind, row.pk, changed)
        row.refresh_from_db()
        return
    if isinstance(row, ProposalComment):
        write_comment(row, texts["text"])
        return
    write_proposal(row, texts["type"], texts["category"], texts["value"], texts["comment"])
    mark_proposals(row.event_id, [row.pk])


def write_proposal(row: Proposal, type_: str, category: str, value: str, comment: str) -> None:
    if value != row.value and not keeps(type_, value):
        category = category if category_allows(category, ANYTHING) else "Other"
        type_ = ANYTHING
    row.type, row.category, row.comment = type_, category, comment
    row.value1, row.value2 = split(type_, value)
    row.timestamp = max(now_seconds(), row.timestamp + 1)
    row.save(update_fields=["type", "category", "comment", "value1", "value2", "timestamp"])


def write_comment(comment: ProposalComment, text: str) -> None:
    comment.text = text
    comment.save(update_fields=["text"])
    mark_proposal_comments(comment.proposal.event_id, [comment.pk])


def _keep(actor: Actor, found: OwnContribution, before: dict[str, str]) -> int:
    point = UndoPoint.objects.create(
        event_id=found.event_id, user_id=actor.user_id or 0, made_at=timezone.now()
    )
    now = _stored(found)
    TextBefore.objects.bulk_create(
        TextBefore(
            point=point,
            holder=found.place,
            row_id=found.row.pk,
            field=field,
            text=text,
            after=_digest(now[field]),
        )
        for field, text in before.items()
        if now[field] != text
    )
    return point.pk


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _target(found: OwnContribution) -> Target:
    # Without a title: that of a proposal is its value.
    kind = found.row.kind_name.lower() if isinstance(found.row, AnalystData) else "shadow_attribute"
    number = found.row.proposal_id if isinstance(found.row, ProposalComment) else found.row.pk
    return Target(kind, number, found.uuid)


LISTED = """
WITH own AS (
    SELECT 'proposal' AS place, s.id, s.event_id, s.uuid, concat_ws('|', s.value1, s.value2) AS value, s.comment,
        NULL AS text, NULL AS authors
    FROM proposal s JOIN event e ON e.id = s.event_id LEFT JOIN attribute a ON a.id = s.attribute_id
    WHERE s.org_id = %(own)s AND NOT s.deleted AND {event} AND {proposal} AND s.id IN (
        SELECT m.part_id FROM personal_data_mark m WHERE m.place = 'proposal')
    UNION ALL
    SELECT 'proposal-comment', c.id, s.event_id, s.uuid, '', '', c.text, NULL
    FROM proposal_comment c JOIN proposal s ON s.id = c.proposal_id
    JOIN event e ON e.id = s.event_id LEFT JOIN attribute a ON a.id = s.attribute_id
    WHERE c.org_id = %(own)s AND {event} AND {proposal} AND c.id IN (
        SELECT m.part_id FROM personal_data_mark m WHERE m.place = 'proposal-comment')
    UNION ALL
    SELECT 'analyst-data', n.id, NULL, n.object_uuid, '', '', n.text, n.authors FROM analyst_data n
    WHERE n.orgc_id = %(own)s AND n.org_id = %(own)s AND {said} AND n.id IN (
        SELECT m.part_id FROM personal_data_mark m WHERE m.place = 'analyst-data')
)
SELECT own.place, own.id, own.event_id, own.uuid, array_agg(DISTINCT m.kind ORDER BY m.kind),
    array_agg(substr(CASE m.field WHEN 'value' THEN own.value WHEN 'comment' THEN own.comment
            WHEN 'authors' THEN own.authors ELSE own.text END,
        m.start + 1, m."end" - m.start) ORDER BY m.id),
    count(*), count(*) FILTER (WHERE m.answered_at IS NULL),
    count(*) FILTER (WHERE (m.says_offence OR m.tagged_offence) AND m.denied_at IS NULL),
    count(*) FILTER (WHERE (m.says_offence OR m.tagged_offence) AND m.denied_at IS NOT NULL),
    max(m.reason), max(m.denied_because)
FROM own JOIN personal_data_mark m ON m.place = own.place AND m.part_id = own.id
WHERE %(place)s = '' OR own.place = %(place)s AND own.id = %(part)s
GROUP BY 1, 2, 3, 4
ORDER BY count(*) FILTER (WHERE m.answered_at IS NULL) > 0 DESC, max(m.id) DESC
LIMIT %(most)s OFFSET %(start)s
"""
# The event in which the thing is that a note or opinion is about, up the chain.
EVENT_OF = """
WITH RECURSIVE up AS (
    SELECT %(uuid)s::uuid AS uuid UNION
    SELECT n.object_uuid FROM up JOIN analyst_data n ON n.uuid = up.uuid
)
SELECT part.event_id FROM up JOIN LATERAL (
    SELECT id AS event_id FROM event WHERE uuid = up.uuid
    UNION ALL SELECT event_id FROM attribute WHERE uuid = up.uuid
    UNION ALL SELECT event_id FROM object WHERE uuid = up.uuid
    UNION ALL SELECT event_id FROM event_report WHERE uuid = up.uuid
) part ON TRUE LIMIT 1
"""
