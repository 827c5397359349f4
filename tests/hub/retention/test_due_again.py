"""What changes between a dry run and its carrying out: only what is still due ends, and the list tells no secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from tests.api.calls import call
from tests.factories.applications import make_staff
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, staff_of
from tests.factories.removals import let_rule_run
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership import with_approval
from tests.hub.membership.applications import under_review
from tests.hub.retention.stories import CASES, PERSON, WHY, carried_out, counted, in_force, publish
from tests.identity.two_people import approved, at_screen
from tests.web.accounts import signed_in
from vardkase.core.clock import today
from vardkase.core.errors import Conflict
from vardkase.core.sql import cursor
from vardkase.hub.case_files.appeals.services import ReceivedAppeal, check_time, register_appeal, withdraw
from vardkase.hub.case_files.models import CaseDocument, CaseFile, CaseKind, Direction, SignatureCheck
from vardkase.hub.case_files.services import (
    close_case_file,
    file_document,
    note_call,
    open_case_file,
    reopen_case_file,
)
from vardkase.hub.correspondence.letters.service import record_service
from vardkase.hub.data_protection.requests.searching import search
from vardkase.hub.data_protection.requests.services import begin_search, register
from vardkase.hub.membership.applications.cases import case_for
from vardkase.hub.membership.applications.services.conversation import write_message
from vardkase.hub.membership.assessments.queries import criteria_of
from vardkase.hub.membership.assessments.services.decisions import decide
from vardkase.hub.membership.assessments.services.decisions import propose as decide_on
from vardkase.hub.membership.assessments.services.reviews import assess
from vardkase.hub.membership.conditions.deciding import propose_conditions
from vardkase.hub.membership.members.queries import is_reserved
from vardkase.hub.membership.members.services.judgments import CARRY_OUT
from vardkase.hub.retention import carrying_out
from vardkase.hub.retention.disposal import dispose_of_case
from vardkase.hub.retention.models import RetentionItemState as State
from vardkase.hub.retention.models import RetentionPlanRule, RunState
from vardkase.hub.retention.problems import RetentionProblem
from vardkase.hub.retention.proposing import propose_rule
from vardkase.hub.retention.queries import failures
from vardkase.hub.spills.declaring import declare
from vardkase.hub.spills.models import SpillKind
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.models import Attribute

PEOPLE = {1: "Sven Testman", 2: "Olle Bengtsson", 3: "Karin Mattsson"}

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def jurist(seed: Seed) -> User:
    return make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")


@pytest.fixture
def desk(seed: Seed) -> Desk:
    return make_desk(seed)


@pytest.fixture
def second(seed: Seed) -> User:
    return make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "second@hub.example")


def test_what_was_seen_or_changed_since_the_dry_run_stays(seed: Seed, jurist: User, second: User) -> None:
    event = publish(seed)
    in_force(seed, second, jurist)
    in_force(seed, second, jurist, kind="", attribute_type="domain", title="Domäner")
    run = counted(second)
    seen, domain = (Attribute.objects.get(event=event, value1=value).pk for value in (PERSON, "brev.example"))
    now = timezone.now().isoformat()
    for pk, edit in (
        (seen, {"last_seen": now, "comment": "I dag"}),
        (domain, {"type": "text", "category": "Other", "value": "Nytt"}),
    ):
        assert call(seed.publisher.key, "POST", f"/attributes/edit/{pk}", edit)[0] == 200
    run = carried_out(run, jurist, second)
    left = dict(
        Attribute.objects.filter(pk__in=[seen, domain], deleted=False).values_list("value1", "comment")
    )
    assert left == {PERSON: "I dag", "Nytt": ""}
    states = dict(run.items.values_list("part_id", "state"))
    assert (states[seen], states[domain]) == (State.UNCHANGED, State.UNCHANGED)
    assert State.UNCHANGED not in {state for pk, state in states.items() if pk not in (seen, domain)}


def test_an_item_that_fails_does_not_stop_the_run(
    seed: Seed, jurist: User, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(seed)
    in_force(seed, second, jurist)
    run = counted(second)
    monkeypatch.setattr(carrying_out, "expire_attributes", lambda *_arguments: 1 / 0)
    run = carried_out(run, jurist, second)
    assert run.state == RunState.DONE
    assert run.items.filter(state=State.FAILED).exists()
    again = counted(second)
    assert again.affected

    def refuse(*_arguments: object) -> None:
        raise Conflict(RetentionProblem.NO_SUCH_RULE())

    monkeypatch.setattr(carrying_out, "expire_attributes", refuse)
    again = carried_out(again, jurist, second)
    with override("sv"):
        words = str(RetentionProblem.NO_SUCH_RULE())
    for each, why in ((run, ""), (again, words)):
        assert {why for why, _count in failures(each)} == {why}
    assert words in signed_in(second).get(f"/retention/runs/{again.pk}/").content.decode()


def test_case_that_went_on_or_is_asked_for_stays(seed: Seed, jurist: User, second: User) -> None:
    propose_rule(at_screen(jurist), None, CASES, WHY)
    approved(second)
    officer = at_screen(jurist)
    went_on, asked_for, third = (_old_case(seed, officer, pk) for pk in (1, 2, 3))
    run = counted(second)
    reopen_case_file(officer, went_on)
    went_on.refresh_from_db()
    file_document(officer, went_on, Direction.INCOMING, "Brev", "Nytt i dag", counterpart="Bo")
    close_case_file(officer, went_on)
    fields = {"rights": ["access"], "name": PEOPLE[2], "email": "s@x.example"}
    request = register(officer, fields | {"arrived_on": timezone.localdate()})
    begin_search(officer, request.pk)
    assert search(officer, request.pk)
    run = carried_out(run, jurist, second)
    states = dict(run.items.values_list("part_id", "state"))
    assert states == {went_on.pk: State.UNCHANGED, asked_for.pk: State.EXEMPT, third.pk: State.DONE}
    texts = set(CaseDocument.objects.values_list("text", flat=True))
    assert texts >= {f"Om {PEOPLE[1]}", "Nytt i dag", f"Om {PEOPLE[2]}"}
    assert f"Om {PEOPLE[3]}" not in texts


def _old_case(seed: Seed, officer: Any, pk: int) -> CaseFile:
    case = open_case_file(officer, CaseKind.MEMBERSHIP, "Ansökan", "membership", pk, seed.org_b)
    file_document(officer, case, Direction.INCOMING, "Brev", f"Om {PEOPLE[pk]}", counterpart="Bo")
    CaseFile.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(days=6 * 366))
    case.refresh_from_db()
    return case


def test_decisions_in_force_stay_with_their_cases(seed: Seed, desk: Desk) -> None:
    officer, second = at_the_screen(desk.officer), at_the_screen(desk.second)
    jurist = staff_of(seed, "jurist@hub.example", "legal_officer")
    application = under_review(officer, organisation=seed.org_b)
    approval = case_for(hub_actor(), application)
    for criterion in criteria_of(application):
        assess(officer, application, criterion.key, "met", WHY)
    day = today() + timedelta(days=60)
    proposal = decide_on(officer, application, "approve", WHY, "", [])
    decide(second, application, proposal.pk, "agree", WHY)
    membership = with_approval.admitted(seed.org_b.pk)
    assert is_reserved(membership)
    with_approval.suspend(officer, seed.org_b.pk, "read_only", WHY)
    restricting = _closed_long_ago(jurist)
    stated = [{"kind": "exception", "text": WHY, "day": str(day), "provision": ""}]
    propose_conditions(officer, seed.org_b.pk, WHY, stated, {})
    approved(desk.second.user)
    excepting = _closed_long_ago(jurist)
    with_approval.suspend(officer, seed.org_b.pk, "no_sync", WHY, until=timezone.now() + timedelta(days=60))
    passing = _closed_long_ago(jurist)
    _closed_long_ago(jurist)
    membership.restrictions.filter(kind="no_sync").update(lifted=timezone.now())
    propose_rule(at_screen(jurist.user), None, CASES, WHY)
    approved(desk.second.user)

    run = counted(desk.second.user)
    states = {approval.pk: "in_force", restricting.pk: "in_force", excepting.pk: "in_force", passing.pk: ""}
    assert dict(run.items.values_list("part_id", "exemption")) == states
    assert run.exempted == 3
    assert "Ett beslut i ärendet gäller fortfarande" in (
        signed_in(jurist.user).get(f"/retention/runs/{run.pk}/").text
    )
    membership.restrictions.update(lifted=timezone.now())  # Between the dry run and its end,
    membership.restrictions.filter(kind="no_sync").update(lifted=None)  # as by a reversal.
    run = carried_out(run, jurist.user, desk.second.user)
    assert dict(run.items.values_list("part_id", "exemption")) == states | {passing.pk: "in_force"}
    assert is_reserved(membership)
    assert (membership.conditions.get().text, membership.restrictions.filter(reason=WHY).count()) == (WHY, 2)

    membership.conditions.update(state="ended")
    membership.restrictions.update(lifted=timezone.now())
    assert set(counted(desk.second.user).items.exclude(exemption="").values_list("part_id", flat=True)) == {
        approval.pk
    }
    with_approval.terminate(officer, seed.org_b.pk, WHY, WHY)
    _closed_long_ago(jurist)
    assert counted(desk.second.user).exempted == 0


def _closed_long_ago(closer: ApiUser) -> CaseFile:
    """The newest case, closed."""
    case = CaseFile.objects.order_by("-pk")[0]
    for each in CaseFile.objects.filter(closed_at=None):
        close_case_file(at_the_screen(closer), each)
    CaseFile.objects.update(closed_at=timezone.now() - timedelta(days=6 * 366))
    return case


def test_list_names_nothing_that_its_reader_may_not_read(seed: Seed, jurist: User, second: User) -> None:
    shown, hidden = publish(seed), publish(seed, "Dold", distribution="0", published=False)
    spilled = publish(seed, "Spilld")
    in_force(seed, second, jurist)
    declare(at_screen(jurist), spilled.pk, kind=SpillKind.NATO, reason=WHY)
    run = counted(second)
    assert set(run.items.values_list("event_id", flat=True)) == {shown.pk, hidden.pk, spilled.pk}
    answer: Any = signed_in(second).get(f"/retention/runs/{run.pk}/?format=csv")
    head, *lines = b"".join(answer.streaming_content).decode().splitlines()
    rows = [line.replace('"', "").split(",") for line in lines]
    named = {tuple(row[3:5]) for row in rows if row[2] == "Attribut"}
    assert {row[3] for row in rows} == {"", str(shown.pk)}
    assert named == {("", "")} | {(str(shown.pk), str(pk)) for pk in _due(shown.pk)}
    assert not any(word in f"{head}{lines}".lower() for word in ("spill", "undantaget därför"))


def _due(event_id: int) -> list[int]:
    rows = Attribute.objects.filter(event=event_id, value1__contains=PERSON)
    return list(rows.values_list("pk", flat=True))


def test_nothing_of_a_disposed_case_is_left_anywhere(seed: Seed, desk: Desk) -> None:
    secret = "Hemligheten"
    member(desk, seed.org_b, sector="private_company")
    with_approval.suspend(at_the_screen(desk.officer), seed.org_b.pk, "suspended", f"{secret} röjdes.")
    jurist = at_the_screen(staff_of(seed, "jurist@hub.example", "legal_officer"))
    case, decision = CaseFile.objects.get(), CaseDocument.objects.get(number=1)
    assert decision.letter
    record_service(jurist, decision.letter.pk, "handed", timezone.localdate(), secret)
    note_call(jurist, case, secret, secret)
    received = ReceivedAppeal(appellant=secret, claim=secret, arrived_on=timezone.localdate())
    appeal = register_appeal(jurist, case, decision.pk, received)
    check_time(jurist, appeal.pk)
    withdraw(jurist, appeal.pk, secret)
    ApprovalRequest.objects.create(
        action=CARRY_OUT.name,
        subject=str(case.thing_id),
        parameters={"appeal": appeal.pk, "until": ""},
        reason=secret,
        answer=secret,
        state="approved",
        expires_at=timezone.now(),
    )
    SignatureCheck.objects.update_or_create(
        document=decision, defaults={"verdict": "trusted", "signatures": [{"name": secret}]}
    )
    close_case_file(jurist, case)
    rule = RetentionPlanRule.objects.create(
        number=1, version=1, subject="case_files", title="x", case_kind="membership", months=1,
        starts_on=timezone.localdate(), reason="x", proposed_by="a", approved_by="b",
    )  # fmt: skip
    let_rule_run(rule)
    assert dispose_of_case(jurist, case.pk, rule, "G-1")
    assert places_of(secret) == []


def places_of(secret: str) -> list[str]:
    """The columns that hold it, but for mail that was sent, which is deleted on its own day."""
    left = [
        f"{table}.{column}"
        for table, column in cursor().execute(TEXTS).fetchall()
        if cursor()
        .execute(f'SELECT 1 FROM "{table}" WHERE strpos("{column}"::text, %s) > 0', (secret,))
        .fetchone()
    ]
    return [each for each in left if not each.startswith("outgoing_mail.")]


def test_register_keeps_number_dates_kind_and_outcome_of_disposed_cases(seed: Seed, desk: Desk) -> None:
    secret = "Hemligheten"
    jurist = at_the_screen(staff_of(seed, "jurist@hub.example", "legal_officer"))
    officer, second = at_the_screen(desk.officer), at_the_screen(desk.second)
    application = under_review(officer, email=f"{secret}@x.example".lower(), organisation=seed.org_b)
    application.answers["contacts"]["main"]["name"] = secret
    application.save()
    case_for(hub_actor(), application)
    for criterion in criteria_of(application):
        assess(officer, application, criterion.key, "met", secret)
    write_message(officer, application, secret, note=True)
    condition = {"kind": "condition", "text": secret, "day": str(today() + timedelta(days=60))}
    proposal = decide_on(officer, application, "approve", secret, "", [condition])
    decide(second, application, proposal.pk, "agree", secret)
    membership = with_approval.admitted(seed.org_b.pk)
    assert "membership.details" in places_of(secret)
    with_approval.terminate(officer, seed.org_b.pk, f"{secret} bröt villkoren.", secret)
    rule = RetentionPlanRule.objects.create(
        number=1, version=1, subject="case_files", title="x", case_kind="membership", months=1,
        starts_on=timezone.localdate(), reason="x", proposed_by="a", approved_by="b",
    )  # fmt: skip
    let_rule_run(rule)
    for case in CaseFile.objects.order_by("pk"):
        close_case_file(jurist, case)
        assert dispose_of_case(jurist, case.pk, rule, "G-1")
    assert places_of(secret) == []
    application.refresh_from_db()
    membership.refresh_from_db()
    assert (application.state, application.sector, bool(application.decided)) == (
        "approved",
        "municipality",
        True,
    )
    assert application.organisation_name.startswith("[")
    assert (application.email, application.answers, application.documents.count()) == ("", {}, 0)
    assert (membership.state, bool(membership.ended), membership.details) == ("terminated", True, {})
    assert membership.ending["users"] == 3
    assert not set(membership.ending) & {"accounts", "servers", "contributions"}
    # What is left can be looked at, and says what was decided; what is not there is not offered.
    web = signed_in(desk.officer.user)
    application_page, member_page = f"/applications/{application.number}/", f"/members/{seed.org_b.pk}/"
    for page, letter in ((application_page, f"{application.number}:1"), (member_page, "M-2026")):
        words = web.get(page).text
        assert "enligt gallringsregel R-1]" in words
        left = [
            each for each in ("[retention", "Registrera delgivning", f"letters/{letter}") if each in words
        ]
        assert left == [], page
    gone = web.get(f"{application_page}letters/{application.number}:1/")
    assert (gone.status_code, "enligt gallringsregel R-1]" in gone.text) == (409, True)
    case = CaseFile.objects.order_by("pk")[0]
    words = web.get(f"/cases/{case.number}/").text
    parts = ("[retention", f"/cases/{case.number}/documents/1/", "Återöppna", "(PDF)", "()")
    assert [each for each in parts if each in words] == []
    assert web.get(f"/cases/{case.number}/documents/1/").status_code == 409
    assert "[gallrat den" in web.get("/cases/").text
    with pytest.raises(Conflict):
        reopen_case_file(jurist, case)
    assert "beslutade om bifall" in web.get(f"/applications/{application.number}/").text
    assert web.get(f"/members/{seed.org_b.pk}/").status_code == 200
    for request in ApprovalRequest.objects.exclude(state="waiting"):
        assert web.get(f"/approval-requests/{request.pk}/").status_code == 200, request.action


TEXTS = """
SELECT c.table_name, c.column_name FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE'
    AND data_type IN ('text', 'character varying', 'jsonb', 'json')
"""
