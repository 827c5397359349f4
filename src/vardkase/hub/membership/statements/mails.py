"""Mail to members about their security statement."""

from __future__ import annotations

from datetime import date

from vardkase.audit.services import AuditActor
from vardkase.hub.membership.members.mails import write
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.settings import GRACE_DAYS

ASKED = "statement_renewal_asked"


def remind(actor: AuditActor, membership: Membership, valid_until: date, days: int) -> None:
    write(actor, membership, "statement_reminder", day=valid_until, days=days)


def ask(actor: AuditActor, membership: Membership, day: date, *, has_ended: bool) -> None:
    state = "ended" if has_ended else "ends"
    write(actor, membership, ASKED, day=day, state=state, grace=GRACE_DAYS.value)


def accepted(actor: AuditActor, membership: Membership, valid_until: date) -> None:
    write(actor, membership, "statement_accepted", day=valid_until)


def returned(actor: AuditActor, membership: Membership, reason: str) -> None:
    write(actor, membership, "statement_returned", reason=reason)
