"""Readers of a published event keep its last version while the owner changes it: one story, and each way around."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from tests.factories.event_page import HIDDEN, Setup, bytes_of, make_setup, text_of, visitor
from tests.factories.knowledge import make_tag
from tests.factories.last_versions import NEW, OLD_TITLE, change, words
from tests.factories.seed import Seed
from vardkase.audit.services import record
from vardkase.core.errors import NotFound
from vardkase.identity.access.connection_scope import ConnectionScope
from vardkase.identity.organisations.models import SharingGroupOrg
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.editing.attributes import add_attributes, edit_attribute
from vardkase.intel.editing.deletion import delete_attribute
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.models import Attribute, Event, EventReport, EventTag, EventVersion, Object
from vardkase.intel.queries.last_version import find_last_version
from vardkase.intel.services.merge import edit_event
from vardkase.intel.services.publish import publish_event, unpublish_event

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture(autouse=True)
def unpublished_is_private(settings: Any) -> None:
    settings.VARDKASE_UNPUBLISHED_PRIVATE = True


@pytest.fixture
def published(seed: Seed) -> Setup:
    """An event of organisation A for the whole hub, version 1."""
    return make_setup(seed)


@pytest.fixture
def setup(seed: Seed, published: Setup) -> Setup:
    return change(seed, published)


def read(client: Client, setup: Setup, path: str = "", **options: Any) -> Any:
    return client.get(f"/event/{setup.event.pk}/{path}", **options)


def document(client: Client, setup: Setup, version: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes_of(read(client, setup, f"version/{version}/json/")))["Event"]
    return found


def values(event: dict[str, Any]) -> set[str]:
    inside = [one for each in event["Object"] for one in each["Attribute"]]
    return {one["value"] for one in [*event["Attribute"], *inside]}


PATHS = (
    "", "version/1/", "version/1/json/", "version/1/txt/", "news/", "correlations/", "compare/?old=1", "pdf/",
    "history/", "version-news/?seen=1",
)  # fmt: skip


def is_as_if_missing(client: Client, setup: Setup) -> bool:
    """No page tells the event from one that does not exist."""
    return all(
        _plain(read(client, setup, path)) == _plain(client.get(f"/event/99999/{path}")) for path in PATHS
    )


def _plain(answer: Any) -> tuple[int, str]:
    """Without the token and the address, which differ anyway."""
    text = re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode())
    return answer.status_code, re.sub(r"/event/\d+/", "", text)


def test_reader_keeps_the_last_version_until_the_next_one(seed: Seed, setup: Setup) -> None:
    partner, owner, event = visitor(seed.partner), visitor(seed.reader), setup.event
    page = words(read(partner, setup))
    assert "You are reading version 1, published" in page
    for shown in (OLD_TITLE, "198.51.100.23", "login.example", "tlp-amber", "phishing", "Situation"):
        assert shown in page
    for hidden in ("Changed title", NEW, HIDDEN, "secret.example", "Propose", "Add note", "event-news"):
        assert hidden not in page
    report = EventReport.objects.get(event=event)
    assert "What happened" in words(read(partner, setup, f"?report={report.uuid}"))
    filtered = words(read(partner, setup, "?text=LOGIN.example"))
    assert "2 of 6 attributes" in filtered
    assert "198.51.100.23" not in filtered
    # By its UUID, by an old link, and by number.
    assert "You are reading version 1" in words(partner.get(f"/event/{event.uuid}/"))
    assert partner.get(f"/events/view/{event.pk}")["Location"] == f"/event/{event.pk}/"
    assert "You are reading version 1" in words(read(partner, setup, "version/1/"))
    for text in (f"#{event.pk}", str(event.uuid)):
        assert partner.get("/search/go/", {"q": text})["Location"] == f"/event/{event.pk}/"
    # What is not there leads to it and says so.
    for path in (
        "version/2/",
        "version/2/json/",
        "correlations/",
        "history/",
        "compare/?old=1",
        "pdf/",
        "graph/",
        "download/json/",
        "contact/",
    ):
        assert read(partner, setup, path)["Location"] == f"/event/{event.pk}/"
    assert "That page is unavailable" in words(read(partner, setup))
    answer = partner.post(f"/event/{event.pk}/contact/", {"message": "Who?"})
    assert answer["Location"] == f"/event/{event.pk}/"
    assert "Nothing was saved" in words(read(partner, setup))
    shown = document(partner, setup)
    assert shown["info"] == OLD_TITLE
    assert values(shown) == {
        "198.51.100.23", "198.51.100.0/24", "c2.example|198.51.100.24", "../note.txt", "https://login.example/a",
        "login.example",
    }  # fmt: skip
    assert "event_creator_email" not in shown
    assert shown["timestamp"] == shown["publish_timestamp"]
    assert text_of(read(partner, setup, "version/1/txt/?text=login")).split() == [
        "https://login.example/a", "login.example"
    ]  # fmt: skip
    # A page that was open before says that it is old; one of the version says when the next one is there.
    assert read(partner, setup, "news/").status_code == 205
    part = read(partner, setup, headers={"HX-Request": "true", "HX-Target": "attribute-results"})
    assert part["HX-Redirect"] == f"/event/{event.pk}/"
    seen = f"version-news/?seen={EventVersion.objects.get(event_id=event.pk).published_at}"
    assert read(partner, setup, seen).status_code == 204
    # The owner is told what others read.
    assert "Until you publish, recipients see the version published" in words(read(owner, setup))
    publish_event(seed.org_admin.actor, event.pk)
    answer = read(partner, setup, seen)
    assert answer.status_code == 286
    assert "has published the changes" in answer.content.decode()
    page = words(read(partner, setup))
    assert NEW in page
    assert "You are reading" not in page
    assert read(partner, setup, "version/1/").status_code == 404


def test_only_changes_leave_a_version(seed: Seed, published: Setup) -> None:
    """Not what was unpublished, before or after a change, or by a document; nor what is withheld or deleted."""
    partner, actor, event = visitor(seed.partner), seed.org_admin.actor, published.event
    unpublish_event(actor, event.pk)
    assert is_as_if_missing(partner, published)
    add_attributes(actor, event.pk, [{"type": "domain", "value": NEW}])
    assert is_as_if_missing(partner, published)
    publish_event(actor, event.pk)
    add_attributes(actor, event.pk, [{"type": "domain", "value": "more.example"}])
    assert read(partner, published).status_code == 200
    assert "Unpublish" in words(read(visitor(seed.org_admin), published))
    unpublish_event(actor, event.pk)
    assert is_as_if_missing(partner, published)
    publish_event(actor, event.pk)
    edit_event(actor, event.pk, {"info": "By a document"})
    assert words(read(partner, published))
    publish_event(actor, event.pk)
    edit_event(actor, event.pk, {"info": "Taken back", "published": False})
    assert is_as_if_missing(partner, published)
    publish_event(actor, event.pk)
    add_attributes(actor, event.pk, [{"type": "domain", "value": "again.example"}])
    Event.objects.filter(pk=event.pk).update(withheld=True)
    assert is_as_if_missing(partner, published)
    Event.objects.filter(pk=event.pk).delete()
    assert is_as_if_missing(partner, published)


def test_both_the_version_and_the_event_have_to_be_for_the_reader(seed: Seed, setup: Setup) -> None:
    stranger, partner, event = visitor(seed.stranger), visitor(seed.partner), setup.event
    assert read(stranger, setup).status_code == 200
    # The event for fewer: at once.
    for reach in ({"distribution": 0}, {"distribution": 4, "sharing_group": seed.group}):
        Event.objects.filter(pk=event.pk).update(**reach)
        assert is_as_if_missing(stranger, setup)
    assert read(partner, setup).status_code == 200
    # The version for fewer, whatever the changed event says; the one before it is no substitute.
    publish_event(seed.org_admin.actor, event.pk)
    add_attributes(seed.org_admin.actor, event.pk, [{"type": "domain", "value": "third.example"}])
    Event.objects.filter(pk=event.pk).update(distribution=1, sharing_group=None)
    assert is_as_if_missing(stranger, setup)
    assert "You are reading version 2" in words(read(partner, setup))
    # Who has left the group, and what is not on record.
    SharingGroupOrg.objects.filter(sharing_group=seed.group, org=seed.org_b).delete()
    assert is_as_if_missing(visitor(seed.partner), setup)


def test_only_people_of_organisations_that_may_read_are_shown_it(seed: Seed, setup: Setup) -> None:
    partner, event = seed.partner.actor, setup.event.pk
    assert find_last_version(partner, event).number == 1
    others = (
        replace(partner, may_read=False),
        replace(partner, connection_scope=ConnectionScope()),
        replace(partner, connection_scope=ConnectionScope(owns=False)),
        seed.reader.actor,
        seed.site_admin.actor,
    )
    for actor in others:
        with pytest.raises(NotFound):
            find_last_version(actor, event)


def test_versions_that_only_others_know_of_are_not_counted(seed: Seed, published: Setup) -> None:
    """One for a sharing group inside the event shows neither in what the others read nor in its number."""
    actor, event = seed.org_admin.actor, published.event
    inside = {
        "type": "domain",
        "value": "group.example",
        "distribution": 4,
        "sharing_group_id": seed.group.pk,
    }
    add_attributes(actor, event.pk, [inside])
    stranger, partner = visitor(seed.stranger), visitor(seed.partner)
    # The event is published for those outside the group, and being changed for those in it.
    assert "You are reading" not in words(read(stranger, published))
    assert "You are reading version 1" in words(read(partner, published))
    assert "group.example" not in words(read(partner, published))
    publish_event(actor, event.pk)
    assert "group.example" in words(read(partner, published))
    add_attributes(actor, event.pk, [{"type": "domain", "value": NEW}])
    page = words(read(partner, published))
    assert "You are reading version 2" in page
    assert "group.example" in page
    page = words(read(stranger, published))
    assert "You are reading version 1" in page
    assert "group.example" not in page
    assert read(stranger, published, "version/2/json/").status_code == 302
    times = [one["timestamp"] for one in document(stranger, published)["Object"]]
    assert times == [
        str(Attribute.objects.filter(event=event, object__name="url").latest("timestamp").timestamp)
    ]
    # Unpublished, it is closed to both.
    unpublish_event(actor, event.pk)
    assert is_as_if_missing(partner, published)


def test_nobody_learns_of_what_was_never_for_them(seed: Seed, setup: Setup) -> None:
    for reader in (seed.partner, seed.stranger):
        assert visitor(reader).get(f"/event/{setup.draft.pk}/").status_code == 404
    site_admin = visitor(seed.site_admin)
    # Site administrators read the event as it is, and its history.
    assert NEW in words(read(site_admin, setup))
    assert HIDDEN in words(read(site_admin, setup, "version/1/"))
    owner = visitor(seed.reader)
    assert {HIDDEN, "https://secret.example/"} <= values(document(owner, setup))
    assert read(owner, setup, "version/2/json/").status_code == 404
    assert read(owner, setup, "version/1/xml/").status_code == 404


def test_parts_that_are_no_longer_for_the_reader_are_left_out(seed: Seed, setup: Setup) -> None:
    partner, event = visitor(seed.partner), setup.event
    narrowed, deleted, gone = (
        setup.attribute(value) for value in ("198.51.100.23", "198.51.100.0/24", "../note.txt")
    )
    Attribute.objects.filter(pk=narrowed.pk).update(distribution=0)
    delete_attribute(seed.org_admin.actor, deleted.pk, hard=False)
    delete_attribute(seed.org_admin.actor, gone.pk, hard=True)
    Object.objects.filter(event=event, name="url").update(distribution=0)
    EventReport.objects.filter(event=event).update(distribution=0)
    report = EventReport.objects.get(event=event)
    # What is only marked as deleted was published.
    assert values(document(partner, setup)) == {"198.51.100.0/24", "c2.example|198.51.100.24"}
    page = words(read(partner, setup, f"?report={report.uuid}"))
    assert "198.51.100.0/24" in page
    for hidden in ("198.51.100.23", "note.txt", "login.example", "Situation", "What happened"):
        assert hidden not in page
    # Nor what the version kept from the reader, though it is for everybody by now.
    Attribute.objects.filter(event=event).update(distribution=5)
    Object.objects.filter(event=event).update(distribution=5)
    found = values(document(partner, setup))
    assert "198.51.100.23" in found
    assert not found & {HIDDEN, "https://secret.example/", NEW}


def test_local_tags_and_hidden_clusters_are_left_out(seed: Seed, published: Setup) -> None:
    event, actor = published.event, seed.org_admin.actor
    EventTag.objects.create(event=event, tag=make_tag("workflow:local"), local=True)
    publish_event(actor, event.pk)
    Event.objects.filter(pk=event.pk).update(published=False, being_changed=True)
    page = words(read(visitor(seed.partner), published))
    assert "workflow" not in page
    assert "kind" in page


def test_change_that_was_taken_back_leaves_nothing_to_publish(seed: Seed, published: Setup) -> None:
    attribute = Attribute.objects.filter(event=published.event, object=None).first()
    assert attribute is not None
    before = attribute.comment
    for comment, said in (
        ("Other", "unpublished changes."),  # Of one attribute, unless it was published in the same second.
        (before, "no changes since version 1."),
    ):
        edit_attribute(seed.org_admin.actor, attribute.pk, {"comment": comment})
        assert said in words(read(visitor(seed.publisher), published)).lower()
    assert "No changes since" not in words(read(visitor(seed.partner), published))


def test_version_from_before_a_takeover_is_nobodys(seed: Seed, setup: Setup) -> None:
    """It would reveal the former owner."""
    stranger = visitor(seed.stranger)
    assert read(stranger, setup).status_code == 200
    record(seed.partner.actor, IntelAction.EVENT_DELEGATION_ACCEPTED, event_target(setup.event))
    assert is_as_if_missing(stranger, setup)
    for path in ("/events/", "/events/being-changed/", "/value/?v=198.51.100.23"):
        page = words(stranger.get(path))
        assert OLD_TITLE not in page
        assert "being changed" not in page.replace("Events being changed", "").replace(
            "No event is being changed", ""
        )
