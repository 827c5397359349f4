"""Published versions on the pages: differences, what was published on a day, and who has which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.utils import timezone

from tests.factories.event_page import HIDDEN, Setup, make_setup, text_of, visitor
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from vardkase.exchange.outbox.models import Delivery
from vardkase.identity.organisations.models import SharingGroup
from vardkase.identity.organisations.standing import NEVER
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.editing.deletion import delete_attribute
from vardkase.intel.models import Attribute, Event, EventTag, EventVersion
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.versions import Holder, holders, keepers
from vardkase.intel.services.publish import publish_event, unpublish_event

pytestmark = pytest.mark.usefixtures("password_is_enough")

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.fixture
def twice(seed: Seed, setup: Setup) -> Setup:
    """With a second version: one attribute more, one less, for the members of the group alone."""
    actor = seed.org_admin.actor
    add_attributes(actor, setup.event.pk, [{"type": "domain", "value": "second.example", "comment": SCRIPT}])
    delete_attribute(actor, setup.attribute("198.51.100.23").pk, hard=False)
    Event.objects.filter(pk=setup.event.pk).update(distribution=4, sharing_group=seed.group)
    publish_event(actor, setup.event.pk)
    return setup


def page(client: Client, setup: Setup, path: str) -> Any:
    return client.get(f"/event/{setup.event.pk}/{path}")


def changes(answer: Any) -> set[tuple[str, str, str, str]]:
    return {(row.change, row.what, row.old, row.new) for row in answer.context["rows"]}


def named(found: Sequence[Holder]) -> set[tuple[str, int]]:
    return {(holder.name, holder.version) for holder in found}


def test_any_two_versions_are_compared(seed: Seed, twice: Setup) -> None:
    owner = visitor(seed.reader)
    expected = {
        ("added", "domain", "", "second.example"),
        ("removed", "ip-dst", "198.51.100.23", ""),
        ("changed", "Distribution", "The hub", "Sharing group"),
        ("changed", "Sharing group", "", "A and B"),
    }
    assert changes(page(owner, twice, "compare/?old=1&new=2")) == expected
    # Forwards in time, whichever is chosen first.
    assert changes(page(owner, twice, "compare/?old=2&new=1")) == expected
    add_attributes(seed.org_admin.actor, twice.event.pk, [{"type": "text", "value": SCRIPT}])
    answer = page(owner, twice, "compare/?old=2")
    assert changes(answer) == {("added", "text", "", SCRIPT)}
    assert SCRIPT not in answer.text
    assert "No differences" in text_of(page(owner, twice, "compare/?old=2&new=2"))


def test_change_of_a_comment_does_not_strike_out_the_value(seed: Seed, setup: Setup) -> None:
    Attribute.objects.filter(pk=setup.attribute("login.example").pk).update(comment="Checked", to_ids=False)
    for path in ("compare/?old=1", "publish/"):
        page = visitor(seed.org_admin).get(f"/event/{setup.event.pk}/{path}")
        assert "<del>login" not in page.text
        assert "<ins>Checked</ins>" in page.text
        assert "login[.]example" in page.text


def test_local_tags_are_no_part_of_a_version(seed: Seed, setup: Setup) -> None:
    event = setup.event
    EventTag.objects.create(event=event, tag=make_tag("workflow:todo"), local=True)
    publish_event(seed.org_admin.actor, event.pk)
    owner, latest = visitor(seed.publisher), EventVersion.objects.filter(event_id=event.pk).count()
    shown = page(owner, setup, f"version/{latest}/")
    assert "workflow:todo" not in shown.context["edition_tags"]
    EventTag.objects.filter(event=event).update(local=True)
    EventTag.objects.create(event=event, tag=make_tag("workflow:done"), local=True)
    EventTag.objects.create(event=event, tag=make_tag('admiralty-scale:source="b"'))
    compared = page(owner, setup, f"compare/?old={latest}")
    assert not [one for one in changes(compared) if "workflow" in "".join(one)]
    assert ("added", "Tag", "", 'admiralty-scale:source="b"') in changes(compared)
    assert '<span class="tag-value">b</span>' in compared.text
    published = page(owner, setup, "publish/").context["changes"].rows
    assert {(row.new, row.is_tag) for row in published if row.change == "added"} == {
        ('admiralty-scale:source="b"', True)
    }


def test_version_is_shown_as_it_was_published(seed: Seed, twice: Setup) -> None:
    owner = visitor(seed.reader)
    first, second = text_of(page(owner, twice, "version/1/")), text_of(page(owner, twice, "version/2/"))
    assert "198.51.100.23<" in first
    assert "second<wbr>[.]example" not in first
    assert "second<wbr>[.]example" in second
    assert "198.51.100.23<" not in second
    assert SCRIPT not in second
    assert page(owner, twice, "version/3/").status_code == 404


def keep(setup: Setup, version: int, at: datetime) -> None:
    """A version of the draft, published for the whole hub at a time in the past."""
    EventVersion.objects.create(
        event_id=setup.draft.pk,
        event_uuid=setup.draft.uuid,
        version=version,
        snapshot=EventVersion.objects.get(event_uuid=setup.event.uuid).snapshot,
        published_at=int(at.timestamp()),
        published_by="admin@a.example",
        distribution=1,
    )


def test_day_leads_to_the_version_in_force(seed: Seed, setup: Setup) -> None:
    for version, day in ((1, 5), (2, 9)):
        keep(setup, version, datetime(2026, 3, day, 12, tzinfo=UTC))
    owner, address = visitor(seed.reader), f"/event/{setup.draft.pk}/history/?day="
    for day, version in (("2026-03-05", 1), ("2026-03-08", 1), ("2026-03-09", 2), ("2026-04-01", 2)):
        assert owner.get(address + day)["Location"].endswith(f"/version/{version}/")
    assert "No version had been published by" in text_of(owner.get(f"{address}2026-03-04"))
    assert owner.get(f"{address}nonsense").status_code == 200


@pytest.mark.parametrize("path", ["version/1/", "compare/?old=1&new=2", "compare/?old=1"])
def test_versions_are_hidden_from_other_organisations(seed: Seed, twice: Setup, path: str) -> None:
    """They hold everything that the owner saw, also what other readers of the event may not see."""
    assert HIDDEN.replace(".", "<wbr>[.]") in text_of(page(visitor(seed.reader), twice, "version/1/"))
    for other in (seed.partner, seed.stranger):
        assert page(visitor(other), twice, path).status_code == 404
    assert page(visitor(seed.site_admin), twice, path).status_code == 200


def test_history_of_other_organisations_says_whose_it_is(seed: Seed, setup: Setup) -> None:
    shown = text_of(visitor(seed.partner).get(f"/event/{setup.event.pk}/history/"))
    assert "The history is for the event’s owner" in shown
    assert "Not published yet" not in shown
    assert "The history is for" not in text_of(visitor(seed.reader).get(f"/event/{setup.event.pk}/history/"))


def test_pages_name_who_has_which_version(seed: Seed, twice: Setup) -> None:
    found = holders(seed.reader.actor, find_event(seed.reader.actor, twice.event.pk))
    assert named(found) == {("Organisation B", 2), ("Hub", 1), ("Organisation C", 1)}
    page_of_owner = text_of(page(visitor(seed.reader), twice, "history/"))
    assert "Who has which version" in page_of_owner
    assert "1 organisation has it" in page_of_owner
    assert "Who has which version" not in text_of(page(visitor(seed.partner), twice, "history/"))
    assert holders(seed.partner.actor, find_event(seed.partner.actor, twice.event.pk)) == []


def test_only_who_could_read_at_the_time_has_a_version(seed: Seed, setup: Setup) -> None:
    now = timezone.now()
    keep(setup, 1, now - timedelta(hours=1))
    # One who joins later; one who may no longer read, but keeps what it has; and one who never could.
    for organisation, period in (
        (seed.org_c, DateTimeTZRange(now + timedelta(days=1), None)),
        (seed.org_b, DateTimeTZRange(None, now - timedelta(minutes=5))),
        (seed.hub, NEVER),
    ):
        organisation.read_period = period
        organisation.save()
    event = find_event(seed.reader.actor, setup.draft.pk)
    assert named(holders(seed.reader.actor, event)) == {("Organisation B", 1)}


def test_members_that_a_group_hides_are_not_named(seed: Seed, twice: Setup) -> None:
    SharingGroup.objects.filter(pk=seed.group.pk).update(org=seed.org_c, hides_members=True)
    actor = seed.publisher.actor
    event = find_event(actor, twice.event.pk)
    assert named(holders(actor, event)) == {
        ("A and B", 2), ("Organisation B", 1), ("Hub", 1), ("Organisation C", 1),
    }  # fmt: skip
    # Nor does leaving out those whom the group reaches tell who is in it.
    found = keepers(actor, event, 4, seed.group.pk)
    assert not found.is_certain
    assert {holder.name for holder in found.holders} == {"Organisation B", "Hub", "Organisation C"}


def test_who_keeps_a_version_is_named_before_it_is_narrowed(seed: Seed, setup: Setup) -> None:
    client = visitor(seed.publisher)
    narrowed = f"distribution=4&sharing_group_id={seed.group.pk}"
    for path in ("publish", "edit"):
        wide = page(client, setup, f"{path}/?distribution=1").context["keepers"]
        assert not wide.holders
        narrow = page(client, setup, f"{path}/?{narrowed}")
        assert named(narrow.context["keepers"].holders) == {("Hub", 1), ("Organisation C", 1)}
        assert "2 recipients that are no longer included keep the versions they have" in narrow.text
    everybody = {("Hub", 1), ("Organisation B", 1), ("Organisation C", 1)}
    for path in ("unpublish/", "delete/"):
        shown = page(client, setup, path)
        assert named(shown.context["keepers"].holders) == everybody
        assert "3 recipients have been able to fetch a version, and keep it" in shown.text
    unpublish_event(seed.publisher.actor, setup.event.pk)
    assert named(page(client, setup, "publish/?distribution=0").context["keepers"].holders) == everybody


def test_only_site_administrators_see_connected_hubs(seed: Seed, setup: Setup) -> None:
    version = EventVersion.objects.get(event_uuid=setup.event.uuid)
    Delivery.objects.create(
        kind="connection", receiver_id=5, receiver_name="Partner hub", event_id=setup.event.pk,
        event_uuid=setup.event.uuid, version=version.published_at, state="sent",
    )  # fmt: skip
    assert "Partner hub" in text_of(page(visitor(seed.site_admin), setup, "history/"))
    assert "Partner hub" not in text_of(page(visitor(seed.reader), setup, "history/"))
