"""A job queued by another job is part of that job's transaction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.core.test_mail import queue, work

__all__ = ["queue"]

NAME, ORDERED = "tests.order_and_fail", "sync.push_published"


@pytest.fixture
def queueing() -> Iterator[None]:
    """A job that queues another one in a transaction that is rolled back."""

    @app.task(name=NAME)
    def order_and_fail() -> None:
        with transaction.atomic():
            app.configure_task(ORDERED).defer(server_id=0)
            raise RuntimeError

    order_and_fail.defer()
    yield
    del app.tasks[NAME]


@pytest.mark.usefixtures("queue", "queueing")
def test_rolled_back_job_is_not_run() -> None:
    work()
    assert ProcrastinateJob.objects.get(task_name=NAME).status == "failed"
    assert not ProcrastinateJob.objects.filter(task_name=ORDERED).exists()
