"""The base of the enums of audit actions, and the actions that this package records itself.

Each layer declares its actions in its `audit_actions`, with their wording beside them.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Text = str | Promise


class AuditAction(StrEnum):
    """Actions as they are stored (``noun.verb``), each with its sentence.

    Whole sentences: in Swedish the form of the verb follows the noun. `several` is the sentence of an entry
    about more than one target.
    """

    text: Text
    several: Text

    def __new__(cls, stored: str, text: Text, several: Text = "") -> Self:
        # What an enum does with a tuple as value: the first element is the value, the rest are attributes.
        member = str.__new__(cls, stored)
        member._value_ = stored
        member.text, member.several = text, several
        return member


def find_action(stored: str) -> AuditAction | None:
    """The declared action, or None for one of another version."""
    return _all_actions().get(stored)


@cache
def _all_actions() -> dict[str, AuditAction]:
    # Cached for good, so call it only after start-up: a subclass that is not imported yet would stay missing.
    return {action.value: action for enum in AuditAction.__subclasses__() for action in enum}


class MailAction(AuditAction):
    MAIL_FAILED = "mail.failed", _("An e-mail could not be sent")
    MAIL_SENT = "mail.sent", _("E-mail was sent")


class LogAction(AuditAction):
    """What happens to the audit log itself. The first is written by the database (`audit_redact`)."""

    REDACTED = "audit.redacted", _("Content was removed from entries of the audit log")
    ARCHIVED = "audit.archived", _("Entries of the audit log were archived")
    REMOVAL_PROPOSED = (
        "audit.removal_proposed",
        _("It was proposed to remove archived entries from the audit log"),
    )
    REMOVAL_APPROVED = (
        "audit.removal_approved",
        _("Two persons agreed to remove archived entries from the audit log"),
    )
    REMOVED = "audit.removed", _("Archived entries were removed from the audit log")
    SIGNED = "audit.signed", _("A checkpoint of the audit log was made at the console")
    KEY_ROTATED = "audit.key_rotated", _("The key that signs the audit log was replaced")
    VERIFIED = "audit.verified", _("The audit log was verified")
    EXPORTED = "audit.exported", _("The audit log was exported")
    KEY_REGISTERED = (
        "audit.key_registered",
        _("The key that signs another hub’s checkpoints was registered"),
    )
    HELD_EXPORTED = "audit.held_exported", _("The checkpoints of another hub were exported")
    HELD_DIFFERS = (
        "audit.held_differs",
        _("A checkpoint of another hub contradicts those that it has delivered before"),
    )
