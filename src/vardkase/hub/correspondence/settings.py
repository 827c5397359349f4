"""Settings for letters: the sending authority and its contact details."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

SENDER_ADDRESS = Setting(
    "Vardkase.sender_address",
    "",
    _(
        "Where letters and appeals reach that authority, on one line: post box, postal code and town, mail address."
    ),
    changed_by=ChangedBy.OFFICERS,
)
APPEAL_COURT = Setting(
    "Vardkase.appeal_court",
    "",
    _("The court that an appeal against a decision is addressed to, such as Förvaltningsrätten i Stockholm."),
    changed_by=ChangedBy.OFFICERS,
)
SERVICE_NAME = Setting(
    "Vardkase.service_name",
    "Vårdkase",
    _("What the service is called in letters and mail."),
    level=2,
    changed_by=ChangedBy.OFFICERS,
)
UNDELIVERED_HOURS = Setting(
    "Vardkase.undelivered_after_hours",
    24,
    _(
        "After how many hours a letter whose mail still waits is a task for the officers; a failed mail is one at once."
    ),
    level=2,
    check=lambda hours: None if 1 <= hours <= 720 else SettingProblem.NOT_BETWEEN(least=1, most=720),
    changed_by=ChangedBy.OFFICERS,
)
