"""Many accounts at once: flags, ending keys, mail; and pinning a key to an address."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.calls import call
from tests.factories import make_key, make_role, make_user
from tests.factories.seed import READ_ONLY, USER, Seed
from vardkase.audit.models import AuditEntry
from vardkase.core.mail.models import OutgoingMail
from vardkase.identity.accounts.models import AuthKey, User


@pytest.fixture
def mail(settings: Any) -> None:
    settings.VARDKASE_SMTP_HOST = "127.0.0.1"


def toggle(key: str | None, field: str, on: int, *users: User) -> tuple[int, Any]:
    path = f"/admin/users/massToggleField/{field}/{on}"
    return call(key, "POST", path, {"User": {"user_ids": [user.pk for user in users]}})


def states(field: str = "disabled") -> list[bool]:
    return list(User.objects.order_by("pk").values_list(field, flat=True))


def test_many_accounts_are_changed_at_once(seed: Seed) -> None:
    role = make_role("More", READ_ONLY)
    people = [make_user(seed.org_a, role, f"n{n}@a.example") for n in range(30)]
    with CaptureQueriesContext(connection) as seen:
        status, body = toggle(seed.org_admin.key, "disabled", 1, *people)
    assert (status, body["message"]) == (200, "30 users got their field `disabled` enabled")
    assert len(seen) < 25, "not one query per account"
    assert User.objects.filter(disabled=True).count() == 30
    entry = AuditEntry.objects.get(action="user.edited")
    assert (entry.change["count"], entry.change["disabled"]) == (30, True)
    assert call(make_key(people[0]), "GET", "/users/view/me")[0] == 403
    assert toggle(seed.org_admin.key, "disabled", 0, *people[:2])[0] == 200
    assert User.objects.filter(disabled=True).count() == 28


def test_accounts_outside_authority_are_not_changed(seed: Seed) -> None:
    own, admin = seed.analyst.user, seed.org_admin
    above = make_user(
        seed.org_a, make_role("Above", USER | {*seed.site_admin.actor.permissions}), "above@a.example"
    )
    before = states()
    refused = [
        (admin.key, "disabled", (own, seed.partner.user), 404),  # another organisation's
        (admin.key, "disabled", (own, above), 403),  # above the administrator
        (admin.key, "disabled", (own, admin.user), 403),  # their own
        (admin.key, "change_pw", (own,), 403),
        (admin.key, "email", (own,), 403),
        (admin.key, "disabled", (), 403),
        (seed.analyst.key, "disabled", (seed.colleague.user,), 403),
        (seed.reader.key, "disabled", (own,), 403),
        (None, "disabled", (own,), 403),
    ]
    for key, field, users, expected in refused:
        assert toggle(key, field, 1, *users)[0] == expected, (field, users)
    body = {"User": {"user_ids": '["x"]'}}
    assert call(admin.key, "POST", "/admin/users/massToggleField/disabled/1", body)[0] == 403
    assert states() == before
    other = make_user(seed.hub, seed.site_admin.user.role, "second@hub.example")
    assert toggle(make_key(other), "disabled", 1, seed.site_admin.user)[0] == 200
    User.objects.filter(pk=other.pk).update(expiration="2020-01-01T00:00Z")
    assert toggle(seed.org_admin.key, "autoalert", 1, own)[0] == 200
    assert User.objects.get(pk=own.pk).autoalert


def test_older_address_deletes_account(seed: Seed) -> None:
    for key in (seed.analyst.key, seed.reader.key, None):
        assert call(key, "POST", f"/users/delete/{seed.colleague.user.pk}")[0] == 403
    assert call(seed.org_admin.key, "POST", f"/users/delete/{seed.partner.user.pk}")[0] == 404
    status, body = call(seed.org_admin.key, "POST", f"/users/delete/{seed.colleague.user.pk}")
    assert (status, body["message"]) == (200, "User deleted.")
    assert not User.objects.filter(pk=seed.colleague.user.pk).exists()


def test_keys_of_all_sync_users_are_reset(seed: Seed, mail: None) -> None:
    for key in (seed.org_admin.key, seed.partner_sync.key, seed.reader.key, None):
        assert call(key, "POST", "/users/resetAllSyncAuthKeys")[0] == 403
    assert call(seed.partner_sync.key, "GET", "/users/view/me")[0] == 200
    second = make_key(seed.partner_sync.user)
    status, body = call(seed.site_admin.key, "POST", "/users/resetAllSyncAuthKeys")
    assert (status, body["message"]) == (200, "1 authkeys reset, 0 could not be reset.")
    for key, expected in (
        (seed.partner_sync.key, 403),
        (second, 403),
        (seed.analyst.key, 200),
        (seed.site_admin.key, 200),
    ):
        assert call(key, "GET", "/users/view/me")[0] == expected
    notice = OutgoingMail.objects.get()
    assert notice.recipient == seed.partner_sync.user.email
    assert second not in notice.text
    entry = AuditEntry.objects.get(action="auth_key.ended")
    assert (entry.change["count"], entry.change["ended"]) == (1, 2)
    assert (
        "0 authkeys reset" in call(seed.site_admin.key, "POST", "/users/resetAllSyncAuthKeys")[1]["message"]
    )


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::7"])
def test_key_is_pinned_to_address(seed: Seed, address: str) -> None:
    raw = make_key(seed.analyst.user)
    key = AuthKey.objects.latest("pk")
    path = f"/authKeys/pin/{key.pk}"
    for who in (seed.colleague.key, seed.partner.key):
        assert call(who, "POST", f"{path}/{address}")[0] == 404
    for wrong in ("nowhere", "203.0.113.256", ""):
        assert call(seed.analyst.key, "POST", f"{path}/{wrong}")[0] == 403
    assert call(make_key(seed.analyst.user, read_only=True), "POST", f"{path}/{address}")[0] == 403
    key.refresh_from_db()
    assert key.allowed_ips is None
    assert call(seed.analyst.key, "POST", f"{path}/{address}")[0] == 200
    assert call(raw, "GET", "/users/view/me")[0] == 403, "from elsewhere"
    assert call(raw, "GET", "/users/view/me", REMOTE_ADDR=address)[0] == 200
    again = call(seed.org_admin.key, "POST", path, {"ip": address})
    assert "already" in again[1]["message"]
    assert call(seed.analyst.key, "POST", f"{path}/127.0.0.1")[0] == 200
    key.refresh_from_db()
    assert key.allowed_ips == [address, "127.0.0.1"]


def test_administrators_write_to_users(seed: Seed, mail: None) -> None:
    text = {"subject": "Maintenance\ntonight", "body": "We are off from ten."}
    quick = f"/admin/users/quickEmail/{seed.analyst.user.pk}"
    assert call(seed.org_admin.key, "POST", quick, {"User": text})[1]["message"] == "Email sent."
    sent = OutgoingMail.objects.get()
    assert (sent.recipient, sent.subject, sent.reply_to) == (
        seed.analyst.user.email,
        "Maintenance tonight",
        seed.org_admin.user.email,
    )
    assert text["body"] in sent.text
    User.objects.filter(pk=seed.reader.user.pk).update(disabled=True)
    OutgoingMail.objects.all().delete()
    everybody = call(seed.org_admin.key, "POST", "/admin/users/email", {**text, "recipient": 0})
    assert everybody[1]["message"] == "Email sent to 4 users."
    addresses = set(OutgoingMail.objects.values_list("recipient", flat=True))
    assert all(address.endswith("@a.example") for address in addresses), "of their own organisation"
    assert seed.reader.user.email not in addresses
    of_b = {**text, "recipient": 2, "orgNameList": [seed.org_b.pk]}
    assert (
        call(seed.site_admin.key, "POST", "/admin/users/email", of_b)[1]["message"]
        == "Email sent to 2 users."
    )
    assert AuditEntry.objects.filter(action="user.written_to").count() == 3


def test_invalid_mail_and_other_senders_are_refused(seed: Seed, mail: None) -> None:
    text = {"subject": "s", "body": "b"}
    theirs = {**text, "recipient": 1, "recipientEmailList": seed.partner.user.pk}
    assert call(seed.org_admin.key, "POST", "/admin/users/email", theirs)[0] == 404
    assert call(seed.org_admin.key, "POST", f"/admin/users/quickEmail/{seed.partner.user.pk}", text)[0] == 404
    for key in (seed.analyst.key, seed.reader.key, None):
        assert call(key, "POST", "/admin/users/email", {**text, "recipient": 0})[0] == 403
        assert call(key, "POST", f"/admin/users/quickEmail/{seed.analyst.user.pk}", text)[0] == 403
    for wrong, field in (
        ({"subject": ""}, "subject"),
        ({"body": " "}, "body"),
        ({"body": "x" * 10_001}, "body"),
        ({"recipient": 7}, "recipient"),
    ):
        status, body = call(
            seed.org_admin.key, "POST", "/admin/users/email", {**text, "recipient": 0, **wrong}
        )
        assert (status, list(body["errors"])) == (403, [field])
    assert not OutgoingMail.objects.exists()
    path = f"/admin/users/quickEmail/{seed.analyst.user.pk}"
    for _ in range(20):
        assert call(seed.org_admin.key, "POST", path, text)[0] == 200
    assert call(seed.org_admin.key, "POST", path, text)[0] == 429


def test_missing_mail_server_is_reported(seed: Seed) -> None:
    path = f"/admin/users/quickEmail/{seed.analyst.user.pk}"
    assert (
        "nothing was sent"
        in call(seed.org_admin.key, "POST", path, {"subject": "s", "body": "b"})[1]["notice"]
    )


def test_user_monitoring_is_refused(seed: Seed) -> None:
    path = f"/admin/users/monitor/{seed.analyst.user.pk}"
    status, body = call(seed.site_admin.key, "POST", path, {"value": 1})
    assert (status, "not enabled" in body["message"]) == (405, True)
    assert call(seed.site_admin.key, "POST", "/admin/users/monitor/999999", {})[0] == 404
    assert call(seed.org_admin.key, "POST", path, {})[0] == 403
