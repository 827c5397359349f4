"""An officer leads a membership on: activate, suspend, restore, terminate."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.exchange.servers.ending import switch_off_exchange
from vardkase.hub.lifecycle import StepRefused
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.membership.members import letters, on_paper
from vardkase.hub.membership.members.checklist import still_open
from vardkase.hub.membership.members.models import (
    Membership,
    MembershipState,
    Restriction,
    RestrictionCause,
    RestrictionKind,
)
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_officer
from vardkase.hub.membership.members.services.pushing import locked, push, reasons
from vardkase.hub.membership.members.services.restrictions import impose, lift
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.services.ending import end_accounts
from vardkase.identity.organisations.queries import Reference
from vardkase.intel.queries.contributions import contributed_by

OFFICER = RestrictionCause.OFFICER


@transaction.atomic
def activate(actor: Actor, reference: Reference, reason: str = "") -> Membership:
    """Let a member in. While its checklist has open items an officer has to give reasons.

    Raises StepRefused, Invalid with what is open, NotFound, Forbidden.
    """
    membership = _taken(actor, reference, "activate")
    waiting = still_open(membership)
    if waiting and not reason.strip():
        told = gettext("Still to be done: %s. Give reasons to activate the membership all the same.")
        raise Invalid({"reason": [told % ", ".join(waiting)]})
    take_step(actor, MEMBERSHIP, membership, "activate", reason.strip())
    membership.activated = timezone.now()
    membership.save(update_fields=["activated"])
    push(membership)
    letters.write(actor, membership, "membership_activated")
    return membership


@transaction.atomic
def suspend(
    actor: Actor, reference: Reference, kind: str, reason: str, *, until: datetime | None = None
) -> Membership:
    """Limit a membership at once: as a whole, its API connection, or to reading (`kind` of RestrictionKind).

    Raises StepRefused, also when it is limited so already, Invalid by field, NotFound, Forbidden.
    """
    if kind not in RestrictionKind.values:
        raise Invalid({"kind": [gettext("Choose one of: %s.") % ", ".join(RestrictionKind.values)]})
    whole = kind == RestrictionKind.SUSPENDED
    membership = _taken(actor, reference, "suspend" if whole else "")
    if until is not None and until <= timezone.now():
        raise Invalid({"until": [gettext("Choose a time that is still to come.")]})
    if not impose(actor, membership, RestrictionKind(kind), OFFICER, reasons(reason), until=until):
        raise StepRefused(gettext("The membership is limited so already."))
    return membership


@transaction.atomic
def restore(actor: Actor, reference: Reference, reason: str) -> Membership:
    """Lift all that officers have limited; what an expired statement limits, its renewal lifts.

    Raises StepRefused when there is nothing to lift, Invalid, NotFound, Forbidden.
    """
    membership = _taken(actor, reference, "")
    if not lift(actor, membership, OFFICER, reasons(reason)):
        MEMBERSHIP.after(membership.state, "restore")
    return membership


@transaction.atomic
def terminate(actor: Actor, reference: Reference, reason: str, contributions: str) -> Membership:
    """End a membership: its users are switched off, keys and exchange end, and what it has contributed stays.

    `contributions` says in words what happens to that. Raises StepRefused, Invalid by field, NotFound, Forbidden.
    """
    membership = _taken(actor, reference, "terminate")
    told, given = contributions.strip(), reasons(reason)
    if not told:
        raise Invalid({"contributions": [gettext("Say what happens to what the member has contributed.")]})
    take_step(actor, MEMBERSHIP, membership, "terminate", given)
    org_id = membership.organisation_id
    Restriction.objects.filter(membership=membership, lifted=None).update(lifted=timezone.now())
    paper = on_paper.termination(actor, membership, given, told)
    letters.write(actor, membership, "membership_ended", paper, reason=given, contributions=told)
    membership.ending = {
        "contributions": told,
        **contributed_by(org_id),
        **end_accounts(actor, org_id),
        **switch_off_exchange(actor, org_id),
    }
    membership.ended = timezone.now()
    membership.save(update_fields=["ending", "ended"])
    push(membership)
    return membership


def would_end(membership: Membership) -> dict[str, int]:
    """What a termination would concern now: `users` that are on, `keys` that work, `events` that stay."""
    org_id = membership.organisation_id
    valid = Q(expiration=0) | Q(expiration__gt=now_seconds())
    return {
        "users": User.objects.filter(org=org_id, disabled=False).count(),
        "keys": AuthKey.objects.filter(valid, user__org=org_id).count(),
        "events": int(contributed_by(org_id)["events"]),
    }


def _taken(actor: Actor, reference: Reference, step: str) -> Membership:
    """The membership, locked, when the actor may decide on it and `step` leads on from where it is."""
    membership = locked(actor, reference)
    require_officer(actor, membership)
    if step:
        MEMBERSHIP.after(membership.state, step)
    elif membership.state == MembershipState.TERMINATED:
        raise StepRefused(MEMBERSHIP.refusal(membership.state, "restore"))
    return membership
