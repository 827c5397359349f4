"""Messages to the creators of an event, from any of its readers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.mail.services import Mail, can_send, count_messages, queue_mail
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.encryption import AddressedMail, CannotBeSent, MailPolicy, addressed
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import reading_users
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.problems import ReporterProblem
from vardkase.intel.queries.find import Reference, find_event
from vardkase.intel.queries.rows import EventRow

LONGEST = 10_000
MESSAGES_AN_HOUR = 20


@dataclass(frozen=True, slots=True)
class ContactResult:
    """The result of a message: the number of recipients; `disabled` if the hub sends no mail."""

    event_id: int
    recipients: int
    disabled: bool


@transaction.atomic
def contact_reporter(
    actor: Actor, reference: Reference, message: Any, *, creator_only: bool
) -> ContactResult:
    """Mail the event's creator, or the contacts of its organisation.

    Encrypted for recipients with a key; identifies the event by number and uuid only. Raises NotFound,
    Forbidden, Invalid, or TooManyMessages after twenty in an hour.
    """
    actor.require_writing()
    if actor.user_id is None:
        raise Forbidden(ReporterProblem.ONLY_PEOPLE())
    event = find_event(actor, reference)
    text = _message(message)
    count_messages(actor.user_id, allowed=MESSAGES_AN_HOUR)
    queued = queue_mail(list(_mails(actor, event, _reporters(event, creator_only), text)))
    record(
        actor,
        IntelAction.EVENT_REPORTER_CONTACTED,
        Target("event", event.id, event.uuid, event.info),
        {"count": queued},
    )
    return ContactResult(event.id, queued, disabled=not can_send())


def _message(given: Any) -> str:
    text = given.replace("\r\n", "\n").strip() if isinstance(given, str) else ""
    if not text:
        raise Invalid({"message": [ReporterProblem.NO_MESSAGE()]})
    if len(text) > LONGEST or "\0" in text:
        raise Invalid({"message": [ReporterProblem.TOO_LONG(most=LONGEST)]})
    return text


def _reporters(event: EventRow, creator_only: bool) -> list[User]:
    """Only people of the creator organisation: others pulled the event and did not report it."""
    people = reading_users().filter(org_id=event.orgc_id)
    return list(people.filter(pk=event.user_id) if creator_only else people.filter(contactalert=True))


def _mails(actor: Actor, event: EventRow, people: list[User], message: str) -> Iterator[Mail]:
    policy = MailPolicy.now()
    for person in people:
        with suppress(CannotBeSent):
            yield addressed(_letter(actor, event, person, message), person, policy)


def _letter(actor: Actor, event: EventRow, person: User, message: str) -> AddressedMail:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        facts = {
            "sender": actor.name,
            "organisation": actor.organisation_name,
            "number": event.id,
            "uuid": event.uuid,
        }
        subject = gettext("Message about event %(number)s") % facts
        head = gettext("%(sender)s (%(organisation)s) writes about event %(number)s, %(uuid)s:") % facts
        foot = gettext("Your reply to this e-mail goes to %(sender)s.") % facts
    link = f"{settings.BASE_URL}/events/{event.id}" if settings.BASE_URL else ""
    text = "\n\n".join(part for part in (head, message, "-- \n" + foot, link) if part) + "\n"
    return AddressedMail(subject, text, reply_to=actor.name)
