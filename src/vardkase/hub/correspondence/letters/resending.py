"""Sends letters again whose mail failed, such as those written before the hub had a mail server."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.mime import Attachment
from vardkase.core.mail.models import SentState
from vardkase.core.mail.notify import notify
from vardkase.core.mail.problems import OutgoingMailProblem
from vardkase.core.mail.services import can_send
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.correspondence.letters.delivery import undelivered
from vardkase.hub.correspondence.letters.handling import find_to_handle
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.correspondence.problems import LetterProblem
from vardkase.hub.correspondence.queries import sent_about
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor

_recipients: dict[str, Callable[[int], list[Recipient]]] = {}


def register_recipients(thing_kind: str, of: Callable[[int], list[Recipient]]) -> None:
    """`of` returns who receives the letters about a thing of this kind, by its id."""
    _recipients[thing_kind] = of


def attached(letter: Letter) -> Attachment:
    return Attachment(f"{letter.number.replace(':', '-')}.pdf", "application/pdf", bytes(letter.content))


def recipients_about(thing_kind: str, thing_id: int) -> list[Recipient]:
    """Who receives the letters about a thing now; nobody for a kind that is not registered."""
    find = _recipients.get(thing_kind)
    return find(thing_id) if find else []


def resend_by_number(actor: Actor, number: str) -> int:
    found = undelivered(actor).filter(number=number.replace("\0", ""))
    return resend(actor, first_or_not_found(found, HubProblem.NO_SUCH_LETTER()).pk)


@transaction.atomic
def resend(actor: Actor, letter_id: int) -> int:
    """Mail an undelivered letter, unchanged, to those who receive letters in its case now; returns how many mails.

    Raises Forbidden, NotFound, and Conflict if it is delivered or being sent, or cannot be sent.
    """
    letter = find_to_handle(actor, letter_id, is_filed=False, is_locked=True)
    if not undelivered(actor).filter(pk=letter.pk).exists():
        raise Conflict(LetterProblem.NOT_WAITING())
    if not can_send():
        raise Conflict(OutgoingMailProblem.NO_MAIL_SERVER())
    paper = attached(letter)
    mails = sent_about(letter.thing_kind, letter.thing_id).filter(attachments__contains=[paper.name])
    # The outgoing queue tries again by itself; a second mail would deliver the letter twice.
    if mails.filter(state=SentState.WAITING).exists():
        raise Conflict(LetterProblem.BEING_SENT())
    if not (people := recipients_about(letter.thing_kind, letter.thing_id)):
        raise Conflict(LetterProblem.NO_RECIPIENT())
    known = mails.values_list("thing_title", flat=True).first()
    about = Target(letter.thing_kind, letter.thing_id, title=known or "")
    facts = {"number": letter.number, "title": letter.title}
    count = notify("letter_resent", about, people, facts, by=actor.name, attachments=[paper]).count
    record(actor, CaseAction.LETTER_RESENT, Target("letter", letter.pk, title=str(letter)), {"mails": count})
    return count
