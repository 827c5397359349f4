"""Applications over the API and command line: two officers decide, never one."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override
from typer.testing import CliRunner

from tests.api.calls import call, send
from tests.factories.memberships import at_the_screen
from tests.factories.officers import officer
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership import phase_approvals
from tests.hub.membership.applications import proposed, submitted
from tests.identity.two_people import approved
from vardkase.audit.models import AuditEntry
from vardkase.cli.main import commands
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, VardkaseError
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.assessments.models import Proposal
from vardkase.hub.membership.assessments.queries import criteria_of
from vardkase.hub.membership.assessments.services.decisions import decide, propose
from vardkase.identity.access.acting_for import in_the_name_of
from vardkase.identity.access.actor import Actor, console_actor

REASONS = "Kommunen uppfyller villkoren."


@pytest.fixture
def per(seed: Seed) -> ApiUser:
    return officer(seed, "per@hub.example")


@pytest.fixture
def johanna(seed: Seed) -> ApiUser:
    return officer(seed, "johanna@hub.example")


def post(who: ApiUser, action: str, number: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    return call(who.key, "POST", f"/membershipAssessments/{action}/{number}", body or {})


def test_two_officers_decide_over_api(per: ApiUser, johanna: ApiUser) -> None:
    application = submitted()
    number = application.number
    assert post(per, "review", number)[1]["Application"]["state"] == "under_review"
    for criterion in criteria_of(application):
        body = {"criterion": criterion.key, "verdict": "met"}
        assert post(per, "assess", number, body)[0] == 200
    status, refused = post(per, "assess", number, {"criterion": "security_work", "verdict": "not_met"})
    assert (status, list(refused["errors"])) == (403, ["reason"])
    _, made = post(per, "propose", number, {"outcome": "approve", "reasons": REASONS})
    answer = {"proposal_id": made["Proposal"]["id"], "answer": "agree"}
    assert post(per, "decide", number, answer)[0] == 403, "not by the proposer"
    assert post(johanna, "decide", number, answer)[0] == 403, "not with a key"
    decide(at_the_screen(johanna), application, int(made["Proposal"]["id"]), "agree")
    assert post(johanna, "decide", number, answer)[0] == 409
    decided = call(per.key, "GET", f"/membershipAssessments/view/{number}")[1]
    assert decided["Application"]["state"] == "approved"
    (letter,) = decided["letters"]
    pdf = send(johanna.key, "GET", f"/membershipAssessments/letter/{number}/{letter['number']}").content
    assert hashlib.sha256(pdf).hexdigest() == letter["sha256"]
    assert [row["step"] for row in decided["history"]] == ["review", "approve"]
    _, listed = call(per.key, "GET", "/membershipAssessments/index")
    assert [each["Application"]["number"] for each in listed] == [number]


def test_completion_and_conflict_of_interest_over_api(per: ApiUser) -> None:
    application, proposal = proposed(at_the_screen(per))
    body = {"text": "Vi saknar planen.", "steps": "security"}
    assert post(per, "request_completion", application.number, body)[0] == 403
    assert post(per, "take_back", application.number, {"proposal_id": proposal.pk})[0] == 200
    _, whole = post(per, "request_completion", application.number, body | {"steps": ["security"]})
    assert whole["Application"]["state"] == "completion_requested"
    assert post(per, "declare_partial", application.number, {"reason": "Syster."})[0] == 200
    assert post(per, "declare_partial", application.number, {"reason": "Syster."})[0] == 403


def test_officer_of_applicant_is_refused(per: ApiUser, seed: Seed) -> None:
    application = submitted(organisation=seed.hub)
    status, refused = post(per, "review", application.number)
    assert status == 403
    assert "own organisation" in refused["message"]


def test_terms_over_api(per: ApiUser, seed: Seed) -> None:
    _, terms = call(seed.reader.key, "GET", "/membershipTerms/view")
    assert terms["Terms"]["version"] == 1
    assert call(per.key, "POST", "/membershipTerms/draft", {})[1]["Terms"]["version"] == 2
    assert call(per.key, "POST", "/membershipTerms/edit", {"text_sv": ""})[0] == 403
    assert (
        call(per.key, "POST", "/membershipTerms/publish", {"version": 2, "answer_by": today().isoformat()})[0]
        == 403
    )
    body = {"version": 2, "answer_by": "2199-01-31", "reason": "Ny lag."}
    assert call(per.key, "POST", "/membershipTerms/publish", body)[0] == 200
    assert call(per.key, "GET", "/membershipTerms/view")[1]["Terms"]["version"] == 1, "not by one person"
    approved(phase_approvals.colleague(seed))
    assert call(per.key, "GET", "/membershipTerms/unanswered")[1] == []
    accepted = {"version": 2, "name": "Eva", "role": "chef"}
    assert call(seed.org_admin.key, "POST", "/membershipTerms/accept", accepted)[0] == 404, "no member"


def run(*arguments: str) -> None:
    """Runs a command; a refusal is raised, as the entry point sees it."""
    done = CliRunner().invoke(commands, ["membership", *arguments])
    if isinstance(done.exception, VardkaseError):
        raise done.exception
    assert done.exit_code == 0, done.output


def at_console(seed: Seed, who: ApiUser, login: str = "root") -> Actor:
    """The console in the name of `who`."""
    return in_the_name_of(console_actor(seed.hub.pk, seed.hub.name, login), who.user)


def test_console_cannot_propose_or_decide_in_any_name(per: ApiUser, johanna: ApiUser, seed: Seed) -> None:
    """There is no such command, and the service behind it refuses in every name."""
    number = submitted().number
    first, second = ("--as", "per@hub.example"), ("--as", "johanna@hub.example")
    run("review", number, *first)
    run("assess", number, "all", "met", *first)
    application = Application.objects.get(number=number)
    for name in (first, second):
        with pytest.raises(AssertionError, match="No such command"):
            run("propose", number, "approve", "--reasons", REASONS, *name)
    for who in (per, johanna):
        with override("en"), pytest.raises(Forbidden, match="cannot be proposed at the console"):
            propose(at_console(seed, who), application, "approve", REASONS)
    assert not Proposal.objects.exists()
    made = propose(at_the_screen(per), Application.objects.get(number=number), "approve", REASONS)
    made.proposed_at_console = "root"  # As one from before that rule.
    made.save()
    with pytest.raises(AssertionError, match="No such command"):
        run("decide", number, "agree", "--proposal", str(made.pk), *second)
    nobody = console_actor(seed.hub.pk, seed.hub.name, "root")
    for actor in (at_console(seed, per), nobody):
        with pytest.raises(Forbidden):
            decide(actor, application, made.pk, "agree")
    with pytest.raises(Forbidden):
        decide(at_console(seed, seed.org_admin), application, made.pk, "agree")
    for login in ("root", "somebody-else"):
        for answer in ("agree", "return", "oppose"):
            with override("en"), pytest.raises(Forbidden, match="signed in there"):
                decide(at_console(seed, johanna, login), application, made.pk, answer, "x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(state="approved", answered_by=johanna.user.pk, answered_with="console")
    used = AuditEntry.objects.filter(action="user.name_used_at_console", title=johanna.user.email)
    assert {entry.actor_name for entry in used} == {
        f"console:{made.proposed_at_console}",
        "console:somebody-else",
    }
    assert Application.objects.get(number=number).state == "under_review"
    decide(at_the_screen(johanna), Application.objects.get(number=number), made.pk, "agree")
    assert Application.objects.get(number=number).state == "approved"
    with pytest.raises(Conflict):
        decide(at_console(seed, johanna), application, made.pk, "agree")


def test_console_cannot_be_second_officer(per: ApiUser, johanna: ApiUser, seed: Seed) -> None:
    application, proposal = proposed(at_the_screen(per))
    for who in (per, johanna):
        with override("en"), pytest.raises(Forbidden, match="signed in there"):
            decide(at_console(seed, who), application, proposal.pk, "agree")
    assert Application.objects.get(pk=application.pk).state == "under_review"
