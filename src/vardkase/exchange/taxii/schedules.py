"""What TAXII does by itself."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vardkase.core.schedules import Schedule
from vardkase.exchange.taxii.models import Submission
from vardkase.exchange.taxii.renderings import forget_unused

DAYS = 30


def forget() -> int:
    """Remove renderings that nobody has asked for lately, and what was said of old submissions; returns how many."""
    old = Submission.objects.filter(complete=True, received__lt=timezone.now() - timedelta(days=DAYS))
    return forget_unused(DAYS) + old.delete()[0]


SCHEDULES = (
    Schedule(
        "taxii.forget",
        _("Clean up after TAXII"),
        _("Removes STIX that nobody has read for a month, and the results of what was written a month ago."),
        forget,
        at=time(2, 20),
        on=True,
    ),
)
