"""Rules on who may handle an application, and which decisions are possible when. Pure; services load the data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.core.problems import Problem
from vardkase.hub.membership.assessments.models import Outcome, Verdict
from vardkase.hub.membership.assessments.problems import AssessmentProblem
from vardkase.hub.membership.terms.criteria import Criterion
from vardkase.identity.accounts.staff import StaffRole

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)


@dataclass(frozen=True, slots=True)
class Officer:
    organisation_id: int
    declared_partial: bool = False


@dataclass(frozen=True, slots=True)
class AssessedApplicant:
    organisation_id: int | None
    name: str
    number: str
    domains: Collection[str]
    addresses: Collection[str]


def applicant_of(
    organisation_id: int | None, name: str, number: str, email: str, answers: Mapping[str, Any]
) -> AssessedApplicant:
    organisation = _object(answers.get("organisation"))
    contacts = [_object(each) for each in _object(answers.get("contacts")).values()]
    addresses = {str(each.get("email") or "").casefold() for each in contacts} | {email.casefold()}
    domains = organisation.get("domains")
    named = {str(each).casefold() for each in domains} if isinstance(domains, list) else set()
    return AssessedApplicant(organisation_id, name, number, frozenset(named), frozenset(addresses - {""}))


def conflict(officer: Officer, applicant: AssessedApplicant) -> Problem | None:
    """Why the officer may not handle the application (conflict of interest); None if they may.

    Being named in the application is not enough by itself, or applicants could choose their officers: a named
    person declares on record first (`access.conflict_of`).
    """
    if officer.declared_partial:
        return AssessmentProblem.IS_PARTIAL()
    if officer.organisation_id != 0 and officer.organisation_id == applicant.organisation_id:
        return AssessmentProblem.OWN_APPLICATION()
    return None


def not_assessed(criteria: Iterable[Criterion], verdicts: Mapping[str, str]) -> list[Criterion]:
    return [each for each in criteria if each.key not in verdicts]


def not_met(criteria: Iterable[Criterion], verdicts: Mapping[str, str]) -> list[Criterion]:
    return [each for each in criteria if verdicts.get(each.key) == Verdict.NOT_MET]


def refusal_of_proposal(
    criteria: Iterable[Criterion], verdicts: Mapping[str, str], outcome: str, exception: str
) -> Problem | None:
    criteria = list(criteria)
    if left := not_assessed(criteria, verdicts):
        return AssessmentProblem.NOT_ASSESSED(criteria=[each.title for each in left])
    unmet = not_met(criteria, verdicts)
    if outcome == Outcome.APPROVE and unmet and not exception:
        return AssessmentProblem.NEEDS_EXCEPTION(criteria=[each.title for each in unmet])
    return None


def refusal_of_terms(outcome: str, accepted: int | None, current: int) -> Problem | None:
    if outcome != Outcome.APPROVE or accepted == current:
        return None
    if accepted is None:
        return AssessmentProblem.TERMS_NOT_ACCEPTED()
    return AssessmentProblem.OTHER_TERMS_ACCEPTED(accepted=accepted, current=current)


def _object(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}
