"""Background jobs of retention: the dry run, and what was approved. Their arguments are numbers only."""

from __future__ import annotations

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from vardkase.core.jobs.retrying import JobRetry
from vardkase.core.outages import Outage
from vardkase.core.retries import JOB
from vardkase.hub.retention.carrying_out import carry_out
from vardkase.hub.retention.counting import count
from vardkase.identity.access.job_actors import hub_actor

AGAIN = JobRetry(JOB, after=(Outage,))
LOCK = "retention"


def order_counting(run_id: int, user_id: int) -> None:
    count_due.configure(lock=LOCK).defer(run_id=run_id, user_id=user_id)


def order_carrying_out(run_id: int, user_id: int) -> None:
    carry_out_run.configure(lock=LOCK).defer(run_id=run_id, user_id=user_id)


def is_at_work() -> bool:
    """Whether a job of retention is at work or waits, also to be tried again."""
    return ProcrastinateJob.objects.filter(lock=LOCK, status__in=("todo", "doing")).exists()


@app.task(name="retention.count", retry=AGAIN)
def count_due(run_id: int, user_id: int) -> None:
    count(hub_actor(), run_id)


@app.task(name="retention.carry_out", retry=AGAIN)
def carry_out_run(run_id: int, user_id: int) -> None:
    carry_out(hub_actor(), run_id)
