"""Schedule that forgets what changes replaced."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Schedule
from vardkase.intel.undo.services import forget_outdated

FORGET_REPLACED = Schedule(
    "undo.forget_outdated",
    _("Forget what changes replaced"),
    _(
        "Removes the earlier contents of attributes once their change is a day old and can no longer be undone."
    ),
    forget_outdated,
    at=time(4, 20),
    on=True,
    changed_by=ChangedBy.OPERATOR,
)
