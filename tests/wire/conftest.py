"""PyMISP against a real server: fixtures of all wire tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pymisp import PyMISP

from tests.factories.seed import ApiUser, Seed
from tests.support.web_server import WebServer

type Connect = Callable[[ApiUser], PyMISP]


@pytest.fixture
def connect(server: WebServer) -> Connect:
    """A PyMISP connection as one of the seeded users."""

    def connected(api_user: ApiUser) -> PyMISP:
        return PyMISP(server.url, api_user.key, ssl=False)

    return connected


@pytest.fixture
def analyst(connect: Connect, server_seed: Seed) -> PyMISP:
    """Organisation A's administrator, who may add, tag with new tags and publish."""
    return connect(server_seed.org_admin)


@pytest.fixture
def partner(connect: Connect, server_seed: Seed) -> PyMISP:
    """An analyst of organisation B, in the sharing group with A."""
    return connect(server_seed.partner)


@pytest.fixture
def stranger(connect: Connect, server_seed: Seed) -> PyMISP:
    """An analyst of organisation C, in no group."""
    return connect(server_seed.stranger)
