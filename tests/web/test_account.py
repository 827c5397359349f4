"""The user's own account: what it shows, keys shown once, and nothing of others."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_key
from tests.factories.seed import Seed
from tests.web.accounts import signed_in, with_password
from vardkase.audit.models import AuditEntry
from vardkase.identity.accounts.models import AuthKey

pytestmark = pytest.mark.usefixtures("password_is_enough")


def test_account_page_shows_user(seed: Seed) -> None:
    text = signed_in(seed.analyst.user).get(reverse("account")).content.decode()
    assert "analyst@a.example" in text
    assert "Organisation A" in text
    assert str(seed.analyst.user.auth_keys.get()) in text
    assert seed.analyst.key not in text


def test_new_key_is_shown_once_and_works(seed: Seed) -> None:
    client = signed_in(seed.analyst.user)
    last = (timezone.localdate() + timedelta(days=30)).isoformat()
    fields = {"comment": "SIEM", "expiration": last, "read_only": "on", "allowed_ips": "127.0.0.0/8"}
    made = client.post(reverse("account_key_create"), fields)
    raw = made.context["raw"]
    assert made.content.decode().count(raw) >= 1
    assert "no-store" in made.headers["Cache-Control"]
    key = AuthKey.objects.get(comment="SIEM")
    assert (key.read_only, key.allowed_ips) == (True, ["127.0.0.0/8"])
    assert key.expiration > time.time() + 29 * 86400
    assert raw not in client.get(reverse("account")).content.decode()
    asked = Client().get("/users/view/me", headers={"Authorization": raw, "Accept": "application/json"})
    assert json.loads(asked.content)["User"]["email"] == "analyst@a.example"
    assert AuditEntry.objects.filter(action="auth_key.created", actor_id=seed.analyst.user.pk).exists()
    client.post(reverse("account_key_revoke", args=[key.uuid]))
    refused = Client().get("/users/view/me", headers={"Authorization": raw, "Accept": "application/json"})
    assert refused.status_code == 403


def test_invalid_key_is_refused_by_field(seed: Seed) -> None:
    client = signed_in(seed.analyst.user)
    before = AuthKey.objects.count()
    for fields in (
        {"comment": "x", "expiration": "2020-01-01"},
        {"comment": "x", "allowed_ips": "not an address"},
        {"comment": ""},
    ):
        answer = client.post(reverse("account_key_create"), fields)
        assert answer.status_code == 422
        assert answer.context["form"].errors
    assert AuthKey.objects.count() == before


def test_creating_key_requires_recent_sign_in(seed: Seed) -> None:
    client = Client()
    client.force_login(with_password(seed.analyst.user))
    for answer in (client.get(reverse("account_key_create")), client.post(reverse("account_key_create"))):
        assert answer.headers["Location"].startswith("/account/reauthenticate/")


def test_keys_of_others_cannot_be_revoked(seed: Seed) -> None:
    make_key(seed.colleague.user)
    theirs = seed.colleague.user.auth_keys.first()
    assert theirs is not None
    for person in (seed.analyst, seed.stranger, seed.org_admin):
        answer = signed_in(person.user).post(reverse("account_key_revoke", args=[theirs.uuid]))
        assert answer.status_code == 404
    assert AuthKey.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("name", ["account_edit", "account_looks", "account_end_sessions"])
def test_actions_require_post(seed: Seed, name: str) -> None:
    assert signed_in(seed.analyst.user).get(reverse(name)).status_code == 405


def test_get_of_action_redirects_to_its_page(seed: Seed) -> None:
    """As when a page with a refused form is reopened from the address bar."""
    client = signed_in(seed.analyst.user)
    response = client.get(reverse("account_looks"))
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert f'href="{reverse("account")}"' in response.content.decode()


def test_appearance_is_stored(seed: Seed) -> None:
    client = signed_in(seed.analyst.user)
    client.post(reverse("account_looks"), {"language": "en", "theme": "dark"})
    text = client.get(reverse("account")).content.decode()
    assert 'lang="en"' in text
    assert 'data-theme="dark"' in text


def test_form_requires_csrf_token(seed: Seed) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(seed.analyst.user)
    assert client.post(reverse("account_edit"), {"email": "x@a.example"}).status_code == 403
