"""How long it is kept what clients have fetched."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

KEPT_DAYS = Setting(
    "Vardkase.fetch_record_days",
    730,
    _(
        "For how many days the hub remembers who fetched which event over the API, TAXII, feeds and exports. After a "
        "spill, they are asked to delete it."
    ),
    check=lambda days: None if 1 <= days <= 3650 else SettingProblem.NOT_BETWEEN(least=1, most=3650),
    changed_by=ChangedBy.OFFICERS,
)
