"""Settings for access reviews: interval, and how long an account may be unused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.problems import Problem
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

MOST = 3650


def days_problem(number: int) -> Problem | None:
    return None if 0 <= number <= MOST else SettingProblem.NOT_DAYS(least=0, most=MOST)


REVIEW_EVERY = Setting(
    "Vardkase.access_review_days",
    90,
    _("After how many days an organisation's administrators confirm each account anew; 0: never."),
    check=days_problem,
    changed_by=ChangedBy.OFFICERS,
    opens_way_in=True,
)
GRACE = Setting(
    "Vardkase.access_review_grace_days",
    14,
    _("For how many days a review is open before an account that nobody has confirmed is switched off."),
    check=lambda days: None if 1 <= days <= MOST else SettingProblem.NOT_DAYS(least=1, most=MOST),
    changed_by=ChangedBy.OFFICERS,
    opens_way_in=True,
)
IDLE = Setting(
    "Vardkase.idle_account_days",
    180,
    _("After how many days without being used an account is switched off; 0: never."),
    check=days_problem,
    changed_by=ChangedBy.OFFICERS,
    opens_way_in=True,
)
