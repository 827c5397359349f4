"""What comes from other organisations is answered: twenty proposals, and requests to take over an event."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.factories import make_event, make_user
from tests.factories.seed import ApiUser, Seed
from tests.factories.sightings import configure
from vardkase.intel.event_delegations.models import RECIPIENT_DECIDES
from vardkase.intel.event_delegations.services import delegate_event
from vardkase.intel.event_delegations.settings import DELEGATION
from vardkase.intel.models import Attribute, Event
from vardkase.intel.proposals.models import Proposal, ProposalComment
from vardkase.intel.proposals.services import propose_attribute, propose_change
from vardkase.intel.services.events import add_event

pytestmark = pytest.mark.browser


def event_with_proposals(seed: Seed) -> Event:
    """Ten changes of two fields each, and ten new attributes, by an analyst of B."""
    parts = [{"type": "domain", "value": f"host-{number}.example"} for number in range(10)]
    about = {"info": "Nätfiske mot kommuner", "distribution": 1, "published": True, "Attribute": parts}
    event = Event.objects.get(pk=add_event(seed.org_admin.actor, about).event_id)
    for attribute in Attribute.objects.filter(event=event).order_by("pk"):
        changed = {"value": f"new-{attribute.value1}", "comment": "Seen by us as well"}
        propose_change(seed.partner.actor, attribute.pk, changed)
    for number in range(10):
        propose_attribute(seed.partner.actor, event.pk, {"type": "ip-dst", "value": f"203.0.113.{number}"})
    return event


def test_twenty_proposals_are_answered(sign_in: SignIn, server_seed: Seed) -> None:
    event = event_with_proposals(server_seed)
    someone = sign_in(server_seed.org_admin)
    page = someone.page
    second = Proposal.objects.filter(attribute__isnull=False).order_by("pk")[1]
    with someone.task("answer 20 proposals", most=6):
        someone.click(page.locator("main a[href='/proposals/']").first)
        someone.click(page.get_by_role("link", name=event.info).first)
        # In part: the comment is left as it was.
        one = page.locator(f"#proposal-{second.pk}")
        someone.click(one.get_by_label("Kommentar", exact=True))
        someone.click(one.get_by_role("button", name="Godta de ikryssade fälten"))
        expect(page.locator(f"#proposal-{second.pk}")).to_have_count(0)
        someone.click(page.get_by_role("link", name="Godta alla"))
        someone.click(page.locator("main form button.button-primary"))
        expect(page.locator("main")).to_contain_text("Inga öppna")
    assert not Proposal.objects.filter(deleted=False).exists()
    in_part = Attribute.objects.get(pk=second.attribute_id)
    assert (in_part.value1, in_part.comment) == ("new-host-1.example", "")
    assert Attribute.objects.filter(event=event, type="ip-dst").count() == 10
    assert Attribute.objects.filter(event=event, comment="Seen by us as well").count() == 9


def test_proposals_are_discussed_and_accepted_by_keyboard(sign_in: SignIn, server_seed: Seed) -> None:
    event = event_with_proposals(server_seed)
    someone = sign_in(server_seed.org_admin, f"/event/{event.pk}/proposals/", "en")
    page = someone.page
    one = page.locator("[id^=proposal-]").first
    with someone.task("discuss and accept proposals by keyboard", most=0):
        someone.tab_to(one.get_by_text("Write a comment"))
        someone.press("Enter")
        someone.tab_to(one.locator("textarea"))
        someone.type("Where did you see it?")
        someone.tab_to(one.get_by_role("button", name="Send"))
        someone.press("Enter")
        expect(one).to_contain_text("Where did you see it?")
        someone.tab_to(page.get_by_role("link", name="Accept all"), back=True)
        someone.press("Enter")
        someone.tab_to(page.locator("main form button.button-primary"))
        someone.press("Enter")
        expect(page.locator("main")).to_contain_text("No open proposals")
    assert ProposalComment.objects.get().text == "Where did you see it?"
    assert Attribute.objects.filter(event=event).count() == 20


def test_event_is_handed_over_taken_and_published(sign_in: SignIn, server_seed: Seed) -> None:
    configure(DELEGATION.name, True)
    events = [
        make_event(server_seed.org_a, distribution=0, info=f"Kan inte vara vårt {number}")
        for number in (1, 2)
    ]
    for event in events:
        event.save()
    asker = sign_in(server_seed.publisher, f"/event/{events[0].pk}/")
    page = asker.page
    with asker.task("ask another organisation to publish", most=3):
        asker.click(page.locator(".page-head details.menu summary").last)
        asker.click(page.get_by_role("link", name="Lämna över"))
        page.locator("#id_org_id").select_option(label=server_seed.org_b.name)
        asker.fill(page.locator("#id_message"), "Vi vill inte synas.")
        asker.click(page.locator("main form button.button-primary"))
        page.wait_for_url(f"**/event/{events[0].pk}/")
    second = {"org_id": server_seed.org_b.pk, "distribution": RECIPIENT_DECIDES, "message": "Den här också."}
    delegate_event(server_seed.publisher.actor, events[1].pk, second)
    receiver = ApiUser(
        make_user(server_seed.org_b, server_seed.publisher.user.role, "publisher@b.example"), ""
    )
    other = sign_in(receiver, "/", "en")
    page = other.page
    with other.task("take over and publish by keyboard", most=0):
        other.tab_to(page.locator("main a[href='/delegations/']").first)
        other.press("Enter")
        page.wait_for_url("**/delegations/")
        taken = page.locator("main li", has_text=events[0].info)
        other.tab_to(taken.get_by_role("link", name="Take over"))
        other.press("Enter")
        page.wait_for_url("**/accept/")
        other.tab_to(page.locator("main input[name=distribution]:checked"))
        other.press("ArrowDown")
        expect(page.locator("main input[name=distribution][value='1']")).to_be_checked()
        other.tab_to(page.locator("main form button.button-primary"))
        other.press("Enter")
        page.wait_for_url(f"**/event/{events[0].pk}/")
        other.tab_to(page.locator(".page-head").get_by_role("link", name="Publish"))
        other.press("Enter")
        page.wait_for_url("**/publish/")
        other.tab_to(page.locator("main button.button-primary").last)
        other.press("Enter")
        page.wait_for_url(f"**/event/{events[0].pk}/")
    events[0].refresh_from_db()
    assert (events[0].published, events[0].org_id, events[0].orgc_id) == (True, *[server_seed.org_b.pk] * 2)
    page.goto(page.url.partition("/event/")[0] + "/delegations/")
    with other.task("decline to take over", most=1):
        other.click(page.get_by_role("button", name="Decline"))
        expect(page.locator("main")).to_contain_text("Nobody has asked you")
    events[1].refresh_from_db()
    assert (events[1].published, events[1].org_id) == (False, server_seed.org_a.pk)
