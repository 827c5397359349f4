"""Mail hooks for higher layers, called in the transaction that deletes the mail."""

from __future__ import annotations

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


mail_ended: Hook[MailEnded] = Hook("mail_ended")
"""Every mail, whatever sent it."""

mail_settled: Hook[MailSettled] = Hook("mail_settled")
