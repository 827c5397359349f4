"""Previews of another instance's events without storing them, and renewing our API key there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import NotFound
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import MEBIBYTE
from vardkase.exchange.servers.confirmation import identity_of
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.servers.peer import Peer, RemoteRefused, decoded
from vardkase.exchange.servers.queries import find_server
from vardkase.exchange.sync.event_index import KnownEvent, OfferedEvent, known_events
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import Reference
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_int

SECONDS = 60.0
LARGEST = 64 * MEBIBYTE
PAGE = 60
LONGEST = 500
"""Characters of a text of another instance that are shown in a list."""
NEW_KEY = re.compile(r"\b[A-Za-z0-9]{40}\b")


def preview_index(actor: Actor, reference: Reference, filters: Mapping[str, str]) -> list[Any]:
    """A page of the other instance's events, newest first; `filters` are those of its index, with page and
    limit.

    Raises NotFound, Forbidden, OutgoingFailed.
    """
    actor.require_content_access()
    query = {"sort": "timestamp", "direction": "desc", "page": "1", "limit": str(PAGE), **filters}
    # MISP reads the filters of its index from the path.
    path = "".join(f"/{quote(name, safe='[]')}:{quote(value, safe='')}" for name, value in query.items())
    found = Peer(find_server(actor, reference), SECONDS, LARGEST).document("GET", f"events/index{path}")
    if not isinstance(found, list):
        raise OutgoingFailed(SyncProblem.NO_EVENT_LIST())
    return found


def preview_event(actor: Actor, reference: Reference, event: str) -> dict[str, Any]:
    actor.require_content_access()
    missing = NotFound(SyncProblem.EVENT_NOT_THERE(detail=event))
    try:
        found = Peer(find_server(actor, reference), SECONDS, LARGEST).document(
            "GET", f"events/{quote(event, safe='')}"
        )
    except RemoteRefused as refused:
        if refused.status == 404:
            raise missing from refused
        raise
    if not isinstance(found, dict) or not isinstance(found.get("Event"), dict):
        raise missing
    return found


@dataclass(frozen=True, slots=True)
class Previewed:
    """An event in the other instance's index. `number` is its id there, `known` our copy."""

    number: int
    uuid: str
    info: str
    creator: str
    date: str
    attributes: int
    tags: tuple[str, ...]
    timestamp: int
    known: KnownEvent | None

    @property
    def is_newer(self) -> bool:
        return self.known is not None and self.timestamp > self.known.timestamp


def previewed(rows: Iterable[Any]) -> list[Previewed]:
    sane = [row for row in rows if isinstance(row, dict) and UUID.fullmatch(str(row.get("uuid")).lower())]
    uuids = [str(row["uuid"]).lower() for row in sane]
    known = known_events(OfferedEvent(uuid, 0, 0, "") for uuid in uuids)
    return [_previewed(row, known.get(uuid)) for row, uuid in zip(sane, uuids, strict=True)]


def _previewed(row: dict[str, Any], known: KnownEvent | None) -> Previewed:
    creator = row.get("Orgc")
    tags = [link.get("Tag") for link in row.get("EventTag") or [] if isinstance(link, dict)]
    return Previewed(
        number=as_int(row.get("id")) or 0,
        uuid=str(row["uuid"]).lower(),
        info=str(row.get("info"))[:LONGEST],
        creator=str(creator.get("name"))[:LONGEST] if isinstance(creator, dict) else "",
        date=str(row.get("date"))[:10],
        attributes=as_int(row.get("attribute_count")) or 0,
        tags=tuple(str(tag.get("name"))[:LONGEST] for tag in tags if isinstance(tag, dict)),
        timestamp=as_int(row.get("timestamp")) or 0,
        known=known,
    )


@transaction.atomic
def reset_remote_key(actor: Actor, reference: Reference) -> None:
    """Request a new key from the other instance and store it. Raises NotFound, Forbidden, OutgoingFailed."""
    server = find_server(actor, reference)
    actor.require_writing()
    Server.objects.select_for_update().get(pk=server.pk)
    # `ask`, which does not retry: each call makes another key, and ends the one before.
    found = decoded(Peer(server).ask("POST", "users/resetauthkey/me", {}))
    message = str(found.get("message")) if isinstance(found, dict) else ""
    if not (key := NEW_KEY.search(message)):
        raise OutgoingFailed(SyncProblem.NO_NEW_KEY())
    was_confirmed = server.confirmed == identity_of(server)
    server.encrypted_key = KEYS.encrypt(key[0])
    if was_confirmed:  # The confirmed peer made the key, so the connection stays confirmed.
        server.confirmed = identity_of(server)
    server.save(update_fields=["encrypted_key", "confirmed"])
    record(actor, ExchangeAction.SERVER_KEY_RENEWED, Target("server", server.pk, title=server.name))
