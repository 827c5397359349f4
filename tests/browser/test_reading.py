"""The reading pages in a real browser: axe, both colour schemes, phone width, suggestions, filters."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import NARROW, PHONE, WIDE, visit
from tests.factories.event_page import make_setup
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.intel.models import Event
from vardkase.intel.proposals.services import propose_change, propose_deletion

pytestmark = pytest.mark.browser

OUTSIDE = """() => [...document.querySelectorAll(".table-frame")].flatMap(frame => {
  const end = frame.getBoundingClientRect().right + 1;
  return [...frame.querySelectorAll("td, th, select, .pill")].filter(
    each => each.getBoundingClientRect().right > end).map(each => each.outerHTML.slice(0, 200));
})"""
"""What a table has beyond its frame."""


def test_pages_pass_axe_and_fit(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    setup = make_setup(server_seed)
    propose_change(server_seed.partner.actor, setup.attribute("login.example").pk, {"value": "logon.example"})
    propose_deletion(server_seed.partner.actor, setup.attribute("198.51.100.23").pk)
    user = server_seed.org_admin.user
    event = f"/event/{setup.event.pk}/"
    opened = visit(chromium, server, "/", user)
    pages = (
        ("/events/", WIDE, False),
        ("/events/?tlp=red&since=x", NARROW, True),
        (event, WIDE, True),
        (event, PHONE, False),
        (f"{event}correlations/", WIDE, False),
        (f"{event}reports/", PHONE, False),
        (f"{event}history/", WIDE, False),
        (f"{event}version/1/", PHONE, True),
        (f"{event}compare/?old=1", PHONE, False),
        (f"{event}extended/", PHONE, False),
        (f"{event}proposals/", PHONE, True),
        (f"{event}proposals/new/", WIDE, False),
        ("/proposals/", WIDE, False),
        ("/search/?q=198.51.100.0/24", WIDE, False),
        ("/value/?v=198.51.100.23", WIDE, False),
        ("/value/?v=unknown.example", PHONE, True),
    )
    assert {
        path: faults for path, size, dark in pages if (faults := opened.faults(path, [(size, dark)]))
    } == {}


def test_event_list_and_search_box_fit_between_phone_and_desk(
    chromium: Browser, server: WebServer, server_seed: Seed
) -> None:
    setup = make_setup(server_seed)
    # Sent once and changed since: the longest status that a row has.
    Event.objects.filter(pk=setup.event.pk).update(published=False, publish_timestamp=1)
    page = visit(chromium, server, "/events/", server_seed.org_admin.user).page
    found = {}
    for width in (641, 700, 768, 900, 961, 1200, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        found[width] = page.evaluate(OUTSIDE), page.locator("#q").evaluate("box => box.offsetWidth >= 240")
    assert found == dict.fromkeys(found, ([], True))
    assert "Opublicerade ändringar" in page.locator(".event-table").inner_text()


def test_header_unfolds_by_keyboard(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    setup = make_setup(server_seed)
    opened = visit(chromium, server, f"/event/{setup.event.pk}/", server_seed.reader.user)
    who = opened.page.locator(".event-state .fold")
    who.locator("summary").press("Enter")
    expect(who.get_by_text("Organisation B")).to_be_visible()
    assert opened.violations() == []
    opened.page.keyboard.press("Escape")
    expect(who.get_by_text("Organisation B")).to_be_hidden()
    expect(who.locator("summary")).to_be_focused()


def test_search_box_suggests_and_enter_opens(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    make_setup(server_seed)
    opened = visit(chromium, server, "/events/", server_seed.reader.user)
    page = opened.page
    page.keyboard.press("/")
    page.keyboard.type("login[.]example")
    expect(page.locator("#suggestions [role=option]")).to_have_count(3)
    assert opened.violations() == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/value/?v=login.example")


def test_commands_are_taken_by_enter_and_operators_completed(
    chromium: Browser, server: WebServer, server_seed: Seed
) -> None:
    setup = make_setup(server_seed)
    opened = visit(chromium, server, f"/event/{setup.event.pk}/", server_seed.analyst.user)
    page, chosen = opened.page, opened.page.locator("#suggestions [aria-selected=true]")

    def palette(text: str) -> None:
        page.keyboard.press("Control+k")
        expect(chosen).to_be_visible()
        page.keyboard.type(text)

    # At once, before the suggestions have come.
    palette("mörkt")
    page.keyboard.press("Enter")
    expect(page.locator("html[data-theme=dark]")).to_be_attached()
    assert page.url.endswith(f"/event/{setup.event.pk}/")
    palette("följ händ")
    expect(chosen).to_contain_text("Följ händelsen")
    assert opened.violations() == []
    page.keyboard.press("Enter")
    expect(page.locator(".toast").first).to_contain_text("Du följer")
    # A value, and the plain search.
    palette("login.example")
    page.keyboard.press("Enter")
    page.wait_for_url("**/value/?v=login.example")
    palette("nothing like it")
    expect(chosen).to_contain_text("Sök efter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=nothing+like+it")
    # Without Ctrl+K nothing is chosen: Enter searches for what is written.
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("/")
    page.keyboard.type("type:dom")
    page.locator("#suggestions").get_by_role("option", name="domain", exact=True).click()
    expect(page.locator("#q")).to_have_value("type:domain ")
    expect(page.locator("#suggestions [role=option]")).to_have_count(1)
    page.keyboard.type("tag:kind:ph")
    expect(page.get_by_role("option", name="kind:phishing")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_have_value("type:domain tag:kind:phishing ")
    expect(page.locator("#suggestions [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/advanced/?**tags_all=kind%3Aphishing**")
    assert opened.complaints == []
    page.context.close()


def test_filter_row_filters_on_enter(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    make_setup(server_seed)
    page = visit(chromium, server, "/events/?view=ours", server_seed.reader.user).page
    box = page.locator("tr.filter-cells input[name=text]")
    box.fill("payroll")
    box.press("Enter")
    page.wait_for_url("**text=payroll**")
    assert "view=ours" in page.url
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator(".filter-chip a").click()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_filter_row_filters_as_soon_as_something_is_chosen(
    chromium: Browser, server: WebServer, server_seed: Seed
) -> None:
    make_setup(server_seed)
    opened = visit(chromium, server, "/events/?view=ours", server_seed.reader.user)
    page = opened.page
    page.locator("#quick-tlp").focus()
    page.locator("#quick-tlp").select_option("amber")
    page.wait_for_url("**tlp=amber**")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator(".filter-chip")).to_have_count(1)
    expect(page.locator("#quick-tlp")).to_be_focused()
    page.locator(".filter-chip a").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("#quick-text").fill("payroll")
    page.keyboard.press("Tab")
    page.wait_for_url("**text=payroll**")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#quick-cluster")).to_be_focused()
    page.locator("#quick-text").fill("xyz")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Ingen händelse matchar")).to_be_visible()
    assert "view=ours" in page.url
    assert opened.violations() == []
    assert opened.complaints == []
