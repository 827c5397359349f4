"""Messages to the creators of an event, from any of its readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.mail.services import MESSAGES_PER_HOUR, can_send, count_messages
from vardkase.core.private_links import page_address
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.sharing import require_shareable
from vardkase.identity.accounts.queries import reading_users
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.hooks import QuestionAsked, question_asked
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.problems import ReporterProblem
from vardkase.intel.queries.find import Reference, find_event
from vardkase.misp.distribution import Distribution

LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class ContactResult:
    """The result of a message: the number of mails, and of people who see it on the hub.

    `disabled` if the hub sends no mail.
    """

    event_id: int
    recipients: int
    readers: int
    disabled: bool


@transaction.atomic
def contact_reporter(
    actor: Actor, reference: Reference, message: Any, *, creator_only: bool
) -> ContactResult:
    """Ask the event's creator, or its organisation: on the hub, and by mail to those who want it.

    Mail is encrypted for recipients with a key; it identifies the event by number and uuid only. Raises NotFound,
    Forbidden, Invalid, or TooManyMessages after twenty in an hour.
    """
    actor.require_writing()
    if actor.user_id is None:
        raise Forbidden(ReporterProblem.ONLY_PEOPLE())
    event = find_event(actor, reference)
    text = _message(message)
    if event.orgc_id != actor.organisation_id:
        require_shareable(Distribution.COMMUNITY, [text])
    count_messages(actor.user_id, allowed=MESSAGES_PER_HOUR)
    facts: Facts = {
        "sender": actor.name,
        "organisation": actor.organisation_name,
        "number": event.id,
        "uuid": str(event.uuid),
        "message": text,
        "link": page_address(f"/event/{event.id}/"),
    }
    # Only users of the creator organisation: others fetched the event and did not report it.
    users = reading_users().filter(org_id=event.orgc_id)
    users = users.filter(pk=event.user_id) if creator_only else users
    if readers := users.count():
        person = event.user_id if creator_only else None
        question_asked.emit(QuestionAsked(event.id, event.orgc_id, person, actor.user_id, text))
    users = users if creator_only else users.filter(contactalert=True)
    queued = notify("event_message", None, map(Recipient.of, users), facts, reply_to=actor.name).count
    record(
        actor,
        IntelAction.EVENT_REPORTER_CONTACTED,
        event_target(event),
        {"count": queued},
    )
    return ContactResult(event.id, queued, readers, disabled=not can_send())


def _message(value: Any) -> str:
    # Browsers send the lines of a form with CRLF.
    text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
    if not text:
        raise Invalid({"message": [ReporterProblem.NO_MESSAGE()]})
    if len(text) > LONGEST or "\0" in text:
        raise Invalid({"message": [ReporterProblem.TOO_LONG(most=LONGEST)]})
    return text
