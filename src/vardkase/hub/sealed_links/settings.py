"""Settings of officers' keys and openings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

KEY_DAYS = Setting(
    "Vardkase.officer_key_days",
    730,
    _("For how many days the key of an officer is used for new sealed links."),
    check=lambda days: None if 30 <= days <= 3650 else SettingProblem.NOT_BETWEEN(least=30, most=3650),
    changed_by=ChangedBy.OFFICERS,
)
OPENING_HOURS = Setting(
    "Vardkase.seal_opening_hours",
    72,
    _("For how many hours the two officers who open a sealed link can fetch its file."),
    check=lambda hours: None if 1 <= hours <= 720 else SettingProblem.NOT_BETWEEN(least=1, most=720),
    changed_by=ChangedBy.OFFICERS,
)
