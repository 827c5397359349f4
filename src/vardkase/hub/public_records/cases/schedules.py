"""Schedules for requests for public records."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.public_records.cases.services.consulting import remind_all
from vardkase.identity.access.job_actors import hub_actor


def remind_consulted() -> int:
    return remind_all(hub_actor())


SCHEDULES = (
    Schedule(
        "public_records.remind_consulted",
        _("Remind members of consultations about public records"),
        _("Reminds members that have not answered once half of their time has passed."),
        remind_consulted,
        rhythm=Interval.QUARTERLY,
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
