"""Schedules for requests for public records."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.public_records.cases.services.consulting import remind_all
from vardkase.hub.public_records.cases.services.opening import forget_networks
from vardkase.identity.access.job_actors import hub_actor


def follow_up() -> int:
    forget_networks()
    return remind_all(hub_actor())


SCHEDULES = (
    Schedule(
        "public_records.follow_up",
        _("Follow up requests for public records"),
        _(
            "Reminds members that have not answered a consultation once half of their time has passed, and forgets the "
            "network addresses of visitors."
        ),
        follow_up,
        rhythm=Interval.QUARTERLY,
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
