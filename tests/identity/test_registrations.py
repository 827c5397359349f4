"""Visitors request accounts; site administrators decide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.seed import Seed
from vardkase.api.users import registrations
from vardkase.audit.models import AuditEntry
from vardkase.core.settings.models import SettingValue
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.registrations.models import Inbox

REGISTER = "/users/register"
ASKED = {"email": "new@a.example", "org_name": "Organisation A", "org_id": None, "perm_sync": False}


@pytest.fixture(autouse=True)
def registration_enabled(seed: Seed) -> None:
    SettingValue.objects.create(name="Security.allow_self_registration", value=True)
    Role.objects.filter(name="User").update(default_role=True)


def ask(**fields: Any) -> tuple[int, Any]:
    return call(None, "POST", REGISTER, {**ASKED, **fields})


def test_request_waits_and_is_accepted(seed: Seed) -> None:
    status, body = ask()
    assert (status, body["saved"]) == (200, True)
    [row] = call(seed.site_admin.key, "GET", "/users/registrations/index")[1]
    inbox = row["Inbox"]
    assert list(inbox) == [
        "id", "uuid", "title", "type", "ip", "user_agent", "user_agent_sha256", "comment", "deleted", "timestamp",
        "store_as_file", "data",
    ]  # fmt: skip
    assert inbox["title"] == "User registration for new@a.example."
    assert inbox["data"] == {
        "email": "new@a.example",
        "org_name": "Organisation A",
        "perm_sync": "",
        "perm_publish": "",
        "perm_admin": "",
        "message": "",
    }
    accept = f"/users/acceptRegistrations/{inbox['uuid']}"
    status, body = call(seed.site_admin.key, "POST", accept, {"User": {"org_id": None}})
    assert (status, body["message"]) == (400, "No organisation selected. Supply an Organisation ID")
    status, body = call(seed.site_admin.key, "POST", accept, {"User": {"org_id": str(seed.org_a.pk)}})
    assert (status, body["message"]) == (200, "Added 1 user(s).")
    user = User.objects.get(email="new@a.example")
    assert (user.org_id, user.role.name, user.change_pw) == (seed.org_a.pk, "User", True)
    assert not Inbox.objects.exists()
    assert call(seed.site_admin.key, "POST", accept, {"User": {"org_id": "1"}})[0] == 404


def test_several_requests_are_discarded_at_once(seed: Seed) -> None:
    ask()
    ask(email="other@a.example")
    ids = list(Inbox.objects.values_list("pk", flat=True))
    status, body = call(seed.site_admin.key, "POST", "/users/discardRegistrations", {"User": {"id": ids}})
    assert (status, body["message"]) == (200, "2 registration(s) discarded.")
    assert call(seed.site_admin.key, "POST", f"/users/discardRegistrations/{ids[0]}", {})[0] == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "no"},
        {"email": None},
        {"email": ["a@b.example"]},
        {"message": {"a": 1}},
        {"org_name": "x" * 3000},
    ],
)
def test_invalid_request_is_refused(fields: dict[str, Any]) -> None:
    status, body = ask(**fields)
    assert (status, list(body["errors"])) == (403, list(fields))
    assert not Inbox.objects.exists()


def test_second_request_replaces_first_with_same_answer(seed: Seed) -> None:
    ask()
    ask(email="NEW@a.example", message="please")
    assert Inbox.objects.get().data["message"] == "please"
    assert ask(email=seed.analyst.user.email)[0] == 200
    number = Inbox.objects.get(data__email=seed.analyst.user.email).pk
    body = {"User": {"org_id": seed.org_a.pk}}
    assert call(seed.site_admin.key, "POST", f"/users/acceptRegistrations/{number}", body)[0] == 403
    assert Inbox.objects.filter(pk=number).exists()


def test_requests_are_refused_while_registration_is_off() -> None:
    SettingValue.objects.update(value=False)
    assert ask()[0] == 405
    assert not Inbox.objects.exists()


def test_requests_are_rate_limited_per_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registrations, "REQUESTS", replace(registrations.REQUESTS, allowed=2))
    assert [ask(email=f"n{number}@a.example")[0] for number in range(4)] == [200, 200, 429, 429]


def test_only_site_administrators_decide(seed: Seed) -> None:
    ask()
    number = Inbox.objects.get().pk
    read_only = make_key(seed.site_admin.user, read_only=True)
    for key in (seed.org_admin.key, seed.analyst.key, None):
        assert call(key, "GET", "/users/registrations/index")[0] == 403
    for key in (seed.org_admin.key, read_only, None):
        for action in ("accept", "discard"):
            path = f"/users/{action}Registrations/{number}"
            assert call(key, "POST", path, {"User": {"org_id": seed.org_a.pk}})[0] == 403
    assert Inbox.objects.exists()


def test_visitors_request_is_in_audit_log(seed: Seed) -> None:
    ask()
    entry = AuditEntry.objects.get(action="registration.requested")
    assert (entry.credential, entry.title, entry.actor_id) == ("nobody", "new@a.example", None)
