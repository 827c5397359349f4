"""Removing archived entries takes two officers; the owner of the database then carries it out at the console."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import LogAction
from vardkase.audit.chain.archives import ARCHIVE, consented, find_archive, require_kept, signed_consent
from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, NotFound
from vardkase.hub.audit_log.problems import AuditLogProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.staff import DECIDE


@transaction.atomic
def propose_removal(actor: Actor, archive_id: int, reason: str) -> ApprovalRequest:
    """Raises Forbidden, NotFound, Conflict if the entries are gone or it is proposed already, Invalid."""
    actor.require_writing()
    actor.require_staff(*DECIDE)
    row = find_archive(archive_id)
    require_kept(row)
    request = propose(actor, REMOVE, str(row.pk), title=f"{row.name} ({row})", reason=reason)
    consent = signed_consent(row, LogAction.REMOVAL_PROPOSED, actor.user_id)
    record(actor, LogAction.REMOVAL_PROPOSED, Target(ARCHIVE, row.pk, title=str(row)), consent)
    return request


def _describe(request: ApprovalRequest) -> ActionDescription:
    effect = gettext(
        "The archived entries may be removed from the audit log by whoever runs the database. The archive file is "
        "then the only place that has them."
    )
    try:
        row = find_archive(int(request.subject))
    except NotFound:
        return ActionDescription(effect, (), "/administration/audit/oversight/")
    details = (
        (gettext("File"), row.name),
        (gettext("Positions"), str(row)),
        (gettext("Entries"), str(row.count)),
        ("SHA-256", row.sha256),
    )
    return ActionDescription(effect, details, "/administration/audit/oversight/")


def _state(request: ApprovalRequest) -> dict[str, Any]:
    row = find_archive(int(request.subject))
    return {"sha256": row.sha256}


def _approve(approval: Approval) -> None:
    request = approval.for_action(REMOVE).request
    row = find_archive(int(request.subject))
    require_kept(row)
    if request.proposed_by not in consented(row)[0]:
        raise Conflict(AuditLogProblem.NOT_PROPOSED())
    change = {"count": row.count, "sha256": row.sha256, "proposed_by": request.proposed_by_name}
    change |= signed_consent(row, LogAction.REMOVAL_APPROVED, approval.actor.user_id)
    record(approval.actor, LogAction.REMOVAL_APPROVED, Target(ARCHIVE, row.pk, title=str(row)), change)


REMOVE = ApprovalAction(
    name="remove_audit_archive",
    title=_("Remove archived entries from the audit log"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=_describe,
    fingerprint=_state,
    execute=_approve,
)
