"""Which subscriptions some events concern: what people follow is looked for as far as each may read it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vardkase.analysis.saved_searches.matching import Subscriber, matches
from vardkase.core.sql import cursor
from vardkase.exchange.reader_kinds import ATTRIBUTE, GROUPS, READABLE_TAG
from vardkase.exchange.subscriptions.models import FollowedKind, Subscription
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_publish_timestamp
from vardkase.identity.access.visibility import event_predicate, for_each_reader
from vardkase.identity.accounts.queries import reading_users


class NotifiedBy(StrEnum):
    """How people are notified: the condition on a subscription `s`."""

    IN_APP = "s.in_app"
    MAIL_NOW = "s.mail AND NOT s.daily"
    MAIL_DAILY = "s.mail AND s.daily"


@dataclass(frozen=True, slots=True)
class FollowedEvent:
    """An event that concerns a subscription; `attribute_id` is the attribute where what is followed was found."""

    user_id: int
    organisation_id: int
    event_id: int
    subscription_id: int
    attribute_id: int | None


def followed_in(
    event_ids: Collection[int], channel: NotifiedBy, *, exactly: int | None = None, since: int | None = None
) -> list[FollowedEvent]:
    """One match for each person and event that they may read, at most.

    The version of the event that they know of was published `exactly` then, or after `since` (Unix seconds).
    """
    following = Subscription.objects.values("user_id")
    people = list(reading_users().filter(server_id=0, pk__in=following).values_list("pk", flat=True))
    if not people or not event_ids:
        return []
    searched = _found_by_searches(people, event_ids)
    parameters: dict[str, Any] = {
        "people": people,
        "events": list(event_ids),
        "exactly": exactly,
        "since": since,
        "searches": [subscription for subscription, _event in searched],
        "found": [event for _subscription, event in searched],
    }
    rows = cursor().execute(MATCHES.replace("{channel}", channel.value), parameters).fetchall()
    return [FollowedEvent(*row) for row in rows]


def _found_by_searches(people: Sequence[int], event_ids: Collection[int]) -> list[tuple[int, int]]:
    """Subscriptions to saved searches, with each event that the search finds for the person."""
    rows = Subscription.objects.filter(kind=FollowedKind.SEARCH, user_id__in=people)
    subscriptions = {
        Subscriber(user, search): pk for pk, user, search in rows.values_list("pk", "user_id", "thing_id")
    }
    found = matches(subscriptions, event_ids)
    return [(subscriptions[each], event) for each, events in found.items() for event in events]


def _knows(actor: Actor) -> str:
    """SQL: the actor reads the event, and the version that they know of was published when it is asked for."""
    published = event_publish_timestamp(actor)
    return (
        f"{event_predicate(actor)} AND CASE WHEN %%(exactly)s::bigint IS NOT NULL THEN {published} = %%(exactly)s "
        f"ELSE {published} > %%(since)s::bigint END"
    )


# Of the value of an attribute, the parts and the whole are compared, by a hash: an event may have 350,000 of them. If
# nobody follows a value, they are not read at all. A match of the event itself precedes those of its attributes.
MATCHES = f"""
WITH sub AS MATERIALIZED (
    SELECT s.id, s.user_id, s.kind, s.thing_id, s.value, lower(c.tag_name) AS cluster_tag, u.org_id,
        role.perm_site_admin AS sees_all
    FROM subscription s JOIN account u ON u.id = s.user_id JOIN role ON role.id = u.role_id
    LEFT JOIN galaxy_cluster c ON s.kind = 'cluster' AND c.id = s.thing_id AND NOT c.deleted
    WHERE s.user_id = ANY(%(people)s::bigint[]) AND {{channel}}
), given AS (SELECT DISTINCT org_id, sees_all FROM sub
), reader AS MATERIALIZED (SELECT given.org_id, given.sees_all, {GROUPS} AS group_ids FROM given
), readable AS MATERIALIZED (
    SELECT r.org_id, r.sees_all, r.group_ids, e.id AS event_id
    FROM reader r JOIN event e ON e.id = ANY(%(events)s::bigint[]) WHERE {for_each_reader(_knows)}
), hit AS (
    SELECT sub.id, r.event_id, NULL::bigint AS attribute_id
    FROM sub JOIN readable r USING (org_id, sees_all) JOIN event e ON e.id = r.event_id
    WHERE (sub.kind = 'organisation' AND e.orgc_id = sub.thing_id) OR (sub.kind = 'event' AND e.id = sub.thing_id)
    UNION ALL
    SELECT sub.id, r.event_id, NULL
    FROM sub JOIN readable r ON r.org_id = sub.org_id AND r.sees_all = sub.sees_all
    JOIN unnest(%(searches)s::bigint[], %(found)s::bigint[]) AS searched (id, event_id)
        ON searched.id = sub.id AND searched.event_id = r.event_id
    UNION ALL
    SELECT sub.id, r.event_id, NULL
    FROM readable r JOIN event e ON e.id = r.event_id
    JOIN event_tag tagged ON tagged.event_id = e.id JOIN tag t ON t.id = tagged.tag_id
    JOIN sub ON sub.org_id = r.org_id AND sub.sees_all = r.sees_all
        AND ((sub.kind = 'tag' AND sub.thing_id = t.id) OR (sub.kind = 'cluster' AND sub.cluster_tag = lower(t.name)))
    WHERE {READABLE_TAG}
    UNION ALL
    SELECT sub.id, r.event_id, a.id
    FROM readable r JOIN event e ON e.id = r.event_id
    JOIN attribute_tag tagged ON tagged.event_id = e.id JOIN tag t ON t.id = tagged.tag_id
    JOIN attribute a ON a.id = tagged.attribute_id
    JOIN sub ON sub.org_id = r.org_id AND sub.sees_all = r.sees_all
        AND ((sub.kind = 'tag' AND sub.thing_id = t.id) OR (sub.kind = 'cluster' AND sub.cluster_tag = lower(t.name)))
    WHERE NOT a.deleted AND {READABLE_TAG} AND {ATTRIBUTE}
    UNION ALL
    SELECT sub.id, r.event_id, a.id
    FROM readable r JOIN event e ON e.id = r.event_id JOIN attribute a ON a.event_id = e.id
    CROSS JOIN LATERAL (
        VALUES (lower(a.value1)), (lower(a.value2)), (lower(a.value1 || '|' || a.value2))
    ) AS part (value)
    JOIN sub ON sub.value = part.value AND sub.kind = 'value' AND sub.org_id = r.org_id AND sub.sees_all = r.sees_all
    WHERE NOT a.deleted AND {ATTRIBUTE} AND EXISTS (SELECT 1 FROM sub WHERE kind = 'value')
)
SELECT DISTINCT ON (sub.user_id, hit.event_id) sub.user_id, sub.org_id, hit.event_id, sub.id, hit.attribute_id
FROM hit JOIN sub USING (id)
ORDER BY sub.user_id, hit.event_id, hit.attribute_id NULLS FIRST, sub.id
"""
