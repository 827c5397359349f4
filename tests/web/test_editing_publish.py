"""Publishing on the web: the preview and the action."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import make_attribute, make_event, make_object
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from tests.factories.warninglists import WarninglistFile, store
from tests.support.mail_server import use
from tests.support.ports import free_port
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.notifications.models import Notification, NotificationKind
from vardkase.identity.organisations.models import SharingGroup, SharingGroupServer
from vardkase.identity.organisations.standing import NEVER
from vardkase.intel.models import Attribute, Event, EventTag, EventVersion
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.receivers import receivers, withheld_parts
from vardkase.knowledge.warninglists.models import Warninglist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=1)
    event.save()
    return event


@pytest.fixture
def web(seed: Seed) -> Client:
    client = signed_in(seed.publisher)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def press(web: Client, event: Event, **fields: str) -> Any:
    """Opens the preview, then sends its form."""
    look = web.get(f"/event/{event.pk}/publish/").context
    seen = {"seen": str(look["event"].timestamp), **{k: str(v or "") for k, v in look["chosen"].items()}}
    return web.post(f"/event/{event.pk}/publish/", {**seen, **fields})


def test_receivers_follow_visibility_rule(seed: Seed) -> None:
    def names(distribution: int, group: int | None = None) -> list[str]:
        return [one.name for one in receivers(distribution, group, seed.org_a.pk)]

    assert names(0) == []
    assert names(1) == names(3) == ["Hub", "Organisation B", "Organisation C"]
    assert names(4, seed.group.pk) == ["Organisation B"]
    seed.org_c.read_period = NEVER
    seed.org_c.save()
    seed.partner.user.disabled = seed.partner_sync.user.disabled = True
    seed.partner.user.save()
    seed.partner_sync.user.save()
    assert names(1) == ["Hub"]
    seed.group.active = False
    seed.group.save()
    assert names(4, seed.group.pk) == []


def test_restricted_parts_are_counted_once(seed: Seed, event: Event) -> None:
    held = make_object(event, distribution=0)
    held.save()
    for fields in ({"object": held}, {"object": held, "distribution": 0}, {"distribution": 0}, {}):
        make_attribute(event, **fields).save()
    make_attribute(event, distribution=4, sharing_group=seed.group).save()
    make_attribute(event, distribution=0, deleted=True).save()
    found = withheld_parts(find_event(seed.publisher.actor, event.pk))
    assert (found.attributes, found.for_groups) == (3, [("A and B", 1)])


def test_preview_shows_receivers_contents_and_gaps(web: Client, event: Event) -> None:
    make_attribute(event, distribution=0).save()
    page = web.get(f"/event/{event.pk}/publish/").text
    for words in (
        "Publish to 3 organisations",
        "Organisation B",
        "1 attribute visible only to your organisation",
        "No TLP label",
        "No values marked for detection",
    ):
        assert words in page
    page = web.get(f"/event/{event.pk}/publish/?distribution=0").text
    assert "Publish to your organisation only" in page
    assert Event.objects.get(pk=event.pk).distribution == 1


def test_publishing_with_other_distribution_is_one_action(web: Client, event: Event, seed: Seed) -> None:
    answer = press(web, event, distribution="4", sharing_group_id=str(seed.group.pk))
    assert answer.status_code == 302
    event.refresh_from_db()
    assert (event.published, event.distribution, event.sharing_group_id) == (True, 4, seed.group.pk)
    assert EventVersion.objects.filter(event_id=event.pk).count() == 1


def test_changed_event_is_not_published_without_new_preview(web: Client, event: Event) -> None:
    assert press(web, event, seen="1").status_code == 200
    assert Event.objects.get(pk=event.pk).published is False


def test_later_publication_shows_only_differences(web: Client, event: Event) -> None:
    kept, gone = make_attribute(event, value1="before"), make_attribute(event, value1="gone soon")
    kept.save()
    gone.save()
    press(web, event)
    gone.delete()
    Attribute.objects.filter(pk=kept.pk).update(value1="after", timestamp=2_000_000_000)
    make_attribute(event, value1="brand new", timestamp=2_000_000_000).save()
    changes = web.get(f"/event/{event.pk}/publish/").context["changes"]
    assert changes.version == 1
    assert {(c.change, c.old, c.new) for c in changes.rows} == {
        ("changed", "before", "after"),
        ("added", "", "brand new"),
        ("removed", "gone soon", ""),
    }


def test_marking_that_is_no_classification_is_only_a_note(web: Client, event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(info="Sekretessmarkering, see LIMITE")
    page = web.get(f"/event/{event.pk}/publish/").text
    assert "A marking to consider" in page
    assert reverse("event_edit", args=[event.pk]) in page
    press(web, event)
    event.refresh_from_db()
    assert event.published


def test_security_marking_blocks_publication(web: Client, event: Event) -> None:
    make_attribute(event, comment="BEGRÄNSAT HEMLIG").save()
    page = web.get(f"/event/{event.pk}/publish/").text
    assert "Blocked: classification marking found" in page
    assert "Resolve 1 block before you can publish." in page
    assert re.search(r'button-large"\s+type="button"\s+aria-disabled="true"', page)
    attribute = event.attributes.get()
    assert reverse("attribute_edit", args=[event.pk, attribute.pk]) in page
    assert "The event was not published" in press(web, event, marking="1", confirm_tlp="1").text
    assert Event.objects.get(pk=event.pk).published is False


def test_tlp_red_for_hub_is_blocked(web: Client, event: Event) -> None:
    EventTag.objects.create(event=event, tag=make_tag("tlp:red"))
    assert "Blocked by the TLP label" in web.get(f"/event/{event.pk}/publish/?distribution=1").text
    assert "The event was not published" in press(web, event, distribution="1", confirm_tlp="1").text
    assert press(web, event, distribution="0").status_code == 302


def test_tlp_amber_beyond_hub_needs_confirmation(web: Client, event: Event) -> None:
    EventTag.objects.create(event=event, tag=make_tag("tlp:amber"))
    page = web.get(f"/event/{event.pk}/publish/?distribution=3").text
    assert 'name="confirm_tlp"' in page
    assert "Confirm that this is intended" in press(web, event, distribution="3").text
    assert Event.objects.get(pk=event.pk).published is False
    assert press(web, event, distribution="3", confirm_tlp="1").status_code == 302
    entry = AuditEntry.objects.get(action="event.tlp_confirmed")
    assert entry.change == {"found": ["tlp:amber"], "distribution": 3}


def test_event_is_unpublished_from_the_message_that_it_is_published_or_its_head(
    web: Client, event: Event, settings: Any
) -> None:
    settings.VARDKASE_UNPUBLISHED_PRIVATE = False
    Event.objects.filter(pk=event.pk).update(distribution=3)
    make_attribute(event, value1="one.example").save()
    page = web.get(press(web, event, distribution="3").headers["Location"]).text
    address = f"/event/{event.pk}/unpublish/"
    message, head = page[page.index("Published to") :], page[page.index('id="event-head"') :]
    assert f'href="{address}">Unpublish</a>' in message
    assert f'href="{address}"' in head
    look = web.get(address).text
    for words in (
        "is removed from this hub’s feeds",
        "can still read it on this hub",
        "They keep any copies",
        "Connected hubs that have received the event keep it",
        "Organisation B",
    ):
        assert words in look
    settings.VARDKASE_UNPUBLISHED_PRIVATE = True
    assert "Other organisations can no longer open it" in web.get(address).text
    after = web.post(address, follow=True)
    assert f'href="/event/{event.pk}/publish/">Publish again</a>' in after.text
    assert Event.objects.get(pk=event.pk).published is False
    # A second time, from a page that was open, says so and changes nothing.
    assert "The event is not published." in web.post(address, follow=True).text
    assert AuditEntry.objects.filter(action="event.unpublished").count() == 1


def test_tlp_stop_says_whom_it_stops_and_choosing_a_label_comes_back(web: Client, event: Event) -> None:
    EventTag.objects.create(event=event, tag=make_tag("tlp:red"))
    page = web.get(f"/event/{event.pk}/publish/", {"distribution": 1}).text
    assert "TLP:RED is only for named recipients." in page
    assert "3 organisations would see the event." in page
    link = re.search(rf'href="(/event/{event.pk}/tag/[^"]*)"', page)
    assert link
    address = link[1].replace("&amp;", "&")
    assert address == f"/event/{event.pk}/tag/?back=publish&distribution=1"
    form = web.get(address).text
    review = f"/event/{event.pk}/publish/?distribution=1#chk"
    assert f'href="{review}"' in form
    sent = {"tag": make_tag("tlp:amber").name, "back": "publish", "distribution": "1"}
    assert web.post(f"/event/{event.pk}/tag/", sent).headers["Location"] == review
    # What others send as the way back leads nowhere else.
    odd = {**sent, "tag": "tlp:amber", "distribution": "//evil.example"}
    assert web.post(f"/event/{event.pk}/untag/", odd).headers["Location"] == (
        f"/event/{event.pk}/publish/?#chk"
    )


def test_organisations_to_publish_to_are_listed_and_found_by_several_words(web: Client, event: Event) -> None:
    address = f"/event/{event.pk}/publish/organisations/"
    form = web.get(address)
    names = ["Hub", "Organisation B", "Organisation C"]
    assert [name for name in names if name in form.text] == names
    field = form.context["form"]["organisations"]

    def found(text: str) -> list[str]:
        answer = web.get(f"{address}find/", {"field": field.html_name, f"q_{field.html_name}": text})
        return [choice.label for choice in answer.context["found"]]

    assert found("sation C, hub") == ["Organisation C", "Hub"]
    assert found("") == names
    assert (
        "Nothing matches."
        in web.get(f"{address}find/", {"field": "organisations", "q_organisations": "zz"}).text
    )


def test_other_roles_and_organisations_cannot_publish(event: Event, seed: Seed) -> None:
    for path in ("publish/", "unpublish/"):
        assert signed_in(seed.analyst).post(f"/event/{event.pk}/{path}").status_code == 403
        assert signed_in(seed.partner_sync).post(f"/event/{event.pk}/{path}").status_code == 403
    Event.objects.filter(pk=event.pk).update(distribution=0)
    assert signed_in(seed.partner_sync).get(f"/event/{event.pk}/publish/").status_code == 404
    assert Event.objects.get(pk=event.pk).published is False


@pytest.mark.parametrize(
    ("private", "distribution", "is_open"),
    [(False, 1, True), (False, 0, False), (True, 1, False), (True, 3, False)],
)
def test_pages_say_who_reads_unpublished_events(
    web: Client, event: Event, settings: Any, seed: Seed, private: bool, distribution: int, is_open: bool
) -> None:
    settings.VARDKASE_UNPUBLISHED_PRIVATE = private
    Event.objects.update(distribution=distribution)
    words = "Organisations within its distribution can already read it on this hub"
    stranger = signed_in(seed.partner).get(f"/event/{event.pk}/")
    assert (stranger.status_code == 200) == is_open
    for path in ("", "publish/"):
        assert (words in web.get(f"/event/{event.pk}/{path}").content.decode()) == is_open
    only_own = f"Only {seed.org_a.name} can see it."
    assert (only_own in web.get(f"/event/{event.pk}/").content.decode()) != is_open


def test_missing_warninglists_are_reported(seed: Seed, web: Client, event: Event) -> None:
    """Without warninglists the page says so, rather than that no value is on one."""
    make_attribute(event, type="domain", value1="good.example", to_ids=True).save()
    address = f"/event/{event.pk}/publish/"
    text = web.get(address).content.decode()
    assert "No warninglists enabled" in text
    assert "No value marked for detection is on a warninglist." not in text
    link = f'href="{reverse("warninglists")}">Enable'
    assert link not in text
    boss = signed_in(seed.site_admin)
    assert link in boss.get(address, headers={"accept-language": "en"}).content.decode()
    store(WarninglistFile(name="Others", type="string", version=1, values=["else.example"]))
    Warninglist.objects.update(enabled=True)
    text = web.get(address).content.decode()
    assert "No warninglists enabled" not in text
    assert "No value marked for detection is on a warninglist." in text


def test_harmless_values_lose_detection_flag_in_review(web: Client, event: Event, seed: Seed) -> None:
    harmless = [f"{n}.example" for n in range(12)]
    for value in harmless:
        make_attribute(event, type="domain", value1=value, to_ids=True).save()
    for name in ("First", "Second"):
        store(WarninglistFile(name=name, type="string", version=1, values=harmless))
    Warninglist.objects.update(enabled=True)
    address = f"/event/{event.pk}/publish/"
    shown = web.get(address, {"distribution": "0"})
    for words in ("12 values marked for detection are on warninglists", "2 lists", "and 2 more values"):
        assert words in shown.text
    one, rest = Attribute.objects.order_by("pk").first(), shown.context["checks"].warned_ids
    assert one is not None
    remove = reverse("attributes_bulk_detection", args=[event.pk])
    sent = {"distribution": "0", "sharing_group_id": "", "back": "publish"}
    answer = web.post(remove, {**sent, "pk": one.pk})
    assert answer["Location"] == f"{address}?distribution=0#chk"
    assert Attribute.objects.filter(to_ids=True).count() == 11
    page = web.post(remove, {**sent, "pk": rest}, follow=True).text
    assert "No values marked for detection" in page
    web.post(remove, {**sent, "pk": rest, "to_ids": "1"})
    assert Attribute.objects.filter(to_ids=True).count() == 12
    # Undo marks only those that were marked before.
    Attribute.objects.filter(pk=one.pk).update(to_ids=False)
    page = web.post(remove, {**sent, "pk": rest}, follow=True).text
    assert not Attribute.objects.filter(to_ids=True).exists()
    point = re.findall(r'name="point" value="(\d+)"', page)[-1]
    undone = web.post(reverse("attributes_undo", args=[event.pk]), {**sent, "point": point})
    assert undone["Location"] == f"{address}?distribution=0#chk"
    assert set(Attribute.objects.filter(to_ids=False)) == {one}
    Attribute.objects.filter(event=event).update(to_ids=True)
    # Who may publish but not change the event is not offered it, and cannot.
    assert signed_in(seed.partner).post(remove, {**sent, "pk": rest}).status_code == 403
    assert Attribute.objects.filter(to_ids=True).count() == 12


@pytest.mark.parametrize(("fields", "jobs"), [({"notify": "1"}, 1), ({}, 0)])
def test_publisher_chooses_whether_to_notify_by_mail(
    web: Client, event: Event, settings: Any, fields: dict[str, str], jobs: int
) -> None:
    assert "Notify subscribers" not in web.get(f"/event/{event.pk}/publish/").content.decode()
    use(settings, free_port())
    assert "Notify subscribers" in web.get(f"/event/{event.pk}/publish/").content.decode()
    press(web, event, **fields)
    assert ProcrastinateJob.objects.filter(task_name="notification_mails.alert").count() == jobs


def test_several_organisations_are_chosen_on_the_spot(
    web: Client, event: Event, seed: Seed, settings: Any
) -> None:
    """A group with exactly these is used or created; the review then says by name who gets the event."""
    use(settings, free_port())
    address = reverse("event_receivers", args=[event.pk])
    assert address in web.get(f"/event/{event.pk}/publish/").text
    found = web.get(
        reverse("event_receivers_find", args=[event.pk]),
        {"field": "organisations", "q_organisations": "organ"},
    )
    assert "Organisation B" in found.text
    assert "Organisation A" not in found.text

    # The group of A and B has exactly these, and may be used without the right to create one.
    chosen = web.post(address, {"organisations": [seed.org_b.pk]}, follow=True)
    assert chosen.redirect_chain[-1][0].endswith(f"?distribution=4&sharing_group_id={seed.group.pk}")
    assert "Visible to 1 other organisation" in chosen.text
    assert "Organisation B" in chosen.text

    # Not if others read it as well, here or elsewhere, nor if it is not active.
    refused = "No sharing group has exactly these organisations"
    for change in ({"roaming": True}, {"active": False}):
        SharingGroup.objects.filter(pk=seed.group.pk).update(**change)
        assert refused in web.post(address, {"organisations": [seed.org_b.pk]}).text
        SharingGroup.objects.filter(pk=seed.group.pk).update(roaming=False, active=True)
    everyone = SharingGroupServer.objects.create(sharing_group=seed.group, server_id=0, all_orgs=True)
    assert refused in web.post(address, {"organisations": [seed.org_b.pk]}).text
    everyone.delete()

    # Who may create none asks those who may.
    both = {"organisations": [seed.org_b.pk, seed.org_c.pk]}
    assert refused in web.post(address, both).text
    assert SharingGroup.objects.count() == 1
    asked = web.post(address, both | {"ask": "on"}, follow=True)
    assert "1 administrator has been asked" in asked.text
    assert asked.redirect_chain[-1][0] == f"/event/{event.pk}/"  # Not where it could go to more than these.
    assert "Organisation B, Organisation C" in OutgoingMail.objects.get().text
    assert AuditEntry.objects.latest("pk").action == "event.sharing_group_requested"
    waiting = "asks for the event to be published to Organisation B, Organisation C alone"
    assert waiting in web.get(f"/event/{event.pk}/").text
    Event.objects.filter(pk=event.pk).update(
        published=True
    )  # Fewer receivers can be asked for afterwards as well.
    assert waiting in web.get(f"/event/{event.pk}/").text
    Event.objects.filter(pk=event.pk).update(published=False)

    admin = signed_in(seed.org_admin)
    assert waiting in admin.get(reverse("publication_requests"), headers={"accept-language": "en"}).text
    assert Notification.objects.get(user=seed.org_admin.user).kind == NotificationKind.PUBLICATION_REQUESTED
    offered = admin.get(address).text
    for organisation in (seed.org_b, seed.org_c):
        assert re.search(rf'value="{organisation.pk}"\s+checked', offered)
    made = admin.post(address, both | {"name": "Joint case"}, follow=True, headers={"accept-language": "en"})
    group = SharingGroup.objects.get(name="Joint case")
    assert {each.org_id for each in group.members.all()} == {seed.org_a.pk, seed.org_b.pk, seed.org_c.pk}
    for words in ("Visible to 2 other organisations", "Organisation B", "Organisation C"):
        assert words in made.text
    # The next one finds it.
    again = web.post(address, both, follow=True)
    assert again.redirect_chain[-1][0].endswith(f"sharing_group_id={group.pk}")

    for wrong in ({}, {"organisations": ["999"]}, {"organisations": [seed.org_a.pk]}):
        assert admin.post(address, wrong).status_code == 422
    assert SharingGroup.objects.count() == 2
    assert signed_in(seed.partner).post(address, both).status_code == 403
