"""Queries for the event page besides attributes: tags, reports, neighbours, audience."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.group_members import group_member_predicate
from vardkase.identity.access.visibility import (
    event_predicate,
    reader_parameters,
    report_predicate,
)
from vardkase.intel.columns import EventRow


@dataclass(frozen=True, slots=True)
class AttachedTag:
    id: int
    tag_id: int
    name: str
    local: bool
    relationship_type: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An event related by extension: the one it extends, or one that extends it."""

    id: int
    info: str
    orgc_name: str


def event_tags(event_id: int) -> list[AttachedTag]:
    return [AttachedTag(*row) for row in cursor().execute(TAGS, {"event": event_id}).fetchall()]


def count_reports(actor: Actor, event_id: int) -> int:
    sql = REPORT_COUNT.format(event=event_predicate(actor), report=report_predicate(actor, "r"))
    row = cursor().execute(sql, {"event": event_id, **reader_parameters(actor)}).fetchone()
    return int(row[0]) if row else 0


def extended_events(actor: Actor, event: EventRow) -> tuple[list[Neighbour], list[Neighbour]]:
    parameters = {"uuid": event.uuid, "extends": event.extends_uuid, **reader_parameters(actor)}
    rows = cursor().execute(NEIGHBOURS.format(event=event_predicate(actor)), parameters).fetchall()
    return (
        [Neighbour(*row) for extends, *row in rows if extends],
        [Neighbour(*row) for extends, *row in rows if not extends],
    )


def group_members(actor: Actor, sharing_group_id: int) -> list[str]:
    if not (actor.is_site_admin or sharing_group_id in actor.sharing_group_ids):
        return []
    sql = MEMBERS.format(visible=group_member_predicate(actor))
    return [row[0] for row in cursor().execute(sql, {"group": sharing_group_id}).fetchall()]


TAGS = """
SELECT et.id, et.tag_id, t.name, et.local, et.relationship_type
FROM event_tag et JOIN tag t ON t.id = et.tag_id
WHERE et.event_id = %(event)s ORDER BY t.is_galaxy, et.id
"""

REPORT_COUNT = """
SELECT count(*) FROM event_report r JOIN event e ON e.id = r.event_id
WHERE r.event_id = %(event)s AND NOT r.deleted AND {event} AND {report}
"""

NEIGHBOURS = """
SELECT (e.uuid = %(extends)s::uuid) IS TRUE, e.id, e.info, orgc.name
FROM event e JOIN organisation orgc ON orgc.id = e.orgc_id
WHERE (e.extends_uuid = %(uuid)s::uuid OR e.uuid = %(extends)s::uuid) AND {event}
ORDER BY e.id DESC LIMIT 50
"""

MEMBERS = """
SELECT o.name FROM sharing_group_org m JOIN organisation o ON o.id = m.org_id
JOIN sharing_group g ON g.id = m.sharing_group_id
WHERE m.sharing_group_id = %(group)s AND {visible} ORDER BY lower(o.name)
"""
