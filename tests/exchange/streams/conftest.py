"""Receivers on this machine are permitted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.exchange.servers import HERE
from tests.exchange.streams.receivers import Hook, hook


@pytest.fixture(autouse=True)
def _receivers_are_here(settings: Settings) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)


@pytest.fixture
def receiver() -> Iterator[Hook]:
    with hook() as running:
        yield running
