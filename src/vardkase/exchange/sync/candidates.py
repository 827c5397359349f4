"""Events that may be pushed to another instance: published, sufficient distribution, allowed by the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.core.sql import cursor
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import leads_to_another_hub
from vardkase.exchange.servers.rules import connection_scope_of_push
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.connection_scope import ConnectionScope
from vardkase.identity.access.event_times import event_published, event_times
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.access.visibility import event_predicate, reader_parameters


@dataclass(frozen=True, slots=True)
class PushCandidate:
    """An event that may be sent, with its last change and publication (Unix seconds)."""

    id: int
    uuid: str
    timestamp: int
    sighting_timestamp: int
    published: int


def groups_reaching(server: Server) -> tuple[int, ...]:
    """The sharing groups whose events may go over a connection."""
    row = cursor().execute(GROUPS, {"server": server.pk, "remote": server.remote_org_id}).fetchone()
    return tuple(row[0]) if row else ()


def reader_of(server: Server) -> Actor:
    """The peer's organisation as a reader of what may go over the connection: nothing else is sent."""
    return Actor(
        user_id=None,
        name=f"connection {server.name}",
        organisation_id=server.remote_org_id,
        organisation_name=server.remote_org.name,
        permissions=frozenset({Permission.AUTH, Permission.SYNC}),
        credential=Credential.JOB,
        sharing_group_ids=groups_reaching(server),
        may_read=server.remote_org.may_read or leads_to_another_hub(server),
        connection_scope=connection_scope_of_push(server),
    )


def candidates(
    server: Server, *, event_ids: Sequence[int] | None = None, after: int = 0
) -> list[PushCandidate]:
    """The events that may go over a connection, by id: all, some, or those with an id above `after`."""
    reader = reader_of(server)
    values = {"events": as_list(event_ids), "after": after, **reader_parameters(reader)}
    sql = CANDIDATES.format(visible=event_predicate(reader), **event_times(reader))
    return [PushCandidate(*row) for row in cursor().execute(sql, values).fetchall()]


@dataclass(frozen=True, slots=True)
class WithheldEvent:
    """The events that may not be sent: counts by reason, and some of them (uuid and reason), newest first.

    Reasons are sync decisions.
    """

    counts: dict[str, int]
    first: list[tuple[str, str]]


def kept_back(server: Server, *, event_ids: Sequence[int] | None, after: int, limit: int) -> WithheldEvent:
    reader = reader_of(server)
    connection_scope = reader.connection_scope or ConnectionScope()
    values = {
        "events": as_list(event_ids),
        "after": after,
        "distributions": [int(distribution) for distribution in connection_scope.distributions],
        "limit": limit,
        **reader_parameters(reader),
    }
    # Twice the same query, since the counts are of all events and only `limit` of them are listed.
    kept = KEPT_BACK.format(visible=event_predicate(reader), published=event_published(reader))
    counts = cursor().execute(f"{kept} {COUNTED}", values).fetchall()
    first = cursor().execute(f"{kept} {FIRST}", values).fetchall()
    return WithheldEvent(dict(counts), first)


def as_list(event_ids: Sequence[int] | None) -> list[int] | None:
    return None if event_ids is None else list(event_ids)


def names_of_tags(ids: Sequence[int]) -> frozenset[str]:
    rows = cursor().execute("SELECT lower(name) FROM tag WHERE id = ANY(%s)", (list(ids),)).fetchall()
    return frozenset(row[0] for row in rows)


# A roaming group reaches every connection to one of its members, another only those to instances that it
# names.
GROUPS = """
SELECT coalesce(array_agg(g.id ORDER BY g.id), '{}')
FROM sharing_group g
WHERE g.active AND (
    CASE WHEN g.roaming THEN EXISTS (
        SELECT 1 FROM sharing_group_org m WHERE m.sharing_group_id = g.id AND m.org_id = %(remote)s)
    ELSE EXISTS (
        SELECT 1 FROM sharing_group_server s WHERE s.sharing_group_id = g.id AND s.server_id = %(server)s
            AND (s.all_orgs OR EXISTS (
                SELECT 1 FROM sharing_group_org m WHERE m.sharing_group_id = g.id AND m.org_id = %(remote)s)))
    END)
"""

# Distribution 0 is the own organisation alone, 4 a sharing group.
MAY_GO = """{published} AND e.distribution <> 0 AND e.id > %(after)s
    AND (e.distribution <> 4 OR e.sharing_group_id = ANY(%(reader_groups)s)) AND {visible}"""

CANDIDATES = f"""
SELECT e.id, e.uuid::text, {{timestamp}}, {{sighting_timestamp}}, {{publish_timestamp}}
FROM event e
WHERE (%(events)s::bigint[] IS NULL OR e.id = ANY(%(events)s)) AND {MAY_GO}
ORDER BY e.id
"""

# The first reason that applies is the one that is shown.
KEPT_BACK = f"""
WITH kept AS (
    SELECT e.id, e.uuid::text AS uuid, CASE
        WHEN NOT {{published}} THEN 'unpublished'
        WHEN e.distribution = 4 AND NOT e.sharing_group_id = ANY(%(reader_groups)s) THEN 'sharing_group'
        WHEN e.distribution <> 4 AND NOT e.distribution = ANY(%(distributions)s::int[]) THEN 'distribution'
        WHEN NOT {{visible}} THEN 'rules'
        ELSE 'earlier' END AS reason
    FROM event e WHERE (%(events)s::bigint[] IS NULL OR e.id = ANY(%(events)s)) AND NOT ({MAY_GO})
)"""
COUNTED = "SELECT reason, count(*) FROM kept GROUP BY reason"
FIRST = "SELECT uuid, reason FROM kept ORDER BY id DESC LIMIT %(limit)s"
