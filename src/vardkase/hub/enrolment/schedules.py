"""Schedule by which a member's platform polls its membership status."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.enrolment.joining import ask_everywhere

SCHEDULE = Schedule(
    "joined_hub.standing",
    _("Ask the hub for our membership status"),
    _(
        "For a platform that has joined a hub: fetches the status of its membership and what "
        "remains to be done."
    ),
    ask_everywhere,
    Interval.HOURLY,
    time(0, 20),
    on=True,
    changed_by=ChangedBy.OFFICERS,
)
