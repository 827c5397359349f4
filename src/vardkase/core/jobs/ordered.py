"""Which jobs are on their way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

SOON = timedelta(minutes=1)
"""A job that is to be tried again later than this is not waited for."""


def is_ordered(locks: Iterable[str]) -> bool:
    """Whether a job with one of these locks waits for its turn or is at work."""
    soon = Q(scheduled_at=None) | Q(scheduled_at__lte=timezone.now() + SOON)
    jobs = ProcrastinateJob.objects.filter(soon, lock__in=list(locks), status__in=("todo", "doing"))
    return jobs.exists()
