"""Settings for account requests."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

SELF_REGISTRATION = Setting(
    "Security.allow_self_registration",
    False,
    _("Let visitors ask for an account."),
    level=1,
    changed_by=ChangedBy.OFFICERS,
    opens_way_in=True,
)
