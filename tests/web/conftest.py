"""What the stories of the pages share."""

from __future__ import annotations

import pytest
from django.conf import settings as configured


@pytest.fixture
def password_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second factor is asked for: it has stories of its own."""
    monkeypatch.setattr(configured, "REQUIRE_SECOND_FACTOR", False)
