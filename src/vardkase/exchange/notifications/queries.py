"""Queries for a person's own notifications. Whether they may read what one is about is asked whenever it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from vardkase.core.errors import NotFound
from vardkase.core.paging import Page, PagePosition, beyond, page_of, place_parameters, sound
from vardkase.core.sql import cursor
from vardkase.exchange.notifications.models import DECIDED, WITHOUT_CONTENT, NotificationKind
from vardkase.exchange.notifications.problems import NotificationProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_publish_timestamp
from vardkase.identity.access.visibility import (
    analyst_data_predicate,
    attribute_predicate,
    deleted_predicate,
    event_predicate,
    reader_parameters,
)
from vardkase.intel.proposals.models import ProposalOutcome
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.queries import readable_sightings

MOST_COUNTED = 100
"""Unread ones are counted up to this number; above it the header says "99+"."""


MOST_DECIDED = 3
"""Proposals that a notification names."""


class Shown(StrEnum):
    ALL = "all"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class DecidedProposal:
    """What the reader has proposed, and what became of it."""

    outcome: ProposalOutcome
    to_delete: bool
    type: str
    value: str


@dataclass(slots=True)
class NotificationLine:
    """A notification and what its reader may know of what it is about.

    `title` is the event's, None if they may not read it. `sightings` is how many arrived since it was last read, and
    `value` what they are of, if it is one value. `decided` are the last of the reader's proposals that were decided.
    """

    id: int
    kind: NotificationKind
    at: int
    is_read: bool
    count: int
    event_id: int | None
    title: str | None
    by: str | None
    note_uuid: str | None
    note_kind: int | None
    job_id: int | None
    job_task: str | None
    job_arguments: str
    subscription_id: int | None
    question: str | None
    sightings: int = field(default=0)
    value: str = field(default="")
    decided: list[DecidedProposal] = field(default_factory=list)

    @property
    def when(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


def count_unread(actor: Actor) -> int:
    """How many the actor has not read, at most MOST_COUNTED."""
    # Every page counts them, and planning the visibility rules takes longer than the rest of the header.
    if actor.user_id is None or not cursor().execute(ANY_UNREAD, {"user": actor.user_id}).fetchone():
        return 0
    row = cursor().execute(COUNT.format(visible=_visible(actor)), _parameters(actor)).fetchone()
    return int(row[0]) if row else 0


def notifications(
    actor: Actor, shown: Shown, place: PagePosition | None, size: int
) -> Page[NotificationLine]:
    """A page of the actor's own, newest first."""
    place = sound(place, "bigint")
    condition, order = beyond("n.at", "n.id", "bigint", place, descending=True)
    unread = "n.read_at IS NULL" if shown is Shown.UNREAD else "TRUE"
    parameters = place_parameters(place) | {"limit": size + 1}
    lines = _lines(actor, f"{unread} AND {condition}", order, parameters)
    page = page_of(lines, place, size, lambda line: (line.at, line.id))
    _add_sightings(actor, page.rows)
    _add_decided(page.rows)
    return page


def find_notification(actor: Actor, notification_id: int) -> NotificationLine:
    """One of the actor's own. Raises NotFound."""
    condition = "n.id = %(id)s"
    rows = _lines(actor, condition, "n.id", {"id": notification_id, "limit": 1})
    if not rows:
        raise NotFound(NotificationProblem.NOT_FOUND())
    return rows[0]


def readable_ids(actor: Actor, ids: Sequence[int]) -> list[int]:
    sql = f"SELECT n.id {FROM} WHERE {_visible(actor)} AND n.id = ANY(%(ids)s::bigint[])"
    return [row[0] for row in cursor().execute(sql, _parameters(actor) | {"ids": list(ids)})]


def unread_ids(actor: Actor) -> list[int]:
    sql = f"SELECT n.id {FROM} WHERE n.read_at IS NULL AND {_visible(actor)}"
    return [row[0] for row in cursor().execute(sql, _parameters(actor))]


def _lines(actor: Actor, condition: str, order: str, parameters: dict[str, Any]) -> list[NotificationLine]:
    visible, event_visible = _visible(actor), event_predicate(actor)
    sql = LINES.format(event_visible=event_visible, visible=visible, condition=condition, order=order)
    rows = cursor().execute(sql, _parameters(actor) | parameters).fetchall()
    return [NotificationLine(pk, NotificationKind(kind), *rest) for pk, kind, *rest in rows]


def _add_sightings(actor: Actor, lines: Sequence[NotificationLine]) -> None:
    kinds = (NotificationKind.SIGHTED, NotificationKind.FALSE_POSITIVE)
    unread = {line.id: line for line in lines if line.kind in kinds and not line.is_read}
    if not unread:
        return
    readable = readable_sightings(actor)
    sql = SIGHTINGS.format(source=readable.source, condition=readable.condition)
    for pk, count, value in cursor().execute(sql, readable.parameters | {"ids": list(unread)}):
        unread[pk].sightings, unread[pk].value = count, value or ""


def _add_decided(lines: Sequence[NotificationLine]) -> None:
    decided = {line.id: line for line in lines if line.kind in DECIDED}
    if not decided:
        return
    parameters = {
        "ids": list(decided),
        "discarded": ProposalOutcome.DISCARDED.value,
        "of_discarded": NotificationKind.PROPOSALS_DISCARDED.value,
        "most": MOST_DECIDED,
    }
    for pk, outcome, *rest in cursor().execute(OWN_DECIDED, parameters).fetchall():
        decided[pk].decided.append(DecidedProposal(ProposalOutcome(outcome), *rest))


def _visible(actor: Actor) -> str:
    """SQL: notifications of the actor, as a member of the organisation they were notified in, of what they may read.

    Of a delegation that was accepted they may not: the event belongs to another organisation now. What has become of
    their own proposals they learn as soon as it is decided, though the event is not published again yet.
    """
    without_content = "n.kind = ANY(%(without_content)s::text[])"
    mine = "n.user_id = %(user)s AND n.organisation_id = %(organisation)s"
    if not actor.may_read:
        return f"{mine} AND {without_content}"
    event = f"e.id IS NOT NULL AND {event_predicate(actor)}"
    version = f"n.version IS NULL OR {event_publish_timestamp(actor)} >= n.version"
    attribute = (
        f"n.attribute_id IS NULL OR (a.id IS NOT NULL AND {attribute_predicate(actor)} "
        f"AND {deleted_predicate(actor, 'a')} AND NOT a.deleted)"
    )
    of_event = (
        f"(n.kind = '{NotificationKind.DELEGATION_ACCEPTED}' OR ({event} AND ({version}) AND ({attribute})))"
    )
    later = event_predicate(actor, once_published=True)
    decided = f"(n.kind = ANY(%(decided)s::text[]) AND e.id IS NOT NULL AND {later})"
    of_event = f"({of_event} OR {decided})"
    said = f"s.id IS NOT NULL AND {analyst_data_predicate(actor, 's')}"
    return (
        f"{mine} AND CASE WHEN {without_content} THEN j.id IS NOT NULL "
        f"WHEN n.event_id IS NULL AND n.said_id IS NULL THEN FALSE "
        f"ELSE (n.event_id IS NULL OR {of_event}) AND (n.said_id IS NULL OR ({said})) END"
    )


def _parameters(actor: Actor) -> dict[str, Any]:
    return {
        **reader_parameters(actor),
        "user": actor.user_id,
        "organisation": actor.organisation_id,
        "without_content": [kind.value for kind in WITHOUT_CONTENT],
        "decided": [kind.value for kind in DECIDED],
        "most": MOST_COUNTED,
    }


FROM = """
FROM notification n
LEFT JOIN event e ON e.id = n.event_id
LEFT JOIN attribute a ON a.id = n.attribute_id
LEFT JOIN analyst_data s ON s.id = n.said_id
LEFT JOIN procrastinate_jobs j ON j.id = n.job_id
"""
ANY_UNREAD = "SELECT 1 FROM notification WHERE user_id = %(user)s AND read_at IS NULL LIMIT 1"
COUNT = f"""
SELECT count(*) FROM (SELECT 1 {FROM} WHERE n.read_at IS NULL AND {{visible}} LIMIT %(most)s) unread
"""
LINES = f"""
SELECT n.id, n.kind, n.at, n.read_at IS NOT NULL, n.count, n.event_id, CASE WHEN {{event_visible}} THEN e.info END,
    coalesce(author.name, actor.name), s.uuid::text, s.kind, j.id, j.task_name, coalesce(j.args::text, '{{{{}}}}'),
    n.subscription_id, left(q.message, 300)
{FROM}
LEFT JOIN organisation author ON author.id = s.orgc_id
LEFT JOIN organisation actor ON actor.id = n.by_id
LEFT JOIN reader_question q ON q.id = n.question_id
WHERE {{visible}} AND {{condition}} ORDER BY {{order}} LIMIT %(limit)s
"""
# Only what the reader has written, so that it does not matter whether they may read the event just now.
OWN_DECIDED = """
SELECT n.id, own.outcome, own.to_delete, own.type, own.value
FROM notification n CROSS JOIN LATERAL (
    SELECT d.outcome, s.to_delete, s.type, concat_ws('|', s.value1, s.value2) AS value
    FROM proposal s JOIN proposal_decision d ON d.proposal_id = s.id
    WHERE s.event_id = n.event_id AND s.user_id = n.user_id AND s.org_id = n.organisation_id AND s.deleted
      AND s.timestamp <= n.at AND d.outcome <> 'withdrawn'
      AND (d.outcome = %(discarded)s) = (n.kind = %(of_discarded)s)
    ORDER BY s.timestamp DESC, s.id DESC LIMIT least(n.count, %(most)s)
) own
WHERE n.id = ANY(%(ids)s)
"""
SIGHTINGS = f"""
SELECT n.id, count(*), CASE WHEN count(DISTINCT s.attribute_id) = 1 THEN min(concat_ws('|', a.value1, a.value2)) END
{{source}} JOIN notification n ON n.event_id = s.event_id AND s.id >= n.from_id
    AND s.type = CASE n.kind WHEN '{NotificationKind.SIGHTED}' THEN {SightingType.SEEN.value}
        ELSE {SightingType.FALSE_POSITIVE.value} END
WHERE n.id = ANY(%(ids)s::bigint[]) AND s.org_id IS DISTINCT FROM n.organisation_id AND {{condition}}
GROUP BY n.id
"""
