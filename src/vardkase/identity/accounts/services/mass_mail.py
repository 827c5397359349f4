"""Mail from administrators to their users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.mail.notify import notify
from vardkase.core.mail.services import count_messages
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.queries import active_users, recipients, visible_users
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import ADMIN, Acting

LONGEST = 10_000
LONGEST_SUBJECT = 200
LETTERS_AN_HOUR = 20


@dataclass(frozen=True, slots=True)
class Recipients:
    user_ids: tuple[int, ...] | None = None
    organisation_ids: tuple[int, ...] | None = None


@transaction.atomic
def write_to_users(actor: Acting, to: Recipients, subject: Any, message: Any) -> int:
    """Mail one text to each active recipient that the actor administers; replies go to the actor.

    Returns the number of recipients; without a mail server nothing is sent. Raises Forbidden, Invalid by
    field, NotFound if there are none, TooManyMessages after twenty in an hour.
    """
    actor.require_writing()
    if actor.user_id is None or not (actor.is_site_admin or ADMIN in actor.permissions):
        raise Forbidden
    subject = _text(subject, "subject", LONGEST_SUBJECT)
    text = _text(message, "body", LONGEST)
    people = recipients(_people(actor, to))
    if not people:
        raise NotFound(AccountProblem.NOT_FOUND())
    count_messages(actor.user_id, allowed=LETTERS_AN_HOUR)
    facts = {
        "subject": subject,
        "message": text,
        "sender": actor.name,
        "organisation": actor.organisation_name,
    }
    notify("message_from_administrator", None, people, facts, reply_to=actor.name)
    record(actor, IdentityAction.USER_WRITTEN_TO, Target("user"), {"count": len(people), "subject": subject})
    return len(people)


def _people(actor: Acting, to: Recipients) -> QuerySet[User]:
    people = active_users().filter(pk__in=visible_users(actor).values("pk"))
    if to.user_ids is not None:
        people = people.filter(pk__in=to.user_ids)
    if to.organisation_ids is not None:
        people = people.filter(org__in=to.organisation_ids)
    return people


def _text(value: Any, field: str, longest: int) -> str:
    text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
    if not text or len(text) > longest or "\0" in text:
        raise Invalid({field: [AccountProblem.MAIL_TEXT(count=longest)]})
    return text
