"""Background jobs over the API, read from the queue itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.api.calls import call
from tests.factories.seed import Seed
from vardkase.core.jobs.models import JobProgress
from vardkase.exchange.feeds import tasks
from vardkase.hub.instance import jobs


@pytest.fixture
def queued(seed: Seed) -> int:
    """A job that the analyst started."""
    return int(tasks.order_cache(seed.analyst.actor, [7])[0])


def set_state(job: int, state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [state, job])


@pytest.mark.parametrize(
    ("state", "status", "progress"),
    [("todo", "1", "0"), ("doing", "2", "50"), ("failed", "3", "100"), ("succeeded", "4", "100")],
)
def test_job_is_shown_with_state_and_progress(
    seed: Seed, queued: int, state: str, status: str, progress: str
) -> None:
    set_state(queued, state)
    [row] = call(seed.site_admin.key, "GET", "/jobs/index")[1]
    job: dict[str, Any] = row["Job"]
    assert (job["id"], job["worker"], job["job_type"]) == (str(queued), "default", "feeds.cache")
    assert (job["status"], job["progress"], job["org_id"]) == (status, progress, str(seed.org_a.pk))
    assert job["job_input"] == f'{{"feed_id": 7, "user_id": {seed.analyst.user.pk}}}'
    assert job["date_created"]
    assert call(seed.site_admin.key, "GET", "/jobs/index/email")[1] == []
    error = call(seed.site_admin.key, "GET", f"/jobs/getError/{queued}")[1]
    assert error["error"] is (state == "failed")
    assert call(seed.analyst.key, "GET", f"/jobs/getProgress/{queued}")[1] == f"{progress}%"


def test_only_finished_jobs_are_deleted(seed: Seed, queued: int) -> None:
    failed, done = (int(tasks.order_cache(seed.analyst.actor, [n])[0]) for n in (8, 9))
    set_state(failed, "failed")
    set_state(done, "succeeded")
    body = call(seed.site_admin.key, "POST", "/jobs/clearJobs/completed", {})[1]
    assert body["message"] == "1 job entries removed."
    assert call(seed.site_admin.key, "POST", "/jobs/clearJobs", {})[1]["message"] == "1 job entries removed."
    assert [row["Job"]["id"] for row in call(seed.site_admin.key, "GET", "/jobs/index")[1]] == [str(queued)]


def test_other_users_cannot_see_job(seed: Seed, queued: int) -> None:
    for key in (seed.colleague.key, seed.partner.key, seed.org_admin.key):
        assert call(key, "GET", f"/jobs/getProgress/{queued}")[0] == 404
        assert call(key, "GET", "/jobs/index")[0] == 403
        assert call(key, "GET", f"/jobs/getError/{queued}")[0] == 403
    assert call(seed.site_admin.key, "GET", "/jobs/getProgress/999999999999")[0] == 404


def test_job_reports_its_progress_and_fault(seed: Seed, queued: int) -> None:
    set_state(queued, "doing")
    now = timezone.now()
    progress = JobProgress.objects.create(
        job_id=queued, done=30, total=120, started=now - timedelta(seconds=10), heard=now
    )
    assert call(seed.analyst.key, "GET", f"/jobs/getProgress/{queued}")[1] == "25%"
    job = jobs.find_job(seed.analyst.actor, queued)
    assert (job.rate, job.seconds_left) == (3, 30)
    progress.fault = "feeds.example could not be reached."
    progress.save()
    set_state(queued, "failed")
    assert call(seed.site_admin.key, "GET", f"/jobs/getError/{queued}")[1]["Job"]["message"] == progress.fault


def tasks_now(seed: Seed) -> dict[str, dict[str, Any]]:
    status, body = call(seed.site_admin.key, "GET", "/tasks/index")
    assert status == 200
    return {row["Task"]["type"]: row["Task"] for row in body}


def test_schedule_is_changed_over_api(seed: Seed) -> None:
    before = tasks_now(seed)["sync.pull_all"]
    assert (before["timer"], before["scheduled_time"], before["message"]) == (
        "0",
        "03:30",
        "Not scheduled yet.",
    )
    wanted = {before["id"]: {"timer": "168", "scheduled_time": "05:15"}}
    assert call(seed.site_admin.key, "POST", "/tasks/setTask", {"Task": wanted})[0] == 200
    after = tasks_now(seed)["sync.pull_all"]
    assert (after["timer"], after["scheduled_time"]) == ("168", "05:15")
    assert (
        call(seed.site_admin.key, "POST", "/tasks/setTask", {"Task": {before["id"]: {"timer": 0}}})[0] == 200
    )
    assert tasks_now(seed)["sync.pull_all"]["timer"] == "0"


@pytest.mark.parametrize(
    "wanted",
    [{"1": {"timer": "7"}}, {"1": {"timer": "24"}, "999": {}}, {"1": {"scheduled_time": "soon"}}, {"x": 1}],
)
def test_invalid_schedule_changes_nothing(seed: Seed, wanted: dict[str, Any]) -> None:
    before = tasks_now(seed)
    status, body = call(seed.site_admin.key, "POST", "/tasks/setTask", {"Task": wanted})
    assert (status, bool(body["errors"])) == (403, True)
    assert tasks_now(seed) == before
