"""The nine tasks of an analyst's day, each with the most clicks it may take: half of what it took on 28 November 2026.

What was impossible then has no bound of its own. Seconds and page loads are in the report of the run (`tasks`, with
`--junitxml`).
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.everyday import Person
from tests.factories import make_event
from tests.factories.knowledge import make_attack
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.exchange.feeds.models import Feed
from vardkase.intel.models import Attribute, Event, Object
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.services.events import add_event
from vardkase.intel.services.samples import FILE_TEMPLATE
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.object_templates import loader as object_templates

pytestmark = pytest.mark.browser

KNOWN = "203.0.113.7"
REPORT = """Nätfiske mot lönesystem
lon@nytt-loneintyg[.]example skickade lon-nov.docx (T1566), därefter körs den av cron (T1053).
hxxps://nytt-loneintyg[.]example/login 198.51.100.77
"""


@pytest.fixture
def theirs(server_seed: Seed) -> Event:
    """An event of another organisation that everyone may read."""
    make_attack()
    object_templates.load()
    parts = [{"type": "ip-dst", "value": KNOWN}, {"type": "domain", "value": "evil.example"}]
    about = {"info": "Nätfiske mot kommuner", "distribution": 1, "published": True, "Attribute": parts}
    return Event.objects.get(pk=add_event(server_seed.partner.actor, about).event_id)


def test_reading_and_answering_by_mouse(
    server: WebServer,
    server_seed: Seed,
    theirs: Event,
    sign_in: SignIn,
) -> None:
    someone = sign_in(server_seed.publisher)
    page, event = someone.page, f"{server.url}/event/{theirs.pk}/"
    with someone.task("2 is a value known", most=0):
        someone.fill(page.locator("#q"), KNOWN)
        expect(page.get_by_role("option").first).to_contain_text("203.0.113")
        someone.press("Enter")
        page.wait_for_url("**/value/**")
    page.goto(event)
    row = page.locator("tr", has_text="evil[.]example")
    with someone.task("4 propose a correction"):
        someone.click(row.get_by_label("Åtgärder för"))
        someone.click(row.get_by_role("link", name="Föreslå en ändring"))
        someone.fill(page.locator("#id_value"), "worse.example")
        someone.click(page.locator("main form button.button-primary"))
        expect(page.locator("main")).to_contain_text("worse[.]example")
    assert Proposal.objects.get().value1 == "worse.example"
    page.goto(event)
    with someone.task("5 mark a false positive"):
        someone.click(row.get_by_label("Åtgärder för"))
        someone.click(row.get_by_role("button", name="falsklarm"))
        expect(row.locator("[id^=sightings]")).to_contain_text("1")
    assert Sighting.objects.get().type == 1
    with someone.task("6 STIX 2.1 and Suricata"):
        someone.click(page.locator(".page-head summary", has_text="Ladda ned"))
        for name, ending in (("STIX 2.1", ".json"), ("Suricata", ".txt")):
            with page.expect_download() as download:
                someone.click(page.locator(".page-head a", has_text=name))
            assert download.value.suggested_filename.endswith(ending)
    page.goto(server.url)
    with someone.task("7 new since yesterday", most=1):
        someone.click(page.get_by_role("link", name="sedan i går"))
        expect(page.locator("main")).to_contain_text(theirs.info)


def test_writing_and_sharing_by_mouse(
    server: WebServer,
    server_seed: Seed,
    theirs: Event,
    sign_in: SignIn,
) -> None:
    someone = sign_in(server_seed.org_admin)
    page = someone.page
    with someone.task("1 report to published event", most=5):
        someone.click(page.locator("summary", has_text="Skapa"))
        someone.click(page.get_by_role("link", name="från text eller fil"))
        someone.fill(page.locator("main textarea").first, REPORT)
        someone.click(page.locator("main form button.button-primary").first)
        someone.click(page.locator("main form button.button-primary").last)
        page.wait_for_url("**/publish/")
        someone.click(page.locator("main button.button-primary").last)
        page.wait_for_url("**/event/*/")
    published = Event.objects.get(published=True, org=server_seed.org_a)
    assert published.event_tags.count() == 2
    assert Attribute.objects.filter(event=published, value1="https://nytt-loneintyg.example/login").exists()
    with someone.task("3 file object with hashes and attachment", most=2):
        someone.click(page.get_by_role("link", name="Lägg till objekt"))
        someone.choose(page.locator("#sample"), "tool.exe", b"MZ a sample")
        someone.click(page.get_by_role("button", name="Lägg till objekt"))
        expect(page.locator(".toast")).to_contain_text("file")
    assert Object.objects.filter(event=published, template_uuid=FILE_TEMPLATE).exists()

    draft = make_event(server_seed.org_a, distribution=0, info="Delas med två")
    draft.save()
    page.goto(f"{server.url}/event/{draft.pk}/")
    with someone.task("9 share with two organisations", most=4):
        someone.click(page.locator(".page-head").get_by_role("link", name="Publicera"))
        someone.click(page.get_by_role("link", name="Välj organisationer en och en"))
        for organisation in (server_seed.org_b, server_seed.org_c):
            search = page.get_by_role("searchbox", name="Organisationer")
            someone.fill(search, organisation.name)
            someone.press("Enter")
            expect(page.get_by_label(organisation.name, exact=True)).to_be_checked()
        someone.click(page.get_by_role("button", name="Visa vilka som får se den"))
        page.wait_for_url("**/publish/**")
        someone.click(page.locator("main button.button-primary").last)
        page.wait_for_url(f"**/event/{draft.pk}/")
    draft.refresh_from_db()
    assert (draft.published, draft.distribution) == (True, 4)


def test_feed_is_set_up_by_mouse(
    server: WebServer,
    server_seed: Seed,
    sign_in: SignIn,
) -> None:
    someone = sign_in(server_seed.site_admin)
    page = someone.page
    with someone.task("8 set up a feed", most=2):
        someone.fill(page.locator("#q"), "nytt flöde")
        someone.click(page.get_by_role("option", name="Nytt flöde").first)
        fill_feed(someone, page)
        someone.click(page.locator("main form button.button-primary").last)
        page.wait_for_url(lambda address: "/new/" not in address)
    assert Feed.objects.filter(name="Angripare").exists()


def fill_feed(someone: Person, page: Page) -> None:
    someone.fill(page.locator("#id_name"), "Angripare")
    someone.fill(page.locator("#id_provider"), "En annan hubb")
    someone.fill(page.locator("#id_url"), "https://feeds.example/list.txt")


def test_tasks_by_keyboard_in_english(
    server: WebServer,
    server_seed: Seed,
    theirs: Event,
    sign_in: SignIn,
) -> None:
    someone = sign_in(server_seed.org_admin, language="en")
    page = someone.page
    with someone.task("2 is a value known", most=0):
        someone.press("/")
        someone.type(KNOWN)
        expect(page.get_by_role("option").first).to_contain_text("203.0.113")
        someone.press("Enter")
        page.wait_for_url("**/value/**")
    with someone.task("1 report to published event", most=0):
        someone.press("Control+k")
        someone.type("New event from text")
        someone.pick("New event from text or file")
        page.wait_for_url("**/event/import/")
        someone.tab_to(page.locator("main textarea").first)
        someone.type(REPORT)
        for address in ("**/event/import/", "**/publish/", "**/event/*/"):
            button = page.locator("main button.button-primary").last
            someone.tab_to(button)
            with page.expect_navigation(url=address):
                someone.press("Enter")
    published = Event.objects.get(published=True, org=server_seed.org_a)
    assert published.event_tags.count() == 2
    page.goto(f"{server.url}/event/{theirs.pk}/")
    row = page.locator("tr", has_text="evil[.]example")
    with someone.task("5 mark a false positive", most=0):
        someone.tab_to(row.get_by_label("Actions for"))
        someone.press("Enter")
        someone.tab_to(row.get_by_role("button", name="false positive"))
        someone.press("Enter")
        expect(row.locator("[id^=sightings]")).to_contain_text("1")
    with someone.task("4 propose a correction", most=0):
        page.reload()
        someone.tab_to(row.get_by_label("Actions for"))
        someone.press("Enter")
        someone.tab_to(row.get_by_role("link", name="Propose a change"))
        someone.press("Enter")
        someone.tab_to(page.locator("#id_value"))
        someone.press("Control+a")
        someone.type("worse.example")
        someone.tab_to(page.get_by_role("button", name="Send proposal"))
        someone.press("Enter")
        expect(page.locator("main")).to_contain_text("worse[.]example")
    assert Proposal.objects.get().value1 == "worse.example"


def test_sharing_and_reading_by_keyboard_in_english(
    server: WebServer,
    server_seed: Seed,
    theirs: Event,
    sign_in: SignIn,
) -> None:
    someone = sign_in(server_seed.org_admin, language="en")
    page = someone.page
    with someone.task("7 new since yesterday", most=0):
        someone.tab_to(page.get_by_role("link", name="since yesterday"))
        someone.press("Enter")
        expect(page.locator("main")).to_contain_text(theirs.info)
    draft = make_event(server_seed.org_a, distribution=0, info="Share with two")
    draft.save()
    page.goto(f"{server.url}/event/{draft.pk}/")
    with someone.task("3 file object with hashes and attachment", most=0):
        someone.tab_to(page.get_by_role("link", name="Add object"))
        someone.press("Enter")
        page.wait_for_url("**/object/new/")
        someone.tab_to(page.locator("#sample"))
        # The browser's own window for choosing a file.
        someone.choose(page.locator("#sample"), "tool.exe", b"MZ a sample")
        page.wait_for_url("**/object/new/?template=*")
        someone.tab_to(page.get_by_role("button", name="Add object"))
        someone.press("Enter")
        expect(page.locator(".toast")).to_contain_text("file")
    assert Object.objects.filter(event=draft, template_uuid=FILE_TEMPLATE).exists()
    with someone.task("6 STIX 2.1 and Suricata", most=0):
        menu = page.locator(".page-head summary", has_text="Download")
        for name in ("STIX 2.1", "Suricata"):
            someone.tab_to(menu)
            if not menu.evaluate("summary => summary.parentElement.open"):
                someone.press("Enter")
            someone.tab_to(page.locator(".page-head a", has_text=name))
            with page.expect_download():
                someone.press("Enter")
            someone.press("Escape")
            expect(menu).to_be_focused()
    with someone.task("9 share with two organisations", most=0):
        someone.tab_to(page.locator(".page-head").get_by_role("link", name="Publish"))
        someone.press("Enter")
        someone.tab_to(page.get_by_role("link", name="Choose organisations one by one"))
        someone.press("Enter")
        for organisation in (server_seed.org_b, server_seed.org_c):
            search = page.get_by_role("searchbox", name="Organisations")
            someone.tab_to(search)
            someone.press("Control+a")
            someone.type(organisation.name)
            someone.press("Enter")
            expect(page.get_by_label(organisation.name, exact=True)).to_be_checked()
            expect(search).to_be_focused()
        someone.tab_to(page.get_by_role("button", name="Show who will see it"))
        someone.press("Enter")
        page.wait_for_url("**/publish/**")
        someone.tab_to(page.locator("main button.button-primary").last)
        someone.press("Enter")
        page.wait_for_url(f"**/event/{draft.pk}/")
    draft.refresh_from_db()
    assert (draft.published, draft.distribution) == (True, 4)


def test_feed_is_set_up_by_keyboard_in_english(
    server: WebServer,
    server_seed: Seed,
    sign_in: SignIn,
) -> None:
    someone = sign_in(server_seed.site_admin, language="en")
    page = someone.page
    with someone.task("8 set up a feed", most=0):
        someone.press("Control+k")
        someone.type("new feed")
        someone.pick("New feed")
        page.wait_for_url("**/feeds/new/")
        for field, text in (
            ("name", "Attackers"),
            ("provider", "Another hub"),
            ("url", "https://feeds.example/list.txt"),
        ):
            someone.tab_to(page.locator(f"#id_{field}"))
            someone.type(text)
        someone.tab_to(page.locator("main form button.button-primary").last)
        someone.press("Enter")
        page.wait_for_url(lambda address: "/new/" not in address)
    assert Feed.objects.filter(name="Attackers").exists()
