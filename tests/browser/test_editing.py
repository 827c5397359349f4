"""The editing pages in a real browser: accessibility, small screens, and scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from tests.browser.pages import PHONE, visit
from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_attack
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.formats.misp_json.snapshots import keep_version
from vardkase.intel.editing.attributes import add_attributes, edit_attribute
from vardkase.intel.editing.deletion import delete_attribute
from vardkase.intel.hooks import EventPublished
from vardkase.intel.models import Attribute, Event, EventTag, Object
from vardkase.knowledge.galaxies.models import GalaxyCluster, GalaxyClusterRelation
from vardkase.knowledge.noticelists.models import Noticelist, NoticelistEntry
from vardkase.knowledge.object_templates.models import ObjectTemplate, ObjectTemplateElement
from vardkase.knowledge.taxonomies.models import Taxonomy, TaxonomyPredicate

pytestmark = pytest.mark.browser

TEXT = "hxxps://evil[.]example[.]com/x\n198.51.100.7\nnothing here"


@pytest.fixture
def event(server_seed: Seed) -> Event:
    event = make_event(server_seed.org_a, distribution=1, info="Nätfiske mot kommuner")
    event.save()
    for value in ("evil.example", "worse.example"):
        make_attribute(event, type="domain", category="Network activity", value1=value).save()
    Object.objects.create(event=event, name="file", meta_category="file", timestamp=1)
    taxonomy = Taxonomy.objects.create(namespace="tlp", enabled=True, exclusive=True)
    for name in ("red", "amber"):
        TaxonomyPredicate.objects.create(taxonomy=taxonomy, value=name, expanded=name)
    template = ObjectTemplate.objects.create(
        uuid="688c46fb-5edb-40a3-8273-1af7923e2215", name="server", meta_category="network", version=1
    )
    ObjectTemplateElement.objects.create(
        object_template=template,
        object_relation="ip",
        type="ip-dst",
        ui_priority=1,
        multiple=True,
        description="Address",
    )
    return event


def pages(event: Event) -> list[str]:
    attribute = Attribute.objects.filter(event=event).first()
    held, template = Object.objects.get(), ObjectTemplate.objects.get()
    assert attribute is not None
    base = f"/event/{event.pk}"
    return [
        "/event/new/",
        f"{base}/",
        f"{base}/edit/",
        f"{base}/delete/",
        f"{base}/publish/",
        f"{base}/tag/",
        f"{base}/attribute/new/",
        f"{base}/attribute/{attribute.pk}/edit/",
        f"{base}/attribute/{attribute.pk}/delete/",
        f"{base}/attributes/paste/",
        f"{base}/object/new/",
        f"{base}/object/new/?template={template.pk}",
        f"{base}/object/{held.pk}/reference/new/",
    ]


def test_pages_pass_axe_and_fit(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    opened = visit(chromium, server, "/", server_seed.publisher.user)
    assert {path: faults for path in pages(event) if (faults := opened.faults(path))} == {}


def test_list_is_pasted_and_previewed(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    opened = visit(chromium, server, f"/event/{event.pk}/attributes/paste/", server_seed.analyst.user)
    page = opened.page
    page.fill("#id_text", TEXT)
    page.click("button[value=look]")
    expect(page.locator("select[name=t1]")).to_be_visible()
    assert opened.violations() == []
    page.select_option("select[name=t1]", "ip-src")
    page.click("button[value=add]")
    page.wait_for_url(f"**/event/{event.pk}/")
    assert Attribute.objects.filter(event=event, type="ip-src", value1="198.51.100.7").exists()


def test_audience_follows_selected_distribution(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    page = visit(chromium, server, f"/event/{event.pk}/publish/", server_seed.publisher.user).page
    assert "Publicera till 3 organisationer" in page.inner_text("#deciding")
    page.check("input[name=distribution][value='0']")
    page.wait_for_selector("#deciding >> text=bara för er organisation")
    expect(page.locator("input[type=radio][name=distribution][value='0']")).to_be_focused()
    page.click("#deciding button[type=submit]:enabled")
    page.wait_for_url(f"**/event/{event.pk}/")
    event.refresh_from_db()
    assert (event.published, event.distribution) == (True, 0)


def test_categories_follow_the_type(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    page = visit(chromium, server, f"/event/{event.pk}/attribute/new/", server_seed.analyst.user).page
    page.select_option("#id_type", "ip-dst")
    page.wait_for_selector("#id_category option[value=Person]", state="detached")
    page.select_option("#id_category", "Payload delivery")


def test_tags_are_picked_by_keyboard_and_notices_follow_the_type(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    noticelist = Noticelist.objects.create(name="law", enabled=True)
    notice = {"scope": ["attribute"], "field": ["type", "category"], "value": ["target-email", "Person"]}
    NoticelistEntry.objects.create(noticelist=noticelist, data=notice | {"message": {"en": "Personal data."}})
    page = visit(chromium, server, f"/event/{event.pk}/attribute/new/", server_seed.publisher.user).page
    said = page.get_by_text("Personal data.")
    page.select_option("#id_type", "target-email")
    expect(said).to_be_visible()
    page.select_option("#id_type", "domain")
    expect(said).to_be_hidden()
    page.select_option("#id_type", "full-name")
    page.select_option("#id_category", "Person")
    expect(said).to_be_visible()

    search, hits = page.locator("#id_tags_q"), page.locator("#id_tags_l input[type=checkbox]")
    search.fill("tlp:")
    expect(hits).to_have_count(2)
    search.press("ArrowDown")
    expect(hits.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(search).to_be_focused()
    # Enter chooses what has exactly that name, and does not send the form.
    search.fill("tlp:red")
    search.press("Enter")
    expect(page.locator("#id_tags_c input:checked")).to_have_count(2)
    expect(hits).to_have_count(0)
    expect(search).to_have_value("")
    page.fill("#id_value", "Anna")
    page.locator(".form-foot button[type=submit]").click()
    expect(page.locator("#id_tags_error")).to_be_visible()
    expect(page.locator("#id_tags_c input:checked")).to_have_count(2)


def test_enter_in_a_field_sends_a_form_with_a_picker(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    page = visit(chromium, server, "/event/new/", server_seed.publisher.user).page
    page.fill("#id_info", "Nätfiske mot regioner")
    page.press("#id_info", "Enter")
    expect(page.locator("h1")).to_contain_text("Nätfiske mot regioner")
    made = Event.objects.exclude(pk=event.pk).get()

    page.goto(f"{server.url}/event/{made.pk}/edit/")
    page.fill("#id_info", "Nätfiske mot alla")
    page.press("#id_info", "Enter")
    expect(page.locator("h1")).to_contain_text("Nätfiske mot alla")

    page.goto(f"{server.url}/event/{made.pk}/attribute/new/")
    page.press("#id_first_seen", "Enter")
    expect(page.locator(".error-summary")).to_be_visible()


def test_many_attributes_are_selected_deleted_and_restored(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    opened = visit(chromium, server, f"/event/{event.pk}/", server_seed.analyst.user)
    page = opened.page
    page.click("input[data-select-all]")
    assert opened.violations() == []
    page.click("[data-bulk] button[formaction*='delete']")
    page.wait_for_selector(".toast .undo button")
    assert Attribute.objects.filter(event=event, deleted=True).count() == 2
    page.click(".toast .undo button")
    page.wait_for_selector("text=2 attribut är som de var")
    assert not Attribute.objects.filter(event=event, deleted=True).exists()


def test_cells_are_edited_in_the_table(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    """By keyboard alone and by mouse; what is refused or was changed by others is said, and nothing is lost."""
    opened = visit(chromium, server, f"/event/{event.pk}/", server_seed.analyst.user)
    page, keys = opened.page, opened.page.keyboard
    row = page.locator("tr[data-cells]").first
    attribute = Attribute.objects.get(event=event, value1="evil.example")
    keys.press("j")
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        keys.press(key)
    box = page.locator(".cell-editor textarea")
    expect(box).to_be_focused()
    assert opened.violations() == []
    box.fill("no domain")
    keys.press("Enter")
    expect(page.locator(".cell-editor .error")).to_be_visible()
    expect(box).to_have_value("no domain")
    box.fill("better.example")
    keys.press("Enter")
    expect(page.locator(".cell-editor")).to_have_count(0)
    expect(row.locator(".value-cell")).to_contain_text("better[.]example")
    expect(row.locator(".value-cell")).to_be_focused()
    # Esc leaves everything as it is.
    keys.press("e")
    expect(box).to_be_focused()
    keys.press("Escape")
    expect(page.locator(".cell-editor")).to_have_count(0)
    expect(row.locator(".value-cell")).to_be_focused()

    # A double click on the value edits it too, although the value is a link.
    row.locator(".value-link").dblclick()
    expect(box).to_be_focused()
    keys.press("Escape")
    row.locator(".detection-cell").dblclick()
    expect(page.locator(".cell-editor select")).to_be_focused()
    Attribute.objects.filter(pk=attribute.pk).update(comment="Theirs")
    page.locator(".cell-editor select").select_option("1")
    page.click(".cell-editor button[type=submit]")
    expect(page.locator(".cell-editor .error")).to_contain_text("Någon annan")
    page.click(".cell-editor button[type=submit]")
    expect(page.locator(".cell-editor")).to_have_count(0)
    expect(row.locator(".detection-cell")).to_contain_text("Ja")
    attribute.refresh_from_db()
    assert (attribute.value1, attribute.to_ids, attribute.comment) == ("better.example", True, "Theirs")
    page.click(".toast .undo button")
    page.wait_for_selector("text=1 attribut är som det var")
    attribute.refresh_from_db()
    assert (attribute.to_ids, attribute.comment) == (False, "Theirs")
    # The refused and the conflicting save are failed loads to the browser.
    assert [said for said in opened.complaints if "422" not in said and "409" not in said] == []

    phone = visit(chromium, server, f"/event/{event.pk}/history/", server_seed.analyst.user, PHONE)
    expect(phone.page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)
    phone.page.goto(f"{server.url}/event/{event.pk}/")
    phone.page.locator("tr[data-cells] input[data-select]").first.check()
    expect(phone.page.locator("[data-bulk-count]")).to_have_text("1")
    assert phone.overflow() <= 0


ASK = "document.dispatchEvent(new Event('visibilitychange'))"
"""What a page that comes into view does, and by itself every ten seconds: asks for news."""


def test_changes_of_others_arrive_around_what_is_being_done(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    """Focus, selection and what is being written stay; menus of rows that a filter brought work as those before."""
    colleague = server_seed.org_admin.actor
    opened = visit(chromium, server, f"/event/{event.pk}/", server_seed.analyst.user)
    page = opened.page
    first, second = Attribute.objects.filter(event=event).order_by("pk")
    edited, other = (page.locator(f"#attribute-{each.pk}") for each in (first, second))
    page.fill("#filter-text", "example")
    page.wait_for_url("**/?text=example")
    other.locator("input[data-select]").check()
    edited.locator(".value-link").dblclick()
    page.fill(".cell-editor textarea", "mine.example")
    edit_attribute(colleague, first.pk, {"comment": "Theirs"})
    edit_attribute(colleague, second.pk, {"value": "renamed.example"})
    add_attributes(colleague, event.pk, [{"type": "domain", "value": "new.example"}])
    add_attributes(colleague, event.pk, [{"type": "ip-src", "value": "198.51.100.9"}])
    page.evaluate(ASK)
    expect(other.locator(".value-cell")).to_contain_text("renamed[.]example")
    expect(page.locator("tr[id^=attribute]")).to_have_count(3)
    expect(page.locator("#match-count")).to_have_text("3 av 4 attribut")
    expect(page.locator("#news-line")).not_to_be_empty()
    expect(other.locator("input[data-select]")).to_be_checked()
    expect(page.locator(".cell-editor [role=alert]")).to_contain_text("Någon annan")
    expect(page.locator(".cell-editor textarea")).to_have_value("mine.example")
    expect(page.locator(".cell-editor textarea")).to_be_focused()
    assert opened.violations() == []
    page.keyboard.press("Escape")
    page.evaluate(ASK)
    other.locator(".menu-cell summary").focus()
    delete_attribute(colleague, first.pk)
    page.evaluate(ASK)
    expect(edited).to_have_count(0)
    expect(other.locator(".menu-cell summary")).to_be_focused()
    page.keyboard.press("Enter")
    other.get_by_role("link", name="Redigera").click()
    page.wait_for_url(f"**/attribute/{second.pk}/edit/")
    assert opened.complaints == []


def test_what_arrives_is_told_apart_and_the_head_follows(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    Attribute.objects.filter(event=event).update(timestamp=1_790_000_000)
    Event.objects.filter(pk=event.pk).update(
        published=True, publish_timestamp=1_790_000_000, timestamp=1_790_000_000
    )
    keep_version(EventPublished(event.pk, event.uuid, event.org_id, 1_790_000_000, "someone"))
    colleague = server_seed.org_admin.actor
    opened = visit(chromium, server, f"/event/{event.pk}/", server_seed.publisher.user)
    page, head = opened.page, opened.page.locator(".event-state")
    expect(head).to_contain_text("Publicerad")
    tag = {"name": "tlp:green"}
    add_attributes(colleague, event.pk, [{"type": "domain", "value": "new.example", "Tag": [tag]}])
    page.evaluate(ASK)
    expect(page.locator("tr[id^=attribute]")).to_have_count(3)
    arrived = page.locator("tr.renewed")
    expect(arrived).to_have_count(1)
    expect(arrived).to_contain_text("new[.]example")
    expect(arrived.locator(".change")).to_have_text("Ny")
    # With its column, and with what the event has become.
    expect(page.locator(".tabs [aria-current] .count")).to_have_text("3")
    expect(page.get_by_role("columnheader", name="Taggar")).to_be_visible()
    expect(head).to_contain_text("Opublicerade ändringar")
    expect(page.locator(".event-to-dos")).to_contain_text("1 attribut har opublicerade ändringar")
    expect(page.get_by_role("link", name="Publicera ändringar")).to_be_visible()
    expect(page.locator("#news-line")).not_to_be_empty()
    # An open menu is left until it is closed; a row that only moves is not lit.
    page.locator(".event-facts details > summary").first.click()
    first = Attribute.objects.filter(event=event).order_by("pk").first()
    assert first is not None
    edit_attribute(colleague, first.pk, {"value": "changed.example"})
    page.evaluate(ASK)
    lit = page.locator(f"#attribute-{first.pk}.renewed")
    expect(lit.locator(".change")).to_have_text("Ändrad")
    expect(page.locator(".event-facts details").first).to_have_attribute("open", "")
    assert opened.complaints == []
    # People who may no longer read it get a message that says so.
    Event.objects.filter(pk=event.pk).update(org=server_seed.org_c, orgc=server_seed.org_c, distribution=0)
    page.evaluate(ASK)
    expect(page.locator("#news-line")).to_contain_text("inte längre läsa händelsen")


def test_techniques_are_chosen_with_the_keyboard(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    attack = make_attack()
    phishing, cron = (GalaxyCluster.objects.get(value=name) for name in ("Phishing - T1566", "Cron - T1053"))
    GalaxyClusterRelation.objects.create(
        galaxy_cluster=phishing,
        referenced_galaxy_cluster_uuid=cron.uuid,
        referenced_galaxy_cluster_type="uses",
    )
    user = server_seed.publisher.user
    opened = visit(chromium, server, reverse("event_matrix", args=[event.pk, attack.uuid]), user, PHONE, True)
    page = opened.page
    expect(page.locator("[data-bulk]")).to_be_hidden()
    page.locator("[data-cell]").first.focus()
    for key in ("ArrowRight", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.locator("[data-bulk-count]")).to_have_text("1")
    assert opened.violations() == []
    assert opened.overflow() <= 0
    page.locator("button[value=add]").click()
    page.wait_for_selector(".on-event")
    assert EventTag.objects.get(event=event).tag.name == phishing.tag_name
    page.locator("form.undo button").click()
    expect(page.locator(".on-event")).to_have_count(0)
    page.goto(server.url + reverse("cluster_graph", args=[phishing.pk]))
    expect(page.locator("#graph-legend li")).to_have_count(1)
    assert opened.violations() == []
    assert opened.complaints == []
    page.context.close()


def test_many_rows_are_scrolled_filtered_and_selected(
    chromium: Browser, server: WebServer, server_seed: Seed
) -> None:
    event = make_event(server_seed.org_a, distribution=1)
    event.save()
    Attribute.objects.bulk_create(
        make_attribute(event, type="domain", category="Network activity", value1=f"host-{number}.example")
        for number in range(300)
    )
    Event.objects.filter(pk=event.pk).update(attribute_count=300)
    opened = visit(chromium, server, f"/event/{event.pk}/", server_seed.analyst.user)
    page = opened.page
    page.locator(".attribute-frame").evaluate("frame => frame.scrollTop = frame.scrollHeight")
    expect(page.locator("tr[aria-rowindex='301']")).to_contain_text("host-299")
    expect(page.locator("tr[aria-rowindex='2']")).to_have_count(0)
    box = page.locator("#filter-text")
    box.press_sequentially("host-29")
    expect(page.locator(".results-bar strong")).to_contain_text("11")
    expect(box).to_be_focused()
    box.fill("")
    expect(page.locator(".filter-chip")).to_have_count(0)
    page.click("input[data-select-all]")
    page.click("[data-select-every]")
    expect(page.locator("[data-bulk-count]")).to_have_text("300")
    page.click("[data-bulk] button[formaction*='delete']")
    page.wait_for_selector(".toast .undo button")
    assert Attribute.objects.filter(event=event, deleted=True).count() == 300
    assert opened.complaints == []
