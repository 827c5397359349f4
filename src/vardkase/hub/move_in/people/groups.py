"""Sharing groups with their members and servers, and the blueprints that fill them."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved

GROUPS = """
WITH written AS (
INSERT INTO sharing_group AS g (id, uuid, name, releasability, description, organisation_uuid, org_id, sync_user_id,
                                connection_id, active, local, roaming, hides_members, created, modified)
SELECT m.id, m.uuid::uuid, m.name, m.releasability, m.description,
    CASE WHEN m.organisation_uuid ~ %(uuid)s THEN m.organisation_uuid::uuid ELSE o.uuid END,
    m.org_id, m.sync_user_id, 0, m.active = 1, m.local = 1, m.roaming = 1, false,
    coalesce(move_in.moment(m.created), now()), coalesce(move_in.moment(m.modified), now())
FROM move_in.sharing_groups m JOIN organisation o ON o.id = m.org_id
WHERE m.uuid ~ %(uuid)s
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, releasability = excluded.releasability, description = excluded.description,
    org_id = excluded.org_id, organisation_uuid = excluded.organisation_uuid, active = excluded.active,
    local = excluded.local, roaming = excluded.roaming, modified = excluded.modified
WHERE g.uuid = excluded.uuid AND g.modified <= excluded.modified
RETURNING g.*)
-- What is joined is as it was before.
SELECT w.id, (w.*) IS DISTINCT FROM (h.*) FROM written w LEFT JOIN sharing_group h ON h.id = w.id
"""
UUID = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
# Who was taken out of a group in MISP may not see its events here either.
FORMER_MEMBERS = """
DELETE FROM sharing_group_org h WHERE h.sharing_group_id = ANY(%(groups)s) AND NOT EXISTS (
    SELECT FROM move_in.sharing_group_orgs m WHERE m.sharing_group_id = h.sharing_group_id AND m.org_id = h.org_id)
"""
MEMBERS = """
INSERT INTO sharing_group_org AS h (id, sharing_group_id, org_id, extend)
SELECT DISTINCT ON (m.sharing_group_id, m.org_id) m.id, m.sharing_group_id, m.org_id, m.extend = 1
FROM move_in.sharing_group_orgs m JOIN organisation o ON o.id = m.org_id
WHERE m.sharing_group_id = ANY(%(groups)s) ORDER BY m.sharing_group_id, m.org_id, m.id
ON CONFLICT (sharing_group_id, org_id) DO UPDATE SET extend = excluded.extend WHERE h.extend <> excluded.extend
"""
FORMER_SERVERS = """
DELETE FROM sharing_group_server h WHERE h.sharing_group_id = ANY(%(groups)s) AND NOT EXISTS (
    SELECT FROM move_in.sharing_group_servers m
    WHERE m.sharing_group_id = h.sharing_group_id AND m.server_id = h.server_id)
"""
SERVERS = """
INSERT INTO sharing_group_server AS h (id, sharing_group_id, server_id, all_orgs)
SELECT DISTINCT ON (m.sharing_group_id, m.server_id) m.id, m.sharing_group_id, m.server_id, m.all_orgs = 1
FROM move_in.sharing_group_servers m
WHERE m.sharing_group_id = ANY(%(groups)s) ORDER BY m.sharing_group_id, m.server_id, m.id
ON CONFLICT (sharing_group_id, server_id) DO UPDATE SET all_orgs = excluded.all_orgs
WHERE h.all_orgs <> excluded.all_orgs
"""
BLUEPRINTS = """
INSERT INTO sharing_group_blueprint AS b (id, uuid, name, timestamp, user_id, org_id, sharing_group_id, rules)
SELECT m.id, m.uuid::uuid, m.name, m.timestamp, m.user_id, m.org_id, g.id,
    CASE WHEN pg_input_is_valid(m.rules, 'jsonb') THEN m.rules::jsonb ELSE '{}' END
FROM move_in.sharing_group_blueprints m JOIN organisation o ON o.id = m.org_id
LEFT JOIN sharing_group g ON g.id = m.sharing_group_id WHERE pg_input_is_valid(m.uuid, 'uuid')
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, timestamp = excluded.timestamp, sharing_group_id = excluded.sharing_group_id,
    rules = excluded.rules
WHERE b.uuid = excluded.uuid AND b.timestamp < excluded.timestamp
"""
UNREADABLE_RULES = """
SELECT name FROM move_in.sharing_group_blueprints
WHERE rules <> '' AND NOT pg_input_is_valid(rules, 'jsonb') ORDER BY id
"""
BLUEPRINTS_NOT_TAKEN = """
SELECT name FROM move_in.sharing_group_blueprints m
WHERE NOT EXISTS (SELECT FROM sharing_group_blueprint b WHERE b.id = m.id) ORDER BY id
"""
NOT_TAKEN = """
SELECT m.name FROM move_in.sharing_groups m
WHERE NOT EXISTS (SELECT FROM sharing_group g WHERE g.id = m.id AND g.uuid::text = lower(m.uuid)) ORDER BY m.id
"""


def take_groups(taking: Taking) -> None:
    written = cursor().execute(GROUPS, {"uuid": UUID}).fetchall()
    groups = [row[0] for row in written]
    taking.count("sharing groups", sum(changed for _, changed in written))
    cursor().execute(FORMER_MEMBERS, {"groups": groups})
    taking.execute("members of sharing groups", MEMBERS, {"groups": groups})
    cursor().execute(FORMER_SERVERS, {"groups": groups})
    taking.execute("servers of sharing groups", SERVERS, {"groups": groups})
    taking.execute("blueprints of sharing groups", BLUEPRINTS)
    why = "Its organisation does not exist, or it has no valid UUID."
    taking.leave_out_rows("blueprints of sharing groups", why, BLUEPRINTS_NOT_TAKEN)
    taking.leave_out_rows("rules of blueprints", "They cannot be read as JSON.", UNREADABLE_RULES)
    taking.leave_out_rows(
        "sharing groups", "Its owner does not exist, or its number is taken here.", NOT_TAKEN
    )
    ids_reserved("sharing_group", "sharing_group_org", "sharing_group_server", "sharing_group_blueprint")


TABLES = ("sharing_groups", "sharing_group_orgs", "sharing_group_servers", "sharing_group_blueprints")
STEP = Step("sharing groups", TABLES, take_groups)
