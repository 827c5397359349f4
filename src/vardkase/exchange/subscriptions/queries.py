"""Queries for what the actor follows. What they may no longer read has no name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from vardkase.analysis.saved_searches.queries import saved_searches
from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.exchange.subscriptions.models import FollowedKind, Subscription
from vardkase.exchange.subscriptions.problems import SubscriptionProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import event_predicate, reader_parameters
from vardkase.intel.queries.organisation_counts import readable_organisations
from vardkase.knowledge.galaxies.queries import visible_clusters
from vardkase.knowledge.taxonomies.queries import visible_tags

type Names = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class FollowedLine:
    """`name` is empty if the thing is gone, or hidden from the reader."""

    id: int
    kind: FollowedKind
    thing_id: int
    name: str
    in_app: bool
    mail: bool
    daily: bool
    created_at: datetime


def subscriptions(actor: Actor) -> QuerySet[Subscription]:
    rows = Subscription.objects.filter(user_id=actor.user_id or 0)
    return rows if actor.may_read else rows.none()


def described(actor: Actor, rows: Collection[Subscription]) -> list[FollowedLine]:
    named = {
        kind: NAMES[kind](actor, [row.thing_id for row in rows if row.kind == kind])
        for kind in {FollowedKind(row.kind) for row in rows} & NAMES.keys()
    }
    return [
        FollowedLine(
            row.pk,
            FollowedKind(row.kind),
            row.thing_id,
            row.value or named.get(FollowedKind(row.kind), {}).get(row.thing_id, ""),
            row.in_app,
            row.mail,
            row.daily,
            row.created_at,
        )
        for row in rows
    ]


def names_of(actor: Actor, subscription_ids: Collection[int]) -> dict[int, FollowedLine]:
    """Those of the actor's subscriptions, by id, whose thing they may read now."""
    rows = list(subscriptions(actor).filter(pk__in=subscription_ids))
    return {line.id: line for line in described(actor, rows) if line.name}


def find_subscription(actor: Actor, subscription_id: int) -> Subscription:
    found = subscriptions(actor).filter(pk=subscription_id).first()
    if found is None:
        raise NotFound(SubscriptionProblem.NOT_FOUND())
    return found


def subscription_to(actor: Actor, kind: FollowedKind, thing_id: int, value: str = "") -> Subscription | None:
    return subscriptions(actor).filter(kind=kind, thing_id=thing_id, value=value.lower()).first()


def _events(actor: Actor, ids: Collection[int]) -> Names:
    sql = f"SELECT e.id, e.info FROM event e WHERE e.id = ANY(%(ids)s::bigint[]) AND {event_predicate(actor)}"
    return dict(cursor().execute(sql, reader_parameters(actor) | {"ids": list(ids)}).fetchall())


def _named(rows: QuerySet[Any], ids: Collection[int], column: str) -> Names:
    return dict(rows.filter(pk__in=list(ids)).order_by().values_list("pk", column))


NAMES: Mapping[FollowedKind, Callable[[Actor, Collection[int]], Names]] = {
    FollowedKind.TAG: lambda actor, ids: _named(visible_tags(actor), ids, "name"),
    FollowedKind.ORGANISATION: lambda actor, ids: _named(readable_organisations(actor, ids), ids, "name"),
    FollowedKind.EVENT: _events,
    FollowedKind.CLUSTER: lambda actor, ids: _named(
        visible_clusters(actor).filter(deleted=False), ids, "value"
    ),
    FollowedKind.SEARCH: lambda actor, ids: _named(saved_searches(actor), ids, "name"),
}
"""The names of the things of each kind that the actor may read."""
