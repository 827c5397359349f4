"""Test messages that check whether a receiver can be reached."""

from __future__ import annotations

import json
from uuid import uuid4

from django.conf import settings

from vardkase import __version__
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict
from vardkase.exchange.streams.bodies.messages import Message
from vardkase.exchange.streams.models import Format, StreamKind
from vardkase.exchange.streams.problems import StreamProblem
from vardkase.exchange.streams.queries import find_stream
from vardkase.exchange.streams.senders import opened_sender
from vardkase.identity.access.actor import Actor

SAYS = "This is a test. Nothing has happened."


def send_test(actor: Actor, stream_id: int) -> None:
    """Send a test message now, ahead of all waiting entries.

    Raises NotFound, Forbidden, OutgoingFailed with the reason, and Conflict if nobody would acknowledge it.
    """
    actor.require_writing()
    stream = find_stream(actor, stream_id)
    if stream.kind == StreamKind.ZEROMQ:
        raise Conflict(StreamProblem.NOT_ACKNOWLEDGED())
    body = json.dumps({"test": True, "message": SAYS, "hub": settings.BASE_URL})
    if stream.format == Format.CEF:  # Such receivers parse each line and discard what is not CEF.
        body = f"CEF:0|Vardkase|Vardkase|{__version__}|test|{SAYS}|0|rt={now_seconds() * 1000}"
    sender = opened_sender(stream)
    try:
        sender.send([Message(f"test-{uuid4()}", stream.topics[0], "test", body.encode())])
    finally:
        sender.close()
