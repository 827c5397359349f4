"""Cross-field rules of an application: signatory, plan for each gap, and ownership of the organisation
number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from tests.api.calls import call
from tests.factories.applications import PHASE_2
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, opened
from tests.factories.seed import Seed
from tests.hub.membership import with_approval
from tests.hub.membership.answers import answers
from tests.support.refusals import problem_is
from tests.web.signed_in import signed_in
from vardkase.core.errors import Invalid
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services.drafting import problems, save_step
from vardkase.hub.membership.applications.services.importing import import_application
from vardkase.hub.membership.applications.services.submission import withdraw
from vardkase.hub.membership.assessments.conflicting_claims import claims
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.statements.models import Statement
from vardkase.hub.membership.themes import MEASURES

NUMBER = "2120000142"
BEGUN = {"level": "1", "gap": "No policy yet.", "plan": "We write it."}
GOOD = {f"{name}.level": "3" for name in MEASURES}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def desk(seed: Seed, mail: Any, password_is_enough: None) -> Desk:
    return make_desk(seed)


def errors_of(desk: Desk, document: dict[str, Any]) -> set[str]:
    with pytest.raises(Invalid) as refused, time_machine.travel(PHASE_2, tick=True):
        import_application(at_the_screen(desk.officer), document)
    return set(refused.value.errors)


def imported(desk: Desk, document: dict[str, Any] | None = None) -> Application:
    with time_machine.travel(PHASE_2, tick=True):
        return import_application(at_the_screen(desk.officer), document or answers())


@pytest.mark.parametrize(
    ("risk", "wrong"),
    [
        ({"level": "0"}, {"security.risk.plan", "security.risk.by"}),
        ({"level": "1", "gap": "No policy yet."}, {"security.risk.plan", "security.risk.by"}),
        (BEGUN, {"security.risk.by"}),
        (BEGUN | {"by": "next spring"}, {"security.risk.by"}),
        ({"level": "2"}, {"security.risk.plan"}),
    ],
)
def test_missing_measure_requires_plan_with_date(
    seed: Seed, desk: Desk, risk: dict[str, str], wrong: set[str]
) -> None:
    assert errors_of(desk, answers(security={"risk": risk})) == wrong
    status, _ = call(
        desk.officer.key, "POST", "/membershipApplications/import", answers(security={"risk": risk})
    )
    assert status == 403
    imported(desk, answers(security={"risk": BEGUN | {"by": "2027-03-31"}}))


def test_renewed_statement_requires_plan_for_gap(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b, statement=False)
    given = GOOD | {f"risk.{part}": value for part, value in BEGUN.items()}
    web = signed_in(desk.admin)
    page = web.post("/membership/statement/submit/", given, headers={"accept-language": "en"})
    assert (page.status_code, "Enter the date by which" in page.content.decode()) == (422, True)
    by_api = {"answers": {name: {"level": "3"} for name in MEASURES} | {"risk": BEGUN}}
    assert call(desk.admin.key, "POST", "/securityStatements/submit", by_api)[0] == 403
    assert web.post("/membership/statement/submit/", given | {"risk.by": "2027-03-31"}).status_code == 302
    assert Statement.objects.get().answers["risk"]["by"] == "2027-03-31"
    assert "2027-03-31" in signed_in(desk.officer).get(f"/members/{seed.org_b.pk}/").content.decode()


def test_terms_accepted_by_other_than_signatory_require_reason(seed: Seed, desk: Desk) -> None:
    other = {"name": "Någon Annan", "role": "Assistent"}
    assert errors_of(desk, answers(terms=other)) == {"terms.why_not_signatory"}
    application = imported(desk, answers(terms=other | {"why_not_signatory": "Delegated in 2025."}))
    (claim,) = [each for each in claims(at_the_screen(desk.officer), application) if "Någon Annan" in each]
    assert "Delegated in 2025." in claim
    page = signed_in(desk.second).get(
        f"/applications/{application.number}/", headers={"accept-language": "en"}
    )
    assert "Delegated in 2025." in page.content.decode()


def test_signatory_name_ignores_case_and_accents(seed: Seed, desk: Desk) -> None:
    imported(desk, answers(terms={"name": "karin  EK"}))


def test_draft_shows_signatory_problem(seed: Seed, desk: Desk) -> None:
    application = imported(desk)
    Application.objects.update(state="draft")
    terms = answers()["terms"] | {"name": "Någon Annan"}
    _, read = save_step(at_the_screen(desk.officer), application, "terms", terms)
    assert set(read.errors) == {"why_not_signatory"}
    application.refresh_from_db()
    assert "terms.why_not_signatory" in problems(application)


def test_organisation_number_belongs_to_one_member_or_applicant(seed: Seed, desk: Desk) -> None:
    first = imported(desk)
    assert errors_of(desk, answers()) == {"organisation.number"}
    with pytest.raises(Invalid, match=first.number):
        opened(desk, seed.org_b, organisation_number=NUMBER)
    with time_machine.travel(PHASE_2, tick=True):
        withdraw(at_the_screen(desk.officer), first)
    member(desk, seed.org_b, organisation_number=NUMBER)
    assert errors_of(desk, answers()) == {"organisation.number"}
    with pytest.raises(Invalid, check=problem_is(MemberProblem.NUMBER_OF_MEMBER)):
        opened(desk, seed.org_c, organisation_number=NUMBER)
    with_approval.terminate(at_the_screen(desk.officer), seed.org_b.pk, "Merged.", "They stay.")
    opened(desk, seed.org_c, organisation_number=NUMBER)
    assert Membership.objects.filter(organisation_number=NUMBER).count() == 2


def test_page_refuses_second_membership_for_number(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b, organisation_number=NUMBER)
    given = {"sector": "municipality", "connection": "web", "organisation_number": NUMBER}
    web: Client = signed_in(desk.officer)
    page = web.post(
        "/members/open/", given | {"organisation": seed.org_c.pk, "nis2": "unknown", "reason": "It was here."}
    )
    assert page.status_code == 422
    assert Membership.objects.count() == 1


def test_duplicate_number_does_not_name_the_member(seed: Seed, desk: Desk) -> None:
    application = imported(desk)
    Application.objects.update(state="draft")
    member(desk, seed.org_b, organisation_number=NUMBER)
    application.refresh_from_db()
    (problem,) = problems(application)["organisation.number"]
    assert "Organisation B" not in str(problem)
