"""Setting for how long a security statement is valid."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

VALID_DAYS = Setting(
    "Vardkase.statement_valid_days",
    365,
    _("How many days a member's security statement holds after it is accepted."),
    check=lambda days: None if 30 <= days <= 1096 else SettingProblem.NOT_BETWEEN(least=30, most=1096),
    changed_by=ChangedBy.OFFICERS,
)
