"""Settings for spills: how often those who had the event are reminded."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

REMINDER_DAYS = Setting(
    "Vardkase.spill_reminder_days",
    3,
    _("After how many days those who had a spilled event, and have not answered, are reminded."),
    check=lambda days: None if 1 <= days <= 30 else SettingProblem.NOT_BETWEEN(least=1, most=30),
    changed_by=ChangedBy.OFFICERS,
)
