"""The pages of jobs and schedules."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories.seed import ApiUser, Seed
from vardkase.audit.models import AuditEntry
from vardkase.core.jobs.models import JobLogLine, JobProgress
from vardkase.core.schedules.models import ScheduledTask
from vardkase.exchange.feeds import tasks
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.exchange.own_feeds.tasks import write
from vardkase.web.core.jobs.labels import KINDS

pytestmark = pytest.mark.usefixtures("password_is_enough")

JOBS, SCHEDULES = "/administration/jobs/", "/administration/schedules/"


@pytest.fixture
def job(seed: Seed) -> int:
    """A job that the analyst started."""
    return int(tasks.order_cache(seed.analyst.actor, [7])[0])


def signed_in(api_user: ApiUser, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(api_user.user)
    return client


def set_state(job: int, state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [state, job])


def state_of(job: int) -> str:
    return str(ProcrastinateJob.objects.get(pk=job).status)


def test_job_page_shows_progress_and_output(seed: Seed, job: int) -> None:
    set_state(job, "doing")
    now = timezone.now()
    JobProgress.objects.create(
        job_id=job, done=4000, total=12000, started=now - timedelta(seconds=100), heard=now
    )
    JobLogLine.objects.create(job_id=job, text="<b>Reading</b> feeds.example")
    client = signed_in(seed.site_admin)
    listed = client.get(JOBS).content.decode()
    assert "4,000 / 12,000" in listed
    assert seed.analyst.user.email in listed
    page = client.get(f"{JOBS}{job}/").content.decode()
    for words in ("4,000 of 12,000", "40 per second", "about 3 minutes left", "&lt;b&gt;Reading"):
        assert words in page
    assert "hx-trigger" in page


def test_job_names_the_feed_of_its_kind(seed: Seed) -> None:
    """Feeds of others and our own are numbered apart."""
    theirs = Feed.objects.create(name="Theirs", provider="x", url="https://feed.example/")
    OwnFeed.objects.create(pk=theirs.pk, name="ours", organisation=seed.hub)
    write.defer(feed_id=theirs.pk, whole=True)
    listed = signed_in(seed.site_admin).get(JOBS).content.decode()
    assert "Write one of our feeds: ours" in listed


def test_job_is_cancelled_and_retried(seed: Seed, job: int) -> None:
    client = signed_in(seed.site_admin, "sv")
    set_state(job, "doing")
    client.post(f"{JOBS}{job}/cancel/")
    assert "avbryts" in client.get(f"{JOBS}{job}/").content.decode()
    client.post(f"{JOBS}{job}/retry/")
    assert state_of(job) == "doing"
    set_state(job, "failed")
    JobProgress.objects.create(
        job_id=job, started=timezone.now(), heard=timezone.now(), fault="feeds.example svarar inte."
    )
    assert "feeds.example svarar inte." in client.get(f"{JOBS}{job}/").content.decode()
    client.post(f"{JOBS}{job}/retry/")
    assert state_of(job) == "todo"
    client.post(f"{JOBS}{job}/cancel/")
    assert state_of(job) == "cancelled"
    assert "Ett nytt försök görs" not in client.get(f"{JOBS}{job}/").content.decode()
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"job.cancelled", "job.retried"} <= acts


def test_only_finished_jobs_are_removed(seed: Seed, job: int) -> None:
    done = int(tasks.order_cache(seed.analyst.actor, [8])[0])
    set_state(done, "succeeded")
    client = signed_in(seed.site_admin)
    assert "failed and cancelled jobs are removed" in client.get(f"{JOBS}forget/").content.decode()
    client.post(f"{JOBS}forget/")
    assert list(ProcrastinateJob.objects.values_list("pk", flat=True)) == [job]


@pytest.mark.parametrize("state", ["", "active", "failed", "ended", "nonsense"])
def test_list_by_state(seed: Seed, job: int, state: str) -> None:
    set_state(job, "failed")
    shown = f'href="{JOBS}{job}/"' in signed_in(seed.site_admin).get(JOBS, {"state": state}).content.decode()
    assert shown is (state in ("", "failed", "nonsense"))


def test_scheduled_task_is_paused_changed_and_run(seed: Seed) -> None:
    client = signed_in(seed.site_admin)
    listed = client.get(SCHEDULES).content.decode()
    assert "Fetch from connected hubs" in listed
    name = "jobs.forget_ended"
    client.post(f"{SCHEDULES}{name}/pause/")
    assert ScheduledTask.objects.get(pk=name).paused
    client.post(f"{SCHEDULES}{name}/resume/")
    changed = client.post(f"{SCHEDULES}{name}/", {"rhythm": "week", "at": "06:45", "on": "on"})
    assert changed.status_code == 302
    assert "Mondays at 06:45" in client.get(SCHEDULES).content.decode()
    assert client.post(f"{SCHEDULES}{name}/", {"rhythm": "year", "at": "25:00"}).status_code == 422
    for _twice in range(2):
        client.post(f"{SCHEDULES}{name}/run/")
    [ordered] = ProcrastinateJob.objects.filter(task_name="schedules.run")
    assert ordered.args == {"name": name, "user_id": seed.site_admin.user.pk}
    assert client.get(f"{SCHEDULES}no.such/").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        JOBS,
        f"{JOBS}{{job}}/",
        f"{JOBS}{{job}}/cancel/",
        f"{JOBS}{{job}}/retry/",
        f"{JOBS}forget/",
        SCHEDULES,
        f"{SCHEDULES}jobs.forget_ended/",
        f"{SCHEDULES}jobs.forget_ended/run/",
        f"{SCHEDULES}jobs.forget_ended/pause/",
    ],
)
def test_other_roles_cannot_view_or_act(seed: Seed, job: int, path: str) -> None:
    set_state(job, "failed")
    address = path.format(job=job)
    for api_user in (seed.org_admin, seed.analyst, seed.reader):
        client = signed_in(api_user)
        assert {client.get(address).status_code, client.post(address).status_code} <= {403, 405}
    assert Client().get(address).status_code in (302, 405)
    assert state_of(job) == "failed"
    assert not ProcrastinateJob.objects.filter(task_name="schedules.run").exists()


def test_every_job_kind_has_a_name() -> None:
    app.perform_import_paths()
    ours = {name for name in app.tasks if not name.startswith(("builtin:", "procrastinate."))}
    assert ours - KINDS.keys() == set()


@pytest.mark.parametrize(
    ("former", "name"),
    [
        ("notices.alert", "notification_mails.alert"),
        ("schedules.look", "schedules.order_due"),
        ("subscriptions.tell_followers", "subscriptions.notify_followers"),
    ],
)
def test_job_ordered_under_a_former_name_is_still_run(former: str, name: str) -> None:
    app.perform_import_paths()
    assert app.tasks[former] is app.tasks[name]
    assert KINDS[former] == KINDS[name]


def test_tray_shows_ones_own_jobs_with_progress_result_and_stop(seed: Seed, job: int) -> None:
    analyst, colleague, admin = (signed_in(each) for each in (seed.analyst, seed.colleague, seed.site_admin))
    tray, page = "/jobs/tray/", f"/jobs/{job}/"
    assert "Jobs that you start appear here." in colleague.get(tray).content.decode()
    assert "1 running or waiting" in analyst.get("/").content.decode()
    assert "running or waiting" not in colleague.get("/").content.decode()
    set_state(job, "doing")
    JobProgress.objects.create(job_id=job, done=40, total=120, started=timezone.now(), heard=timezone.now())
    shown = analyst.get(tray).content.decode()
    assert "every 3s" in shown
    assert "40 of 120" in shown
    assert f"{page}cancel/" in shown
    assert f"{page}cancel/" in analyst.get("/jobs/").content.decode()
    assert "every 3s" not in colleague.get(tray).content.decode()
    # Site administrators see all jobs on their page, and their own in the tray.
    assert f"{JOBS}{job}/" in admin.get(JOBS).content.decode()
    assert page not in admin.get(tray).content.decode()
    for other in (colleague, signed_in(seed.org_admin), signed_in(seed.stranger)):
        assert page not in other.get("/jobs/").content.decode()
        for path in (page, f"{page}cancel/", f"{page}retry/"):
            assert other.post(path).status_code == 404 if path != page else other.get(path).status_code == 404
    assert "stop at the next opportunity" in analyst.post(f"{page}cancel/", follow=True).content.decode()
    set_state(job, "succeeded")
    assert "every 3s" not in analyst.get(tray).content.decode()
    # What the job did is on a page for site administrators.
    assert "Open the result" not in analyst.get(page).content.decode()
    own = int(tasks.order_cache(seed.site_admin.actor, [7])[0])
    set_state(own, "succeeded")
    assert "/administration/feeds/7/" in admin.get(tray).content.decode()
