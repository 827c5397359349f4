"""PyMISP against a real server: what every story on the wire needs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pymisp import PyMISP

from tests.cast import Cast, Player
from tests.support.web_server import WebServer

type Connect = Callable[[Player], PyMISP]


@pytest.fixture
def connect(server: WebServer) -> Connect:
    """A PyMISP connection as one of the cast."""

    def connected(player: Player) -> PyMISP:
        return PyMISP(server.url, player.key, ssl=False)

    return connected


@pytest.fixture
def analyst(connect: Connect, server_cast: Cast) -> PyMISP:
    """Organisation A's administrator, who may add, tag with new tags and publish."""
    return connect(server_cast.org_admin)


@pytest.fixture
def partner(connect: Connect, server_cast: Cast) -> PyMISP:
    """An analyst of organisation B, in the sharing group with A."""
    return connect(server_cast.partner)


@pytest.fixture
def stranger(connect: Connect, server_cast: Cast) -> PyMISP:
    """An analyst of organisation C, in no group."""
    return connect(server_cast.stranger)
