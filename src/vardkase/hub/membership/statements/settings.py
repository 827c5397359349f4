"""Settings for security statements: validity, and grace period for the API."""

from __future__ import annotations

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

VALID_DAYS = Setting(
    "Vardkase.statement_valid_days",
    365,
    "How many days a member's security statement holds after it is accepted.",
    check=lambda days: None if 30 <= days <= 1096 else SettingProblem.NOT_BETWEEN(least=30, most=1096),
    changed_by=ChangedBy.OFFICERS,
)
GRACE_DAYS = Setting(
    "Vardkase.statement_grace_days",
    14,
    "How many days the API connection of a member whose security statement has expired goes on.",
    check=lambda days: None if 0 <= days <= 365 else SettingProblem.NOT_BETWEEN(least=0, most=365),
    changed_by=ChangedBy.OFFICERS,
)
