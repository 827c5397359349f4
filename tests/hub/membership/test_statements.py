"""Security statements: renewed by the member, reviewed by an officer, and the effects of expiry."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.api.calls import call
from tests.factories import make_role, make_user
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, opened
from tests.factories.seed import ORG_ADMIN, Seed
from tests.factories.taxii import published_event
from tests.hub.membership import with_approval
from tests.identity.two_people import approved
from tests.web import accounts
from tests.web.signed_in import signed_in
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import SentMail
from vardkase.hub.membership.applications.hooks import application_approved
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.onboarding.items import checklist
from vardkase.hub.membership.statements import services
from vardkase.hub.membership.statements.models import Evidence, Statement
from vardkase.hub.membership.statements.reviewing import propose_review
from vardkase.hub.membership.statements.schedules import follow_up_all
from vardkase.hub.membership.themes import MEASURES

GOOD = {f"{name}.level": "3" for name in MEASURES}


@pytest.fixture
def desk(seed: Seed, mail: Any, password_is_enough: None) -> Desk:
    return make_desk(seed)


def accepted(seed: Seed, desk: Desk) -> Statement:
    """A member with a statement accepted today."""
    services.submit_statement(at_the_screen(desk.admin), GOOD)
    return with_approval.review_statement(at_the_screen(desk.officer), seed.org_b.pk, accept=True)


def standing(seed: Seed) -> tuple[str, bool, bool, bool]:
    org = seed.org_b
    org.refresh_from_db()
    return org.standing, org.may_read, org.may_write, org.may_sync


def test_statement_from_reminder_through_expiry_to_renewal(seed: Seed, desk: Desk, time_machine: Any) -> None:
    """Reminded, read-only, API suspended after the grace period, renewed, and restored at once."""
    member(desk, seed.org_b, statement=False)
    statement = accepted(seed, desk)
    event = published_event(seed.org_a, "evil.example")
    ends = statement.valid_until
    assert ends == today() + timedelta(days=365)
    noon = timezone.localtime().replace(hour=12)
    sent = SentMail.objects.filter(kind="statement_reminder")
    for days_before, reminders in ((61, 0), (60, 1), (59, 1), (30, 2), (8, 2), (7, 3), (0, 3)):
        time_machine.move_to(noon + timedelta(days=365 - days_before), tick=False)
        follow_up_all()
        assert sent.count() == reminders * 3, days_before  # To three people each.
        assert standing(seed) == ("", True, True, True)

    time_machine.move_to(noon + timedelta(days=366), tick=False)
    assert follow_up_all() == 1
    assert follow_up_all() == 0  # Once.
    assert standing(seed) == ("statement_expired", True, False, True)
    assert call(seed.partner.key, "GET", f"/events/view/{event.pk}")[0] == 200
    status, body = call(seed.partner.key, "POST", "/events/add", {"info": "x"})
    assert (status, "has expired. Renew it" in body["message"]) == (403, True)

    time_machine.move_to(noon + timedelta(days=365 + 14), tick=False)
    follow_up_all()
    assert standing(seed)[3]  # The last day of the grace period.
    time_machine.move_to(noon + timedelta(days=365 + 15), tick=False)
    follow_up_all()
    assert standing(seed) == ("statement_lapsed", True, False, False)
    status, body = call(seed.partner.key, "GET", f"/events/view/{event.pk}")
    assert (status, "may read on the web only" in body["message"]) == (403, True)
    web = signed_in(desk.admin)
    assert b"evil" in web.get(f"/event/{event.pk}/").content
    assert web.post("/event/new/", {"info": "x"}).status_code == 403

    assert web.post("/membership/statement/submit/", GOOD).status_code == 302
    assert standing(seed)[0] == "statement_lapsed"  # Until an officer has reviewed it.
    officer = signed_in(desk.officer)
    assert officer.post(f"/members/{seed.org_b.pk}/statement/", {"decision": "accept"}).status_code == 302
    assert standing(seed)[0] == "statement_lapsed"  # Until a second officer has approved.
    approved(desk.second.user)
    assert standing(seed) == ("", True, True, True)
    assert call(seed.partner.key, "POST", "/events/add", {"info": "x"})[0] == 200
    assert follow_up_all() == 0


def test_renewal_does_not_lift_officers_restriction(seed: Seed, desk: Desk, time_machine: Any) -> None:
    member(desk, seed.org_b, statement=False)
    accepted(seed, desk)
    with_approval.suspend(at_the_screen(desk.officer), seed.org_b.pk, "no_sync", "A key was lost.")
    time_machine.move_to(timezone.now() + timedelta(days=400), tick=False)
    follow_up_all()
    assert standing(seed) == ("read_only_no_sync", True, False, False)
    accepted(seed, desk)
    assert standing(seed) == ("no_sync", True, True, False)
    with_approval.restore(at_the_screen(desk.officer), seed.org_b.pk, "A new key is in use.")
    assert standing(seed) == ("", True, True, True)


def task_views(web: Client) -> set[str]:
    """The tasks on the home page of the signed-in user."""
    return {task.view for task in web.get("/").context["todo"]["tasks"]}


def test_statement_is_written_submitted_returned_and_accepted(
    seed: Seed, desk: Desk, settings: Any, tmp_path: Any
) -> None:
    settings.FILES_DIR = tmp_path
    member(desk, seed.org_b, statement=False)
    web, officer = signed_in(desk.admin), signed_in(desk.officer)
    half = {"risk.level": "1", "risk.gap": "No policy yet."}
    assert web.post("/membership/statement/submit/", half).status_code == 422
    assert Statement.objects.get().answers["risk"]["gap"] == "No policy yet."  # The draft is kept.
    pdf = SimpleUploadedFile("iso27001.pdf", b"%PDF-1.7 certificate")
    sent = {"measure": "risk", "valid_until": "2027-06-30", "file": pdf}
    assert web.post("/membership/statement/files/", sent).status_code == 302
    wrong = {"measure": "risk", "file": SimpleUploadedFile("iso.pdf", b"MZ")}
    assert web.post("/membership/statement/files/", wrong).status_code == 422
    evidence = Evidence.objects.get()
    full = GOOD | half | {"risk.plan": "A policy in March.", "risk.by": "2027-03-31"}
    assert {"membership_statement", "terms"} <= task_views(web), "the task of a member's administrator"
    assert web.post("/membership/statement/submit/", full).status_code == 302
    assert "membership_statement" not in task_views(web)
    own = web.get("/membership/").content.decode()
    assert "A policy in March." in own, "a member sees what it has submitted"
    assert "Inlämnat: hubbens ägare granskar det." in own
    assert web.post("/membership/statement/", full).status_code == 302  # It is with the officer.
    path = f"/members/{seed.org_b.pk}/statement/"
    shown = officer.get(f"/members/{seed.org_b.pk}/").content.decode()
    assert "A policy in March." in shown
    assert "iso27001.pdf" in shown
    for reader, status in ((desk.officer, 200), (desk.admin, 200), (seed.stranger, 404)):
        answer: Any = signed_in(reader).get(f"/membership/evidence/{evidence.pk}/")
        assert answer.status_code == status
        if status == 200:
            assert b"".join(answer.streaming_content).startswith(b"%PDF")
    officer.post(path, {"decision": "return"})
    assert Statement.objects.get().state == "submitted"  # A return takes reasons.
    officer.post(path, {"decision": "return", "reason": "Who decides on the policy?"})
    assert Statement.objects.get().state == "submitted"
    approved(desk.second.user)
    assert "Who decides on the policy?" in web.get("/membership/statement/").content.decode()
    web.post("/membership/statement/submit/", full)
    officer.post(path, {"decision": "accept"})
    assert Statement.objects.get().state == "submitted"
    approved(desk.second.user)
    statement = Statement.objects.get()
    assert (statement.state, statement.valid_until) == ("accepted", today() + timedelta(days=365))
    assert SentMail.objects.filter(kind="statement_returned").count() == 3


def test_statement_permissions(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b, statement=False)
    services.submit_statement(at_the_screen(desk.admin), GOOD)
    for who in (seed.partner, seed.org_admin):
        with pytest.raises((Forbidden, NotFound)):
            services.save_statement(at_the_screen(who), GOOD)
    for who in (desk.operator, desk.admin, seed.site_admin):
        with pytest.raises((Forbidden, NotFound)):
            propose_review(at_the_screen(who), seed.org_b.pk, accept=True)
    with pytest.raises(Conflict):
        services.save_statement(at_the_screen(desk.admin), GOOD)
    with pytest.raises(Invalid):
        propose_review(at_the_screen(desk.officer), seed.org_b.pk, accept=False, reason="")
    assert Statement.objects.get().state == "submitted"


def test_application_provides_first_statement(seed: Seed, desk: Desk) -> None:
    answers = {"security": {name: {"level": "4", "gap": "", "plan": ""} for name in MEASURES}}
    application = Application.objects.create(
        number="A-2", state="approved", organisation=seed.org_c, organisation_name="C", sector="region",
        connection="web", answers=answers,
    )  # fmt: skip
    application_approved.emit(application)
    statement = Statement.objects.get()
    assert (statement.state, statement.membership.organisation) == ("accepted", seed.org_c)
    assert statement.answers["risk"]["level"] == "4"


def test_missing_statement_is_asked_for_without_restriction(seed: Seed, desk: Desk) -> None:
    opened(desk, seed.org_b)
    lines = {line.item.name: str(line.state) for line in checklist(Membership.objects.get())}
    assert lines["statement"] == "open"
    assert follow_up_all() == 0


def test_second_administrator_is_shown_what_the_first_wrote(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b, statement=False)
    colleague = make_user(seed.org_b, make_role("Another", ORG_ADMIN), "colleague@b.example")
    one, other = signed_in(desk.admin), accounts.signed_in(colleague)
    path = "/membership/statement/"

    def mark(page: Any) -> dict[str, str]:
        return {"mark": re.findall(r'name="mark" value="(\w+)"', page.text)[0]}

    # Before there is any, over a draft, and over the accepted one that the next begins with.
    for number in ("first", "second", "third"):
        first, second = ({**GOOD, **mark(web.get(path))} for web in (one, other))
        first["risk.gap"], second["risk.gap"] = f"{number} of one", f"{number} of the other"
        shown = one.post(path, first)
        assert shown.status_code == 200
        assert one.post(path, first).status_code == 200, "the same again takes nothing from anybody"
        for sent_to in (path, f"{path}submit/"):
            refused = other.post(sent_to, {**second, "risk.level": "2"}, headers={"accept-language": "en"})
            assert refused.status_code == 409
            for words in (
                first["risk.gap"],
                second["risk.gap"],
                "Someone else changed this",
                "2: Partly done",
            ):
                assert words in refused.text
            assert Statement.objects.latest("pk").answers["risk"]["gap"] == first["risk.gap"]
        # Neither is a refused submission kept as a draft over it.
        incomplete = {**second, "risk.level": "1"}
        assert other.post(f"{path}submit/", incomplete).status_code == 409
        assert other.post(path, {**second, **mark(refused)}).status_code == 200, "on purpose"
        assert Statement.objects.latest("pk").answers["risk"]["gap"] == second["risk.gap"]
        if number == "second":
            assert one.post(f"{path}submit/", {**GOOD, **mark(one.get(path))}).status_code == 302
            with_approval.review_statement(at_the_screen(desk.officer), seed.org_b.pk, accept=True)
    assert Statement.objects.count() == 2
