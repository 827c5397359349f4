"""Translates event ids between instances: an event's numeric id here and at its peers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vardkase.core.errors import NotFound
from vardkase.core.problems import Problem
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import MEBIBYTE
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import Peer, RemoteRefused
from vardkase.exchange.servers.queries import find_server, servers
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import Reference
from vardkase.intel.columns import EventRow
from vardkase.intel.problems import EventProblem
from vardkase.intel.queries.find import find_event
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_int

SECONDS = 10.0
"""The longest that one instance is waited for."""
LARGEST = 4 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class RemoteEvent:
    """An event on another instance: its `number` there (0 if unknown), or why that is unknown."""

    server: Server
    number: int = 0
    fault: Problem | None = None

    @property
    def url(self) -> str:
        return f"{self.server.url}/events/view/{self.number}" if self.number else ""


def elsewhere(actor: Actor, event: EventRow) -> Iterator[RemoteEvent]:
    for server in servers(actor):
        try:
            found = _event(server, str(event.uuid))
        except RemoteRefused as refused:
            # 404: that instance does not have the event, or does not show it to us.
            yield RemoteEvent(server, fault=None if refused.status == 404 else refused.problem)
        except OutgoingFailed as failed:
            yield RemoteEvent(server, fault=failed.problem)
        else:
            yield RemoteEvent(server, as_int(found.get("id")) or 0)


def here(actor: Actor, server_reference: Reference, number: str) -> EventRow:
    server = find_server(actor, server_reference)
    missing = NotFound(SyncProblem.EVENT_NOT_FOUND())
    if not as_int(number):
        raise missing
    try:
        uuid = str(_event(server, str(as_int(number))).get("uuid")).lower()
    except RemoteRefused as refused:
        if refused.status == 404:
            raise missing from refused
        raise
    if not UUID.fullmatch(uuid):
        raise missing
    return find_event(actor, uuid, missing=EventProblem.NOT_FOUND_BY_UUID)


def _event(server: Server, reference: str) -> dict[str, Any]:
    # Only the head of the event: its attributes may be a hundred thousand.
    found = Peer(server, SECONDS, LARGEST).document("GET", f"events/view/{reference}/metadata:1")
    event = found.get("Event") if isinstance(found, dict) else None
    if not isinstance(event, dict):
        raise OutgoingFailed(SyncProblem.NOT_THE_EVENT())
    return event
