"""Daily follow-up: reminders, and restrictions after a statement has expired."""

from __future__ import annotations

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import override

from vardkase.audit.services import AuditActor
from vardkase.core.clock import today
from vardkase.hub.membership.members import mails as members_mails
from vardkase.hub.membership.members.models import (
    Membership,
    MembershipState,
    RestrictionCause,
    RestrictionKind,
)
from vardkase.hub.membership.members.queries import last_statement_day
from vardkase.hub.membership.members.services.restrictions import impose
from vardkase.hub.membership.members.settings import GRACE_DAYS
from vardkase.hub.membership.statements import letters, mails
from vardkase.hub.membership.statements.models import Statement
from vardkase.hub.membership.statements.queries import current
from vardkase.hub.membership.statements.rules import REMINDED, consequences, reminder_due
from vardkase.hub.membership.statements.services import until_of

REASONS = {
    RestrictionKind.READ_ONLY: {
        "sv": "Säkerhetsförklaringen gick ut den {day}.",
        "en": "The security statement ended on {day}.",
    },
    RestrictionKind.NO_SYNC: {
        "sv": "Säkerhetsförklaringen gick ut den {day} och har inte förnyats inom anståndstiden.",
        "en": "The security statement ended on {day}, and the grace is over.",
    },
}

MISSING = {
    RestrictionKind.READ_ONLY: {
        "sv": "Det finns ingen säkerhetsförklaring som vi har godtagit.",
        "en": "There is no security statement that we have accepted.",
    },
    RestrictionKind.NO_SYNC: {
        "sv": "Det finns ingen säkerhetsförklaring som vi har godtagit, och anståndstiden är slut.",
        "en": "There is no security statement that we have accepted, and the grace is over.",
    },
}


def follow_up(actor: AuditActor) -> int:
    """Mail and record every active member with an expiring or expired statement; returns how many.

    The consequences do not depend on this job: every request checks the date.
    """
    members = Membership.objects.filter(state=MembershipState.ACTIVE)
    return sum(_follow(actor, pk) for pk in members.values_list("pk", flat=True))


# One transaction per member: a fault with one leaves the others done.
@transaction.atomic
def _follow(actor: AuditActor, pk: int) -> bool:
    rows = Membership.objects.select_for_update(of=("self",)).select_related("organisation")
    membership = rows.filter(pk=pk, state=MembershipState.ACTIVE).first()
    if membership is None:
        return False
    statement = current(membership)
    return (statement is not None and _remind(actor, membership, statement)) or _limit(actor, membership)


def _remind(actor: AuditActor, membership: Membership, statement: Statement) -> bool:
    until = until_of(statement)
    days = reminder_due(until, today(), statement.reminded)
    if days is None:
        return False
    # With the earlier ones that were missed, so that a hub that was down does not send them late.
    statement.reminded = [*statement.reminded, *(day for day in REMINDED if day >= days)]
    statement.save(update_fields=["reminded"])
    mails.remind(actor, membership, until, (until - today()).days)
    return True


def _limit(actor: AuditActor, membership: Membership) -> bool:
    until = last_statement_day(membership)
    reasons = REASONS if membership.statement_until else MISSING
    imposed = {}
    for kind in consequences(until, today(), GRACE_DAYS.value):
        language = "sv" if membership.language == "sv" else "en"
        with override(language):
            reason = reasons[kind][language].format(day=date_format(until, "j F Y"))
        if impose(actor, membership, kind, RestrictionCause.STATEMENT, reason):
            imposed[kind] = reason
    if letters.send_owed(actor, membership):
        return True
    # The letters follow as soon as they can be written.
    for kind, reason in imposed.items():
        members_mails.write(actor, membership, "membership_limited", limit=kind, reason=reason)
    return bool(imposed)
