"""The interface of senders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from vardkase.exchange.streams.bodies.messages import Message
from vardkase.exchange.streams.models import SECRETS, Stream

MANY = 500
"""Messages that are acknowledged together where nothing speaks for less."""


class Sender(Protocol):
    """One connection to a receiver. `at_once`: how many messages it acknowledges together."""

    at_once: int

    def send(self, messages: Sequence[Message]) -> None:
        """Send messages in order; returns when the receiver has acknowledged all. Raises OutgoingFailed."""
        ...

    def idle(self) -> None: ...

    def close(self) -> None: ...


def secrets_of(stream: Stream) -> dict[str, str]:
    found: dict[str, str] = json.loads(SECRETS.decrypt(stream.encrypted_secrets) or "{}")
    return found
