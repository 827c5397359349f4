"""What an auditor looks at first: who can do what, changes of rights, privileged use, unusual reads.

The rules are these, and nothing else; each row leads to the entries that it counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor

DAYS = 30
"""How far back everything looks."""
MOST = 100
"""Rows of each list, and of each rule."""
BULK = 20
"""More reads within one hour than these are unusual."""
BULK_A_DAY = 100
NIGHT_ENDS, NIGHT_BEGINS = 6, 22
"""Hours in the hub's time zone between which reads are usual."""
KNOWN_DAYS = 90
"""An address that an account has not used for so long is new."""

READS = (
    "assurance.written",
    "audit.archived",
    "audit.exported",
    "case_file.exported",
    "case_file.printed",
    "console.export_refused",
    "console.exported",
    "data_request.read",
    "data_request.searched",
    "event.read_under_grant",
    "list.exported",
    "membership.exported",
    "move_in.log_read",
    "sealed_link.file_fetched",
)
"""Reads by staff, operators and the console; other reads leave no entry."""
RIGHTS = (
    *(
        "approval_request.done_alone",
        "audit.key_registered",
        "audit.key_rotated",
        "audit.redacted",
        "audit.removal_approved",
        "audit.removal_proposed",
        "audit.removed",
    ),
    *(
        "auth_key.",
        # It ends keys, accounts and memberships again, which ended after the backup.
        "backup.cluster_put_back",
        "backup.deletion_repeated",
        "backup.recipients_changed",
        "backup.restored",
        "backup.restored_hub_opened",
        "backup.secrets_copied",
        "backup.withdrawal_repeated",
        "secret_key.rotated",
    ),
    *(
        "content_grant.",
        "decision_right.",
        "enrolment.",
        "membership.sign_in_minimum_changed",
        "move_in.moved",
    ),
    *("officer_key.", "sealed_link.opened", "sealed_link.refused"),
    *("move_in.switched_on", "organisation.certificate_added", "organisation.certificate_removed"),
    *("organisation.created", "organisation.deleted", "organisation.domain_verified"),
    *("organisation.entrance_modes_set", "organisation.merged", "organisation.networks_set"),
    *("organisation.provider_removed", "organisation.provider_set", "registration.accepted", "role."),
    *("second_factor.", "setting.", "signing_certificate."),
    *("user.all_enabled_again", "user.all_switched_off", "user.appointed", "user.created", "user.deleted"),
    *(
        "user.name_used_at_console",
        "user.password_changed",
        "user.password_reset",
        "user.second_factor_reset",
    ),
    *("user.switched_off",),
)
"""Actions, or their beginnings, that change what somebody may do."""
OF_ACCOUNTS = ("disabled", "email", "org", "organisation", "password", "role", "staff_roles")
"""What changes rights when it stands in the change of `user.edited`."""


@dataclass(frozen=True, slots=True)
class Privileged:
    """An account with a duty or a role that administers."""

    user_id: int
    email: str
    organisation: str
    role: str
    duties: list[str]
    permissions: list[str]
    keys: int
    last: datetime | None
    count: int
    """Entries of the last days."""


@dataclass(frozen=True, slots=True)
class ActionCount:
    action: str
    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class UnusualReads:
    """`rule`: bulk, day, night, or address."""

    rule: str
    who: str
    day: date
    address: str
    count: int


@dataclass(frozen=True, slots=True)
class Oversight:
    privileged: list[Privileged]
    rights: list[ActionCount]
    console: list[ActionCount]
    reads: list[UnusualReads]


def oversight_for(actor: Actor, most: int = MOST) -> Oversight:
    """`most`: rows of each list. Raises Forbidden for who may not see how the hub is run."""
    actor.require_oversight()
    given = {
        "days": DAYS,
        "most": most,
        "bulk": BULK,
        "bulk_a_day": BULK_A_DAY,
        "of_accounts": list(OF_ACCOUNTS),
        "reads": list(READS),
        "begins": NIGHT_BEGINS,
        "ends": NIGHT_ENDS,
        "known": KNOWN_DAYS,
        "zone": settings.TIME_ZONE,
        "rights": [f"{name}%" if name.endswith(".") else name for name in RIGHTS],
    }
    return Oversight(
        [Privileged(*row) for row in _rows(PRIVILEGED, given)],
        [ActionCount(*row) for row in _rows(CHANGES, given)],
        [ActionCount(*row) for row in _rows(CONSOLE, given)],
        [UnusualReads(*row) for row in _rows(UNUSUAL, given)],
    )


def _rows(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    return cursor().execute(statement, given).fetchall()


SINCE = "created > now() - make_interval(days => %(days)s)"
PRIVILEGED = f"""
SELECT u.id, u.email, o.name, r.name, u.staff_roles,
       array_remove(ARRAY[CASE WHEN r.perm_site_admin THEN 'perm_site_admin' END,
                          CASE WHEN r.perm_admin THEN 'perm_admin' END,
                          CASE WHEN r.perm_audit THEN 'perm_audit' END,
                          CASE WHEN r.perm_sync THEN 'perm_sync' END], NULL),
       (SELECT count(*) FROM auth_key k WHERE k.user_id = u.id
            AND (k.expiration = 0 OR k.expiration > extract(epoch FROM now()))),
       used.last, coalesce(used.count, 0)
FROM account u JOIN role r ON r.id = u.role_id JOIN organisation o ON o.id = u.org_id
LEFT JOIN LATERAL (
    SELECT max(a.created) AS last, count(*) AS count FROM audit_entry a WHERE a.actor_id = u.id AND a.{SINCE}
) used ON true
WHERE NOT u.disabled AND (u.staff_roles <> '{{}}' OR r.perm_site_admin)
ORDER BY u.staff_roles = '{{}}', u.email LIMIT %(most)s
"""
CHANGES = f"""
SELECT action, count(*), max(created) FROM audit_entry
WHERE {SINCE} AND (action LIKE ANY(%(rights)s::text[])
    OR action = 'user.edited' AND change ?| %(of_accounts)s::text[]) GROUP BY action ORDER BY 3 DESC LIMIT %(most)s
"""
CONSOLE = f"""
SELECT action, count(*), max(created) FROM audit_entry
WHERE {SINCE} AND credential = 'console' GROUP BY action ORDER BY 3 DESC LIMIT %(most)s
"""
# One account's addresses of one network (/64) are one: whoever has many would otherwise fill the page.
UNUSUAL = f"""
WITH read AS (
    SELECT actor_id, actor_name, created, created AT TIME ZONE %(zone)s AS local,
        network(set_masklen(address, CASE family(address) WHEN 6 THEN 64 ELSE 32 END)) AS network
    FROM audit_entry WHERE {SINCE} AND action = ANY(%(reads)s::text[])
), unusual AS (
    SELECT 1 AS gravity, 'bulk' AS rule, actor_name, date_trunc('hour', local)::date AS day, '' AS address,
        count(*) AS count
    FROM read GROUP BY actor_name, date_trunc('hour', local) HAVING count(*) > %(bulk)s
    UNION ALL
    SELECT 2, 'day', actor_name, local::date, '', count(*) FROM read
    GROUP BY actor_name, local::date HAVING count(*) > %(bulk_a_day)s
    UNION ALL
    SELECT 3, 'night', actor_name, local::date, '', count(*) FROM read
    WHERE extract(hour FROM local) >= %(begins)s OR extract(hour FROM local) < %(ends)s
    GROUP BY actor_name, local::date
    UNION ALL
    SELECT 4, 'address', actor_name, local::date, text(network), count(*) FROM read
    WHERE network IS NOT NULL AND actor_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM audit_entry e WHERE e.actor_id = read.actor_id AND e.address <<= read.network
        AND e.created::date < read.created::date
        AND e.created > read.created - make_interval(days => %(known)s))
    -- An account that has done nothing before has no address that is known.
    AND EXISTS (SELECT FROM audit_entry e WHERE e.actor_id = read.actor_id AND e.created::date < read.created::date)
    GROUP BY actor_name, local::date, network
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY rule ORDER BY day DESC, count DESC, actor_name) AS number FROM unusual
)
SELECT rule, actor_name, day, address, count FROM numbered WHERE number <= %(most)s
ORDER BY gravity, day DESC, count DESC, actor_name
"""
