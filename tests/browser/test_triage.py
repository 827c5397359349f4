"""Five hundred indicators are pasted into an event, sorted, changed and tagged at once, and taken back."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.factories import make_event
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.models import Attribute, AttributeTag, Event
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.warninglists.services import add_warninglist

pytestmark = pytest.mark.browser

HARMLESS = [f"192.0.2.{number}" for number in range(20)]
DOMAINS = [f"host-{number}.example.org" for number in range(280)]
ADDRESSES = [f"198.51.{number // 250 + 100}.{number % 250}" for number in range(200)]
LIST = "\n".join([*HARMLESS, *DOMAINS, *ADDRESSES])


@pytest.fixture
def event(server_seed: Seed) -> Event:
    resolvers = {"name": "Public resolvers", "description": "Resolvers", "type": "cidr", "enabled": True}
    add_warninglist(server_seed.site_admin.actor, {**resolvers, "entries": "192.0.2.0/24"})
    make_tag("kill-chain:delivery")
    event = make_event(server_seed.org_a, distribution=1, info="Nätfiske mot kommuner")
    event.save()
    return event


def test_five_hundred_indicators_are_sorted(sign_in: SignIn, server_seed: Seed, event: Event) -> None:
    someone = sign_in(server_seed.publisher, f"/event/{event.pk}/")
    page = someone.page
    bar = page.locator("[data-bulk]")
    with someone.task("paste 500 indicators", most=3):
        someone.click(page.get_by_role("link", name="Klistra in"))
        someone.fill(page.locator("#id_text"), LIST)
        someone.click(page.locator("button[value=look]"))
        expect(page.locator("main")).to_contain_text("20 står på varningslistor")
        someone.click(page.locator("button[value=add]"))
        page.wait_for_url(f"**/event/{event.pk}/")
    assert Attribute.objects.filter(event=event, to_ids=False).count() == 20
    with someone.task("delete all on warninglists", most=5):
        someone.click(page.locator("summary", has_text="Fler filter"))
        someone.click(page.locator("#facet-mark-warned"))
        expect(page.locator("#match-count")).to_contain_text("20")
        page.keyboard.press("Escape")
        someone.click(page.locator("input[data-select-all]"))
        someone.click(bar.locator("button[formaction*=delete]"))
        expect(page.locator(".toast")).to_contain_text("20")
    assert Attribute.objects.filter(event=event, deleted=False).count() == 480
    page.goto(page.url.partition("?")[0])
    # The choices are counted when they are looked at, and the copy menu of a row is filled then.
    page.locator("#filter-text").fill("example")
    copies = page.locator("#attribute-results tr[data-cells] details.copy").first
    expect(page.locator("#late-facets")).to_be_attached()
    copies.locator("summary").click()
    expect(copies.locator("button")).to_have_count(3)
    shown = copies.locator("button").nth(1).get_attribute("data-copy") or ""
    assert copies.locator("button").nth(2).get_attribute("data-copy") == json.dumps(
        {"type": copies.get_attribute("data-type"), "value": shown}, ensure_ascii=False
    )
    page.keyboard.press("Escape")
    page.locator("#filter-text").fill("")
    expect(page.locator("#match-count")).to_have_text("480 attribut")
    with someone.task("comment and tag all domains", most=13):
        someone.click(page.locator("#attribute-facets summary").first)
        someone.click(page.locator("#facet-type-hostname"))
        expect(page.locator("#match-count")).to_contain_text("280")
        page.keyboard.press("Escape")
        someone.click(page.locator("input[data-select-all]"))
        someone.click(page.locator("[data-select-every]"))
        someone.click(bar.locator("button[formaction*='attributes/edit']"))
        someone.click(page.locator("#id_sets_comment"))
        someone.fill(page.locator("#id_comment"), "Inloggningssidor")
        someone.click(page.locator("main form button.button-primary"))
        expect(page.locator(".toast")).to_contain_text("280")
        someone.click(page.locator("input[data-select-all]"))
        someone.click(page.locator("[data-select-every]"))
        someone.click(bar.locator("button", has_text="Tagga"))
        someone.fill(page.locator("dialog[open] input[type=search]"), "delivery")
        someone.click(page.locator("dialog[open] .option", has_text="delivery").first)
        someone.click(page.locator("dialog[open] button.button-primary"))
        expect(page.locator(".toast")).to_contain_text("280")
    assert Attribute.objects.filter(event=event, comment="Inloggningssidor").count() == 280
    assert AttributeTag.objects.filter(event=event).count() == 280
    with someone.task("take it back", most=1):
        someone.click(page.locator(".toast .undo button"))
        expect(page.locator(".toast")).to_contain_text("som de var")
    assert not AttributeTag.objects.filter(event=event).exists()


def test_matches_are_changed_by_keyboard(sign_in: SignIn, server_seed: Seed, event: Event) -> None:
    parts = [{"type": "domain", "value": value} for value in DOMAINS[:200]] + [
        {"type": "ip-dst", "value": value} for value in ADDRESSES[:40]
    ]
    add_attributes(server_seed.publisher.actor, event.pk, parts)
    someone = sign_in(server_seed.publisher, f"/event/{event.pk}/", "en")
    page = someone.page
    with someone.task("change all matches by keyboard", most=0):
        someone.tab_to(page.locator("#attribute-facets summary").first)
        someone.press("Enter")
        someone.tab_to(page.locator("#facet-type-domain"))
        someone.press("Space")
        expect(page.locator("#match-count")).to_contain_text("200")
        expect(page.locator("#facet-type-domain")).to_be_focused()
        someone.press("Escape")
        someone.tab_to(page.locator("input[data-select-all]"))
        someone.press("Space")
        someone.tab_to(page.locator("[data-select-every]"), back=True)
        someone.press("Enter")
        edit = page.locator("[data-bulk] button[formaction*='attributes/edit']")
        someone.tab_to(edit)
        someone.press("Enter")
        page.wait_for_url("**/attributes/edit/")
        someone.tab_to(page.locator("#id_sets_comment"))
        someone.press("Space")
        someone.tab_to(page.locator("#id_comment"))
        someone.type("Sign-in pages")
        someone.tab_to(page.locator("main form button.button-primary"))
        someone.press("Enter")
        expect(page.locator(".toast")).to_contain_text("200")
    assert Attribute.objects.filter(event=event, comment="Sign-in pages").count() == 200
    row = page.locator("tr[data-cells]").first
    with someone.task("false positive by keyboard", most=0):
        someone.tab_to(row.get_by_label("Actions for"))
        someone.press("Enter")
        someone.tab_to(row.get_by_role("button", name="false positive"))
        someone.press("Enter")
        expect(row.locator("[id^=sightings]")).to_contain_text("1")
    assert Sighting.objects.get().type == 1
