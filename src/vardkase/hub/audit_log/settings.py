"""Settings of the audit log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

CHECKPOINT_MINUTES = Setting(
    "Vardkase.audit_checkpoint_minutes",
    5,
    _(
        "How many minutes may pass before what was added to the audit log is confirmed by a signed checkpoint."
    ),
    check=lambda minutes: None if 1 <= minutes <= 1440 else SettingProblem.NOT_BETWEEN(least=1, most=1440),
    changed_by=ChangedBy.OFFICERS,
)
