"""The audience of an event on this hub, and which parts they will not see; computed before publication.

It evaluates the conditions of `identity.access.visibility` (distribution, sharing group, the organisation's right
to read) in reverse: not "may this reader see it" but "which organisations may".
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.core.sql import cursor
from vardkase.identity.organisations.models import SharingGroup
from vardkase.identity.organisations.settings import group_members_are_hidden
from vardkase.intel.columns import EventRow
from vardkase.misp.distribution import Distribution


@dataclass(frozen=True, slots=True)
class Receiver:
    id: int
    name: str
    sector: str
    users: int


@dataclass(frozen=True, slots=True)
class WithheldParts:
    """Live parts of an event that not all of its readers get.

    `attributes` and `reports` stay with the owner organisation; `for_groups` are attributes limited to a
    sharing group, by the group's name.
    """

    attributes: int
    reports: int
    local_tags: int
    for_groups: list[tuple[str, int]]


def event_receivers(event: EventRow) -> list[Receiver]:
    return receivers(event.distribution, event.sharing_group_id, event.org_id)


def receivers(distribution: int, sharing_group_id: int | None, own_id: int) -> list[Receiver]:
    """Members with an active user that this distribution reaches, without the own organisation.

    For a group with hidden members only their number is disclosed.
    """
    members = _receivers(distribution, sharing_group_id, own_id)
    if distribution == Distribution.SHARING_GROUP and hides_members(sharing_group_id, own_id):
        return [Receiver(0, gettext("A member of the group"), "", receiver.users) for receiver in members]
    return members


def hides_members(sharing_group_id: int | None, own_id: int) -> bool:
    hidden = Q(hides_members=True) | Q(group_members_are_hidden())
    # The organisation that owns the group knows its members anyway.
    return SharingGroup.objects.filter(hidden, pk=sharing_group_id or 0).exclude(org=own_id).exists()


def receiver_ids(distribution: int, sharing_group_id: int | None, own_id: int) -> set[int]:
    """As `receivers`; to be compared with, and not shown, since it has the members of every group."""
    return {receiver.id for receiver in _receivers(distribution, sharing_group_id, own_id)}


def _receivers(distribution: int, sharing_group_id: int | None, own_id: int) -> list[Receiver]:
    if distribution == Distribution.ORGANISATION:
        return []
    in_group = IN_GROUP.format(group="%(group)s")
    condition = in_group if distribution == Distribution.SHARING_GROUP else "TRUE"
    values = {"own": own_id, "group": sharing_group_id, "now": timezone.now()}
    rows = cursor().execute(RECEIVERS.format(condition=condition), values)
    return [Receiver(*row) for row in rows.fetchall()]


def count_members(own_id: int) -> int:
    row = cursor().execute(COUNT, {"own": own_id, "now": timezone.now()}).fetchone()
    return int(row[0]) if row else 0


def withheld_parts(event: EventRow) -> WithheldParts:
    groups: list[tuple[str, int]] = []
    kept = 0
    for name, count in cursor().execute(RESTRICTED, {"event": event.id}).fetchall():
        if name is None:
            kept += count
        else:
            groups.append((name, count))
    row = cursor().execute(OTHERS, {"event": event.id}).fetchone()
    reports, local_tags = row or (0, 0)
    return WithheldParts(kept, reports, local_tags, groups)


ACTIVE_USER = "u.org_id = o.id AND NOT u.disabled AND (u.expiration IS NULL OR u.expiration > now())"

RECEIVERS = f"""
SELECT o.id, o.name, o.sector, count(*)
FROM organisation o JOIN account u ON {ACTIVE_USER}
WHERE o.local AND o.read_period @> %(now)s::timestamptz AND o.id <> %(own)s AND {{condition}}
GROUP BY o.id ORDER BY lower(o.name)
"""

# SQL for the organisations (alias `o`) that read what goes to a group.
IN_GROUP = """
EXISTS (SELECT 1 FROM sharing_group g WHERE g.id = {group} AND g.active AND (
    g.org_id = o.id
    OR EXISTS (SELECT 1 FROM sharing_group_org m WHERE m.sharing_group_id = g.id AND m.org_id = o.id)
    OR EXISTS (SELECT 1 FROM sharing_group_server s
               WHERE s.sharing_group_id = g.id AND s.server_id = 0 AND s.all_orgs)))
"""

COUNT = f"""
SELECT count(*) FROM organisation o
WHERE o.local AND o.read_period @> %(now)s::timestamptz AND o.id <> %(own)s
    AND EXISTS (SELECT 1 FROM account u WHERE {ACTIVE_USER})
"""

# Of two limits on an attribute, its own and its object's, "own organisation" (0) is the narrower: it sorts first.
RESTRICTED = """
WITH narrow AS (
    SELECT id, distribution, sharing_group_id FROM object
    WHERE event_id = %(event)s AND distribution IN (0, 4) AND NOT deleted
), part AS (
    SELECT a.id, a.distribution, a.sharing_group_id FROM attribute a
    WHERE a.event_id = %(event)s AND a.distribution IN (0, 4) AND NOT a.deleted
    UNION ALL
    SELECT a.id, n.distribution, n.sharing_group_id FROM attribute a JOIN narrow n ON n.id = a.object_id
    WHERE NOT a.deleted
), narrowest AS (
    SELECT DISTINCT ON (id) id, distribution, sharing_group_id FROM part ORDER BY id, distribution
)
SELECT g.name, count(*) FROM narrowest n
LEFT JOIN sharing_group g ON g.id = n.sharing_group_id AND n.distribution = 4
GROUP BY g.name ORDER BY g.name
"""

OTHERS = """
SELECT (SELECT count(*) FROM event_report WHERE event_id = %(event)s AND distribution = 0 AND NOT deleted),
       (SELECT count(*) FROM event_tag WHERE event_id = %(event)s AND local)
       + (SELECT count(*) FROM attribute_tag WHERE event_id = %(event)s AND local)
"""
