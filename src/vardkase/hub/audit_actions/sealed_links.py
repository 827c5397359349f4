"""Actions on officers' keys, and openings of sealed links."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class SealedLinkAction(AuditAction):
    OFFICER_KEY_ADDED = "officer_key.added", _("A key of an officer for sealed links was added")
    OFFICER_KEY_WITHDRAWN = "officer_key.withdrawn", _("A key of an officer for sealed links was withdrawn")
    SEAL_OPENED = "sealed_link.opened", _("Two officers opened a sealed link")
    SEAL_REFUSED = "sealed_link.refused", _("A sealed link was not opened, since it has been altered")
    SEAL_FILE_FETCHED = "sealed_link.file_fetched", _("An officer fetched the file of an opened sealed link")
