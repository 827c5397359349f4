"""Sessions of a browser: what is sent and stored of them, listed and ended."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories.seed import Seed
from tests.web.accounts import post_sign_in, signed_in, with_password
from tests.web.identity.test_sign_in import SOME_PAGE, where
from vardkase.audit.models import AuditEntry
from vardkase.identity.accounts.models import User
from vardkase.web.sign_in.session_store import stored_key


@pytest.fixture(autouse=True)
def no_attempts_yet(db: None, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def person(seed: Seed) -> User:
    return with_password(seed.analyst.user)


@pytest.mark.usefixtures("password_is_enough")
def test_sessions_end_one_by_one_and_twelve_hours_after_sign_in(person: User, seed: Seed) -> None:
    here, there, third = Client(), Client(), Client()
    for browser in (here, there, third):
        post_sign_in(browser, person.email)
    assert UserSession.objects.filter(user=person).count() == 3
    assert here.get("/account/").content.decode().count("/end/") == 3, "two others, and all"
    number = UserSession.objects.get(session_key=stored_key(there.session.session_key or "")).pk
    stranger = signed_in(seed.stranger.user)
    assert stranger.post(reverse("account_end_session", args=[number])).status_code == 404
    assert reverse("account_end_session", args=[number]) in here.get("/account/").content.decode()
    here.post(reverse("account_end_session", args=[number]))
    assert [where(browser) for browser in (here, there, third)] == [SOME_PAGE, "/account/login/", SOME_PAGE]
    assert AuditEntry.objects.filter(action="user.session_ended", actor_id=person.pk).count() == 1
    # Confirming again does not lengthen a session.
    session = third.session
    (record,) = session["account_authentication_methods"]
    session["account_authentication_methods"] = [
        record | {"at": time.time() - 12 * 60 * 60 - 1},
        {"method": "password", "at": time.time(), "reauthenticated": True},
    ]
    session.save()
    assert where(third) == "/account/login/"
    assert here.get(SOME_PAGE).headers["Cache-Control"] == "private, no-cache"
    assert here.post("/account/logout/").headers["Clear-Site-Data"] == '"cache"'


@pytest.mark.usefixtures("password_is_enough")
def test_what_is_stored_of_a_session_signs_nobody_in(person: User, client: Client) -> None:
    post_sign_in(client, person.email)
    sent = client.cookies["vardkase"].value
    stored = {*Session.objects.values_list("pk", flat=True)}
    assert {*UserSession.objects.values_list("session_key", flat=True)} <= stored
    assert sent not in stored
    for key in stored:
        thief = Client()
        thief.cookies["vardkase"] = key
        assert where(thief) == "/account/login/"
    assert where(client) == SOME_PAGE


@pytest.mark.usefixtures("password_is_enough")
def test_what_a_browser_is_told_of_cookies_and_sources(person: User, client: Client) -> None:
    shown = client.get("/account/login/", headers={"Origin": "https://elsewhere.example"})
    answer = post_sign_in(client, person.email)
    session, token = answer.cookies["vardkase"], shown.cookies["csrftoken"]
    assert (session["samesite"], token["samesite"], session["httponly"]) == ("Lax", "Lax", True)
    page = client.get(SOME_PAGE, headers={"Origin": "https://elsewhere.example"})
    for each in (shown, page):
        assert each.headers["Referrer-Policy"] == "same-origin"
        assert not [name for name in each.headers if name.startswith("Access-Control-")]
