"""Pull: fetches everything another instance offers that is missing here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.change_origin import ChangedBy
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.settings import Setting
from vardkase.core.sql import async_commits
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import MEBIBYTE
from vardkase.exchange.servers.confirmation import is_confirmed, require_confirmed
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import Peer, RemoteRefused
from vardkase.exchange.servers.problems import ConnectionProblem
from vardkase.exchange.servers.rules import index_request
from vardkase.exchange.sync.decisions import EventSelector
from vardkase.exchange.sync.event_index import (
    EVENT_INDEX,
    OfferedEvent,
    blocked_of,
    known_events,
    offered_events,
)
from vardkase.exchange.sync.event_intake import Intake
from vardkase.exchange.sync.inbound import InboundFilter
from vardkase.exchange.sync.inbound_contributions import ContributionKinds, Sources
from vardkase.exchange.sync.models import SyncDirection
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.exchange.sync.run_records import SyncRunRecorder, running, set_aside
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import connection_actor
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.misp.fields import UUID

FULL, UPDATE, CLUSTERS = "full", "update", "pull_relevant_clusters"
SECONDS = 300.0
QUESTIONS = 3
"""Requests started together when a pull begins: for events, proposals and analyst data."""
LARGEST = 512 * MEBIBYTE
"""Bytes of one event."""
ON_TYPES = Setting(
    "MISP.enable_synchronisation_filtering_on_type",
    False,
    _("Let the rules of connections leave out types of attributes and object templates."),
    changed_by=ChangedBy.SITE_ADMIN,
)


@dataclass(frozen=True, slots=True)
class Pulled:
    events: int
    failed: int
    proposals: int
    sightings: int
    clusters: int
    analyst_data: int

    @classmethod
    def of(cls, book: SyncRunRecorder) -> Pulled:
        return cls(**{name: book.counts[name] for name in cls.__slots__})


def require_technique(technique: str) -> None:
    if technique in (FULL, UPDATE, CLUSTERS) or technique.isdecimal() or UUID.fullmatch(technique.lower()):
        return
    raise Invalid(SyncProblem.BAD_PULL_TECHNIQUE(detail=technique))


def pull(actor: Actor | None, server: Server, technique: str = FULL, *, force: bool = False) -> Pulled:
    """Import what `server` offers.

    `technique` is full, update, pull_relevant_clusters, or one event's id or uuid. `actor` ordered it; None
    for the hub itself. `force` also imports events set aside and copies that are not newer. Raises Invalid,
    Conflict when pulling is off, OutgoingFailed when the other instance is unreachable, Cancelled.
    """
    require_technique(technique)
    if not server.pull:
        raise Conflict(ConnectionProblem.PULL_OFF())
    require_confirmed(server)
    user_id = actor.user_id if actor else None
    with async_commits(), running(server, SyncDirection.PULL, technique, user_id) as book:
        PullRun(server, technique, force=force).work(book)
    if actor is not None:
        change = {"kind": technique, "count": book.counts["events"], "failed": book.counts["failed"]}
        record(actor, ExchangeAction.SERVER_PULLED, Target("server", server.pk, title=server.name), change)
    return Pulled.of(book)


def which_clusters(technique: str) -> ContributionKinds:
    if technique == CLUSTERS:
        return ContributionKinds.tagged_here()
    if technique in (FULL, UPDATE):
        return ContributionKinds(known_only=technique == UPDATE)
    return ContributionKinds(event=technique)


class PullRun:
    """One pull: reads from the other instance, and stores only what `work` imports."""

    def __init__(self, server: Server, technique: str, *, force: bool = False) -> None:
        self.server, self.technique, self.force = server, technique, force
        self.peer = Peer(server, SECONDS, LARGEST, patient=True)
        storer = connection_actor(
            server.org_id,
            f"connection {server.name}",
            internal=server.internal and is_confirmed(server),
            quiet=server.publish_without_email,
            connection_id=server.pk,
            delivered_by=server.remote_org_id,
            is_vouched_for=is_confirmed(server),
        )
        passage = InboundFilter.of(server, host_organisation_id() or 0, on_types=ON_TYPES.value)
        self.intake = Intake(storer, self.peer, passage)
        self.sources = Sources(storer, self.peer, passage)

    def work(self, book: SyncRunRecorder) -> None:
        sources = replace(self.sources, checkpoint=book.checkpoint)
        pool = ThreadPoolExecutor(QUESTIONS, "ahead")
        try:
            if self.of_all_events:
                self.peer.begin(pool, "POST", EVENT_INDEX, index_request(self.rules))
            version = self.version()
            if self.of_all_events:
                sources.begin(pool, analyst_data=bool(version.get("perm_analyst_data")))
            self._take(book, version, sources)
        finally:
            # Not waiting: a failed run ends now, whatever the peer still has to answer.
            pool.shutdown(wait=False, cancel_futures=True)

    def _take(self, book: SyncRunRecorder, version: Mapping[str, Any], sources: Sources) -> None:
        if self.takes_clusters(version):
            book.kind("clusters", lambda: sources.clusters(which_clusters(self.technique)))
        if self.technique == CLUSTERS:
            return
        if not self.of_all_events:
            self._pull_one(book)
            return
        offered = self.offered(self.rules)
        wanted = self.sieve(offered).wanted(reversed(offered))
        book.expect(len(wanted))
        self.intake.take(book, [(event.uuid, event.timestamp) for event in wanted])
        book.kind("proposals", sources.proposals)
        book.kind("sightings", lambda: sources.sightings(offered))
        if version.get("perm_analyst_data"):
            book.kind("analyst_data", sources.analyst_data)
        if self.takes_collections(version):
            book.kind("collections", sources.collections)

    def version(self) -> dict[str, Any]:
        try:
            found = self.peer.document("GET", "servers/getVersion")
        except RemoteRefused as refused:
            if refused.status == 403:
                raise OutgoingFailed(SyncProblem.NOT_AUTHORISED()) from refused
            raise
        if not isinstance(found, dict):
            raise OutgoingFailed(SyncProblem.NO_VERSION())
        return found

    @property
    def of_all_events(self) -> bool:
        return self.technique in (FULL, UPDATE)

    @property
    def rules(self) -> Mapping[str, Any]:
        return {} if self.technique == UPDATE else self.server.pull_rules

    def takes_clusters(self, version: Mapping[str, Any]) -> bool:
        return self.server.pull_galaxy_clusters and "perm_galaxy_editor" in version

    def takes_collections(self, version: Mapping[str, Any]) -> bool:
        return self.server.pull_collections and bool(version.get("collection_sync"))

    def offered(self, rules: Mapping[str, Any]) -> list[OfferedEvent]:
        return offered_events(self.peer, rules)

    def sieve(self, offered: Sequence[OfferedEvent]) -> EventSelector:
        return EventSelector(
            known=known_events(offered),
            blocked=blocked_of(offered),
            aside=set_aside(self.server),
            only_known=self.technique == UPDATE,
            internal=self.server.internal,
            force=self.force,
        )

    def header(self) -> dict[str, Any] | None:
        try:
            found = self.peer.document("GET", f"events/view/{self.technique}/metadata:1")
        except RemoteRefused:
            return None
        event = found.get("Event") if isinstance(found, dict) else None
        is_event = isinstance(event, dict) and UUID.fullmatch(str(event.get("uuid")).lower())
        return event if is_event else None

    def _pull_one(self, book: SyncRunRecorder) -> None:
        book.expect(1)
        uuid = self.technique.lower()
        if not UUID.fullmatch(uuid):
            # The peer's own number: events are known here by uuid only.
            if (event := self.header()) is None:
                book.run.done += 1
                book.count("failed", 1)
                return
            uuid = str(event["uuid"]).lower()
        self.intake.take(book, [(uuid, 0)])
        if not book.counts["events"] and not book.counts["failed"]:
            book.count("failed", 1)  # A request for one event reports it if nothing was imported.
