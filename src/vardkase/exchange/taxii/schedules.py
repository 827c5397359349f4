"""TAXII schedules."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.exchange.taxii.models import Run, Submission, TaxiiServer
from vardkase.exchange.taxii.renderings import forget_unused
from vardkase.exchange.taxii.tasks import poll_server

DAYS = 30


def forget() -> int:
    """Remove unused renderings and old submission results; returns how many."""
    old = Submission.objects.filter(complete=True, received__lt=timezone.now() - timedelta(days=DAYS))
    runs = Run.objects.filter(ended__lt=timezone.now() - timedelta(days=DAYS))
    return forget_unused(DAYS) + old.delete()[0] + runs.delete()[0]


def poll_all() -> int:
    servers = TaxiiServer.objects.exclude(collection="").values_list("pk", flat=True)
    for pk in servers:
        poll_server.configure(lock=f"taxii poll {pk}").defer(user_id=0, server_id=pk)
    return len(servers)


SCHEDULES = (
    Schedule(
        "taxii.poll_all",
        _("Fetch from TAXII servers"),
        _("Fetches what is new from every TAXII server with a chosen collection."),
        poll_all,
        rhythm=Interval.HOURLY,
        at=time(0, 40),
        changed_by=ChangedBy.OPERATOR,
    ),
    Schedule(
        "taxii.forget",
        _("Clean up TAXII data"),
        _(
            "Removes STIX documents that nobody has read for a month, and old records of polls, pushes and "
            "submissions."
        ),
        forget,
        at=time(2, 20),
        on=True,
        changed_by=ChangedBy.OPERATOR,
    ),
)
