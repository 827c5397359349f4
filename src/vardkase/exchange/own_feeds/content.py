"""Content of own feeds: selection of published events, and their minimum distribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import query
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.core.sql import SqlQuery, cursor
from vardkase.exchange.own_feeds.problems import OwnFeedProblem
from vardkase.exchange.problems import ConfigurationProblem
from vardkase.formats.feed import FeedReach
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.connection_scope import ConnectionScope
from vardkase.identity.access.event_times import event_times
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import reader_parameters
from vardkase.identity.organisations.queries import find_group

PUBLIC = (1, 2, 3)
"""Distributions that a feed may include: an organisation's own events never are."""
DECIDED = frozenset(("published", "distribution", "returnFormat", "limit", "page", "order", "sharinggroup"))
"""Filters that a feed decides itself."""


@dataclass(frozen=True, slots=True)
class FeedContent:
    """Which published events a feed contains: `filters` as for events/restSearch, empty for all."""

    distributions: tuple[int, ...] = (3,)
    sharing_groups: tuple[str, ...] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)
    local_tags: bool = False


@dataclass(slots=True)
class ListedEvent:
    """A published event that a feed may contain, with the wire format's names, for `Reach`."""

    id: int
    uuid: str
    timestamp: int
    distribution: str
    sharing_group_id: str


def reach_of(actor: Actor, content: FeedContent) -> FeedReach:
    """How far the feed's content is shared. Raises Invalid, NotFound (an unknown sharing group)."""
    refused = [number for number in content.distributions if number not in PUBLIC]
    if refused:
        raise Invalid({"distributions": [OwnFeedProblem.BAD_DISTRIBUTION_GIVEN(number=refused[0])]})
    groups = (find_group(actor, reference).pk for reference in content.sharing_groups)
    return FeedReach(frozenset(map(str, content.distributions)), frozenset(map(str, groups)))


def outsider(actor: Actor, reach: FeedReach) -> Actor:
    """The readers of the feed as an actor: of what `actor` may read, no more than the feed's reach lets out.

    Nothing about offences: nobody knows who reads the files.
    """
    groups = tuple(number for number in actor.sharing_group_ids if str(number) in reach.sharing_groups)
    if actor.is_site_admin:
        groups = tuple(map(int, reach.sharing_groups))
    permissions = actor.permissions - {Permission.SITE_ADMIN}
    connection_scope = replace(actor.connection_scope or ConnectionScope(), owns=False)
    return replace(
        actor,
        permissions=permissions,
        sharing_group_ids=groups,
        connection_scope=connection_scope,
        reads_offences=False,
    )


def chosen(actor: Actor, content: FeedContent) -> SqlQuery:
    if decided := content.filters.keys() & DECIDED:
        raise Invalid({"filters": [OwnFeedProblem.DECIDED_FILTER(name=min(decided))]})
    distributions = [*content.distributions, *([4] if content.sharing_groups else [])]
    now = now_seconds()
    search = parse(Scope.EVENTS, {**content.filters, "published": True, "distribution": distributions}, now)
    since = search.publish_timestamp
    if since and (since.start or 0) > now:
        # As a search it would find nothing, and the feed would be emptied.
        raise Invalid({"filters": [ConfigurationProblem.FUTURE_TIME(name="publish_timestamp")]})
    return query(actor, search)


def listed(actor: Actor, events: SqlQuery, reach: FeedReach) -> dict[str, ListedEvent]:
    """Uuid → the chosen events within the reach, in order; one query."""
    sql = LISTED.format(chosen=events.sql, **event_times(actor))
    parameters = {**events.parameters, **reader_parameters(actor)}
    rows = cursor().execute(sql, parameters, binary=True).fetchall()
    found = (ListedEvent(*row) for row in rows)
    return {event.uuid: event for event in found if reach.holds(event)}


LISTED = """
SELECT e.id, e.uuid::text, {timestamp}, e.distribution::text, coalesce(e.sharing_group_id, 0)::text
FROM ({chosen}) AS chosen JOIN event e ON e.id = chosen.id WHERE {published} ORDER BY e.id
"""
