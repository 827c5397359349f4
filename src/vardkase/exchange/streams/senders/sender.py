"""What every sender does."""

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
        """Send the messages in their order; returns when the receiver has acknowledged all. Raises OutgoingFailed."""
        ...

    def idle(self) -> None:
        """Nothing is to be sent now."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...


def secrets_of(stream: Stream) -> dict[str, str]:
    """The secrets of a stream by name."""
    found: dict[str, str] = json.loads(SECRETS.decrypt(stream.encrypted_secrets) or "{}")
    return found
