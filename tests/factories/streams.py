"""Streams: events to send, and the rounds of a stream run by hand."""

from __future__ import annotations

from typing import Any

from tests.api.calls import call
from tests.factories.seed import Seed
from vardkase.exchange.streams.delivering import deliver_some
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.senders import opened_sender
from vardkase.exchange.streams.services import add_stream

PUBLISHED = "misp_json"


def webhook(seed: Seed, url: str, **data: Any) -> tuple[Stream, str]:
    """A webhook to `url` with access to everything, and its secret."""
    given = {"name": "Analysis", "kind": "webhook", "url": url, "topics": [PUBLISHED], **data}
    return add_stream(seed.site_admin.actor, given)


def stream(seed: Seed, kind: str, **data: Any) -> Stream:
    """A stream of another kind."""
    given = {"name": f"{kind} stream", "kind": kind, "topics": [PUBLISHED], **data}
    return add_stream(seed.site_admin.actor, given)[0]


def play(chosen: Stream) -> int:
    """One round of the loop: send what is queued; returns the number of entries."""
    chosen.refresh_from_db()
    sender = opened_sender(chosen)
    try:
        return deliver_some(chosen, sender)
    finally:
        sender.close()
        chosen.refresh_from_db()


def add_event(key: str, info: str = "Beacon", **fields: Any) -> str:
    """A new event; returns its id."""
    status, body = call(key, "POST", "/events/add", {"info": info, "distribution": 1, **fields})
    assert status == 200, body
    return str(body["Event"]["id"])


def publish(key: str, number: str) -> str:
    """The event, published."""
    assert call(key, "POST", f"/events/publish/{number}", {})[0] == 200
    return number
