"""Membership status as text: never plainly active where a restriction applies."""

from __future__ import annotations

from django.db.models import Q, TextChoices
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.identity.organisations.standing import MembershipStanding


class ShownState(TextChoices):
    ONBOARDING = MembershipState.ONBOARDING.value, MembershipState.ONBOARDING.label
    ACTIVE = MembershipState.ACTIVE.value, MembershipState.ACTIVE.label
    LIMITED = "limited", _("Active with limits")
    SUSPENDED = MembershipState.SUSPENDED.value, MembershipState.SUSPENDED.label
    TERMINATED = MembershipState.TERMINATED.value, MembershipState.TERMINATED.label


def shown_state(membership: Membership) -> ShownState:
    """The displayed state; reads `membership.organisation`, so select it with the membership."""
    if (
        membership.state == MembershipState.ACTIVE
        and membership.organisation.standing != MembershipStanding.FULL
    ):
        return ShownState.LIMITED
    return ShownState(membership.state)


def state_in_words(membership: Membership) -> str:
    shown = shown_state(membership)
    if shown is not ShownState.LIMITED:
        return str(shown.label)
    limits = str(MembershipStanding(membership.organisation.standing).label)
    # "Read-only" begins lower-case in a sentence; an abbreviation such as "API" keeps its capitals.
    first = limits[:1].lower() if limits[1:2].islower() or limits[1:2] == " " else limits[:1]
    return gettext("Active with limits: %(limits)s") % {"limits": first + limits[1:]}


def in_state(shown: str) -> Q:
    if shown not in (ShownState.ACTIVE, ShownState.LIMITED):
        return Q(state=shown)
    now = Now()
    unlimited = Q(
        organisation__read_period__contains=now,
        organisation__write_period__contains=now,
        organisation__sync_period__contains=now,
        organisation__fixed_standing="",
    )
    return Q(state=MembershipState.ACTIVE) & (unlimited if shown == ShownState.ACTIVE else ~unlimited)
