"""What the stories of members share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as configured

from tests.support.mail_server import MailServer, mail_server, use


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        use(settings, server.port)
        yield server


@pytest.fixture
def password_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second factor is asked for: it has stories of its own."""
    monkeypatch.setattr(configured, "REQUIRE_SECOND_FACTOR", False)
