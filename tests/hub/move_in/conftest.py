"""Fixtures of moving in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vardkase.hub.move_in import running
from vardkase.hub.move_in.people import PEOPLE_STEPS
from vardkase.hub.move_in.surroundings import SURROUNDING_STEPS
from vardkase.hub.move_in.surroundings.settings import MAIL_STEP

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper


@pytest.fixture
def only_people(monkeypatch: pytest.MonkeyPatch, settings: SettingsWrapper) -> None:
    """Only the steps of people and what surrounds them: the packaged knowledge takes a minute to load."""
    monkeypatch.setattr(running, "STEPS", (MAIL_STEP, *PEOPLE_STEPS, *SURROUNDING_STEPS))
    settings.REQUIRE_SECOND_FACTOR = False
