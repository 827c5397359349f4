"""Settings for tags."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

HIDE_INCOMING = Setting(
    "MISP.incoming_tags_disabled_by_default",
    False,
    _("Hide new tags that arrive with documents from the choices of tags until someone shows them."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
