"""Every pair of state and step that is not in the table is refused by page, API and command.

Each attempt is valid apart from the state; the message names the step and the state, and nothing changes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.utils import translation
from typer.testing import CliRunner

from tests.api.calls import call
from tests.factories.knowledge import make_tag
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, opened
from tests.factories.policies import RED, SECOND, in_force, made
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership.applications import assessed
from tests.hub.membership.with_approval import ADVERSE, in_a_month
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.cli.main import commands
from vardkase.cli.output import sentences
from vardkase.core.errors import VardkaseError
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.customer_service import services as support
from vardkase.hub.customer_service.models import SupportMessage, SupportRequest
from vardkase.hub.customer_service.rules import REQUEST
from vardkase.hub.lifecycle import StateMachine
from vardkase.hub.lifecycle.models import HistoryEntry
from vardkase.hub.membership.applications.access import new_link
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.members.models import ChangeState, Membership, ProposedChange, Restriction
from vardkase.hub.membership.members.rules import MEMBERSHIP
from vardkase.hub.membership.statements.models import Statement
from vardkase.hub.membership.statements.rules import STATEMENT
from vardkase.hub.membership.themes import MEASURES
from vardkase.hub.policy.models import ApprovalDecision, PublicationApproval
from vardkase.web.ui.private_links import OWN_LINK

WHY = {
    "basis": "changed",
    "reason": "It was decided.",
    "kind": "suspended",
    "contributions": "They stay.",
    "review_by": in_a_month().isoformat(),
    **ADVERSE,
}
KEPT = (HistoryEntry, OutgoingMail, Letter, Restriction, SupportMessage)
"""What a step may write besides its own row and the audit log."""
WRITING = {f"{name}.level": "3" for name in MEASURES}

type Attempt = Callable[[], str]
"""Tries a step on one interface; returns the refusal's text."""
type Interface = Mapping[str, Attempt]
type Pair = tuple[str, str]


@dataclass
class Case:
    """A row with a state, and the interfaces that its steps are tried by.

    `messages`: pairs refused with a message other than the table's; `not_these`: pairs that mean something else
    on these interfaces, with the reason.
    """

    machine: StateMachine
    thing: Model
    interfaces: dict[str, Interface]
    messages: dict[Pair, str] = field(default_factory=dict)
    not_these: dict[Pair, str] = field(default_factory=dict)


def by_page(client: Client, path: str, given: Mapping[str, Any] | None = None) -> Attempt:
    def attempt() -> str:
        answer = client.post(path, given or {}, follow=True, headers={"accept-language": "en"})
        assert answer.status_code in (200, 403, 404, 409, 422), (path, answer.status_code)
        assert answer.status_code != 200 or answer.redirect_chain, path
        return unescape(answer.content.decode())

    return attempt


def by_api(who: ApiUser, path: str, given: Mapping[str, Any] | None = None) -> Attempt:
    def attempt() -> str:
        status, body = call(who.key, "POST", path, given or {})
        assert status in (403, 404, 409), (path, status)
        return str(body["message"])

    return attempt


def by_command(*words: str) -> Attempt:
    def attempt() -> str:
        done = CliRunner().invoke(commands, words)
        assert done.exit_code != 0, words
        assert isinstance(done.exception, VardkaseError), done.output
        return " ".join(sentences(done.exception))

    return attempt


def forbidden(case: Case, interface: Interface) -> list[Pair]:
    pairs = itertools.product(case.machine.states.values, interface)
    return [pair for pair in pairs if not case.machine.may(*pair) and pair not in case.not_these]


def snapshot(case: Case) -> list[Any]:
    """Whatever a step could have changed."""
    kind = type(case.thing)
    acts = AuditEntry.objects.exclude(action="user.name_used_at_console").count()
    return [kind._default_manager.values().get(pk=case.thing.pk), acts] + [
        each.objects.count() for each in KEPT
    ]  # type: ignore[attr-defined]


def try_forbidden_pairs(case: Case) -> int:
    """Tries every forbidden pair on every interface; returns their number."""
    tried = 0
    for name, interface in case.interfaces.items():
        for state, step in forbidden(case, interface):
            with transaction.atomic():
                type(case.thing)._default_manager.filter(pk=case.thing.pk).update(state=state)
                before = snapshot(case)
                answer = interface[step]()
                with translation.override("en"):
                    sentence = case.messages.get((state, step), str(case.machine.refusal(state, step)))
                assert sentence in answer, (name, state, step, answer[-500:])
                assert snapshot(case) == before, (name, state, step)
                transaction.set_rollback(True)
            tried += 1
    return tried


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def test_membership_steps(seed: Seed, desk: Desk) -> None:
    membership = opened(desk, seed.org_b)
    org, web = seed.org_b.pk, signed_in(desk.officer)
    words = ("--reason", WHY["reason"], "--user", desk.officer.user.email)
    # What undoes a decision follows from another, and is a step nowhere.
    steps = [name for name, each in MEMBERSHIP.steps.items() if not each.undoes_decision]
    interfaces: dict[str, Interface] = {
        "page": {step: by_page(web, f"/members/{org}/step/{step}/", WHY) for step in steps},
        "API": {step: by_api(desk.officer, f"/memberships/{step}/{org}", WHY) for step in steps},
        "command": {"activate": by_command("membership", "activate", seed.org_b.name, *words)},
    }
    assert try_forbidden_pairs(Case(MEMBERSHIP, membership, interfaces)) == 26 + 3


def test_application_steps(seed: Seed, desk: Desk) -> None:
    application = assessed(at_the_screen(desk.officer), reopened=["contacts"])
    number, key = application.number, desk.officer
    officer, applicant = signed_in(desk.officer), Client()
    applicant.cookies[OWN_LINK.cookie] = new_link(application)
    own, note = {"application": number}, {"note": "By telephone"}
    asks = {"text": "Vi saknar planen.", "steps": ["security"]}
    decides = [{"outcome": outcome, "reasons": "Skäl."} for outcome in ("approve", "reject")]
    reopens = {"reasons": "Skäl.", "basis": "changed"}
    alone = ("submit", "wait", "queue", "complete", "withdraw")
    place, api, run = f"/applications/{number}", "/membershipAssessments", ("membership",)
    by_name, words = ("--as", desk.officer.user.email), ("--user", desk.officer.user.email)
    interfaces: dict[str, Interface] = {
        "page": {
            "submit": by_page(applicant, "/apply/review/", own),
            "complete": by_page(applicant, "/apply/completion/", own | {"text": ""}),
            "withdraw": by_page(applicant, "/apply/withdraw/", own),
            "review": by_page(officer, f"{place}/review/"),
            "request_completion": by_page(officer, f"{place}/completion/", asks),
            "resume": by_page(officer, f"{place}/resume/", note),
            "approve": by_page(officer, f"{place}/propose/", decides[0]),
            "reject": by_page(officer, f"{place}/propose/", decides[1]),
            "dismiss": by_page(officer, f"{place}/dismiss/", {"reasons": "Skäl."}),
            "reopen": by_page(officer, f"{place}/reopen/", reopens),
        },
        "API": {
            **{
                step: by_api(key, f"/membershipApplications/step/{number}", note | {"step": step})
                for step in alone
            },
            "review": by_api(key, f"{api}/review/{number}"),
            "request_completion": by_api(key, f"{api}/request_completion/{number}", asks),
            "resume": by_api(key, f"{api}/resume/{number}", note),
            "approve": by_api(key, f"{api}/propose/{number}", decides[0]),
            "reject": by_api(key, f"{api}/propose/{number}", decides[1]),
            "dismiss": by_api(key, f"{api}/propose/{number}", {"outcome": "dismiss", "reasons": "Skäl."}),
            "reopen": by_api(key, f"{api}/reopen/{number}", reopens),
        },
        "command": {
            **{step: by_command(*run, "step", number, step, "--note", "By mail", *words) for step in alone},
            "review": by_command(*run, "review", number, *by_name),
            "request_completion": by_command(
                *run, "request-completion", number, "--text", "Planen.", "--step", "security", *by_name
            ),
            "resume": by_command(*run, "resume", number, "--note", "By mail", *by_name),
        },
    }
    of_officers = itertools.product(
        ["draft"], ["review", "request_completion", "resume", "approve", "reject", "dismiss", "reopen"]
    )
    # The officers' pages do not know an applicant's draft, and say only that.
    case = Case(APPLICATION, application, interfaces, messages=dict.fromkeys(of_officers, ""))
    assert try_forbidden_pairs(case) == 74 + 90 + 59


def test_two_officer_steps_are_not_available_as_plain_steps(seed: Seed, desk: Desk) -> None:
    application = assessed(at_the_screen(desk.officer))
    for step in ("review", "request_completion", "approve", "reject", "crown"):
        path, given = f"/membershipApplications/step/{application.number}", {"step": step}
        assert call(desk.officer.key, "POST", path, given)[0] == 403
        by_command("membership", "step", application.number, step)()
    application.refresh_from_db()
    assert application.state == "under_review"


def test_security_statement_steps(seed: Seed, desk: Desk, tmp_path: Any) -> None:
    membership = member(desk, seed.org_b, statement=False)
    statement = Statement.objects.create(membership=membership)
    org, web, admin = seed.org_b.pk, signed_in(desk.officer), signed_in(desk.admin)
    answers = {name: {"level": "3"} for name in MEASURES}
    file = tmp_path / "answers.json"
    file.write_text(str(answers).replace("'", '"'))
    words, given = ("membership", "statement"), {"reason": "Skäl."}
    review = f"/securityStatements/review/{org}"
    interfaces: dict[str, Interface] = {
        "page": {
            "submit": by_page(admin, "/membership/statement/submit/", WRITING),
            "accept": by_page(web, f"/members/{org}/statement/", given | {"decision": "accept"}),
            "return": by_page(web, f"/members/{org}/statement/", given | {"decision": "return"}),
        },
        "API": {
            "submit": by_api(desk.admin, "/securityStatements/submit", {"answers": answers}),
            "accept": by_api(desk.officer, review, given | {"accept": True}),
            "return": by_api(desk.officer, review, given | {"accept": False}),
        },
        "command": {
            "submit": by_command(*words, "write", str(file), "--submit", "--as", desk.admin.user.email),
        },
    }
    case = Case(
        STATEMENT,
        statement,
        interfaces,
        messages={("submitted", "submit"): "The statement has been submitted."},
        not_these={("accepted", "submit"): "A member whose statement is accepted hands in its next one."},
    )
    assert try_forbidden_pairs(case) == 2 * 7 + 1
    # A submitted statement is not changed either.
    Statement.objects.update(state="submitted")
    answer = by_page(admin, "/membership/evidence/1/remove/")()
    assert "The statement has been submitted." in answer


def test_support_request_steps(seed: Seed, desk: Desk) -> None:
    asked = {"kind": "fault", "subject": "It is slow", "text": "Since noon."}
    thing = support.ask(at_the_screen(seed.partner), asked)
    support.assign(at_the_screen(desk.officer), thing.pk, desk.operator.user.pk)
    web, steps = signed_in(desk.operator), list(REQUEST.steps)
    place, api, words = f"/service/{thing.pk}", "/supportRequests", ("--user", desk.operator.user.email)
    answers = [(step, {"text": "When?", "step": step}) for step in ("ask", "solve")]
    number = str(thing.pk)
    interfaces: dict[str, Interface] = {
        "page": {step: by_page(web, f"{place}/step/", {"step": step}) for step in steps},
        "answer on the page": {
            "ask": by_page(web, f"{place}/ask-back/", {"text": "When?"}),
            "solve": by_page(web, f"{place}/solve/", {"text": "When?"}),
        },
        "API": {step: by_api(desk.operator, f"{api}/step/{number}", {"step": step}) for step in steps},
        "answer by API": {
            step: by_api(desk.operator, f"{api}/answer/{number}", given) for step, given in answers
        },
        "command": {step: by_command("support", "step", number, step, *words) for step in steps},
        "answer by command": {
            step: by_command("support", "answer", number, "--text", "x", "--step", step, *words)
            for step, _ in answers
        },
    }
    states = [state for state in REQUEST.states.values if state != "waiting"]
    messages = dict.fromkeys(itertools.product(states, ["answered"]), "Only the requester can answer that.")
    assert try_forbidden_pairs(Case(REQUEST, thing, interfaces, messages=messages)) == 3 * 12 + 3 * 3
    SupportRequest.objects.update(state="waiting")
    assert messages["new", "answered"] in interfaces["API"]["answered"]()


def test_decided_data_change_is_final(seed: Seed, desk: Desk) -> None:
    membership = member(desk, seed.org_b)
    change = ProposedChange.objects.create(
        membership=membership, fields={"address": ["", "Nya torget 1"]}, proposed_by="admin@b.example"
    )
    org, web, admin = seed.org_b.pk, signed_in(desk.officer), signed_in(desk.admin)
    decide, words = f"/memberships/decide/{org}", ("membership", "change")
    page = f"/members/{org}/change/"
    attempts = {
        "accept on the page": by_page(web, page, {"decision": "accept"}),
        "refuse on the page": by_page(web, page, {"decision": "refuse", "reason": "Why?"}),
        "withdraw on the page": by_page(admin, "/membership/change/withdraw/"),
        "accept by API": by_api(desk.officer, decide, {"accept": True}),
        "refuse by API": by_api(desk.officer, decide, {"accept": False, "reason": "Why?"}),
        "withdraw by API": by_api(desk.admin, "/memberships/withdrawChange"),
        "refuse by command": by_command(*words, "refuse", seed.org_b.name, "--reason", "Why?"),
        "withdraw by command": by_command(*words, "withdraw", "--as", desk.admin.user.email),
    }
    for state in (ChangeState.ACCEPTED, ChangeState.REFUSED, ChangeState.WITHDRAWN):
        ProposedChange.objects.update(state=state)
        before = (HistoryEntry.objects.count(), ProposedChange.objects.values().get(pk=change.pk))
        for name, attempt in attempts.items():
            assert "No change is waiting for a decision." in attempt(), (state, name)
        assert (HistoryEntry.objects.count(), ProposedChange.objects.values().get(pk=change.pk)) == before
    assert "address" not in Membership.objects.get().details or (
        Membership.objects.get().details["address"] != "Nya torget 1"
    )


def test_decided_publication_request_is_final(seed: Seed, password_is_enough: None) -> None:
    make_tag("tlp:red")
    in_force(seed, RED, SECOND)
    event = made(seed.publisher.key)
    assert call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")[0] == 202
    number = PublicationApproval.objects.get().pk
    second, asker = signed_in(seed.org_admin), signed_in(seed.publisher)
    place, api = f"/policy/approvals/{number}", "/approvals"
    attempts = {
        "approve on the page": by_page(second, f"{place}/approve/"),
        "reject on the page": by_page(second, f"{place}/reject/", {"reason": "Why?"}),
        "withdraw on the page": by_page(asker, f"{place}/withdraw/"),
        "approve by API": by_api(seed.org_admin, f"{api}/approve/{number}"),
        "reject by API": by_api(seed.org_admin, f"{api}/reject/{number}", {"reason": "Why?"}),
        "withdraw by API": by_api(seed.publisher, f"{api}/withdraw/{number}"),
    }
    for state in ApprovalDecision.values:
        if state == ApprovalDecision.WAITING:
            continue
        PublicationApproval.objects.update(state=state)
        before = PublicationApproval.objects.values().get(pk=number)
        for name, attempt in attempts.items():
            assert "already been decided" in attempt(), (state, name)
        assert PublicationApproval.objects.values().get(pk=number) == before
