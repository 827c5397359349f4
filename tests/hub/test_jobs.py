"""Background jobs over the API, from the queue itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from tests.api.calls import call
from tests.cast import Cast
from vardkase.exchange.feeds import tasks


@pytest.fixture
def ordered(cast: Cast) -> int:
    """A job that the analyst ordered."""
    return int(tasks.order_cache(cast.analyst.actor, [7])[0])


def ended(job: int, state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [state, job])


@pytest.mark.parametrize(
    ("state", "status", "progress"),
    [("todo", "1", "0"), ("doing", "2", "50"), ("failed", "3", "100"), ("succeeded", "4", "100")],
)
def test_a_job_is_shown_as_it_is(cast: Cast, ordered: int, state: str, status: str, progress: str) -> None:
    ended(ordered, state)
    [row] = call(cast.site_admin.key, "GET", "/jobs/index")[1]
    job: dict[str, Any] = row["Job"]
    assert (job["id"], job["worker"], job["job_type"]) == (str(ordered), "default", "feeds.cache")
    assert (job["status"], job["progress"], job["org_id"]) == (status, progress, str(cast.org_a.pk))
    assert job["job_input"] == f'{{"feed_id": 7, "user_id": {cast.analyst.user.pk}}}'
    assert job["date_created"]
    assert call(cast.site_admin.key, "GET", "/jobs/index/email")[1] == []
    error = call(cast.site_admin.key, "GET", f"/jobs/getError/{ordered}")[1]
    assert error["error"] is (state == "failed")
    assert call(cast.analyst.key, "GET", f"/jobs/getProgress/{ordered}")[1] == f"{progress}%"


def test_only_ended_jobs_are_forgotten(cast: Cast, ordered: int) -> None:
    failed, done = (int(tasks.order_cache(cast.analyst.actor, [n])[0]) for n in (8, 9))
    ended(failed, "failed")
    ended(done, "succeeded")
    body = call(cast.site_admin.key, "POST", "/jobs/clearJobs/completed", {})[1]
    assert body["message"] == "1 job entries removed."
    assert call(cast.site_admin.key, "POST", "/jobs/clearJobs", {})[1]["message"] == "1 job entries removed."
    assert [row["Job"]["id"] for row in call(cast.site_admin.key, "GET", "/jobs/index")[1]] == [str(ordered)]


def test_others_learn_nothing_of_a_job(cast: Cast, ordered: int) -> None:
    for key in (cast.colleague.key, cast.partner.key, cast.org_admin.key):
        assert call(key, "GET", f"/jobs/getProgress/{ordered}")[0] == 404
        assert call(key, "GET", "/jobs/index")[0] == 403
        assert call(key, "GET", f"/jobs/getError/{ordered}")[0] == 403
    assert call(cast.site_admin.key, "GET", "/jobs/getProgress/999999999999")[0] == 404


def test_what_the_worker_does_by_itself(cast: Cast) -> None:
    status, body = call(cast.site_admin.key, "GET", "/tasks/index")
    assert status == 200
    assert isinstance(body, list)
