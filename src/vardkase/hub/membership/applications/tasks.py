"""Background jobs for applications."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.membership.applications.services import queueing
from vardkase.identity.access.job_actors import hub_actor


@app.task(name="applications.queue_admitted")
def queue_admitted() -> None:
    queueing.queue_admitted(hub_actor())


def order_queueing(_changed: None) -> None:
    queue_admitted.defer()


QUEUE_ADMITTED = Schedule(
    "applications.queue_admitted",
    _("Queue waiting applications"),
    _("Queues the applications on the waiting list for review on the day their phase opens."),
    lambda: queueing.queue_admitted(hub_actor()),
    Interval.DAILY,
    time(0, 5),
    on=True,
    changed_by=ChangedBy.OFFICERS,
)
FORGET_DRAFTS = Schedule(
    "applications.forget_drafts",
    _("Remove abandoned applications"),
    _("Removes drafts of applications whose private link has expired."),
    queueing.forget_drafts,
    Interval.DAILY,
    time(3, 40),
    on=True,
    changed_by=ChangedBy.OFFICERS,
)
