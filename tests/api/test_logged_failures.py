"""Failed authentications and mails in MISP's log: all counted, few stored, no secret."""

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
from vardkase.core.limits.models import LimitUse
from vardkase.core.mail.hooks import MailEnded, mail_ended
from vardkase.identity.sign_in_policy import enforcement

UNKNOWN = "k" * 39


def test_unknown_key_is_logged_without_the_key(seed: Seed) -> None:
    assert call(f"{UNKNOWN}1", "GET", "/events/index")[0] == 403
    [entry] = logs(seed.site_admin, action="auth_fail")
    assert (entry["ip"], entry["email"], entry["org"]) == ("127.0.0.1", "SYSTEM", "SYSTEM")
    assert UNKNOWN not in json.dumps(entry)
    assert not logs(seed.org_admin, action="auth_fail")


def test_request_without_key_is_not_logged(seed: Seed) -> None:
    assert call(None, "GET", "/events/index")[0] == 403
    assert not AuditEntry.objects.exists()


def test_many_unknown_keys_store_few_rows(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_suppressed_failures_are_counted_in_next_row(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        send(f"{UNKNOWN}1", "GET", "/events/index")
    # As a minute later, in this process and for the whole hub.
    monkeypatch.setattr(enforcement.unknown_keys, "_window", 0.0)
    LimitUse.objects.all().delete()
    send(f"{UNKNOWN}1", "GET", "/events/index")
    changes = (
        AuditEntry.objects.filter(action="user.key_refused").order_by("pk").values_list("change", flat=True)
    )
    assert list(changes) == [{}, {"times": 5}]


def test_failed_sign_in_appears_as_auth_fail(seed: Seed) -> None:
    given = {"login": seed.analyst.user.email, "password": "not-the-password"}
    Client().post("/account/login/", given)
    found = logs(seed.site_admin, action="auth_fail")
    assert [(each["action"], each["title"]) for each in found] == [("login_fail", seed.analyst.user.email)]
    assert "not-the-password" not in json.dumps(found)


def test_mails_appear_in_log_of_their_recipients(seed: Seed) -> None:
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
