"""Which events may go to another instance: published, far enough in reach, and let out by the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vardkase.core.sql import cursor
from vardkase.exchange.servers.models import Server
from vardkase.exchange.sync.rules import listed
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Credential, Permission


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that may be sent, as it was changed and published last (Unix seconds)."""

    id: int
    uuid: str
    timestamp: int
    sighting_timestamp: int
    published: int


def groups_reaching(server: Server) -> tuple[int, ...]:
    """The sharing groups whose material may go over a connection (sync-protocol §5)."""
    row = cursor().execute(GROUPS, {"server": server.pk, "remote": server.remote_org_id}).fetchone()
    return tuple(row[0]) if row else ()


def reader_of(server: Server) -> Actor:
    """The organisation at the other end, as a reader here: what it may not read is not sent."""
    return Actor(
        user_id=None,
        name=f"connection {server.name}",
        organisation_id=server.remote_org_id,
        organisation_name=server.remote_org.name,
        permissions=frozenset({Permission.AUTH, Permission.SYNC}),
        credential=Credential.JOB,
        sharing_group_ids=groups_reaching(server),
    )


def candidates(server: Server, *, event_ids: Sequence[int] | None = None, after: int = 0) -> list[Candidate]:
    """The events that may go over a connection, by id: all, some, or those with an id above `after`."""
    values = {
        "groups": list(groups_reaching(server)),
        "internal": server.internal,
        "events": None if event_ids is None else list(event_ids),
        "after": after,
        **_rule_parameters(server.push_rules),
    }
    return [Candidate(*row) for row in cursor().execute(CANDIDATES, values).fetchall()]


def names_of_tags(rules: Mapping[str, Any]) -> frozenset[str]:
    """The names, in lower case, of the tags that keep things at home."""
    ids = _numbers(rules, "tags", "NOT")
    rows = cursor().execute("SELECT lower(name) FROM tag WHERE id = ANY(%s)", (ids,)).fetchall()
    return frozenset(row[0] for row in rows)


def _rule_parameters(rules: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{rule}_{side.lower()}": _numbers(rules, rule, side) or None
        for rule in ("tags", "orgs")
        for side in ("OR", "NOT")
    } | {f"named_{rule}": bool(listed(rules, rule, "OR")) for rule in ("tags", "orgs")}


def _numbers(rules: Mapping[str, Any], rule: str, side: str) -> list[int]:
    """The ids of a rule; a push names tags and organisations by their ids here."""
    return [int(value) for value in listed(rules, rule, side) if value.isdecimal()]


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

# A rule that names only what is not here (a tag by name, say) lets nothing out: so does MISP.
CANDIDATES = """
SELECT e.id, e.uuid::text, e.timestamp, e.sighting_timestamp, e.publish_timestamp
FROM event e
WHERE e.published AND e.id > %(after)s
    AND (%(events)s::bigint[] IS NULL OR e.id = ANY(%(events)s))
    AND (e.distribution IN (2, 3) OR %(internal)s AND e.distribution = 1
         OR e.distribution = 4 AND e.sharing_group_id = ANY(%(groups)s::bigint[]))
    AND (NOT %(named_tags)s OR EXISTS (
        SELECT 1 FROM event_tag t WHERE t.event_id = e.id AND t.tag_id = ANY(%(tags_or)s::bigint[])))
    AND (%(tags_not)s::bigint[] IS NULL OR NOT EXISTS (
        SELECT 1 FROM event_tag t WHERE t.event_id = e.id AND t.tag_id = ANY(%(tags_not)s::bigint[])))
    AND (NOT %(named_orgs)s OR e.orgc_id = ANY(%(orgs_or)s::bigint[]))
    AND (%(orgs_not)s::bigint[] IS NULL OR e.orgc_id <> ALL(%(orgs_not)s::bigint[]))
ORDER BY e.id
"""
