"""Jobs whose worker was killed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.support.loops import waited_for
from vardkase.core.retries import CUT_JOB
from vardkase.core.stalled_jobs import take_up_again


@pytest.mark.django_db(transaction=True)  # The job runs in another thread and sees only committed rows.
def test_stalled_jobs_are_retried_a_limited_number_of_times() -> None:
    number = app.configure_task("sync.pull", lock="pull 1", allow_unknown=True).defer(server_id=1)
    again = app.configure_task("sync.pull", lock="pull 2", allow_unknown=True).defer(server_id=2)
    with connection.cursor() as cursor:  # The state in which a killed worker leaves them.
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id IN (%s, %s)", [number, again])
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s WHERE id = %s", [CUT_JOB.retries, again])
    waited_for(take_up_again.func, SimpleNamespace(app=app), 0)
    states = dict(ProcrastinateJob.objects.filter(pk__in=(number, again)).values_list("pk", "status"))
    assert states == {number: "todo", again: "failed"}
