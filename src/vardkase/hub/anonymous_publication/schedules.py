"""The schedule of rounds."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.anonymous_publication import slots
from vardkase.hub.anonymous_publication.rounds import hold_round


def publish_submitted() -> int:
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
    changed_by=ChangedBy.OFFICERS,
)
