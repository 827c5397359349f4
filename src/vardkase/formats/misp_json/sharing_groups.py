"""The SharingGroup block: members of the group, rendered once per document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from msgspec import Raw

from vardkase.core.sql import cursor
from vardkase.formats.misp_json.structs import Attribute, EventHeader, EventReport, Object, encoder
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.group_members import group_member_predicate


class SharingGroupLoader:
    """The sharing groups loaded so far for one reader's document, as JSON."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._rendered: dict[str, Raw] = {}

    def learn(self, group_ids: Iterable[str]) -> None:
        """Load the groups that are not loaded yet, in three queries; "0" means none."""
        missing = {int(number) for number in group_ids if number != "0" and number not in self._rendered}
        if missing:
            self._rendered.update(_blocks(self._actor, sorted(missing)))

    def block(self, group_id: str) -> Raw:
        return self._rendered[group_id]

    def add_to(self, parts: Iterable[EventHeader | Attribute | Object | EventReport]) -> None:
        """Set `SharingGroup` on those of `parts` that are for a sharing group."""
        shared = [part for part in parts if part.distribution == "4"]
        self.learn({part.sharing_group_id for part in shared})
        for part in shared:
            part.SharingGroup = self.block(part.sharing_group_id)


def _blocks(actor: Actor, group_ids: list[int]) -> dict[str, Raw]:
    parameters = {"ids": group_ids}
    members = _grouped(
        cursor().execute(MEMBERS.format(visible=group_member_predicate(actor)), parameters).fetchall(),
        _member,
    )
    servers = _grouped(cursor().execute(SERVERS, parameters).fetchall(), _server)
    blocks = {}
    for row in cursor().execute(GROUPS, parameters).fetchall():
        block: dict[str, Any] = dict(zip(GROUP_MEMBERS, row, strict=False))
        block |= {
            "Organisation": {"id": row[6], "name": row[13], "uuid": row[14]},
            "SharingGroupOrg": members.get(row[0], []),
            "SharingGroupServer": servers.get(row[0], []),
        }
        blocks[row[0]] = Raw(encoder.encode(block))
    return blocks


def _grouped(rows: list[Any], shape: Any) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(shape(*row))
    return found


def _member(number: str, group: str, org: str, extend: bool, name: str, uuid: str) -> dict[str, Any]:
    return {
        "id": number,
        "sharing_group_id": group,
        "org_id": org,
        "extend": extend,
        "Organisation": {"id": org, "name": name, "uuid": uuid},
    }


def _server(number: str, group: str, server: str, all_orgs: bool) -> dict[str, Any]:
    block = {"id": number, "sharing_group_id": group, "server_id": server, "all_orgs": all_orgs}
    # In the wire format, 0 is the instance that writes the document.
    if server == "0":
        block["Server"] = {"id": "0", "url": settings.BASE_URL, "name": settings.BASE_URL}
    return block


GROUP_MEMBERS = (
    "id", "name", "releasability", "description", "uuid", "organisation_uuid", "org_id", "sync_user_id",
    "active", "created", "modified", "local", "roaming",
)  # fmt: skip

GROUPS = """
SELECT g.id::text, g.name, g.releasability, g.description, g.uuid::text, g.organisation_uuid::text,
       g.org_id::text, g.sync_user_id::text, g.active,
       to_char(g.created AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
       to_char(g.modified AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
       g.local, g.roaming, o.name, o.uuid::text
FROM sharing_group g JOIN organisation o ON o.id = g.org_id
WHERE g.id = ANY(%(ids)s)
"""

MEMBERS = """
SELECT m.id::text, m.sharing_group_id::text, m.org_id::text, m.extend, o.name, o.uuid::text
FROM sharing_group_org m JOIN organisation o ON o.id = m.org_id JOIN sharing_group g ON g.id = m.sharing_group_id
WHERE m.sharing_group_id = ANY(%(ids)s) AND {visible} ORDER BY m.id
"""

SERVERS = """
SELECT id::text, sharing_group_id::text, server_id::text, all_orgs
FROM sharing_group_server WHERE sharing_group_id = ANY(%(ids)s) ORDER BY id
"""
