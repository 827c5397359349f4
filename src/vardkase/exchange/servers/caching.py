"""Caching of other instances: hashes of their values, without their events."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import count

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict
from vardkase.core.jobs.progress import report
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import MEBIBYTE, Reply
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import Peer, RemoteRefused, message_of
from vardkase.exchange.servers.problems import ConnectionProblem, PeerProblem
from vardkase.exchange.servers.queries import require_exchange_over, servers
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.cached_sources import services as caches
from vardkase.knowledge.cached_sources.kinds import SERVER, About
from vardkase.knowledge.cached_sources.models import CachedSource
from vardkase.knowledge.cached_sources.services import Cached

AT_ONCE = 50_000
"""Values in an answer."""
MOST_ANSWERS = 10_000
MOST_VALUES = 50_000_000
"""Of one instance; they take space in our database."""
SECONDS = 300.0
LARGEST = 64 * MEBIBYTE
LINE = re.compile(rb"([0-9a-f]{32}),([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*", re.IGNORECASE)
ABSENT = frozenset((403, 404, 405))
"""Statuses of an instance without a hash index."""


def servers_to_cache(actor: Actor) -> list[Server]:
    return list(servers(actor).filter(caching_enabled=True))


def cache_server(actor: Actor | None, server: Server) -> int:
    """Replace the cached value hashes of another instance; returns how many there are.

    `actor` ordered it; None for the hub itself. A response that breaks off changes nothing. Raises Conflict
    when caching is off, OutgoingFailed, Forbidden (also because of the peer's standing).
    """
    if actor is not None:
        actor.require_writing(Permission.SITE_ADMIN)
    if not server.caching_enabled:
        raise Conflict(ConnectionProblem.CACHING_OFF())
    require_exchange_over(server, gives=True)
    # A generator all the way: hashes go to the database as they arrive, and nothing is replaced before the last.
    values = _value_hashes(Peer(server, SECONDS, LARGEST, patient=True))
    number = caches.store(SERVER, server.pk, _within_limit(values), report)
    if actor is not None:
        record(
            actor,
            ExchangeAction.SERVER_CACHED,
            Target("server", server.pk, title=server.name),
            {"values": number},
        )
    return number


def described(actor: Actor, numbers: Collection[int]) -> dict[int, About]:
    if not actor.may(Permission.VIEW_FEED_CORRELATIONS):
        return {}
    known = Server.objects.filter(pk__in=numbers, caching_enabled=True)
    return {server.pk: {"id": str(server.pk), "name": server.name, "url": server.url} for server in known}


def cached_at(server_ids: Collection[int]) -> dict[int, int]:
    """Connection → time of the last caching (Unix seconds), for those that have been cached."""
    found = CachedSource.objects.filter(kind=SERVER, number__in=server_ids, cached__isnull=False)
    return {number: seconds or 0 for number, seconds in found.values_list("number", "cached")}


def _value_hashes(peer: Peer) -> Iterator[Cached]:
    """All values of the other instance: from its hash index, or by searching if it has none."""
    first = peer.with_retries("GET", f"attributes/getInstanceCache/0/limit:{AT_ONCE}")
    if first.status == 200 and _last_id(first) is not None:
        yield from _hashes_from_index(peer, first)
    elif first.status == 200 or first.status in ABSENT:
        yield from _hashes_from_search(peer)
    else:
        raise RemoteRefused(first.status, message_of(first))


def _within_limit(values: Iterator[Cached]) -> Iterator[Cached]:
    for number, value in enumerate(values):
        if number == MOST_VALUES:
            raise OutgoingFailed(PeerProblem.TOO_MANY_VALUES())
        yield value


def _hashes_from_index(peer: Peer, reply: Reply) -> Iterator[Cached]:
    last = 0
    for _ in range(MOST_ANSWERS):
        reached = _last_id(reply)
        if reached is None or reached <= last:  # The end, or a peer that would go round in circles.
            return
        yield from _parsed_lines(reply)
        last = reached
        reply = peer.with_retries("GET", f"attributes/getInstanceCache/{last}/limit:{AT_ONCE}")
        if reply.status != 200:
            raise RemoteRefused(reply.status, message_of(reply))


def _hashes_from_search(peer: Peer) -> Iterator[Cached]:
    for page in count(1):
        query = {"returnFormat": "cache", "includeEventUuid": 1, "page": page, "limit": AT_ONCE}
        reply = peer.with_retries("POST", "attributes/restSearch.json", query)
        if reply.status != 200:
            raise RemoteRefused(reply.status, message_of(reply))
        found = list(_parsed_lines(reply))
        yield from found
        if not found or page == MOST_ANSWERS:
            return


def _last_id(reply: Reply) -> int | None:
    header = reply.headers.get("x-last-id", "")
    return int(header) if header.isdecimal() and len(header) < 20 else None


def _parsed_lines(reply: Reply) -> Iterator[Cached]:
    for line in reply.content.splitlines():
        if found := LINE.fullmatch(line):
            yield found[1].decode(), found[2].decode()
        elif line.strip():
            raise OutgoingFailed(PeerProblem.NO_HASHES())
