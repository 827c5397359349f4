"""Setting that shows users who else is editing an event."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

DISABLED = Setting(
    "MISP.disable_event_locks",
    False,
    _("Do not show who else is working on an event."),
    level=2,
    changed_by=ChangedBy.OPERATOR,
)
