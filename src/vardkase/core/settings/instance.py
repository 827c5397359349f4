"""Settings of the instance as a whole, owned by no package."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

LIVE = Setting(
    "MISP.live",
    True,
    _("When it is off, only site administrators are let in: for maintenance."),
    level=0,
    changed_by=ChangedBy.OPERATOR,
)
MAINTENANCE_MESSAGE = Setting(
    "MISP.maintenance_message",
    "The hub is being maintained and will be back shortly.",
    _("What everyone else reads while MISP.live is off."),
    level=2,
    changed_by=ChangedBy.OPERATOR,
)
BACKGROUND_JOBS = Setting(
    "MISP.background_jobs",
    True,
    _("Hand work that may take long to the worker, and answer immediately."),
    changed_by=ChangedBy.OPERATOR,
)
DEBUG = Setting(
    "debug",
    0,
    _("Accepted for the clients that set it, and without effect: faults are always logged and never shown."),
    level=2,
    options=((0, _("Off")), (1, _("On")), (2, _("On, with queries"))),
    changed_by=ChangedBy.OPERATOR,
)
