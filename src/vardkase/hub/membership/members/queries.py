"""Queries for memberships: hub staff see all, a member its own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from vardkase.core.errors import NotFound
from vardkase.core.problems import Problem
from vardkase.hub.correspondence.letters.wording import RESERVATION, YES
from vardkase.hub.correspondence.letters.writing import carries, letters_about
from vardkase.hub.law.queries import answer
from vardkase.hub.lifecycle.models import HistoryEntry
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.members.models import (
    Membership,
    MembershipState,
    ProposedChange,
    Restriction,
    RestrictionCause,
    SignInMinimum,
)
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.rules import MEMBERSHIP, STAFF, Participation
from vardkase.hub.membership.members.settings import GRACE_DAYS
from vardkase.hub.membership.members.standing import StandingLimit, StatementPeriods, periods_of
from vardkase.hub.membership.sectors import Connection
from vardkase.hub.profiles import Profile, profile
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.staff import DECIDE
from vardkase.identity.organisations.models import Organisation, SignInRule
from vardkase.identity.organisations.queries import Reference, by_reference
from vardkase.identity.organisations.settings import membership_is_in_use
from vardkase.identity.organisations.standing import Access

APPROVAL_LETTER = "letter_approval"
RESERVED_BY_RULES = "rules_reserve_change"
STATEMENT_STEPS = "statement_"
"""What the names of the history's steps about security statements begin with."""


def memberships(actor: Actor) -> QuerySet[Membership]:
    rows = Membership.objects.select_related("organisation", "application").order_by("organisation__name")
    return rows if actor.staff & STAFF else rows.filter(organisation=actor.organisation_id)


def find_membership(actor: Actor, reference: Reference) -> Membership:
    condition = by_reference(reference)
    if condition is not None:
        organisation = Organisation.objects.filter(condition)
        if membership := memberships(actor).filter(organisation__in=organisation).first():
            return membership
    raise NotFound(MemberProblem.NO_SUCH_MEMBERSHIP())


def may_read_statements(actor: Actor, membership: Membership) -> bool:
    """True if the actor may read the security statements of a member: its own people and the hub's officers.

    Not operators and auditors; nor, once membership is in use, the console without a named account: everyone
    who runs the machine has access to it.
    """
    if actor.user_id is None and actor.credential is Credential.CONSOLE and membership_is_in_use():
        return False
    is_own = actor.organisation_id == membership.organisation_id
    return is_own or not (actor.may_not_read_content or actor.staff.isdisjoint(DECIDE))


def own_membership(actor: Actor) -> Membership:
    return find_membership(actor, actor.organisation_id)


def member_with_number(number: str, organisation: int) -> Problem | None:
    """The problem that a member other than `organisation` has the organisation number; None if none has."""
    members = Membership.objects.filter(organisation_number=number).exclude(state=MembershipState.TERMINATED)
    member = members.exclude(organisation=organisation).select_related("organisation").first()
    return MemberProblem.NUMBER_OF_MEMBER(name=member.organisation.name) if member else None


def connection_of(org_id: int) -> str:
    return Membership.objects.filter(organisation=org_id).values_list("connection", flat=True).first() or ""


def details_of_member(org_id: int) -> dict[str, Any]:
    return Membership.objects.filter(organisation=org_id).values_list("details", flat=True).first() or {}


def restrictions(membership: Membership) -> QuerySet[Restriction]:
    running = Q(until=None) | Q(until__gt=timezone.now())
    return membership.restrictions.filter(running, lifted=None).order_by("since")


def last_statement_day(membership: Membership) -> date:
    """The last day of the security statement.

    A missing statement counts as one that ended the day before activation.
    """
    before = timezone.localdate(membership.activated or membership.began) - timedelta(days=1)
    return membership.statement_until or before


def periods(membership: Membership) -> StatementPeriods:
    """The periods in which the membership lets its organisation read, write and synchronise."""
    # An expired statement also has a restriction, for people to read; the access it leaves follows from its date.
    by_officers = restrictions(membership).filter(cause=RestrictionCause.OFFICER)
    limits = [StandingLimit(*row) for row in by_officers.values_list("kind", "until")]
    return periods_of(membership.state, limits, last_statement_day(membership), GRACE_DAYS.value)


BOUND_STATES = (MembershipState.ACTIVE, MembershipState.SUSPENDED)
"""The states in which the sign-in minimum applies to a member."""


def required_sign_in(membership: Membership) -> dict[str, Any]:
    """The sign-in rules for a member, as stored on its organisation: those for all members and for this one.

    While a member is being connected nothing is required yet.
    """
    if membership.state not in BOUND_STATES:
        return {"required_sign_in": [], "required_key_days": 0}
    return _minimum(membership)


def coming_sign_in(membership: Membership) -> dict[str, Any]:
    """As `required_sign_in`, but for a member being connected: what applies from activation.

    Members that connect by API get every rule, unless officers have set something else.
    """
    minimum = _minimum(membership)
    is_new = membership.state == MembershipState.ONBOARDING and membership.connection != Connection.WEB
    if is_new and not SignInMinimum.objects.filter(membership=membership).exists():
        minimum["required_sign_in"] = sorted(SignInRule.values)
    return minimum


def _minimum(membership: Membership) -> dict[str, Any]:
    rows = SignInMinimum.objects.filter(Q(membership=None) | Q(membership=membership))
    minima = list(rows.values_list("rules", "key_days"))
    return {
        "required_sign_in": sorted({rule for rules, _ in minima for rule in rules}),
        "required_key_days": min((days for _, days in minima), default=0),
    }


def standing(org_id: int) -> Access:
    return Organisation.objects.get(pk=org_id).access_at(timezone.now())


def who_takes_part() -> Participation:
    """Which organisations may take part. Once membership is in use, the profile cannot override it."""
    if membership_is_in_use():
        return Participation.MEMBERS
    return Participation.EVERYBODY if profile() is Profile.MEMBER else Participation.EVERYBODY_YET


def history(actor: Actor, membership: Membership) -> list[HistoryEntry]:
    """The history of a membership, newest first. Officers' notes on statements need access to statements.

    Raises NotFound unless the actor may see the membership.
    """
    find_membership(actor, membership.organisation_id)
    entries = list(history_of(MEMBERSHIP, membership.pk).order_by("-pk"))
    if not may_read_statements(actor, membership):
        # Blanked in memory only: these rows are never saved.
        for entry in entries:
            if entry.step.startswith(STATEMENT_STEPS):
                entry.note = ""
    return entries


def is_reserved(membership: Membership) -> bool:
    """Whether the decision, or the rules it is based on, reserved the right to change it (37 § förvaltningslagen)."""
    return is_reserved_in_decision(membership) or answer(RESERVED_BY_RULES) == YES


def is_reserved_in_decision(membership: Membership) -> bool:
    return membership.application_id is not None and any(
        carries(letter, RESERVATION)
        for letter in letters_about(APPLICATION.kind, membership.application_id)
        if letter.kind == APPROVAL_LETTER
    )


def open_change(membership: Membership) -> ProposedChange | None:
    return membership.changes.filter(state="proposed").first()
