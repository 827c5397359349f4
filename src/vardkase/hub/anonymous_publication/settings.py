"""Settings for anonymous publication."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

ENABLED = Setting(
    "Vardkase.anonymous_publication",
    False,
    _(
        "Whether members may publish events anonymously, under a pseudonymous organisation of the hub. Two officers "
        "must have registered keys for sealed links first."
    ),
    changed_by=ChangedBy.OFFICERS,
)
SMALLEST_SET = Setting(
    "Vardkase.anonymous_publication_smallest_set",
    5,
    _(
        "How many members must have been able to publish an event for it to be published anonymously without its "
        "author’s consent to a smaller number."
    ),
    check=lambda members: None if 2 <= members <= 1000 else SettingProblem.NOT_BETWEEN(least=2, most=1000),
    changed_by=ChangedBy.OFFICERS,
)
