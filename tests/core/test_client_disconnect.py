"""Cancelling the query of a client that has left."""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg
import pytest

from vardkase.core import client_disconnect
from vardkase.core.client_disconnect import Interruption


@dataclass
class Server:
    """A connection to a database server that answers a cancellation, or is too busy to."""

    is_busy: bool
    closed: int = 0
    connection: object = field(init=False)

    def __post_init__(self) -> None:
        self.connection = self

    def cancel_safe(self, *, timeout: float) -> None:
        assert timeout
        if self.is_busy:
            raise psycopg.errors.CancellationTimeout

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("is_busy", [False, True])
def test_late_cancellation_hits_no_other_request(monkeypatch: pytest.MonkeyPatch, is_busy: bool) -> None:
    server = Server(is_busy)
    monkeypatch.setattr(client_disconnect, "connections", {"default": server})
    interruption = Interruption(is_harmless=True)
    with interruption:
        interruption.interrupt()
        assert server.closed == 0  # Not in a thread that does not use it.
    assert server.closed == is_busy
    with Interruption(is_harmless=True):
        pass
    assert server.closed == is_busy
