"""Uniqueness of organisation numbers across members and applicants.

After a reorganisation the old membership is ended, or the old application withdrawn or decided, before the number is
used again.
"""

from __future__ import annotations

from vardkase.core.problems import Problem
from vardkase.core.sql import cursor
from vardkase.hub.membership.applications.models import Application, ApplicationState
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.problems import MemberProblem

OPEN = (
    ApplicationState.SUBMITTED,
    ApplicationState.WAITING,
    ApplicationState.UNDER_REVIEW,
    ApplicationState.COMPLETION_REQUESTED,
)
LOCK = "SELECT pg_advisory_xact_lock(hashtext('organisation number ' || %s))"


def holder_of(number: str, *, application: int = 0, organisation: int = 0) -> Problem | None:
    """Who else uses the number, for an officer; None if nobody does or there is no number.

    Serialises transactions that use the same number.
    """
    if not number:
        return None
    # Applications and memberships are two tables: no unique constraint could cover both.
    cursor().execute(LOCK, (number,))
    members = Membership.objects.filter(organisation_number=number).exclude(state=MembershipState.TERMINATED)
    if member := members.exclude(organisation=organisation).select_related("organisation").first():
        return MemberProblem.NUMBER_OF_MEMBER(name=member.organisation.name)
    applications = Application.objects.filter(organisation_number=number, state__in=OPEN)
    if other := applications.exclude(pk=application).first():
        return MemberProblem.NUMBER_OF_APPLICATION(number=other.number, name=other.organisation_name)
    return None


def taken_number(number: str, *, application: int) -> dict[str, list[Problem]]:
    """The applicant's problem, by path, for a number already in use. It names nobody."""
    if not holder_of(number, application=application):
        return {}
    return {"organisation.number": [MemberProblem.NUMBER_TAKEN()]}
