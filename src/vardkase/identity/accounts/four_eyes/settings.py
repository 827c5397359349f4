"""Setting for how long an approval request stays open."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

APPROVAL_DAYS = Setting(
    "Vardkase.approval_days",
    14,
    _("For how many days a request waits for the approval of a second person before it lapses."),
    check=lambda days: None if 1 <= days <= 90 else SettingProblem.NOT_BETWEEN(least=1, most=90),
    changed_by=ChangedBy.OFFICERS,
)
