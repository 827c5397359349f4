"""The entries of the audit log that concern one member, whoever acted: reads of what it shares by operators, its
admission and membership, its accounts' keys and changes of their rights.
"""

from __future__ import annotations

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from vardkase.audit.models import AuditEntry
from vardkase.audit.queries import redacted_entries
from vardkase.hub.audit_actions import HubAction, MembershipAction
from vardkase.hub.audit_log.oversight import OF_ACCOUNTS, RIGHTS
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

OF_MEMBERSHIP = (
    MembershipAction.APPLICATION_APPROVED,
    MembershipAction.APPLICATION_DISMISSED,
    MembershipAction.APPLICATION_REJECTED,
    MembershipAction.APPLICATION_SUBMITTED,
    MembershipAction.APPLICATION_WITHDRAWN,
    MembershipAction.MEMBERSHIP_ACTIVATED,
    MembershipAction.MEMBERSHIP_OPENED,
    MembershipAction.MEMBERSHIP_REINSTATED,
    MembershipAction.MEMBERSHIP_RESTORED,
    MembershipAction.MEMBERSHIP_RESTRICTED,
    MembershipAction.MEMBERSHIP_SUSPENDED,
    MembershipAction.MEMBERSHIP_TERMINATED,
    MembershipAction.MEMBERSHIP_UNRESTRICTED,
)
"""What was decided. The steps of the office on the way there are its own."""


def entries_concerning(actor: Actor) -> QuerySet[AuditEntry]:
    """What concerns the actor's organisation, unordered; for its administrators.

    Without the content of entries about threat intelligence. Raises Forbidden.
    """
    actor.require(Permission.ADMIN)
    rights = [f"{name}%" if name.endswith(".") else name for name in RIGHTS]
    given = [
        actor.organisation_id,
        rights,
        list(OF_ACCOUNTS),
        list(map(str, OF_MEMBERSHIP)),
        str(HubAction.EVENT_READ_UNDER_GRANT),
    ]
    return redacted_entries().filter(RawSQL(CONCERNING, given, output_field=BooleanField()))  # noqa: S611 - a constant


# Keys are named by the account's address: a revoked one is gone.
CONCERNING = """audit_entry.id IN (
    WITH ours AS (SELECT %s::bigint AS id, %s::text[] AS rights)
    SELECT e.id FROM ours JOIN account u ON u.org_id = ours.id
    JOIN audit_entry e ON e.target_kind = 'user' AND e.target_id = u.id
    WHERE e.action LIKE ANY(ours.rights) OR e.action = 'user.edited' AND e.change ?| %s::text[]
    UNION ALL
    SELECT e.id FROM ours JOIN audit_entry e ON e.organisation_id = ours.id WHERE e.action = 'user.deleted'
    UNION ALL
    SELECT e.id FROM ours JOIN audit_entry e ON e.action LIKE 'auth\\_key.%%'
    JOIN account u ON u.org_id = ours.id AND u.email = e.change ->> 'user'
    WHERE e.target_kind <> 'user'
    UNION ALL
    SELECT e.id FROM ours JOIN audit_entry e ON e.target_kind = 'role' AND e.action LIKE ANY(ours.rights)
        AND e.target_id IN (SELECT u.role_id FROM account u WHERE u.org_id = ours.id)
    UNION ALL
    SELECT e.id FROM ours JOIN audit_entry e ON e.target_kind = 'organisation' AND e.target_id = ours.id
    WHERE e.action LIKE ANY(ours.rights)
    UNION ALL
    SELECT e.id FROM ours JOIN membership m ON m.organisation_id = ours.id
    JOIN audit_entry e ON e.target_kind = 'membership' AND e.target_id = m.id
        OR e.target_kind = 'application' AND e.target_id = m.application_id
    WHERE e.action = ANY(%s::text[])
    UNION ALL
    SELECT e.id FROM ours JOIN content_concerned c ON c.organisation_id = ours.id
    JOIN audit_entry e ON e.target_kind = 'event' AND e.target_id = c.event_id
    WHERE e.action = %s AND e.change ->> 'grant' = c.grant_id::text
)"""
