"""Roles with their permissions and limits."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved
from vardkase.identity.accounts.rules import PERMISSIONS

# A name is unique here, which it need not be in MISP.
STORE = """
INSERT INTO role AS r (id, name, {permissions}, default_role, restricted_to_site_admin, memory_limit,
                       max_execution_time, enforce_rate_limit, rate_limit_count, restsearch_limit_result,
                       created, modified)
SELECT m.id,
    CASE WHEN row_number() OVER (PARTITION BY lower(m.name) ORDER BY m.id) > 1 THEN m.name || ' (' || m.id || ')'
         ELSE m.name END,
    {values}, coalesce(m.id = (SELECT value::bigint FROM move_in.admin_settings
                               WHERE setting = 'default_role' AND value ~ '^[0-9]{{1,9}}$'), m.default_role = 1),
    m.restricted_to_site_admin = 1, m.memory_limit, m.max_execution_time, m.enforce_rate_limit = 1,
    least(m.rate_limit_count, 2147483647),
    coalesce(m.restsearch_limit_result, 0), coalesce(move_in.moment(m.created), now()),
    coalesce(move_in.moment(m.modified), now())
FROM move_in.roles m
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, {updates}, default_role = excluded.default_role,
    restricted_to_site_admin = excluded.restricted_to_site_admin, memory_limit = excluded.memory_limit,
    max_execution_time = excluded.max_execution_time, enforce_rate_limit = excluded.enforce_rate_limit,
    rate_limit_count = excluded.rate_limit_count, modified = excluded.modified
WHERE r.modified < excluded.modified
"""
ONE_DEFAULT = """
UPDATE role SET default_role = false
WHERE default_role AND id <> (SELECT min(id) FROM role WHERE default_role)
"""


def take_roles(taking: Taking) -> None:
    statement = STORE.format(
        permissions=", ".join(PERMISSIONS),
        values=", ".join(f"coalesce(m.{name} = 1, false)" for name in PERMISSIONS),
        updates=", ".join(f"{name} = {_kept(name)}" for name in PERMISSIONS),
    )
    taking.execute("roles", statement)
    cursor().execute(ONE_DEFAULT)
    ids_reserved("role")


def _kept(name: str) -> str:
    # Who has the role here does not become a site administrator by a later run.
    return f"r.{name} AND excluded.{name}" if name == "perm_site_admin" else f"excluded.{name}"


STEP = Step("roles", ("roles",), take_roles)
