"""No officer decides alone or in their own organisation's case, by page, API or command."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.api.calls import call
from tests.factories.memberships import Desk, at_the_screen, make_desk
from tests.factories.seed import Seed
from tests.hub.membership.applications import proposed
from tests.hub.membership.with_approval import ADVERSE, in_a_month
from tests.hub.test_state_transitions import by_api, by_command, by_page
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.lifecycle.models import HistoryEntry
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.assessments.models import Proposal
from vardkase.hub.membership.members.models import Membership, ProposedChange
from vardkase.hub.membership.onboarding.models import Remark
from vardkase.hub.membership.statements.models import Statement

ALONE = "You made the proposal, so another person must respond."
ON_PAGES = "Two-person decisions are made on the hub’s pages"
OWN_CASE = "This is your own organisation’s application"
OWN_MEMBERSHIP = "This is your own organisation’s membership"


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def test_one_officer_cannot_decide_by_mixing_interfaces(seed: Seed, desk: Desk) -> None:
    """Proposed on one interface and answered on another, from another browser, and again after opposition."""
    application, proposal = proposed(at_the_screen(desk.officer))
    number = application.number
    browsers = signed_in(desk.officer), signed_in(desk.officer)
    for answer in ("agree", "return", "oppose"):
        given = {"answer": answer, "text": "Skäl.", "proposal_id": proposal.pk}
        attempts = [
            *(
                by_page(each, reverse("application_decide", args=[number, proposal.pk]), given)
                for each in browsers
            ),
            by_api(desk.officer, f"/membershipAssessments/decide/{number}", given),
        ]
        found = [attempt() for attempt in attempts]
        assert [ALONE in each for each in found] == [True, True, False], answer
        assert ON_PAGES in found[2], answer
    proposal.refresh_from_db()
    assert (proposal.state, Letter.objects.exists()) == ("waiting", False)
    opposed = {"proposal_id": proposal.pk, "answer": "oppose", "text": "Skäl."}
    assert call(desk.second.key, "POST", f"/membershipAssessments/decide/{number}", opposed)[0] == 403
    page = reverse("application_decide", args=[number, proposal.pk])
    assert signed_in(desk.second).post(page, opposed).status_code == 302
    opposite = Proposal.objects.get(state="waiting")
    page = reverse("application_decide", args=[number, opposite.pk])
    assert ALONE in by_page(signed_in(desk.second), page, {"answer": "agree"})()
    assert Application.objects.get().state == "under_review"
    assert signed_in(desk.officer).post(page, {"answer": "agree"}).status_code == 302
    assert Application.objects.get().state == "rejected"


def test_officer_cannot_handle_own_organisations_application(seed: Seed, desk: Desk) -> None:
    application, proposal = proposed(at_the_screen(desk.second))
    Application.objects.update(organisation=seed.hub)
    number, web, key = application.number, signed_in(desk.officer), desk.officer
    place, api, by_name = f"/applications/{number}", "/membershipAssessments", ("--as", key.user.email)
    decides = {"outcome": "reject", "reasons": "Skäl."}
    asks = {"text": "Mer.", "steps": ["security"]}
    answers = {"proposal_id": proposal.pk, "answer": "agree"}
    verdict = {"criterion": "security_work", "verdict": "met", "reason": ""}
    attempts = {
        "review on the page": by_page(web, f"{place}/review/"),
        "take over on the page": by_page(web, f"{place}/take-over/"),
        "assess on the page": by_page(web, f"{place}/criteria/security_work/", verdict),
        "ask on the page": by_page(web, f"{place}/completion/", asks),
        "propose on the page": by_page(web, f"{place}/propose/", decides),
        "decide on the page": by_page(web, f"{place}/proposals/{proposal.pk}/", answers),
        "review by API": by_api(key, f"{api}/review/{number}"),
        "assess by API": by_api(key, f"{api}/assess/{number}", verdict),
        "ask by API": by_api(key, f"{api}/request_completion/{number}", asks),
        "propose by API": by_api(key, f"{api}/propose/{number}", decides),
        "decide by API": by_api(key, f"{api}/decide/{number}", answers),
        "withdraw by API": by_api(
            key, f"/membershipApplications/step/{number}", {"step": "withdraw", "note": "By mail"}
        ),
        "review by command": by_command("membership", "review", number, *by_name),
        "assess by command": by_command("membership", "assess", number, "security_work", "met", *by_name),
        "ask by command": by_command(
            "membership", "request-completion", number, "--text", "Mer.", "--step", "security", *by_name
        ),
        "withdraw by command": by_command("membership", "step", number, "withdraw", "--note", "By mail"),
    }
    before = state_of_things()
    silent = [name for name, attempt in attempts.items() if OWN_CASE not in attempt()]
    assert state_of_things() == before
    assert silent == []


def test_officer_cannot_decide_on_own_organisations_membership(seed: Seed, desk: Desk) -> None:
    membership = Membership.objects.create(organisation=seed.hub, sector="other", connection="both")
    Statement.objects.create(membership=membership, state="submitted")
    ProposedChange.objects.create(membership=membership, fields={"address": ["", "x"]}, proposed_by="x")
    org, web, why = (
        seed.hub.pk,
        signed_in(desk.officer),
        {
            "reason": "x",
            "kind": "suspended",
            "contributions": "x",
            "basis": "changed",
            "review_by": in_a_month().isoformat(),
            **ADVERSE,
        },
    )
    networks, unneeded = {"networks": "192.0.2.0/24"}, {"note": "x"}
    steps = ("activate", "suspend", "restore", "terminate")
    by_name = ("--user", desk.officer.user.email)
    attempts = {
        **{f"{step} on the page": by_page(web, f"/members/{org}/step/{step}/", why) for step in steps},
        **{f"{step} by API": by_api(desk.officer, f"/memberships/{step}/{org}", why) for step in steps},
        "activate by command": by_command("membership", "activate", "Hub", "--reason", "x", *by_name),
        "statement on the page": by_page(web, f"/members/{org}/statement/", {"decision": "accept"}),
        "statement by API": by_api(desk.officer, f"/securityStatements/review/{org}", {"accept": True}),
        "change on the page": by_page(web, f"/members/{org}/change/", {"decision": "accept"}),
        "change by API": by_api(desk.officer, f"/memberships/decide/{org}", {"accept": True}),
        "change by command": by_command(
            "membership", "change", "refuse", "Hub", "--reason", "x", *by_name
        ),
        "item on the page": by_page(web, f"/members/{org}/checklist/networks/", networks),
        "item by API": by_api(desk.operator, f"/membershipChecklists/do/{org}/networks", networks),
        "item by command": by_command("membership", "do", "Hub", "networks", "networks=192.0.2.0/24", *by_name),
        "waiving on the page": by_page(web, f"/members/{org}/checklist/server/waive/", unneeded),
        "waiving by API": by_api(desk.officer, f"/membershipChecklists/waive/{org}/server", unneeded),
        "waiving by command": by_command("membership", "waive", "Hub", "server", "--note", "x"),
        "the console itself": by_command("membership", "activate", "Hub", "--reason", "x"),
    }  # fmt: skip
    before = state_of_things()
    silent = [name for name, attempt in attempts.items() if OWN_MEMBERSHIP not in attempt()]
    assert state_of_things() == before
    assert silent == []


def state_of_things() -> list[object]:
    acts = AuditEntry.objects.exclude(action="user.name_used_at_console").count()
    models = (Application, Membership, Statement, ProposedChange, Proposal, Remark, HistoryEntry, Letter)
    return [acts, *(list(model.objects.order_by("pk").values()) for model in models)]  # type: ignore[attr-defined]
