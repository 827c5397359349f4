"""A module server and connected hubs for the tests that need them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.exchange.hubs import Hub, three_hubs
from tests.support.modules import running_modules


@pytest.fixture(scope="session")
def module_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_modules(tmp_path_factory.mktemp("modules")) as url:
        yield url


@pytest.fixture
def modules(module_server: str, settings: Settings) -> None:
    settings.VARDKASE_MODULES_URL = module_server


@pytest.fixture(scope="session")
def hubs() -> Iterator[tuple[Hub, Hub, Hub]]:
    """A, B and C, connected with each other. tests/conftest.py lists the files that use them, so that they
    start only once.
    """
    with three_hubs() as every:
        yield every
