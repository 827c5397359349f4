"""The schedules: one looks what is due and changes nothing (an officer's inbox then has the dry run); one empties the
delivery log."""

from __future__ import annotations

from datetime import time

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.errors import Conflict
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.retention.mail_log import EMPTY_TEXTS
from vardkase.hub.retention.queries import rules_in_force, waiting_run
from vardkase.hub.retention.running import order_run
from vardkase.identity.access.job_actors import hub_actor


@transaction.atomic
def look() -> int:
    """Order a dry run, unless one with something in it waits for the officers already; returns how many."""
    if not rules_in_force() or waiting_run():
        return 0
    try:
        order_run(hub_actor())
    except Conflict:  # One is being counted or carried out.
        return 0
    return 1


SCHEDULES = (
    Schedule(
        "retention.look",
        _("Look for what the retention rules make due"),
        _(
            "Counts what is due and puts it in the officers’ inbox. Nothing is pseudonymised or removed until two "
            "persons have approved it."
        ),
        look,
        Interval.WEEKLY,
        time(4, 30),
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
    EMPTY_TEXTS,
)
