"""Mail hooks for higher layers, called in the transaction that queues a mail, or deletes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class MailSettled:
    """A mail was sent, or given up because of `fault`, a stored problem; `about` is what its author supplied."""

    about: dict[str, Any]
    fault: str


@dataclass(frozen=True, slots=True)
class MailEnded:
    """The mail to `recipient` was sent, or given up because of `fault`, a stored problem."""

    recipient: str
    fault: str


@dataclass(frozen=True, slots=True)
class MailLogged:
    """Correspondence in one language about a thing, and whom it is for. `text` has no private link in it.

    `entries` are the ids of the mails in the log.
    """

    thing_kind: str
    thing_id: int | None
    recipients: Sequence[str]
    subject: str
    text: str
    by: str
    entries: Sequence[int]


mail_logged: Hook[MailLogged] = Hook("mail_logged")

mail_ended: Hook[MailEnded] = Hook("mail_ended")
"""Every mail, whatever sent it."""

mail_settled: Hook[MailSettled] = Hook("mail_settled")
