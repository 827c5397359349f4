"""Settings for requests from data subjects."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

CONTROLLER_DAYS = Setting(
    "Vardkase.data_request_controller_days",
    14,
    _(
        "Days within which a member answers for its items in a request from a data subject, at most until the last day "
        "of the request."
    ),
    level=2,
    check=lambda days: None if 1 <= days <= 60 else SettingProblem.DAYS_NOT_FROM(least=1, most=60),
    changed_by=ChangedBy.OFFICERS,
)
KEPT_DAYS = Setting(
    "Vardkase.data_request_kept_days",
    90,
    _(
        "Days after a request from a data subject is closed until what it was about is erased: the person’s details, "
        "what was searched for and the copies. The letter is kept by the archive rules."
    ),
    level=2,
    check=lambda days: None if 30 <= days <= 1825 else SettingProblem.DAYS_NOT_FROM(least=30, most=1825),
    changed_by=ChangedBy.OFFICERS,
)
