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
    contacts = [_object(contact) for contact in _object(answers.get("contacts")).values()]
    addresses = {str(contact.get("email") or "").casefold() for contact in contacts} | {email.casefold()}
    domains = organisation.get("domains")
    claimed = {str(domain).casefold() for domain in domains} if isinstance(domains, list) else set()
    return AssessedApplicant(organisation_id, name, number, frozenset(claimed), frozenset(addresses - {""}))


def conflict(officer: Officer, applicant: AssessedApplicant) -> Problem | None:
    """Why the officer may not handle the application (conflict of interest); None if they may.

    Being named in the application is not enough by itself, or applicants could choose their officers: a named
    person declares on record first (`access.conflict_of`).
    """
    # The grounds for partiality (jäv) are those of 16 § förvaltningslagen (2017:900).
    if officer.declared_partial:
        return AssessmentProblem.IS_PARTIAL()
    if officer.organisation_id != 0 and officer.organisation_id == applicant.organisation_id:
        return AssessmentProblem.OWN_APPLICATION()
    return None


def not_assessed(criteria: Iterable[Criterion], verdicts: Mapping[str, str]) -> list[Criterion]:
    return [criterion for criterion in criteria if criterion.key not in verdicts]


def not_met(criteria: Iterable[Criterion], verdicts: Mapping[str, str]) -> list[Criterion]:
    return [criterion for criterion in criteria if verdicts.get(criterion.key) == Verdict.NOT_MET]


def refusal_of_proposal(
    criteria: Iterable[Criterion], verdicts: Mapping[str, str], outcome: str, exception: str
) -> Problem | None:
    criteria = list(criteria)
    if remaining := not_assessed(criteria, verdicts):
        return AssessmentProblem.NOT_ASSESSED(criteria=[criterion.title for criterion in remaining])
    unmet = not_met(criteria, verdicts)
    if outcome == Outcome.APPROVE and unmet and not exception:
        return AssessmentProblem.NEEDS_EXCEPTION(criteria=[criterion.title for criterion in unmet])
    return None


def refusal_of_terms(outcome: str, accepted: int | None, current: int) -> Problem | None:
    if outcome != Outcome.APPROVE or accepted == current:
        return None
    if accepted is None:
        return AssessmentProblem.TERMS_NOT_ACCEPTED()
    return AssessmentProblem.OTHER_TERMS_ACCEPTED(accepted=accepted, current=current)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
