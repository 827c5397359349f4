"""Changing one's email address: confirmed from the new one, announced to the old one, which may cancel."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.officers import officer
from tests.factories.seed import Seed
from tests.web.accounts import confirm, signed_in, with_password
from tests.web.private_links import fill_in, follow
from vardkase.core.mail.models import OutgoingMail
from vardkase.identity.access.actor import STEP_UP_HOLDS
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.staff import StaffRole

NEW = "anna.new@a.example"


@pytest.fixture(autouse=True)
def with_mail(db: None, password_is_enough: None, settings: Any) -> None:
    settings.VARDKASE_SMTP_HOST = "127.0.0.1"
    settings.BASE_URL = "https://hub.example"
    cache.clear()


def in_use_with_officers(seed: Seed) -> None:
    """Keeps the organisations taking part, so that the test is about keys alone."""
    officer(seed)
    officer(seed, "johanna@hub.example", StaffRole.LEGAL_OFFICER)


def mailed() -> dict[str, str]:
    """The link mailed to each address."""
    found = {}
    for each in OutgoingMail.objects.order_by("pk"):
        if link := re.search(r"https://hub.example(/account-link/\S+)", each.text):
            found[each.recipient] = link[1]
    return found


def ask(seed: Seed) -> Client:
    client = signed_in(seed.analyst.user)
    assert client.post(reverse("account_edit"), {"email": NEW}).status_code == 302
    return client


def email_of(seed: Seed) -> str:
    return User.objects.get(pk=seed.analyst.user.pk).email


def test_new_address_applies_once_confirmed(seed: Seed) -> None:
    old = seed.analyst.user.email
    client = ask(seed)
    assert email_of(seed) == old
    assert NEW in client.get(reverse("account")).content.decode()
    visitor = Client()
    page = follow(visitor, mailed()[NEW])
    assert email_of(seed) == old, "opening the link is not enough, because mail scanners follow links"
    assert fill_in(visitor, page).status_code == 302
    assert email_of(seed) == NEW
    mails = OutgoingMail.objects.order_by("-pk")[:2]
    assert {each.recipient for each in mails} == {old, NEW}
    assert follow(Client(), mailed()[NEW]).status_code == 404, "once"


def test_old_address_cancels_and_revokes_sessions_and_keys(seed: Seed) -> None:
    old = seed.analyst.user.email
    client = ask(seed)
    links = mailed()
    visitor = Client()
    assert fill_in(visitor, follow(visitor, links[old])).status_code == 302
    assert follow(Client(), links[NEW]).status_code == 404
    assert email_of(seed) == old
    assert client.get(reverse("account")).headers["Location"].startswith("/account/login/")
    assert call(seed.analyst.key, "GET", "/users/view/me")[0] == 403


def test_address_in_use_is_refused_also_on_confirmation(seed: Seed) -> None:
    client = signed_in(seed.analyst.user)
    assert client.post(reverse("account_edit"), {"email": "COLLEAGUE@a.example"}).status_code == 422
    ask(seed)
    User.objects.filter(pk=seed.colleague.user.pk).update(email=NEW)
    visitor = Client()
    assert fill_in(visitor, follow(visitor, mailed()[NEW])).status_code == 422
    assert email_of(seed) == seed.analyst.user.email


def test_address_change_requires_step_up(seed: Seed) -> None:
    client = signed_in(with_password(seed.analyst.user))
    confirm(client, seed.analyst.user, ago=STEP_UP_HOLDS.total_seconds() + 1)
    answer = client.post(reverse("account_edit"), {"email": NEW})
    assert answer.headers["Location"].startswith("/account/reauthenticate/")
    assert not OutgoingMail.objects.exists()


def test_address_change_is_refused_without_mail(seed: Seed, settings: Any) -> None:
    settings.VARDKASE_SMTP_HOST = ""
    client = signed_in(seed.analyst.user)
    assert client.post(reverse("account_edit"), {"email": NEW}).status_code == 422


@pytest.mark.parametrize(
    ("who", "path", "body"),
    [
        ("analyst", "/users/change_pw", {"password": "correct horse battery staple"}),
        ("analyst", "/users/edit/me", {"password": "correct horse battery staple"}),
        ("analyst", "/users/edit/me", {"email": NEW}),
        ("site_admin", "/admin/users/edit/{me}", {"email": NEW}),
        ("site_admin", "/admin/users/edit/{me}", {"password": "correct horse battery staple"}),
        ("site_admin", "/users/edit", {"User": {"email": NEW}}),
    ],
)
def test_key_cannot_change_its_owners_password_or_address(
    seed: Seed, who: str, path: str, body: dict[str, Any]
) -> None:
    in_use_with_officers(seed)
    api_user = getattr(seed, who)
    before = User.objects.get(pk=api_user.user.pk)
    status, answer = call(api_user.key, "POST", path.format(me=api_user.user.pk), body)
    assert status == 403
    assert "page" in answer["message"]
    after = User.objects.get(pk=api_user.user.pk)
    assert (after.email, after.password) == (before.email, before.password)


@pytest.mark.parametrize("body", [{"email": NEW}, {"password": "correct horse battery staple"}])
def test_administrators_change_ends_keys_and_notifies(seed: Seed, body: dict[str, Any]) -> None:
    in_use_with_officers(seed)
    old = seed.analyst.user.email
    path = f"/admin/users/edit/{seed.analyst.user.pk}"
    assert call(seed.org_admin.key, "POST", path, body)[0] == 200
    assert call(seed.analyst.key, "GET", "/users/view/me")[0] == 403
    assert not AuthKey.objects.filter(user=seed.analyst.user, expiration=0).exists()
    user = User.objects.get(pk=seed.analyst.user.pk)
    assert user.force_logout
    assert {each.recipient for each in OutgoingMail.objects.all()} == {old, user.email}


def test_unlimited_key_changes_password_until_hub_is_in_use(seed: Seed) -> None:
    """As MISP's clients and test suites do; bound keys and officers' keys never can."""
    good = {"password": "correct horse battery staple"}
    assert call(seed.analyst.key, "POST", "/users/change_pw", good)[0] == 200
    bound = make_key(seed.analyst.user, allowed_ips=["127.0.0.1"])
    ending = make_key(seed.analyst.user, expiration=2_000_000_000)
    for refused in (bound, ending, officer(seed).key):
        assert (
            call(refused, "POST", "/users/change_pw", {"password": "another horse battery staple"})[0] == 403
        )
