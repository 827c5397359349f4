"""Actions on messages to authors: who asked. Nothing that an author does is in the log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class RelayAction(AuditAction):
    AUTHOR_ASKED = "author_message.asked", _("The author of an anonymous event was sent a message")
