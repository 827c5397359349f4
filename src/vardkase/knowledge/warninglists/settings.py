"""Settings of the warninglists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

WARNING_FOR_ALL = Setting(
    "MISP.warning_for_all",
    False,
    _("Show warninglist hits on every attribute, and not only on those that are for detection (to_ids)."),
    changed_by=ChangedBy.SITE_ADMIN,
)
