"""Browsers' reports of violations of the content security policy."""

from __future__ import annotations

import json
import logging

import pytest
from django.http import HttpResponse
from django.test import Client

from vardkase.api.servers.csp_reports import LARGEST, REPORTS

REPORT = {
    "csp-report": {
        "document-uri": "https://hub.example/invitation/a-secret",
        "violated-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/x.js?token=a-secret",
    }
}


def report(body: bytes) -> HttpResponse:
    return Client().post("/servers/cspReport", body, content_type="application/csp-report")


@pytest.mark.django_db
def test_report_is_logged_without_paths(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert report(json.dumps(REPORT).encode()).status_code == 204
    assert "script-src-elem kept https://evil.example from loading" in caplog.text
    assert "a-secret" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{}", 400), (b"[]", 400), (b"nonsense", 405), (b"{" + b" " * LARGEST + b"}", 413)],
)
def test_invalid_report_is_refused(body: bytes, status: int) -> None:
    assert report(body).status_code == status


@pytest.mark.django_db
def test_reports_are_rate_limited(caplog: pytest.LogCaptureFixture) -> None:
    statuses = [report(json.dumps(REPORT).encode()).status_code for _ in range(REPORTS.allowed + 1)]
    assert statuses == [204] * REPORTS.allowed + [429]
