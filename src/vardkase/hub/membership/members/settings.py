"""Setting for the grace period that a membership has after its security statement expires."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

GRACE_DAYS = Setting(
    "Vardkase.statement_grace_days",
    14,
    _("How many days the API connection of a member whose security statement has expired goes on."),
    check=lambda days: None if 0 <= days <= 365 else SettingProblem.NOT_BETWEEN(least=0, most=365),
    changed_by=ChangedBy.OFFICERS,
)
