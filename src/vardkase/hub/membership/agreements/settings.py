"""Setting for how long members have to answer new terms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

LEAST_DAYS_TO_ANSWER = 30
DAYS_TO_ANSWER = Setting(
    "Vardkase.terms_answer_days",
    LEAST_DAYS_TO_ANSWER,
    _(
        "For how many days at least members can answer a new version of the terms, from the day it is published."
    ),
    check=lambda days: (
        None if LEAST_DAYS_TO_ANSWER <= days <= 365 else SettingProblem.NOT_BETWEEN(least=30, most=365)
    ),
    changed_by=ChangedBy.OFFICERS,
)
