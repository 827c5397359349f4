"""Content access on the pages, over the API and at the command line."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from typer.testing import CliRunner

from tests.api.calls import call
from tests.factories.content_access import WHY, Setup, in_browser, make_setup, readings
from tests.factories.officers import officer
from tests.factories.seed import Seed
from tests.web.accounts import confirm, signed_in, with_totp
from vardkase.cli.main import commands
from vardkase.core.errors import Forbidden
from vardkase.hub.content_access.models import ContentGrant, GrantState
from vardkase.hub.content_access.services import ask, refuse
from vardkase.identity.access.acting_for import in_the_name_of
from vardkase.identity.access.actor import console_actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

BANNER = "Du har tillfällig läsrätt till"


@pytest.fixture(autouse=True)
def _no_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.REQUIRE_SECOND_FACTOR", False)


def test_grant_is_requested_approved_and_ended_on_pages(seed: Seed) -> None:
    setup = make_setup(seed)
    operator, acting, ours = (
        signed_in(user) for user in (setup.operator.user, setup.officer.user, seed.org_admin.user)
    )
    event = reverse("event", args=[setup.event.pk])
    asked = {"reason": WHY, "reach": "event", "event": str(setup.event.uuid), "hours": "2"}
    refused = operator.post(reverse("content_access_new"), {**asked, "hours": "99"})
    assert refused.status_code == 422
    assert "från 1 till 8" in refused.content.decode()
    assert operator.post(reverse("content_access_new"), asked).status_code == 302
    grant = ContentGrant.objects.get()
    page = reverse("content_grant", args=[grant.pk])

    assert operator.get(event).status_code == 404
    assert setup.operator.user.email in acting.get(reverse("content_access")).content.decode()
    assert "Ge läsrätt" in acting.get(page).content.decode()
    assert "Ge läsrätt" not in operator.get(page).content.decode()
    assert operator.post(reverse("content_grant_grant", args=[grant.pk]), {"hours": "2"}).status_code == 403
    acting.post(reverse("content_grant_grant", args=[grant.pk]), {"hours": "1", "answer": "Kort."})

    home = operator.get(reverse("home")).content.decode()
    assert BANNER in home
    assert "SECRET plan" not in home + operator.get(reverse("events")).content.decode()
    shown = operator.get(event).content.decode()
    assert "SECRET plan" in shown
    assert BANNER in shown
    assert readings() == [(setup.event.pk, "page event")]

    html = ours.get(reverse("content_read")).content.decode()
    for words in ("SECRET plan", setup.operator.user.email, setup.officer.user.email, WHY):
        assert words in html
    assert "SECRET plan" not in acting.get(page).content.decode()
    operator.post(reverse("content_grant_end", args=[grant.pk]))
    assert operator.get(event).status_code == 404
    assert BANNER not in operator.get(reverse("home")).content.decode()


def test_officer_refuses_and_withdraws_on_pages(seed: Seed) -> None:
    setup = make_setup(seed)
    acting = signed_in(setup.officer.user)
    first = setup.asked()
    address = reverse("content_grant_refuse", args=[first.pk])
    assert "Skriv mellan" in acting.post(address, {"reason": ""}, follow=True).content.decode()
    acting.post(address, {"reason": "Titta i loggen."})
    second = setup.granted()
    acting.post(reverse("content_grant_withdraw", args=[second.pk]), {"reason": "Det räcker."})
    states = dict(ContentGrant.objects.values_list("pk", "state"))
    assert states == {first.pk: GrantState.REFUSED, second.pk: GrantState.WITHDRAWN}


def test_officer_answers_from_approval_inbox(seed: Seed) -> None:
    setup = make_setup(seed)
    acting, first = signed_in(setup.officer.user), setup.asked()
    waits = ApprovalRequest.objects.get()
    assert str(waits.pk) in acting.get(reverse("approval_requests")).content.decode()
    page = acting.get(reverse("approval_request", args=[waits.pk])).content.decode()
    assert all(words in page for words in (WHY, setup.operator.user.email, waits.digest))
    acting.post(reverse("approval_request_decline", args=[waits.pk]), {"text": "Titta i loggen."})
    first.refresh_from_db()
    assert (first.state, first.answer) == (GrantState.REFUSED, "Titta i loggen.")
    second = setup.asked()
    waits = ApprovalRequest.objects.get(state="waiting")
    other = officer(seed, "other.operator@hub.example", StaffRole.OPERATOR)
    assert call(other.key, "GET", f"/approvalRequests/view/{waits.pk}")[0] == 404, (
        "operators see only their own"
    )
    acting.post(reverse("approval_request_approve", args=[waits.pk]), {"digest": waits.digest})
    second.refresh_from_db()
    assert (second.state, second.hours) == (GrantState.GRANTED, 2)
    third = officer(seed, "third@hub.example", StaffRole.OPERATOR)
    asked = ask(in_browser(third.user), reason=WHY, hours=1, reach="event", event=str(setup.event.pk))
    waits = ApprovalRequest.objects.get(state="waiting")
    signed_in(third.user).post(reverse("approval_request_withdraw", args=[waits.pk]))
    asked.refresh_from_db()
    assert asked.state == GrantState.ENDED


def test_granting_requires_second_factor(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the officer's role allows signing in without one."""
    setup = make_setup(seed)
    grant = setup.asked()
    monkeypatch.setattr("django.conf.settings.REQUIRE_SECOND_FACTOR", True)
    type(setup.officer.user.role).objects.filter(pk=setup.officer.user.role_id).update(perm_skip_otp=True)
    acting = signed_in(User.objects.get(pk=setup.officer.user.pk))
    address = reverse("content_grant_grant", args=[grant.pk])
    assert acting.post(address, {"hours": "1"}).headers["Location"] == reverse("mfa_index")
    grant.refresh_from_db()
    assert grant.state == GrantState.ASKED
    with_totp(setup.officer.user)
    confirm(acting, setup.officer.user)
    assert acting.post(address, {"hours": "1"}).status_code == 302
    grant.refresh_from_db()
    assert grant.state == GrantState.GRANTED


def test_page_access_by_duty(seed: Seed) -> None:
    setup = make_setup(seed)
    setup.granted()
    auditor = officer(seed, "revision@hub.example", StaffRole.AUDITOR)
    assert signed_in(auditor.user).get(reverse("content_access")).status_code == 200
    for api_user in (seed.site_admin, seed.org_admin, seed.analyst):
        assert signed_in(api_user.user).get(reverse("content_access")).status_code == 403
    assert signed_in(seed.analyst.user).get(reverse("content_read")).status_code == 403
    assert BANNER not in signed_in(auditor.user).get(reverse("home")).content.decode()


def ask_by_key(setup: Setup) -> str:
    asked = {"reason": WHY, "hours": 1, "reach": "event", "event": str(setup.event.pk)}
    status, body = call(setup.operator.key, "POST", "/contentAccess/ask", asked)
    assert status == 200
    return str(body["ContentAccess"]["id"])


def test_content_access_over_api(seed: Seed) -> None:
    setup = make_setup(seed)
    number = ask_by_key(setup)
    assert call(setup.operator.key, "POST", f"/contentAccess/refuse/{number}", {"reason": "x"})[0] == 403
    assert call(setup.officer.key, "POST", f"/contentAccess/grant/{number}")[0] == 404
    status, answered = call(setup.officer.key, "POST", f"/contentAccess/refuse/{number}", {"reason": "Nej."})
    assert (status, "signed in there" in answered["message"]) == (403, True), (
        "an API key cannot answer a request"
    )
    refuse(in_browser(setup.officer.user), number, "Nej.")
    grant = setup.granted()
    call(setup.operator.key, "GET", f"/events/view/{setup.event.pk}")
    seen = call(setup.officer.key, "GET", f"/contentAccess/view/{grant.pk}")[1]
    assert [each["event_id"] for each in seen["read"]] == [str(setup.event.pk)]
    assert [each["step"] for each in seen["history"]] == ["asked", "grant"]
    answered = call(seed.org_admin.key, "GET", "/contentAccess/read")[1][0]["ContentReading"]
    assert (answered["read_by"], answered["reason"]) == (setup.operator.user.email, WHY)
    ended = call(setup.operator.key, "POST", f"/contentAccess/end/{grant.pk}")[1]
    assert ended["ContentAccess"]["state"] == "ended"
    assert [
        each["ContentAccess"]["id"] for each in call(setup.operator.key, "GET", "/contentAccess/index")[1]
    ] == [
        str(grant.pk),
        number,
    ]


def test_content_access_at_command_line(seed: Seed) -> None:
    setup = make_setup(seed)

    def run(*words: str) -> str:
        done = CliRunner().invoke(commands, ["content-access", *words, "--json"])
        assert done.exit_code == 0, done.output
        return done.stdout

    operator, acting = ("--as", setup.operator.user.email), ("--as", setup.officer.user.email)
    asked = {"reason": WHY, "hours": 2, "reach": "event", "event": str(setup.event.pk)}
    with pytest.raises(Forbidden):
        ask(in_the_name_of(console_actor(seed.hub.pk, "Hub", "root"), setup.operator.user), **asked)  # type: ignore[arg-type]
    second = setup.asked()
    run("end", str(second.pk), *operator)
    assert ApprovalRequest.objects.get().state == "withdrawn"
    third = setup.granted()
    call(setup.operator.key, "GET", f"/events/view/{setup.event.pk}")
    run("withdraw", str(third.pk), *acting, "--reason", "Det räcker.")
    listed = json.loads(run("list"))
    assert [each["state"] for each in listed] == ["withdrawn", "ended"]
    assert [each["event"] for each in json.loads(run("show", str(third.pk)))] == [setup.event.pk]
    for word in ("ask", "refuse", "grant"):
        assert CliRunner().invoke(commands, ["content-access", word, str(third.pk)]).exit_code != 0
