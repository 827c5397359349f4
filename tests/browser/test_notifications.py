"""Notifications, what one follows, the tray of jobs, and the presence of others, in a real browser."""

from __future__ import annotations

import pytest
from django.db import connection
from playwright.sync_api import Browser, expect

from tests.browser.pages import PHONE, WIDE, visit
from tests.factories.event_page import Setup, make_setup
from tests.factories.seed import Seed
from tests.support.processes import wait_until
from tests.support.web_server import WebServer
from vardkase.core.jobs.models import JobProgress
from vardkase.exchange.feeds import tasks
from vardkase.exchange.subscriptions.models import FollowedKind
from vardkase.exchange.subscriptions.services import follow
from vardkase.exchange.subscriptions.tasks import notify_followers
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.event_locks.models import EventLock
from vardkase.intel.proposals.services import propose_attribute
from vardkase.intel.services.contact import contact_reporter

pytestmark = pytest.mark.browser


def set_state(job: int, state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [state, job])


@pytest.fixture
def setup(server_seed: Seed) -> Setup:
    made = make_setup(server_seed)
    propose_attribute(server_seed.partner.actor, made.event.pk, {"type": "domain", "value": "one.example"})
    contact_reporter(server_seed.partner.actor, made.event.pk, "Vilken version?", creator_only=False)
    for kind, thing in ((FollowedKind.EVENT, made.event.pk), (FollowedKind.VALUE, "login.example")):
        follow(server_seed.colleague.actor, kind, thing)
    notify_followers(event_id=made.event.pk, version=made.event.publish_timestamp, publisher_id=0)
    return made


def test_from_the_bell_to_the_thing_by_keyboard(
    chromium: Browser, server: WebServer, server_seed: Seed, setup: Setup
) -> None:
    opened = visit(chromium, server, "/", server_seed.colleague.user)
    page = opened.page
    page.get_by_role("link", name="3 olästa aviseringar").press("Enter")
    page.wait_for_url("**/notifications/")
    expect(page.get_by_text("Du följer händelsen")).to_be_visible()
    page.get_by_role("link", name="Organisation B föreslår en ändring").press("Enter")
    page.wait_for_url("**/proposals/")
    page.get_by_role("link", name="2 olästa aviseringar").press("Enter")
    page.get_by_role("button", name="Markera alla som lästa").press("Enter")
    expect(page.get_by_role("link", name="0 olästa aviseringar")).to_be_visible()
    page.get_by_role("button", name="Ångra").press("Enter")
    expect(page.get_by_role("link", name="2 olästa aviseringar")).to_be_visible()
    assert opened.complaints == []


def test_pages_pass_axe_and_fit(
    chromium: Browser, server: WebServer, server_seed: Seed, setup: Setup
) -> None:
    tasks.order_cache(server_seed.colleague.actor, [7])
    for path, size, dark in (
        ("/notifications/?show=all", WIDE, False),
        ("/notifications/", PHONE, True),
        ("/subscriptions/", WIDE, True),
        ("/subscriptions/", PHONE, False),
        ("/questions/", WIDE, False),
        ("/questions/", PHONE, True),
        ("/jobs/", WIDE, True),
        ("/jobs/", PHONE, False),
    ):
        opened = visit(chromium, server, path, server_seed.colleague.user, size, dark)
        assert opened.violations() == [], path
        assert opened.overflow() <= 0, path
        assert opened.complaints == [], path
        opened.page.context.close()


def test_tray_follows_a_job_to_its_end(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    (job,) = tasks.order_cache(server_seed.colleague.actor, [7])
    set_state(job, "doing")
    JobProgress.objects.create(
        job_id=job, done=40, total=120, started="2026-11-29T10:00Z", heard="2026-11-29T10:01Z"
    )
    opened = visit(chromium, server, "/", server_seed.colleague.user)
    page, tray = opened.page, opened.page.locator("#job-tray")
    page.locator("summary[aria-label^='Dina jobb']").press("Enter")
    expect(tray.get_by_text("40 av 120")).to_be_visible()
    assert opened.violations() == []
    set_state(job, "succeeded")
    expect(tray.get_by_text("klart")).to_be_visible()
    expect(page.locator("#job-dot")).to_be_hidden()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(4000)  # Nothing runs: it asks no more.
    assert asked == []
    assert opened.complaints == []


def test_editors_see_each_other_and_a_change(
    chromium: Browser, server: WebServer, server_seed: Seed, setup: Setup
) -> None:
    path = f"/event/{setup.event.pk}/"
    visit(chromium, server, path, server_seed.publisher.user)
    wait_until(EventLock.objects.filter(event=setup.event, user=server_seed.publisher.user).exists)
    opened = visit(chromium, server, path, server_seed.org_admin.user)
    expect(
        opened.page.locator("main").get_by_text("Även publisher@a.example har händelsen öppen")
    ).to_be_visible()
    add_attributes(server_seed.publisher.actor, setup.event.pk, [{"type": "domain", "value": "x.example"}])
    place = opened.page.locator("[hx-post$='/presence/']")
    # As it asks by itself every 45 seconds.
    place.evaluate(
        "place => window.htmx.ajax('POST', place.getAttribute('hx-post'),"
        " {target: place, values: JSON.parse(place.getAttribute('hx-vals'))})"
    )
    expect(
        opened.page.locator("main").get_by_text("Ändrad av publisher@a.example sedan du öppnade den.")
    ).to_be_visible()
    assert opened.violations() == []
    assert opened.complaints == []
