"""Officers' decisions take two on every interface, and a conflict of interest follows the membership."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from typer.testing import CliRunner

from tests.api.calls import call
from tests.factories import make_organisation
from tests.factories.memberships import FACTS, Desk, at_the_screen, make_desk, member, opened
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership import with_approval
from tests.hub.membership.answers import answers
from tests.hub.membership.applications import assessed, proposed, submitted
from tests.hub.membership.with_approval import ADVERSE
from tests.identity.two_people import approved
from tests.support.refusals import problem_is
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.cli.main import commands
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.customer_service import services as services_of_support
from vardkase.hub.lifecycle import NotImpartial
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services.importing import import_application
from vardkase.hub.membership.assessments.models import Partiality, Proposal
from vardkase.hub.membership.assessments.services import decisions, partiality, reviews
from vardkase.hub.membership.members import services
from vardkase.hub.membership.members.models import Membership, RestrictionCause, RestrictionKind
from vardkase.hub.membership.members.services.opening import begin
from vardkase.hub.membership.members.services.restrictions import impose
from vardkase.hub.membership.onboarding import services as onboarding
from vardkase.hub.membership.statements.reviewing import propose_review
from vardkase.identity.access.acting_for import in_the_name_of
from vardkase.identity.access.actor import console_actor
from vardkase.identity.accounts.four_eyes import services as four_eyes
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.problems import FourEyesProblem
from vardkase.identity.accounts.models import AccountAddress, User

NO_COMMAND = "No such command"
GIVEN = {
    "reason": "It was decided.",
    "kind": "suspended",
    "review_by": with_approval.in_a_month().isoformat(),
    "contributions": "They stay.",
    "basis": "changed",
    **ADVERSE,
}


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def state_of(seed: Seed) -> tuple[Any, ...]:
    found = Membership.objects.filter(organisation=seed.org_b).first()
    return (found and found.state, found and found.restrictions.filter(lifted=None).count())


@pytest.mark.parametrize("step", ["suspend", "terminate", "restore"])
def test_single_officer_cannot_change_membership(seed: Seed, desk: Desk, step: str) -> None:
    """Page and API only propose, and the proposer cannot approve on either; there is no command."""
    member(desk, seed.org_b)
    officer, org = desk.officer, seed.org_b.pk
    if step == "restore":
        with_approval.suspend(at_the_screen(officer), org, "suspended", "Because.")
    before = state_of(seed)
    assert NO_COMMAND in CliRunner().invoke(commands, ["membership", step, seed.org_b.name]).output
    for interface in ("page", "API"):
        ApprovalRequest.objects.filter(state="waiting").delete()
        if interface == "page":
            assert signed_in(officer).post(f"/members/{org}/step/{step}/", GIVEN).status_code == 302
        else:
            status, body = call(officer.key, "POST", f"/memberships/{step}/{org}", GIVEN)
            assert (status, "Another person has to approve" in body["message"]) == (200, True)
        try_to_approve_alone(officer, ApprovalRequest.objects.get(state="waiting"))
        assert state_of(seed) == before, interface
    call(officer.key, "POST", f"/memberships/{step}/{org}", GIVEN)
    approved(desk.second.user, ApprovalRequest.objects.get(state="waiting"))
    assert state_of(seed) != before


@pytest.mark.django_db(transaction=True)
def test_second_officer_sees_pending_request(seed: Seed, desk: Desk) -> None:
    """Without an outer transaction, as in production: pages that only read take no locks."""
    member(desk, seed.org_b)
    officer, second = at_the_screen(desk.officer), signed_in(desk.second)
    limits = with_approval.proposed_suspension(officer, seed.org_b.pk, "read_only", "It is looked into.")
    applicant = make_organisation("Newcomer")
    opens = services.open_membership(officer, applicant, FACTS, "They asked.")
    for waits in (limits, opens):
        page = second.get(reverse("approval_request", args=[waits.pk]))
        assert (page.status_code, page.context["may_answer"]) == (200, True)
        assert call(desk.second.key, "GET", f"/approvalRequests/view/{waits.pk}")[0] == 200
    assert second.get(reverse("approval_requests")).context["to_answer"] == [limits, opens]
    applicant.delete()
    assert second.get(reverse("approval_request", args=[opens.pk])).context["has_changed"] is True


def try_to_approve_alone(who: ApiUser, waits: ApprovalRequest) -> None:
    """Over the API, and on the page of the officer's own proposal; the command line cannot approve at all."""
    digest = {"digest": waits.digest}
    assert call(who.key, "POST", f"/approvalRequests/approve/{waits.pk}", digest)[0] == 403
    signed_in(who).post(reverse("approval_request_approve", args=[waits.pk]), digest)
    with pytest.raises(Forbidden):
        four_eyes.approve(at_the_screen(who), waits.pk, waits.digest)


def test_single_officer_cannot_open_or_activate_membership(seed: Seed, desk: Desk) -> None:
    """Opening without an application, and activating with open items, take another officer."""
    officer = at_the_screen(desk.officer)
    form = {"organisation": seed.org_b.pk, "reason": "They asked.", **FACTS}
    assert signed_in(desk.officer).post("/members/open/", form).status_code == 302
    assert not Membership.objects.exists()
    with pytest.raises(Conflict):
        services.open_membership(officer, seed.org_b, FACTS, "Again.")
    approved(desk.second.user)
    membership = Membership.objects.get()
    assert membership.state == "onboarding"
    with pytest.raises(Invalid, match="Utan det släpps ingen medlem in"):
        services.activate(officer, seed.org_b.pk, "Brådskar.")
    assert Membership.objects.get().state == "onboarding"


def test_membership_services_require_approval(seed: Seed, desk: Desk) -> None:
    membership = member(desk, seed.org_b)
    with pytest.raises(PermissionError):
        begin(at_the_screen(desk.officer), seed.org_c, FACTS)
    with pytest.raises(PermissionError):
        impose(
            at_the_screen(desk.officer), membership, RestrictionKind.READ_ONLY, RestrictionCause.OFFICER, "x"
        )


def test_request_is_stale_once_membership_has_changed(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    officer = at_the_screen(desk.officer)
    ends = services.terminate(officer, seed.org_b.pk, "It left.", "They stay.", ADVERSE)
    with_approval.suspend(officer, seed.org_b.pk, "read_only", "It is looked into.")
    with pytest.raises(Conflict):
        approved(desk.second.user, ends)
    assert (ApprovalRequest.objects.get(pk=ends.pk).state, Membership.objects.get().state) == (
        "stale",
        "active",
    )


def test_outdated_request_is_replaced_by_a_new_one(
    seed: Seed, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that can still be approved is not."""
    member(desk, seed.org_b)
    officer = at_the_screen(desk.officer)
    ends = services.terminate(officer, seed.org_b.pk, "It left.", "They stay.", ADVERSE)
    with pytest.raises(Conflict, check=problem_is(FourEyesProblem.ALREADY_PROPOSED)):
        services.terminate(officer, seed.org_b.pk, "It has left.", "They stay.", ADVERSE)
    with_approval.suspend(officer, seed.org_b.pk, "read_only", "It is looked into.")
    again = services.terminate(officer, seed.org_b.pk, "It has left.", "They stay.", ADVERSE)
    assert ApprovalRequest.objects.get(pk=ends.pk).state == "stale"
    # Who made it is told, unless they replaced it themselves.
    monkeypatch.setattr(settings, "VARDKASE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "VARDKASE_MAIL_FROM", "hub@hub.example")
    with_approval.restore(officer, seed.org_b.pk, "It has been looked into.")
    by_colleague = services.terminate(
        at_the_screen(desk.second), seed.org_b.pk, "It left.", "They stay.", ADVERSE
    )
    assert ApprovalRequest.objects.get(pk=again.pk).state == "stale"
    mail = OutgoingMail.objects.get(text__contains="ersätter ditt")
    assert mail.recipient == desk.officer.user.email
    for words in (desk.second.user.email, f"/approval-requests/{by_colleague.pk}/"):
        assert words in mail.text
    approved(desk.officer.user, by_colleague)
    assert Membership.objects.get().state == "terminated"


def test_outdated_proposal_of_decision_is_replaced(seed: Seed, desk: Desk) -> None:
    application, proposal = proposed(at_the_screen(desk.officer))
    with pytest.raises(Conflict):
        decisions.propose(at_the_screen(desk.officer), application, "approve", "Jouren är provad.")
    Application.objects.filter(pk=application.pk).update(answers={**application.answers, "analysis": {}})
    decisions.propose(at_the_screen(desk.officer), application, "approve", "Jouren är provad.")
    assert ApprovalRequest.objects.get(pk=proposal.pk).state == "stale"


def test_application_is_decided_only_on_pages(seed: Seed, desk: Desk) -> None:
    """Neither with the second officer's key nor right after somebody else has set their password."""
    application, proposal = proposed(at_the_screen(desk.officer))
    given = {"proposal_id": proposal.pk, "answer": "agree"}
    status, body = call(desk.second.key, "POST", f"/membershipAssessments/decide/{application.number}", given)
    assert (status, "signed in there" in body["message"]) == (403, True)
    User.objects.filter(pk=desk.second.user.pk).update(credentials_set_by_another_at=timezone.now())
    with pytest.raises(Forbidden):
        decisions.decide(at_the_screen(desk.second), application, proposal.pk, "agree")
    User.objects.filter(pk=desk.second.user.pk).update(credentials_set_by_another_at=None)
    assert decisions.decide(at_the_screen(desk.second), application, proposal.pk, "agree").state == "approved"


def test_application_is_decided_from_approval_inbox(seed: Seed, desk: Desk) -> None:
    """The version read is the one approved: a changed case is not decided."""
    application, proposal = proposed(at_the_screen(desk.officer))
    second = signed_in(desk.second)
    page = second.get(reverse("approval_request", args=[proposal.pk])).content.decode()
    assert all(words in page for words in (application.number, proposal.reason, proposal.digest))
    text = {"text": "Är jouren provad?"}
    second.post(reverse("approval_request_decline", args=[proposal.pk]), text)
    assert [each.text for each in application.messages.all()] == [text["text"]]
    again = decisions.propose(at_the_screen(desk.officer), application, "approve", "Jouren är provad.")
    approve, digest = reverse("approval_request_approve", args=[again.pk]), {"digest": again.digest}
    signed_in(desk.officer).post(approve, digest)
    Application.objects.filter(pk=application.pk).update(answers={**application.answers, "analysis": {}})
    second.post(approve, digest)
    again.refresh_from_db()
    application.refresh_from_db()
    assert (again.state, application.state) == ("stale", "under_review")
    last = decisions.propose(at_the_screen(desk.officer), application, "approve", "Jouren är provad.")
    second.post(reverse("approval_request_approve", args=[last.pk]), {"digest": last.digest})
    application.refresh_from_db()
    assert application.state == "approved"


def form_naming(api_user: ApiUser) -> dict[str, Any]:
    """A form that names an officer as main contact, by another address of the same mailbox."""
    found: dict[str, Any] = answers()
    name, _, domain = api_user.user.email.partition("@")
    found["contacts"]["main"] |= {"email": f"{name}+kommun@{domain}"}
    return found


def test_officer_named_in_application_must_declare_first(seed: Seed, desk: Desk) -> None:
    officer, form = at_the_screen(desk.officer), form_naming(desk.officer)
    with pytest.raises(NotImpartial):
        import_application(officer, form)
    application = submitted(answers=form)
    with pytest.raises(NotImpartial):
        reviews.review(officer, application)
    page = reverse("application_partial", args=[application.number])
    collected = {"partial": "0", "reason": "Jag har slutat där."}
    assert signed_in(desk.officer).post(page, collected).status_code == 302
    assert reviews.review(officer, application).state == "under_review"


def test_conflict_of_interest_follows_membership(seed: Seed, desk: Desk) -> None:
    application, proposal = proposed(at_the_screen(desk.officer))
    third = with_approval.colleague(at_the_screen(desk.officer))
    decisions.decide(at_the_screen(desk.second), application, proposal.pk, "agree")
    partiality.declare_in_application(at_the_screen(desk.officer), application, "Min syster är chef där.")
    membership = Membership.objects.get()
    org = membership.organisation_id
    with pytest.raises(NotImpartial):
        services.terminate(at_the_screen(desk.officer), org, "x", "y", ADVERSE)
    made = services.terminate(at_the_screen(desk.second), org, "It left.", "They stay.", ADVERSE)
    with pytest.raises(Forbidden):
        approved(desk.officer.user, made)
    approved(third, made)
    assert Membership.objects.get().state == "terminated"


def contact_of(seed: Seed, desk: Desk, api_user: ApiUser) -> None:
    """Organisation B's membership, opened without an application, names the person as a contact."""
    opened(desk, seed.org_b)
    contact = {"name": "Per", "email": api_user.user.email}
    found = Membership.objects.get()
    Membership.objects.update(details={**found.details, "contact_security": contact})


def test_officer_named_as_contact_must_declare_first(seed: Seed, desk: Desk) -> None:
    contact_of(seed, desk, desk.officer)
    officer, number = at_the_screen(desk.officer), seed.org_b.pk
    asked = services_of_support.ask(
        at_the_screen(desk.admin), {"kind": "access", "subject": "Hej", "text": "Ett nytt konto"}
    )
    for act in (
        lambda: services.terminate(officer, number, "x", "y", ADVERSE),
        lambda: services.activate(officer, number, "x"),
        lambda: propose_review(officer, number, accept=True),
        lambda: services_of_support.answer(officer, asked.pk, "Svar"),
        lambda: onboarding.register_networks(officer, number, ["198.51.100.0/28"]),
    ):
        with override("en"), pytest.raises(NotImpartial, match="contact of this member"):
            act()
    page = reverse("member_partial", args=[number])
    browser = signed_in(desk.officer)
    assert page in browser.get(reverse("member", args=[number])).content.decode()
    assert (
        browser.post(page, {"partial": "0", "reason": "Min adress som före detta anställd."}).status_code
        == 302
    )
    answered = AuditEntry.objects.get(action="membership.impartiality_declared")
    assert answered.actor_id == desk.officer.user.pk
    services_of_support.answer(officer, asked.pk, "Svar")
    assert services.terminate(officer, number, "x", "y", ADVERSE)


def test_partial_officer_is_excluded_from_membership(seed: Seed, desk: Desk) -> None:
    """Over the API, also for an operator whom the member has not named; it cannot be taken back."""
    opened(desk, seed.org_b)
    number = seed.org_b.pk
    for api_user in (desk.officer, desk.operator):
        place = f"/memberships/declare_partial/{number}"
        assert call(api_user.key, "POST", place, {"reason": ""})[0] == 403
        assert call(api_user.key, "POST", place, {"reason": "Min syster leder den."})[0] == 200
        assert call(api_user.key, "POST", place, {"reason": "Nej", "impartial": True})[0] == 403
        with pytest.raises(NotImpartial):
            onboarding.register_networks(at_the_screen(api_user), number, ["198.51.100.0/28"])
    with pytest.raises(NotImpartial):
        services.terminate(at_the_screen(desk.officer), number, "x", "y", ADVERSE)
    assert services.terminate(at_the_screen(desk.second), number, "x", "y", ADVERSE)
    assert call(desk.admin.key, "POST", f"/memberships/declare_partial/{number}", {"reason": "x"})[0] == 403


def test_console_cannot_propose_in_officers_name(seed: Seed, desk: Desk) -> None:
    """Its user could be an officer, who would then approve their own proposal as a colleague."""
    number = assessed(at_the_screen(desk.officer)).number
    console = in_the_name_of(console_actor(seed.hub.pk, "Hub", "root"), desk.officer.user)
    with pytest.raises(Forbidden, check=problem_is(FourEyesProblem.NOT_AT_THE_CONSOLE)):
        decisions.propose(console, Application.objects.get(number=number), "approve", "x")
    assert not Proposal.objects.exists()
    for gone in (
        "propose",
        "decide",
        "take-back",
        "declare-partial",
        "phase edit",
        "phase in-force",
        "phase revoke",
    ):
        done = CliRunner().invoke(commands, ["membership", *gone.split(), number])
        assert (done.exit_code, NO_COMMAND in done.output) == (2, True), gone


def test_console_cannot_declare_conflict_of_interest(seed: Seed, desk: Desk) -> None:
    """It could exclude officers from a case for good, or declare them impartial in their name."""
    console = in_the_name_of(console_actor(seed.hub.pk, "Hub", "root"), desk.officer.user)
    application = assessed(at_the_screen(desk.officer))
    opened(desk, seed.org_b)
    for partial in (True, False):
        with pytest.raises(Forbidden):
            partiality.declare_in_application(console, application, "Skäl.", partial=partial)
        with pytest.raises(Forbidden):
            partiality.declare_in_membership(console, seed.org_b.pk, "Skäl.", partial=partial)
    assert not Partiality.objects.exists()


def test_decision_cannot_be_proposed_with_credentials_set_by_another(seed: Seed, desk: Desk) -> None:
    application = assessed(at_the_screen(desk.officer))
    User.objects.filter(pk=desk.officer.user.pk).update(credentials_set_by_another_at=timezone.now())
    with override("sv"), pytest.raises(Forbidden, match="ställt in dina inloggningsuppgifter"):
        decisions.propose(at_the_screen(desk.officer), application, "approve", "x")
    assert not Proposal.objects.exists()


def test_decision_cannot_be_approved_from_account_with_same_address(seed: Seed, desk: Desk) -> None:
    application, proposal = proposed(at_the_screen(desk.officer))
    AccountAddress.objects.create(user_id=desk.second.user.pk, email=desk.officer.user.email)
    with pytest.raises(Forbidden):
        decisions.decide(at_the_screen(desk.second), application, proposal.pk, "agree")
