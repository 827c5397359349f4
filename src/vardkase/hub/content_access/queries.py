"""Queries for content access requests and recorded reads, as far as visible to the actor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.hub.content_access.models import OPEN, ContentGrant, ContentReading, GrantReach, GrantState
from vardkase.hub.content_access.problems import ContentAccessProblem
from vardkase.hub.content_access.rules import OFFICERS, READERS, is_operator
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import reading_actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import event_predicate, reader_parameters
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.misp.flags import is_id

MOST = 500
"""Events listed of one grant. There are no more than somebody has opened one by one."""


@dataclass(frozen=True, slots=True)
class ReadEvent:
    event_id: int
    event_uuid: UUID
    times: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class ReadOfOwnEvent(ReadEvent):
    """An event with the organisation's content that was read: by whom, why, and who granted access.

    `info` is the event's title if the reader may read the event now, else empty.
    """

    grant_id: int
    asked_by: str
    asked_for: str
    reason: str
    granted_by: str
    info: str


@dataclass(frozen=True, slots=True)
class OpenableEvent:
    """An event covered by content access, without its content."""

    id: int
    uuid: UUID
    organisation: str
    published: bool


def grants(actor: Actor) -> QuerySet[ContentGrant]:
    """The requests that the actor may see, unordered: operators their own. Raises Forbidden."""
    actor.require_staff(*READERS)
    rows = ContentGrant.objects.select_related("organisation")
    return rows.filter(asked_by=actor.user_id) if is_operator(actor) else rows


def find_grant(actor: Actor, pk: int | str) -> ContentGrant:
    text = str(pk)
    grant = grants(actor).filter(pk=int(text)).first() if is_id(text) else None
    if grant is None:
        raise NotFound(ContentAccessProblem.NO_SUCH_REQUEST())
    return grant


def waiting_for(actor: Actor) -> int:
    if actor.staff.isdisjoint(OFFICERS):
        return 0
    waiting = ContentGrant.objects.filter(state=GrantState.ASKED, answer_by__gt=timezone.now())
    return waiting.exclude(asked_by=actor.user_id).count()


def in_force(actor: Actor) -> ContentGrant | None:
    if not is_operator(actor):
        return None
    # The end is compared with the clock: the job that records it runs only every quarter of an hour.
    granted = ContentGrant.objects.filter(asked_by=actor.user_id, state=GrantState.GRANTED)
    return granted.filter(ends_at__gt=timezone.now()).select_related("organisation").first()


def open_grant(actor: Actor) -> ContentGrant | None:
    if not is_operator(actor):
        return None
    return ContentGrant.objects.filter(asked_by=actor.user_id, state__in=OPEN).first()


def events_read(grant: ContentGrant) -> list[ReadEvent]:
    rows = (
        ContentReading.objects.filter(grant=grant)
        .values_list("event_id", "event_uuid")
        .annotate(times=Count("pk"), first=Min("at"), last=Max("at"))
        .order_by("-last")[:MOST]
    )
    return [ReadEvent(*row) for row in rows]


def read_of_ours(actor: Actor, *, limit: int, offset: int = 0) -> list[ReadOfOwnEvent]:
    actor.require(Permission.ADMIN)
    parameters = {
        **reader_parameters(actor),
        "organisation": actor.organisation_id,
        "limit": limit,
        "offset": offset,
    }
    sql = OURS.format(visible=event_predicate(actor))
    return [ReadOfOwnEvent(*row) for row in cursor().execute(sql, parameters).fetchall()]


def openable(actor: Actor, grant: ContentGrant, *, limit: int, offset: int = 0) -> list[OpenableEvent]:
    current = in_force(actor)
    if current is None or current.pk != grant.pk:
        return []
    reader = reading_actor(host_organisation_id() or 0, actor.name)
    reached = {
        GrantReach.EVENT: "e.id = %(event)s",
        GrantReach.ORGANISATION: "e.org_id = %(organisation)s",
        GrantReach.HUB: "TRUE",
    }[GrantReach(grant.reach)]
    # The hub owner's rights apply, not the operator's: access extends to what that organisation may read.
    sql = OPENABLE.format(reached=reached, visible=event_predicate(reader))
    parameters = {
        **reader_parameters(reader),
        "event": grant.event_id,
        "organisation": grant.organisation_id,
        "limit": limit,
        "offset": offset,
    }
    return [OpenableEvent(*row) for row in cursor().execute(sql, parameters).fetchall()]


# The title is read with the rights of the reader: the event may have been restricted or deleted since.
OURS = """
SELECT r.event_id, r.event_uuid, count(*), min(r.at), max(r.at), g.id, g.asked_by_name, g.asked_for, g.reason,
       g.decided_by_name, coalesce((SELECT e.info FROM event e WHERE e.id = r.event_id AND {visible}), '')
FROM content_reading r
JOIN content_grant g ON g.id = r.grant_id
WHERE EXISTS (SELECT 1 FROM content_concerned c
              WHERE c.grant_id = r.grant_id AND c.event_id = r.event_id AND c.organisation_id = %(organisation)s)
GROUP BY g.id, r.event_id, r.event_uuid
ORDER BY max(r.at) DESC, r.event_id
LIMIT %(limit)s OFFSET %(offset)s
"""

OPENABLE = """
SELECT e.id, e.uuid, o.name, e.published
FROM event e JOIN organisation o ON o.id = e.org_id
WHERE {reached} AND {visible}
ORDER BY e.id DESC
LIMIT %(limit)s OFFSET %(offset)s
"""
