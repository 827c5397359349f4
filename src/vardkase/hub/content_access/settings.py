"""Settings for content access: maximum duration, and how long a request stays open."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

MOST_HOURS = Setting(
    "Vardkase.content_access_hours",
    8,
    _("How many hours an operator may be granted access to content for, at most."),
    check=lambda hours: None if 1 <= hours <= 72 else SettingProblem.NOT_BETWEEN(least=1, most=72),
    changed_by=ChangedBy.OFFICERS,
)
ANSWER_HOURS = Setting(
    "Vardkase.content_access_answer_hours",
    24,
    _(
        "After how many hours an operator's request for access to content lapses, if no officer has answered it."
    ),
    check=lambda hours: None if 1 <= hours <= 168 else SettingProblem.NOT_BETWEEN(least=1, most=168),
    changed_by=ChangedBy.OFFICERS,
)
