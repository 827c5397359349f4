"""Failed authentications and mails in MISP's log: all of them counted, few of them written, no secret kept."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.calls import call, send
from tests.api.test_logs import logs
from tests.factories.seed import Seed
from vardkase.api import authentication
from vardkase.audit.mails import MOST_ROWS
from vardkase.audit.models import AuditEntry
from vardkase.core.limits import Limit
from vardkase.core.mail.hooks import MailEnded, mail_ended
from vardkase.identity.sign_in_policy import enforcement

UNKNOWN = "k" * 39


def test_a_key_that_nobody_has_is_in_the_log_without_the_key(seed: Seed) -> None:
    assert call(f"{UNKNOWN}1", "GET", "/events/index")[0] == 403
    [entry] = logs(seed.site_admin, action="auth_fail")
    assert (entry["ip"], entry["email"], entry["org"]) == ("127.0.0.1", "SYSTEM", "SYSTEM")
    assert UNKNOWN not in json.dumps(entry)
    assert not logs(seed.org_admin, action="auth_fail")


def test_a_request_without_a_key_is_no_failed_authentication(seed: Seed) -> None:
    assert call(None, "GET", "/events/index")[0] == 403
    assert not AuditEntry.objects.exists()


def test_a_flood_of_unknown_keys_fills_no_log_and_asks_no_database(
    seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "FAILURES", Limit("of this test", allowed=10_000, window=60))
    for attempt in range(50):
        send(f"{UNKNOWN}{attempt % 10}", "GET", "/events/index")
    assert AuditEntry.objects.filter(action="user.key_refused").count() == 1
    with CaptureQueriesContext(connection) as asked:
        send(f"{UNKNOWN}1", "GET", "/events/index")
    assert not [query for query in asked if "audit_entry" in query["sql"]]
    for number in range(200):
        send(f"{UNKNOWN}1", "GET", "/events/index", REMOTE_ADDR=f"198.51.100.{number}")
    written = AuditEntry.objects.filter(action="user.key_refused")
    assert written.count() <= 22
    assert written.filter(address=None).count() == 1, "one row stands for all other addresses"


def test_what_was_held_back_is_counted_in_the_next_row(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        send(f"{UNKNOWN}1", "GET", "/events/index")
    monkeypatch.setattr(enforcement.unknown_keys, "_window", 0.0)
    send(f"{UNKNOWN}1", "GET", "/events/index")
    changes = (
        AuditEntry.objects.filter(action="user.key_refused").order_by("pk").values_list("change", flat=True)
    )
    assert list(changes) == [{}, {"times": 5}]


def test_a_sign_in_that_failed_is_found_as_a_failed_authentication(seed: Seed) -> None:
    given = {"login": seed.analyst.user.email, "password": "not-the-password"}
    Client().post("/account/login/", given)
    found = logs(seed.site_admin, action="auth_fail")
    assert [(each["action"], each["title"]) for each in found] == [("login_fail", seed.analyst.user.email)]
    assert "not-the-password" not in json.dumps(found)


def test_mails_are_in_the_log_by_whom_they_went_to(seed: Seed) -> None:
    mail_ended.emit(MailEnded("anna@a.example", ""))
    mail_ended.emit(MailEnded("bo@b.example", "550 no such mailbox"))
    found = logs(seed.site_admin, action="email")
    assert [(each["title"], each["change"]) for each in found] == [
        ("anna@a.example", ""),
        ("bo@b.example", "reason () => (550 no such mailbox)"),
    ]
    for number in range(300):
        mail_ended.emit(MailEnded(f"{number}@c.example", ""))
    assert len(logs(seed.site_admin, action="email", limit=1000)) == MOST_ROWS + 1
