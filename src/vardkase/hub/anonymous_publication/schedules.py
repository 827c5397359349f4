"""The schedule of rounds."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vardkase.audit.models import AuditEntry
from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.core.schedules.models import ScheduledTask
from vardkase.hub.anonymous_publication import slots
from vardkase.hub.anonymous_publication.audit_actions import AnonymousAction
from vardkase.hub.anonymous_publication.rounds import hold_round

LEAST = timedelta(hours=6)
"""From one round to the next, whoever orders them: rounds of a quarter of an hour would tell when each event came."""


def publish_submitted() -> int:
    since = timezone.now() - LEAST
    if AuditEntry.objects.filter(action=AnonymousAction.ROUND_HELD, created__gt=since).exists():
        return 0
    published = hold_round()
    slots.settle()
    return published


ROUND = Schedule(
    "anonymous_publication.hold_round",
    _("Publish anonymously"),
    _(
        "Publishes what members have submitted for anonymous publication since the last time, in random order. The "
        "less often, the less the time of a publication tells about its author."
    ),
    publish_submitted,
    Interval.DAILY,
    time(12, 7),  # Between two slots: what was submitted before noon is in it.
    on=True,
    by_hand=False,
    changed_by=ChangedBy.OFFICERS,
)


def next_round() -> datetime | None:
    """When it is due; None while rounds are paused, or before the first has been entered."""
    task = ScheduledTask.objects.filter(pk=ROUND.name, paused=False).first()
    return None if task is None else task.next_run
