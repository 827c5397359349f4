"""The same on the pages, over the API and at the command line."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from typer.testing import CliRunner

from tests.api.calls import call
from tests.cast import Cast
from tests.hub.content_access.scene import WHY, Scene, readings, set_scene
from tests.hub.officers import officer
from tests.web.accounts import confirm, signed_in, with_totp
from vardkase.cli.main import commands
from vardkase.hub.content_access.models import ContentGrant, GrantState
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

BANNER = "Du har tillfällig läsrätt till"


@pytest.fixture(autouse=True)
def _password_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.REQUIRE_SECOND_FACTOR", False)


def test_on_the_pages(cast: Cast) -> None:
    scene = set_scene(cast)
    operator, acting, ours = (
        signed_in(user) for user in (scene.operator.user, scene.officer.user, cast.org_admin.user)
    )
    event = reverse("event", args=[scene.event.pk])
    asked = {"reason": WHY, "reach": "event", "event": str(scene.event.uuid), "hours": "2"}
    refused = operator.post(reverse("content_access_new"), {**asked, "hours": "99"})
    assert refused.status_code == 422
    assert "från 1 till 8" in refused.content.decode()
    assert operator.post(reverse("content_access_new"), asked).status_code == 302
    grant = ContentGrant.objects.get()
    page = reverse("content_grant", args=[grant.pk])

    assert operator.get(event).status_code == 404
    assert scene.operator.user.email in acting.get(reverse("content_access")).content.decode()
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
    assert readings() == [(scene.event.pk, "page event")]

    told = ours.get(reverse("content_read")).content.decode()
    for words in ("SECRET plan", scene.operator.user.email, scene.officer.user.email, WHY):
        assert words in told
    assert "SECRET plan" not in acting.get(page).content.decode()
    operator.post(reverse("content_grant_end", args=[grant.pk]))
    assert operator.get(event).status_code == 404
    assert BANNER not in operator.get(reverse("home")).content.decode()


def test_an_officer_refuses_and_withdraws_on_the_pages(cast: Cast) -> None:
    scene = set_scene(cast)
    acting = signed_in(scene.officer.user)
    first = scene.asked()
    address = reverse("content_grant_refuse", args=[first.pk])
    assert "Skriv mellan" in acting.post(address, {"reason": ""}, follow=True).content.decode()
    acting.post(address, {"reason": "Titta i loggen."})
    second = scene.granted()
    acting.post(reverse("content_grant_withdraw", args=[second.pk]), {"reason": "Det räcker."})
    states = dict(ContentGrant.objects.values_list("pk", "state"))
    assert states == {first.pk: GrantState.REFUSED, second.pk: GrantState.WITHDRAWN}


def test_nobody_grants_on_a_password_alone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by a role either that lets its people sign in without a second factor."""
    scene = set_scene(cast)
    grant = scene.asked()
    monkeypatch.setattr("django.conf.settings.REQUIRE_SECOND_FACTOR", True)
    type(scene.officer.user.role).objects.filter(pk=scene.officer.user.role_id).update(perm_skip_otp=True)
    acting = signed_in(User.objects.get(pk=scene.officer.user.pk))
    address = reverse("content_grant_grant", args=[grant.pk])
    assert acting.post(address, {"hours": "1"}).headers["Location"] == reverse("mfa_index")
    grant.refresh_from_db()
    assert grant.state == GrantState.ASKED
    with_totp(scene.officer.user)
    confirm(acting, scene.officer.user)
    assert acting.post(address, {"hours": "1"}).status_code == 302
    grant.refresh_from_db()
    assert grant.state == GrantState.GRANTED


def test_who_is_shown_which_page(cast: Cast) -> None:
    scene = set_scene(cast)
    scene.granted()
    auditor = officer(cast, "revision@hub.example", StaffRole.AUDITOR)
    assert signed_in(auditor.user).get(reverse("content_access")).status_code == 200
    for player in (cast.site_admin, cast.org_admin, cast.analyst):
        assert signed_in(player.user).get(reverse("content_access")).status_code == 403
    assert signed_in(cast.analyst.user).get(reverse("content_read")).status_code == 403
    assert BANNER not in signed_in(auditor.user).get(reverse("home")).content.decode()


def ask_by_key(scene: Scene) -> str:
    asked = {"reason": WHY, "hours": 1, "reach": "event", "event": str(scene.event.pk)}
    status, body = call(scene.operator.key, "POST", "/contentAccess/ask", asked)
    assert status == 200
    return str(body["ContentAccess"]["id"])


def test_over_the_api(cast: Cast) -> None:
    scene = set_scene(cast)
    number = ask_by_key(scene)
    assert call(scene.operator.key, "POST", f"/contentAccess/refuse/{number}", {"reason": "x"})[0] == 403
    assert call(scene.officer.key, "POST", f"/contentAccess/grant/{number}")[0] == 404
    refused = call(scene.officer.key, "POST", f"/contentAccess/refuse/{number}", {"reason": "Nej."})[1]
    assert (refused["ContentAccess"]["state"], refused["ContentAccess"]["answer"]) == ("refused", "Nej.")
    grant = scene.granted()
    call(scene.operator.key, "GET", f"/events/view/{scene.event.pk}")
    seen = call(scene.officer.key, "GET", f"/contentAccess/view/{grant.pk}")[1]
    assert [each["event_id"] for each in seen["read"]] == [str(scene.event.pk)]
    assert [each["step"] for each in seen["history"]] == ["asked", "grant"]
    told = call(cast.org_admin.key, "GET", "/contentAccess/read")[1][0]["ContentReading"]
    assert (told["read_by"], told["reason"]) == (scene.operator.user.email, WHY)
    ended = call(scene.operator.key, "POST", f"/contentAccess/end/{grant.pk}")[1]
    assert ended["ContentAccess"]["state"] == "ended"
    assert [
        each["ContentAccess"]["id"] for each in call(scene.operator.key, "GET", "/contentAccess/index")[1]
    ] == [
        str(grant.pk),
        number,
    ]


def test_at_the_console(cast: Cast) -> None:
    scene = set_scene(cast)

    def run(*words: str) -> str:
        done = CliRunner().invoke(commands, ["content-access", *words, "--json"])
        assert done.exit_code == 0, done.output
        return done.stdout

    operator, acting = ("--as", scene.operator.user.email), ("--as", scene.officer.user.email)
    asked = ("ask", *operator, "--reason", WHY, "--hours", "1")
    first = json.loads(run(*asked, "--event", str(scene.event.pk)))
    run("refuse", str(first["number"]), *acting, "--reason", "Nej.")
    second = json.loads(run(*asked, "--organisation", str(cast.org_a.pk)))
    run("end", str(second["number"]), *operator)
    third = scene.granted()
    call(scene.operator.key, "GET", f"/events/view/{scene.event.pk}")
    run("withdraw", str(third.pk), *acting, "--reason", "Det räcker.")
    listed = json.loads(run("list"))
    assert [each["state"] for each in listed] == ["withdrawn", "ended", "refused"]
    assert [each["event"] for each in json.loads(run("show", str(third.pk)))] == [scene.event.pk]
    assert CliRunner().invoke(commands, ["content-access", "grant", str(third.pk)]).exit_code != 0
