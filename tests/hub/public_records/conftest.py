"""A mail server that nothing is sent to."""

from __future__ import annotations

import pytest
from django.conf import settings as configured


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured, "VARDKASE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setattr(configured, "VARDKASE_MAIL_FROM", "hub@hub.example")
    monkeypatch.setattr(configured, "BASE_URL", "https://hub.example")
