"""Read access to the audit log: site administrators and auditors see all, an organisation's administrators their
organisation's entries, holders of `perm_audit` their own.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from vardkase.audit.models import AuditEntry
from vardkase.audit.queries import entries_about, every_entry, redacted_entries
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.quarantined import QUARANTINED
from vardkase.identity.audit_actions import IdentityAction

SIGN_INS = (
    IdentityAction.USER_SIGNED_IN,
    IdentityAction.USER_SIGN_IN_REFUSED,
    IdentityAction.USER_SECOND_FACTOR_REFUSED,
)


def readable_trail(actor: Actor) -> QuerySet[AuditEntry]:
    """The entries of the audit log that `actor` may read, unordered. Raises Forbidden without audit
    permission.

    What says something of the content of an event in quarantine is left out. Operators and auditors read who did what
    to which event, but not its content.
    """
    actor.require(Permission.AUDIT)
    entries = redacted_entries() if actor.may_not_read_content else every_entry()
    entries = entries.filter(RawSQL(NOT_OF_QUARANTINED, [], output_field=BooleanField()))  # noqa: S611 - a constant
    if actor.is_site_admin or actor.is_auditor:
        return entries
    own = entries.filter(organisation_id=actor.organisation_id)
    return own if actor.may(Permission.ADMIN) else own.filter(actor_id=actor.user_id)


def last_visit(actor: Actor) -> datetime | None:
    if actor.user_id is None:
        return None
    # The newest is the sign-in of the present visit.
    entries = entries_about("user", actor.user_id, limit=2, actions=(IdentityAction.USER_SIGNED_IN,))
    return entries[1].created if len(entries) > 1 else None


def own_sign_ins(actor: Actor, *, limit: int) -> list[AuditEntry]:
    if actor.user_id is None:
        return []
    return entries_about("user", actor.user_id, limit=limit, actions=SIGN_INS)


# Titles name events and values: also those of entries about something else, such as a request to publish the event.
NOT_OF_QUARANTINED = f"""(audit_entry.title = '' AND audit_entry.change = '{{}}'
    OR (audit_entry.target_uuid IS NULL OR audit_entry.target_uuid NOT IN ({QUARANTINED}))
    AND audit_entry.title NOT IN (SELECT left(info, 2000) FROM event WHERE quarantined))"""
