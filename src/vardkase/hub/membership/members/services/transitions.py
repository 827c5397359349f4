"""Writes a membership's rights to its organisation, in the transaction that changes the membership."""

from __future__ import annotations

from typing import Any

from vardkase.core.errors import Invalid
from vardkase.hub.membership.members.hooks import membership_changed
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.queries import find_membership, periods, required_sign_in
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.hooks import StandingChanged, standing_changed
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import Reference


def locked(actor: Actor, reference: Reference) -> Membership:
    pk = find_membership(actor, reference).pk
    # Only its own row: sign-in and every API call read the organisation's.
    return Membership.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=pk)


def push(membership: Membership) -> None:
    """Store on the organisation what the membership allows and when, and its sign-in requirements."""
    rights = periods(membership)._asdict() | required_sign_in(membership)
    stored = Organisation.objects.filter(pk=membership.organisation_id)
    # One statement compares and writes, so that what has not changed is neither written nor announced.
    changed = stored.exclude(**rights).update(**rights)
    if changed:
        standing_changed.emit(StandingChanged(membership.organisation_id))
    membership_changed.emit(membership)


def reasons(text: Any) -> str:
    # Never empty: a decision that affects a member states its reasons (32 § förvaltningslagen).
    reason = text.strip() if isinstance(text, str) else ""
    if not reason or len(reason) > LONGEST:
        raise Invalid({"reason": [MembershipProblem.LACKS_REASONS(count=LONGEST)]})
    return reason


LONGEST = 4000
