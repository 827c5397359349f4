"""Settings for backups: how long they are kept, and how often a full one is made."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

BACKUP_DAYS = Setting(
    "Vardkase.backup_days",
    35,
    _("For how many days backups of the hub are kept. What has been deleted stays in them until then."),
    check=lambda days: None if 0 <= days <= 3650 else SettingProblem.NOT_BETWEEN(least=0, most=3650),
    changed_by=ChangedBy.OPERATOR,
)
LEAST_KEPT = Setting(
    "Vardkase.backup_least_kept",
    2,
    _("How many full backups are kept at least, however old they are."),
    check=lambda count: None if 1 <= count <= 100 else SettingProblem.NOT_BETWEEN(least=1, most=100),
    changed_by=ChangedBy.OPERATOR,
)
FULL_DAYS = Setting(
    "Vardkase.backup_full_days",
    7,
    _("After how many days a full backup is made instead of an incremental one."),
    check=lambda days: None if 1 <= days <= 365 else SettingProblem.NOT_BETWEEN(least=1, most=365),
    changed_by=ChangedBy.OPERATOR,
)
