"""Queues mail. Mail queued in a transaction that is rolled back is never sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import make_msgid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.types import JSONValue

from vardkase.core.errors import VardkaseError
from vardkase.core.limits import Limit
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.problems import OutgoingMailProblem
from vardkase.core.mail.settings import DISABLED
from vardkase.core.mail.tasks import deliver

WINDOW = 3600
MESSAGES_PER_HOUR = 20
"""Of one sender, to people who did not ask for them."""
LONGEST_WAIT = timedelta(days=3)
"""Well beyond the last attempt: what is older has lost its job."""

LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """A text to one address, with an HTML version if any; replies go to `reply_to`.

    `content` is an encrypted MIME entity, instead of both. `about` is passed to `hooks.mail_settled` when the
    mail is sent or given up.
    """

    recipient: str
    subject: str
    text: str
    reply_to: str = ""
    html: str = ""
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Any] | None = None


class TooManyMessages(VardkaseError):
    """The user has exceeded the message limit; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(OutgoingMailProblem.TOO_MANY())


def can_send() -> bool:
    return bool(settings.VARDKASE_SMTP_HOST) and not DISABLED.value


@transaction.atomic
def queue_mail(mails: Sequence[Mail]) -> int:
    """Queue mails for the worker; returns how many were queued, none if there is no mail server."""
    OutgoingMail.objects.filter(created__lt=timezone.now() - LONGEST_WAIT).delete()
    if not can_send():
        return 0
    rows = OutgoingMail.objects.bulk_create(_row(mail) for mail in mails)
    if rows:
        orders: list[dict[str, JSONValue]] = [{"mail_id": row.pk} for row in rows]
        deliver.batch_defer(*orders)
    return len(rows)


def count_messages(user_id: int, *, allowed: int) -> None:
    """Count one message of a user, across all processes. Raises TooManyMessages."""
    usage = Limit("message", allowed, WINDOW).spend(user_id)
    if usage.is_exceeded:
        raise TooManyMessages(usage.wait)


def _row(mail: Mail) -> OutgoingMail:
    # A line break would begin another header.
    subject = " ".join(mail.subject.split())[:LONGEST_SUBJECT]
    return OutgoingMail(
        recipient=mail.recipient,
        reply_to=mail.reply_to,
        subject=subject,
        text=mail.text,
        html=mail.html,
        content=mail.content,
        headers=dict(mail.headers),
        # Chosen now, so that every attempt to deliver it sends the same.
        message_id=make_msgid(domain=settings.VARDKASE_MAIL_FROM.rpartition("@")[2]),
        about=mail.about,
    )
