"""A pull: everything that another instance offers and that we lack (sync-protocol §3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vardkase.core.errors import Conflict, Invalid
from vardkase.core.settings import Setting
from vardkase.core.sql import unhurried_commits
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import MEBIBYTE
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import Peer, RemoteRefused
from vardkase.exchange.sync.arriving import Passage
from vardkase.exchange.sync.contributions import Sources
from vardkase.exchange.sync.events import Intake
from vardkase.exchange.sync.index import (
    Offered,
    is_wanted,
    known_events,
    not_blocked,
    offered_events,
)
from vardkase.exchange.sync.models import Direction
from vardkase.exchange.sync.runs import Log, running, set_aside
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.jobs import connection_actor
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.misp.fields import UUID

FULL, UPDATE, CLUSTERS = "full", "update", "pull_relevant_clusters"
SECONDS = 300.0
LARGEST = 512 * MEBIBYTE
"""Bytes of one event."""
NOT_AUTHORISED = (
    "Not authorised. This is either due to an invalid auth key, or due to the sync user not having authentication "
    "permissions enabled on the remote server. Another reason could be an incorrect sync server setting."
)
ON_TYPES = Setting(
    "MISP.enable_synchronisation_filtering_on_type",
    False,
    "Whether the rules of connections may leave out types of attributes and object templates.",
)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought, by kind."""

    events: int
    failed: int
    proposals: int
    sightings: int
    clusters: int
    analyst_data: int

    @classmethod
    def of(cls, book: Log) -> Pulled:
        """What the book of a run says."""
        return cls(**{name: book.counts[name] for name in cls.__slots__})


def require_technique(technique: str) -> None:
    """Raise Invalid for what is neither a technique nor an event."""
    if technique in (FULL, UPDATE, CLUSTERS) or technique.isdecimal() or UUID.fullmatch(technique.lower()):
        return
    raise Invalid(f"Invalid pull technique `{technique}`.")


def pull(actor: Actor | None, server: Server, technique: str = FULL, *, force: bool = False) -> Pulled:
    """Take in what `server` offers. `technique` is full, update, pull_relevant_clusters, or one event's id or uuid.

    `actor` ordered it; None when the hub did so by itself.

    With `force` also what was set aside, and copies that are as new. Raises Invalid, Conflict when pulling is off,
    OutgoingFailed when the other instance cannot be asked at all, Cancelled.
    """
    require_technique(technique)
    if not server.pull:
        raise Conflict("Pull is not enabled for this server.")
    user_id = actor.user_id if actor else None
    with unhurried_commits(), running(server, Direction.PULL, technique, user_id) as book:
        _Pull(server, technique, force, book).work()
    return Pulled.of(book)


class _Pull:
    """One pull in the making."""

    def __init__(self, server: Server, technique: str, force: bool, book: Log) -> None:
        self.server, self.technique, self.force, self.book = server, technique, force, book
        peer = Peer(server, SECONDS, LARGEST, patient=True)
        storer = connection_actor(
            server.org_id,
            f"connection {server.name}",
            internal=server.internal,
            quiet=server.publish_without_email,
            connection_id=server.pk,
        )
        passage = Passage.of(server, host_organisation_id() or 0, on_types=ON_TYPES.value)
        self.peer = peer
        self.intake = Intake(storer, peer, passage)
        self.sources = Sources(storer, peer, passage)

    def work(self) -> None:
        """Everything in MISP's order: clusters, events, and what is said of them."""
        version = self._version()
        if self.server.pull_galaxy_clusters and "perm_galaxy_editor" in version:
            self._count("clusters", lambda: self.sources.clusters(self.technique == UPDATE))
        if self.technique == CLUSTERS:
            return
        if self.technique not in (FULL, UPDATE):
            self._pull_one(self.technique)
            return
        offered = self._pull_events()
        self._count("proposals", self.sources.proposals)
        self._count("sightings", lambda: self.sources.sightings(offered, known_events(offered)))
        if version.get("perm_analyst_data"):
            self._count("analyst_data", self.sources.analyst_data)
        if version.get("collection_sync"):
            self._count("collections", self.sources.collections)

    def _version(self) -> dict[str, Any]:
        """What the other instance is. Raises OutgoingFailed."""
        try:
            found = self.peer.document("GET", "servers/getVersion")
        except RemoteRefused as refused:
            if refused.status == 403:
                raise OutgoingFailed(NOT_AUTHORISED) from refused
            raise
        if not isinstance(found, dict):
            raise OutgoingFailed("The other instance did not say what it is.")
        return found

    def _pull_events(self) -> list[Offered]:
        rules = {} if self.technique == UPDATE else self.server.pull_rules
        offered = not_blocked(offered_events(self.peer, rules))
        known = known_events(offered)
        aside = {} if self.force else set_aside(self.server)
        wanted = [
            (each.uuid, each.timestamp)
            for each in reversed(offered)
            if (each.uuid in known or self.technique == FULL)
            and (self.force or is_wanted(each, known.get(each.uuid), internal=self.server.internal))
            and aside.get(each.uuid, -1) < each.timestamp
        ]
        self.book.expect(len(wanted))
        self.intake.take(self.book, wanted)
        return offered

    def _pull_one(self, reference: str) -> None:
        """One event by its id or uuid there."""
        self.book.expect(1)
        uuid = reference.lower() if UUID.fullmatch(reference.lower()) else self._uuid_of(reference)
        if uuid is None:
            self.book.run.done += 1
            self.book.count("failed", 1)
            return
        self.intake.take(self.book, [(uuid, 0)])

    def _uuid_of(self, number: str) -> str | None:
        try:
            found = self.peer.document("GET", f"events/view/{number}/metadata:1")
        except RemoteRefused:
            return None
        event = found.get("Event") if isinstance(found, dict) else None
        uuid = str(event.get("uuid")).lower() if isinstance(event, dict) else ""
        return uuid if UUID.fullmatch(uuid) else None

    def _count(self, kind: str, work: Callable[[], int]) -> None:
        """Do one kind of work; one that the other instance cannot answer stops no other."""
        try:
            self.book.count(kind, work())
        except RemoteRefused as refused:
            self.book.trouble(kind, str(refused))
