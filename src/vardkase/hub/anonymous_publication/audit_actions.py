"""Actions of anonymous publication, as the audit log records them: what the hub does, never who submitted something."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class AnonymousAction(AuditAction):
    ROUND_HELD = "anonymous_publication.round_held", _("A round of anonymous publication was carried out")
