"""Correspondence about memberships and cases: kinds of mail, their texts, and a record of what was sent.

A package declares its kinds (`letters.py`), `config.wiring` registers them, and the package sends them::

    correspondence.send(actor, "application_received", [Recipient("ada@a.example", "sv")], {"number": "…"})
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from vardkase.core.mail.compose import Attachment
from vardkase.hub.correspondence.kinds import MailKind, Recipient, find, register, registered

if TYPE_CHECKING:
    from vardkase.audit.services import AuditActor, Target

__all__ = ["Attachment", "MailKind", "Recipient", "find", "register", "registered", "send"]


def send(
    actor: AuditActor,
    kind: str,
    recipients: Iterable[Recipient | tuple[str, str, str]],
    facts: Mapping[str, str],
    *,
    private: Mapping[str, str] | None = None,
    about: Target | None = None,
    attachments: Sequence[Attachment] = (),
) -> int:
    """Queue a mail of `kind` for each recipient, once, in their language; see `services.send`."""
    from vardkase.hub.correspondence import services  # noqa: PLC0415 - models load after apps

    return services.send(
        actor, kind, recipients, facts, private=private, about=about, attachments=attachments
    )
