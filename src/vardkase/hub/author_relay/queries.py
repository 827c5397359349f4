"""What an organisation has asked an author, and the answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cryptography.fernet import InvalidToken

from vardkase.core.errors import NotFound
from vardkase.hub.author_relay.asking import COPIES, publication_of
from vardkase.hub.author_relay.models import AuthorMessage, RelayKind
from vardkase.hub.author_relay.problems import RelayProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.find import Reference, find_event

MOST = 100


@dataclass(frozen=True, slots=True)
class AskedMessage:
    id: UUID
    kind: RelayKind
    asked_by: str
    case_number: str
    text: str
    is_delivered: bool
    answer: str
    answered_on: date | None


def is_anonymous(event_uuid: UUID | str) -> bool:
    return publication_of(event_uuid) is not None


def asked_about(actor: Actor, reference: Reference) -> tuple[EventRow, list[AskedMessage]]:
    """The event, and what the actor's organisation has asked its author; those without an answer first.

    Raises NotFound, also for an event that the actor may not read or that was not published anonymously; Forbidden.
    """
    actor.require_content_access()
    event = find_event(actor, reference)
    if publication_of(event.uuid) is None:
        raise NotFound(RelayProblem.NOT_ANONYMOUS())
    rows = AuthorMessage.objects.filter(event_uuid=event.uuid, organisation=actor.organisation_id)
    rows = rows.select_related("asked_by").order_by("-answered_on", "-day", "pk")
    return event, [_asked(row) for row in rows[:MOST]]


def _asked(row: AuthorMessage) -> AskedMessage:
    return AskedMessage(
        row.pk,
        RelayKind(row.kind),
        row.asked_by.email if row.asked_by else "",
        row.case_number,
        _copy(row.own_copy),
        row.day is not None,
        _copy(row.answer),
        row.answered_on,
    )


def _copy(encrypted: str) -> str:
    try:
        return COPIES.decrypt(encrypted)
    except InvalidToken:
        return ""
