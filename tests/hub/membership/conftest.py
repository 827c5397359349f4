"""Fixtures of the membership tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.mail_server import MailServer, mail_server, use


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        use(settings, server.port)
        yield server
