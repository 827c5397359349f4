"""Settings for requests for public records."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

MOST_HOURS = 48
"""A consultation lasts hours, at most two days: an answer is due promptly (TF 2:16; JO 4209-2009, 5308-11)."""
ANSWER_DAYS = Setting(
    "Vardkase.public_records_answer_days",
    3,
    _(
        "Days after which an unanswered request for public records is shown as late. The law says “promptly” and names "
        "no number."
    ),
    level=2,
    check=lambda days: None if 1 <= days <= 30 else SettingProblem.DAYS_NOT_FROM(least=1, most=30),
    changed_by=ChangedBy.OFFICERS,
)
CONSULTATION_HOURS = Setting(
    "Vardkase.public_records_consultation_hours",
    24,
    _(
        "Hours that a member has to answer a consultation about a request for public records, unless others are chosen."
    ),
    level=2,
    check=lambda hours: (
        None if 1 <= hours <= MOST_HOURS else SettingProblem.NOT_BETWEEN(least=1, most=MOST_HOURS)
    ),
    changed_by=ChangedBy.OFFICERS,
)
