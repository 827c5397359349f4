"""The graphs and the timeline of an event in a real browser: drawing, saving, exporting, expanding, dragging."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import PHONE, WIDE, visit
from tests.factories import make_attribute, make_object
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.intel.event_graphs.models import EventGraph
from vardkase.intel.models import Event, Object, ObjectReference
from vardkase.intel.services.events import add_event

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>"
TEMPLATE = {
    "description": "x",
    "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
    "template_version": "24",
}
DAY = 24 * 3600 * 1_000_000
START = 1_750_000_000_000_000
"""Microseconds."""

POINT = """async ([id]) => {
    const place = document.querySelector(".graph");
    place.scrollIntoView({block: "center"});
    // Cytoscape learns of it with the event.
    await new Promise(seen => requestAnimationFrame(() => requestAnimationFrame(seen)));
    const {x, y} = place.getBoundingClientRect();
    const at = place._cyreg.cy.getElementById(id).renderedPosition();
    return [x + at.x, y + at.y];
}"""
CHOOSE_REFERENCE = """() => {
    document.querySelector(".graph")._cyreg.cy.edges("[kind = 'reference']").select();
}"""
OUTSIDE = """() => {
    const cy = document.querySelector(".graph")._cyreg.cy, box = cy.elements().renderedBoundingBox();
    return box.x1 < 0 || box.y1 < 0 || box.x2 > cy.width() || box.y2 > cy.height();
}"""


def add(seed: Seed, info: str, *values: str) -> Event:
    attributes = [{"type": "domain", "value": value} for value in values]
    document = {"info": info, "distribution": 1, "Attribute": attributes}
    return Event.objects.get(pk=add_event(seed.analyst.actor, document).event_id)


@pytest.fixture
def event(server_seed: Seed) -> Event:
    event = add(server_seed, f"Utpressning {HOSTILE}", "shared.example")
    for _ in range(2):
        add(server_seed, f"Annan {HOSTILE}", "shared.example", "further.example")
    objects = [
        make_object(event, name=name, **TEMPLATE, first_seen=START, last_seen=START + 9 * DAY)
        for name in ("file", "domain-ip", HOSTILE)
    ]
    for item in objects:
        item.save()
        for number in range(3):
            make_attribute(event, object=item, object_relation="text", value1=f"{item.name} {number}").save()
    return event


def drawn(page: Page, number: int) -> None:
    expect(page.locator(".graph[data-fitted]")).to_have_attribute("data-nodes", str(number))


def point(page: Page, id: str) -> tuple[float, float]:
    x, y = page.evaluate(POINT, [id])
    return x, y


def test_references_are_drawn_saved_and_exported(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event, tmp_path: Path
) -> None:
    file, domain, _ = Object.objects.filter(event=event).order_by("pk")
    address = reverse("event_graph", args=[event.pk])
    opened = visit(chromium, server, address, server_seed.analyst.user, WIDE)
    page = opened.page
    drawn(page, 4)
    assert page.evaluate(OUTSIDE) is False
    assert opened.violations() == []
    page.locator("[data-graph-act=draw]").click()
    page.mouse.move(*point(page, f"o{file.pk}"))
    page.mouse.down()
    page.mouse.move(*point(page, f"o{domain.pk}"), steps=12)
    page.mouse.up()
    dialog = page.locator("#graph-reference")
    expect(dialog).to_be_visible()
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator("[data-errors=relationship_type]")).not_to_be_empty()
    dialog.locator("#graph-relationship").fill("connects-to")
    dialog.locator("button[type=submit]").click()
    expect(dialog).to_be_hidden()
    reference = ObjectReference.objects.get(deleted=False)
    assert (reference.object_id, reference.referenced_id) == (file.pk, domain.pk)
    page.locator("[data-graph-act=draw]").click()
    page.mouse.click(*point(page, f"o{file.pk}"))
    page.locator("[data-graph-panel] [data-graph-act=pin]").click()
    page.locator(".graph").press("e")
    drawn(page, 7)
    page.locator("[data-graph-search]").fill("file 2")
    page.locator("[data-graph-search]").press("Enter")
    expect(page.locator("[data-panel=name]")).to_have_text("file 2")
    saved = _save_picture(page, "svg", tmp_path)
    assert HOSTILE not in saved
    assert "&lt;img" in saved
    assert "connects-to" in saved
    page.locator(".graph-tools details.menu summary").click()
    page.locator("[data-dialog=graph-save]").click()
    page.locator("#graph-name").fill("Mitt läge")
    page.locator("#graph-save button[type=submit]").click()
    page.wait_for_url("**?saved=*")
    drawn(page, 7)
    is_pinned = "id => document.querySelector('.graph')._cyreg.cy.getElementById(id).locked()"
    assert page.evaluate(is_pinned, f"o{file.pk}") is True
    assert EventGraph.objects.get().preview
    expect(page.locator(".saved-graphs [aria-current]")).to_have_text("Mitt läge")
    page.evaluate(CHOOSE_REFERENCE)
    page.locator("[data-graph-act=remove]").click()
    expect(page.locator("[data-graph-act=undo]")).to_be_visible()
    assert not ObjectReference.objects.filter(deleted=False).exists()
    page.locator("[data-graph-act=undo]").click()
    expect(page.locator("[data-graph-act=undo]")).to_be_hidden()
    assert ObjectReference.objects.get(deleted=False).relationship_type == "connects-to"
    # The browser reports the form that was refused.
    assert [said for said in opened.complaints if "422" not in said] == []
    page.context.close()


def test_references_are_edited_by_keyboard_alone(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    file, domain, _ = Object.objects.filter(event=event).order_by("pk")
    opened = visit(chromium, server, reverse("event_graph", args=[event.pk]), server_seed.analyst.user, WIDE)
    page, keys = opened.page, opened.page.keyboard
    drawn(page, 4)
    name, dialog = page.locator("[data-panel=name]"), page.locator("#graph-reference")
    graph = page.locator(".graph")
    tab_to(page, ".graph")
    # J and K lead to every part, wherever it lies.
    for wanted in ("shared", "domain-ip", "img", "file"):
        press_until(page, "j", wanted)
    press_until(page, "k", "domain-ip")
    press_until(page, "k", "file")
    keys.press("r")
    expect(dialog).to_be_visible()
    keys.type("connects-to")
    keys.press("Shift+Tab")
    keys.type("domain-ip")
    keys.press("Tab")
    keys.press("Enter")
    expect(dialog).to_be_hidden()
    reference = ObjectReference.objects.get(deleted=False)
    assert (reference.object_id, reference.referenced_id) == (file.pk, domain.pk)
    # Back in the graph: the reference is chosen from its part, and changed.
    expect(graph).to_be_focused()
    keys.press("l")
    expect(name).to_have_text("connects-to")
    keys.press("r")
    expect(dialog).to_be_visible()
    keys.press("Control+a")
    keys.type("drops")
    keys.press("Enter")
    expect(dialog).to_be_hidden()
    assert ObjectReference.objects.get(deleted=False).relationship_type == "drops"
    press_until(page, "j", "domain-ip")
    # The panel lists what the part is linked to.
    keys.press("Enter")
    tab_to(page, "[data-panel-links] button")
    keys.press("Enter")
    expect(name).to_have_text("drops")
    tab_to(page, "[data-graph-act=remove]")
    keys.press("Enter")
    expect(graph).to_be_focused()
    assert not ObjectReference.objects.filter(deleted=False).exists()
    keys.press("u")
    expect(page.locator("[data-graph-news]")).to_have_text("Ändringen är ångrad.")
    assert ObjectReference.objects.get(deleted=False).relationship_type == "drops"
    keys.press("l")
    keys.press("Delete")
    expect(page.locator("[data-graph-news]")).to_have_text("Referensen är borttagen.")
    assert not ObjectReference.objects.filter(deleted=False).exists()
    # An arrow with Shift moves the part, which is saved with the graph.
    before = point(page, f"o{file.pk}")
    press_until(page, "j", "file")
    keys.press("Shift+ArrowRight")
    assert point(page, f"o{file.pk}")[0] > before[0]
    keys.press("h")
    expect(page.locator("[data-graph-act=all]")).to_be_visible()
    assert opened.violations() == []
    assert opened.complaints == []
    page.context.close()


def press_until(page: Page, key: str, wanted: str) -> None:
    """Until the panel is about what has this in its name."""
    for _ in range(6):
        page.keyboard.press(key)
        page.evaluate("() => new Promise(shown => setTimeout(shown))")
        if wanted in (page.locator("[data-panel=name]").text_content() or ""):
            return
    raise AssertionError(wanted)


def tab_to(page: Page, selector: str) -> None:
    focused = f"() => document.activeElement.matches({selector!r})"
    for _ in range(80):
        if page.evaluate(focused):
            return
        page.keyboard.press("Tab")
    raise AssertionError(selector)


def _save_picture(page: Page, kind: str, folder: Path) -> str:
    page.locator(".graph-tools details.menu summary").click()
    with page.expect_download() as started:
        page.locator(f"[data-graph-act={kind}]").click()
    file = folder / f"graph.{kind}"
    started.value.save_as(file)
    return file.read_text()


def test_correlations_are_expanded_and_times_dragged(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    address = reverse("event_correlation_graph", args=[event.pk])
    opened = visit(chromium, server, address, server_seed.analyst.user, PHONE, True)
    page = opened.page
    drawn(page, 4)
    assert page.evaluate(OUTSIDE) is False
    assert opened.overflow() <= 0
    assert opened.violations() == []
    other = Event.objects.exclude(pk=event.pk).order_by("pk").first()
    assert other is not None
    page.mouse.click(*point(page, f"e{other.pk}"))
    page.locator("[data-graph-panel] [data-graph-act=expand]").click()
    drawn(page, 5)
    page.locator("[data-graph-panel] [data-graph-act=collapse]").click()
    drawn(page, 4)
    page.goto(server.url + reverse("event_timeline", args=[event.pk]))
    assert opened.overflow() <= 0
    assert opened.violations() == []
    item = Object.objects.filter(event=event).first()
    assert item is not None
    handle = page.locator(f"[data-handle='o{item.pk} last']")
    handle.scroll_into_view_if_needed()
    box: Any = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 8, steps=6)
    page.mouse.up()
    expect(page.locator("[data-timeline-act=undo]")).to_be_visible()
    before, item = item, Object.objects.get(pk=item.pk)
    assert item.first_seen == before.first_seen
    assert (item.last_seen or 0) > (before.last_seen or 0)
    page.locator("[data-timeline-act=undo]").click()
    expect(page.locator("[data-timeline-act=undo]")).to_be_hidden()
    assert Object.objects.get(pk=item.pk).last_seen == before.last_seen
    page.goto(server.url + reverse("event_distribution", args=[event.pk]))
    assert opened.overflow() <= 0
    assert opened.violations() == []
    assert opened.complaints == []
    page.context.close()
