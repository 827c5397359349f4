"""Schedules for memberships."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.membership.members.services.restrictions import lapse
from vardkase.identity.access.job_actors import hub_actor


def lapse_restrictions() -> int:
    return lapse(hub_actor())


SCHEDULES = (
    Schedule(
        "members.lapse_restrictions",
        _("Lift temporary restrictions"),
        _("Lifts suspensions and other restrictions of memberships that have expired."),
        lapse_restrictions,
        rhythm=Interval.QUARTERLY,
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
