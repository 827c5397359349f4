"""A ransomware case from the first file to the published report: objects, a graph, techniques and live references."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SignIn
from tests.browser.everyday import Person
from tests.browser.test_event_graphs import drawn, point
from tests.factories import make_event
from tests.factories.knowledge import make_attack
from tests.factories.seed import Seed
from vardkase.intel.models import Attribute, Event, EventReport, EventTag, Object, ObjectReference
from vardkase.knowledge.galaxies.models import Galaxy
from vardkase.knowledge.object_templates import loader as object_templates

pytestmark = pytest.mark.browser


@pytest.fixture
def attack(server_seed: Seed) -> Galaxy:
    object_templates.load()
    return make_attack()


def test_case_is_described_and_published(sign_in: SignIn, server_seed: Seed, attack: Galaxy) -> None:
    someone = sign_in(server_seed.publisher)
    page = someone.page
    with someone.task("ransomware case", most=24):
        someone.click(page.locator("summary", has_text="Skapa"))
        someone.click(page.locator(".menu-body a[href='/event/new/']").first)
        someone.fill(page.locator("#id_info"), "Utpressning mot en kommun")
        someone.click(page.locator("main form button.button-primary").last)
        page.wait_for_url(re.compile(r"/event/\d+/$"))
        event = Event.objects.get()
        _add_objects(someone, page)
        file, domain = Object.objects.filter(event=event).order_by("pk")
        someone.click(page.locator(".tabs").get_by_role("link", name="Graf"))
        _draw_reference(someone, page, file, domain)
        page.goto(page.url.replace("/graph/", "/"))
        someone.click(page.locator(".page-head details.menu summary").last)
        someone.click(page.get_by_role("link", name="ATT&CK-matris"))
        for name in ("Phishing", "Cron"):
            someone.click(page.locator("label:has([data-cell])", has_text=name).first)
        someone.click(page.locator("button[value=add]"))
        expect(page.locator(".on-event").first).to_be_visible()
        page.goto(page.url.partition("/matrix/")[0] + "/reports/")
        someone.click(page.locator("a[href$='/reports/new/']").first)
        someone.fill(page.locator("#id_name"), "Vad som hände")
        someone.click(page.locator("#id_content"))
        someone.type("Filen hämtades från @")
        page.keyboard.type("evil")
        someone.click(page.locator("#reference-list [data-insert]").first)
        someone.click(page.locator("main form button.button-primary").last)
        expect(page.locator(".report-text .value-link")).to_have_text("evil[.]example")
        someone.click(page.locator("main a", has_text=event.info).first)
        someone.click(page.locator(".page-head").get_by_role("link", name="Publicera"))
        someone.click(page.locator("main button.button-primary").last)
        page.wait_for_url(f"**/event/{event.pk}/")
    event.refresh_from_db()
    assert event.published
    assert EventTag.objects.filter(event=event).count() == 2
    assert ObjectReference.objects.get().relationship_type == "connects-to"
    attribute = Attribute.objects.get(value1="evil.example")
    assert f"@[attribute]({attribute.uuid})" in EventReport.objects.get().content


def _add_objects(someone: Person, page: Page) -> None:
    someone.click(page.get_by_role("link", name="Lägg till objekt"))
    someone.choose(page.locator("#sample"), "tool.exe", b"MZ a sample")
    someone.click(page.get_by_role("button", name="Lägg till objekt"))
    expect(page.locator(".toast")).to_contain_text("file")
    someone.click(page.get_by_role("link", name="Lägg till objekt"))
    someone.fill(page.locator("#template-q"), "domain-ip")
    someone.click(page.locator("main").get_by_role("link", name="domain-ip").first)
    someone.fill(_field(page, "domain"), "evil.example")
    someone.click(page.locator("main form button.button-primary").last)
    expect(page.locator(".toast")).to_contain_text("domain-ip")


def _field(page: Page, relation: str) -> Locator:
    """The first input of an attribute of the object's form."""
    legend = page.locator("legend", has_text=re.compile(rf"^\s*{relation}\b"))
    return page.locator("fieldset.element-fields", has=legend).locator("input, textarea").first


def _draw_reference(someone: Person, page: Page, source: Object, target: Object) -> None:
    drawn(page, 2)
    someone.click(page.locator("[data-graph-act=draw]"))
    page.mouse.move(*point(page, f"o{source.pk}"))
    page.mouse.down()
    page.mouse.move(*point(page, f"o{target.pk}"), steps=12)
    page.mouse.up()
    someone.fill(page.locator("#graph-relationship"), "connects-to")
    someone.click(page.locator("#graph-reference button[type=submit]"))
    expect(page.locator("#graph-reference")).to_be_hidden()


def test_techniques_and_publication_by_keyboard(sign_in: SignIn, server_seed: Seed, attack: Galaxy) -> None:
    event = make_event(server_seed.org_a, distribution=1, info="Ransomware at a council")
    event.save()
    someone = sign_in(server_seed.publisher, f"/event/{event.pk}/", "en")
    page = someone.page
    with someone.task("object, techniques and publication by keyboard", most=0):
        someone.tab_to(page.get_by_role("link", name="Add object"))
        someone.press("Enter")
        page.wait_for_url("**/object/new/")
        someone.tab_to(page.locator("#template-q"))
        someone.type("domain-ip")
        link = page.locator("main").get_by_role("link", name="domain-ip").first
        someone.tab_to(link)
        someone.press("Enter")
        page.wait_for_url("**/object/new/?template=*")
        someone.tab_to(_field(page, "domain"))
        someone.type("evil.example")
        someone.tab_to(page.locator("main form button.button-primary").last)
        someone.press("Enter")
        page.wait_for_url(f"**/event/{event.pk}/")
        someone.tab_to(page.locator(".page-head details.menu summary").last)
        someone.press("Enter")
        someone.tab_to(page.get_by_role("link", name="ATT&CK matrix"))
        someone.press("Enter")
        page.wait_for_url("**/matrix/**")
        someone.tab_to(page.locator("[data-cell]").first)
        someone.press("Space", "ArrowRight", "Space")
        someone.tab_to(page.locator("button[value=add]"), back=True)
        someone.press("Enter")
        expect(page.locator(".on-event").first).to_be_visible()
        page.goto(page.url.partition("/matrix/")[0] + "/")
        someone.tab_to(page.locator(".page-head").get_by_role("link", name="Publish"))
        someone.press("Enter")
        page.wait_for_url("**/publish/")
        someone.tab_to(page.locator("main button.button-primary").last)
        someone.press("Enter")
        page.wait_for_url(f"**/event/{event.pk}/")
    event.refresh_from_db()
    assert event.published
    assert EventTag.objects.filter(event=event).exists()
    assert Object.objects.get(event=event).name == "domain-ip"
