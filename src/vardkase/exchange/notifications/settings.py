"""Settings for notifications on the hub."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

DAYS_KEPT = Setting(
    "Vardkase.notification_days_kept",
    90,
    _("How many days a notification on the hub is kept."),
    level=2,
    check=lambda days: None if 1 <= days <= 3650 else SettingProblem.NOT_BETWEEN(least=1, most=3650),
    changed_by=ChangedBy.OPERATOR,
)
MOST_KEPT = 5000
"""Of one person's, the newest are kept."""
