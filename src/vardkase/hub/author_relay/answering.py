"""What authors do with messages: read them with the recovery code, and answer in the next round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pyrage
from django.db import transaction
from django.db.models import QuerySet

from vardkase.core.errors import Conflict, NotFound
from vardkase.hub.anonymous_publication import slots
from vardkase.hub.anonymous_publication.authoring import require_may_author
from vardkase.hub.anonymous_publication.hooks import RoundHeld
from vardkase.hub.anonymous_publication.queries import is_stored
from vardkase.hub.anonymous_publication.recovery_codes import Capability, read_code
from vardkase.hub.anonymous_publication.rounds import Round
from vardkase.hub.anonymous_publication.submissions import Submission
from vardkase.hub.author_relay import mails
from vardkase.hub.author_relay.asking import ASKED, COPIES, checked_text
from vardkase.hub.author_relay.models import AuthorMessage, RelayKind
from vardkase.hub.author_relay.problems import RelayProblem
from vardkase.hub.author_relay.sizes import content_of, sealed, text_of
from vardkase.identity.access.actor import Actor
from vardkase.intel.models import Event

ANSWER = "answer_message"
"""The kind of submission."""
MOST_READ = 100


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A message as its author reads it. `is_submitted`: an answer waits for the next round, or for the next slot."""

    id: UUID
    kind: RelayKind
    text: str
    day: date | None
    answer: str
    answered_on: date | None
    is_submitted: bool

    @property
    def takes_answer(self) -> bool:
        return self.kind != RelayKind.OPENED and self.answered_on is None and not self.is_submitted


def messages_for(actor: Actor, code: str) -> list[ReadMessage]:
    """What has been delivered to the holder of the code, newest first. Nothing is noted of the reading.

    Raises Invalid under `code`, Forbidden.
    """
    require_may_author(actor)
    capability = read_code(code)
    rows = _delivered(capability).order_by("-day", "pk")[:MOST_READ]
    return [_read(capability, row) for row in rows]


def answer(actor: Actor, code: str, message_id: UUID, text: str) -> None:
    """Submit an answer: it is carried out in the next round. Raises Invalid by field, NotFound, Conflict, Forbidden."""
    require_may_author(actor)
    capability, words = read_code(code), checked_text(text)
    message = _delivered(capability).filter(pk=message_id).first()
    if message is None:
        raise NotFound(RelayProblem.NO_SUCH_MESSAGE())
    if message.answered_on is not None or message.kind == RelayKind.OPENED:
        raise Conflict(RelayProblem.ANSWERED())
    receipt = capability.receipt(f"{ANSWER} {message.pk}")
    if is_stored(receipt) or slots.waits_here(receipt):
        raise Conflict(RelayProblem.WAITS())
    body = {"message": str(message.pk), "text": words}
    slots.keep(Submission(ANSWER, capability.author_key, receipt, body), actor.organisation_id)


def carry_out(held: Round, submission: Submission) -> None:
    """Pass an answer on, in a round. One to a message of another author, or a second one, goes nowhere."""
    body = submission.body
    message = (
        AuthorMessage.objects.select_for_update(of=("self",))
        .filter(pk=UUID(str(body["message"])), author_key=submission.author_key, answered_on=None)
        .exclude(day=None)
        .exclude(kind=RelayKind.OPENED)
        .first()
    )
    if message is None:
        return
    words = checked_text(str(body["text"]))
    message.answer = COPIES.encrypt(words)
    message.answer_for_author = sealed(words, message.author_key)
    message.answered_on = held.day
    message.save(update_fields=["answer", "answer_for_author", "answered_on"])
    mails.notify_asker(message)


@transaction.atomic
def deliver(held: RoundHeld) -> None:
    """Deliver what waits. Questions about an event that has been deleted go with it."""
    events = Event.objects.values("uuid")
    AuthorMessage.objects.filter(kind__in=ASKED).exclude(event_uuid__in=events).delete()
    AuthorMessage.objects.filter(day=None).update(day=held.day)


def _delivered(capability: Capability) -> QuerySet[AuthorMessage]:
    return AuthorMessage.objects.filter(author_key=capability.author_key).exclude(day=None)


def _read(capability: Capability, row: AuthorMessage) -> ReadMessage:
    receipt = capability.receipt(f"{ANSWER} {row.pk}")
    return ReadMessage(
        row.pk,
        RelayKind(row.kind),
        _opened(capability, row.for_author),
        row.day,
        _opened(capability, row.answer_for_author) if row.answer_for_author else "",
        row.answered_on,
        row.answered_on is None and (is_stored(receipt) or slots.waits_here(receipt)),
    )


def _opened(capability: Capability, padded: bytes | memoryview) -> str:
    try:
        return text_of(capability.opened(content_of(bytes(padded))))
    except (pyrage.DecryptError, UnicodeDecodeError):
        return ""
