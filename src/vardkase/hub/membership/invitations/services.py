"""Services for invitations: send, remind, withdraw, redeem."""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.private_links import private_address
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.applications.access import digest_of
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services.drafting import begin
from vardkase.hub.membership.invitations.models import Invitation
from vardkase.hub.membership.invitations.problems import InvitationProblem
from vardkase.hub.membership.phases.queries import phases, stored_phases
from vardkase.hub.membership.phases.rules import PhaseProgress
from vardkase.hub.membership.questionnaire import checks
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

VALID_FOR = timedelta(days=30)
PATH = "/apply/invited/"
LONGEST_NOTE = 300


class InvitationStatus(StrEnum):
    SENT = "sent"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


def standing(invitation: Invitation) -> InvitationStatus:
    if invitation.used:
        return InvitationStatus.USED
    if invitation.revoked:
        return InvitationStatus.REVOKED
    return InvitationStatus.SENT if invitation.expires > timezone.now() else InvitationStatus.EXPIRED


def invitations(actor: Actor) -> QuerySet[Invitation]:
    actor.require_staff(StaffRole.MEMBERSHIP_OFFICER)
    return Invitation.objects.select_related("application").order_by("-pk")


def find_invitation(actor: Actor, pk: int) -> Invitation:
    """An invitation, its row locked until the end of the transaction. Raises NotFound, Forbidden."""
    _require(actor)
    return first_or_not_found(
        Invitation.objects.select_for_update().filter(pk=pk), InvitationProblem.NO_SUCH_INVITATION()
    )


@transaction.atomic
def invite(actor: Actor, email: str, language: str = "sv", note: str = "") -> Invitation:
    """Invite an address to apply; the link is mailed. `note` is for the officers.

    Raises Invalid by field, Conflict if it has already been invited or no phase is by invitation, Forbidden.
    """
    _require(actor)
    try:
        email = checks.email(email.strip()[:254])
    except Invalid as error:
        raise Invalid({"email": [error.problem]}) from None
    if not may_invite():
        raise Conflict(InvitationProblem.NO_PHASE_BY_INVITATION())
    open_ones = Invitation.objects.filter(email__iexact=email, used=None, revoked=None)
    if open_ones.filter(expires__gt=timezone.now()).exists():
        raise Conflict(InvitationProblem.ALREADY_INVITED())
    token, now = secrets.token_urlsafe(32), timezone.now()
    invitation = Invitation.objects.create(
        email=email,
        language=language if language in ("sv", "en") else "sv",
        note=note.replace("\0", "").strip()[:LONGEST_NOTE],
        digest=digest_of(token),
        expires=now + VALID_FOR,
        sent=now,
        created_by=actor.name,
    )
    record(actor, MembershipAction.INVITATION_SENT, Target.of(invitation))
    _mail(actor, invitation, token)
    return invitation


@transaction.atomic
def send_again(actor: Actor, pk: int) -> Invitation:
    """Send an invitation again with a new link, valid for 30 days; the previous link stops working.

    Raises Conflict if it is used or revoked, NotFound, Forbidden.
    """
    invitation = find_invitation(actor, pk)
    _require_unused(invitation)
    token = secrets.token_urlsafe(32)
    # A new link, because only the digest of the former one is stored.
    invitation.digest, invitation.sent = digest_of(token), timezone.now()
    invitation.expires = invitation.sent + VALID_FOR
    invitation.save(update_fields=["digest", "sent", "expires"])
    record(actor, MembershipAction.INVITATION_SENT_AGAIN, Target.of(invitation))
    _mail(actor, invitation, token)
    return invitation


@transaction.atomic
def revoke(actor: Actor, pk: int) -> Invitation:
    invitation = find_invitation(actor, pk)
    _require_unused(invitation)
    invitation.revoked = timezone.now()
    invitation.save(update_fields=["revoked"])
    record(actor, MembershipAction.INVITATION_REVOKED, Target.of(invitation))
    return invitation


def open_invitation(token: str) -> Invitation:
    invitation = Invitation.objects.filter(
        digest=digest_of(token), used=None, revoked=None, expires__gt=timezone.now()
    ).first()
    if invitation is None:
        raise NotFound(InvitationProblem.NO_SUCH_INVITATION())
    return invitation


@transaction.atomic
def begin_invited(
    token: str, address: str | None, email: str, language: str, own: str = ""
) -> tuple[Application, str]:
    """Start an application as `drafting.begin`, using up the invitation with this token.

    Raises NotFound if it is used, expired or revoked, and as `begin`.
    """
    application, link = begin(address, email, language, own)
    now = timezone.now()
    # One statement finds it and uses it up: of two at once, one changes no row, and is refused.
    used = Invitation.objects.filter(
        digest=digest_of(token), used=None, revoked=None, expires__gt=now
    ).update(used=now, application=application)
    if not used:
        raise NotFound(InvitationProblem.NO_SUCH_INVITATION())
    application.is_invited = True
    application.save(update_fields=["is_invited"])
    return application, link


def may_invite() -> bool:
    by_invitation = {phase.number for phase in stored_phases() if phase.invitation_only}
    return any(
        phase.number in by_invitation and phase.state is not PhaseProgress.DONE
        for phase in phases(timezone.now())
    )


def _require(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(StaffRole.MEMBERSHIP_OFFICER)


def _require_unused(invitation: Invitation) -> None:
    if invitation.used or invitation.revoked:
        raise Conflict(InvitationProblem.USED_OR_REVOKED())


def _mail(actor: Actor, invitation: Invitation, token: str) -> None:
    recipient = Recipient(invitation.email, invitation.language)
    facts: Facts = {
        "expires": timezone.localdate(invitation.expires),
        "link": private_address(PATH, token),
    }
    notify("invitation", Target.of(invitation), [recipient], facts, by=actor.name)
