"""Uniqueness of organisation numbers across applicants and members.

After a reorganisation the old membership is ended, or the old application withdrawn or decided, before the number is
used again.
"""

from __future__ import annotations

from collections.abc import Callable

from vardkase.core.problems import Problem
from vardkase.core.sql import cursor
from vardkase.hub.membership.applications.accepted_terms import UNDECIDED
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.problems import ApplicationProblem

LOCK = "SELECT pg_advisory_xact_lock(hashtext('organisation number ' || %s))"

_members: list[Callable[[str, int], Problem | None]] = []


def register_numbers_of_members(source: Callable[[str, int], Problem | None]) -> None:
    """Register who knows whether a member, other than the given organisation, uses a number."""
    _members[:] = [source]


def holder_of(number: str, *, application: int = 0, organisation: int = 0) -> Problem | None:
    """Who else uses the number, for an officer; None if nobody does or there is no number.

    Serialises transactions that use the same number.
    """
    if not number:
        return None
    # Applications and memberships are two tables: no unique constraint could cover both.
    cursor().execute(LOCK, (number,))
    for source in _members:
        if problem := source(number, organisation):
            return problem
    applications = Application.objects.filter(organisation_number=number, state__in=UNDECIDED)
    if other := applications.exclude(pk=application).first():
        return ApplicationProblem.NUMBER_OF_APPLICATION(number=other.number, name=other.organisation_name)
    return None


def taken_number(number: str, *, application: int) -> dict[str, list[Problem]]:
    """The applicant's problem, by path, for a number already in use. It names nobody."""
    if not holder_of(number, application=application):
        return {}
    return {"organisation.number": [ApplicationProblem.NUMBER_TAKEN()]}
