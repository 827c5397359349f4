"""Documents do not bypass the rules: parts of other events, sharing groups, creators, tags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call, send
from tests.factories import make_key, make_user
from tests.factories.foreign_event import ForeignEvent, everything, foreign_event, make_object
from tests.factories.seed import ApiUser, Seed
from vardkase.core.clock import now_seconds
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import (
    Attribute,
    AttributeTag,
    Event,
    EventReport,
    EventTag,
    Object,
    ObjectReference,
)
from vardkase.knowledge.taxonomies.models import Tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def tags(db: None) -> None:
    for name in ("tlp:white", "tlp:green"):
        Tag.objects.get_or_create(name=name)


def _add_own(api_user: ApiUser, **members: Any) -> tuple[int, Any]:
    return call(api_user.key, "POST", "/events/add", {"Event": {"info": "Mine", **members}})


def _own_event(api_user: ApiUser) -> Event:
    status, body = _add_own(api_user, Attribute=[{"type": "domain", "value": "own.example"}])
    assert status == 200, body
    return Event.objects.get(pk=int(body["Event"]["id"]))


@pytest.mark.parametrize("how", ["add", "edit"])
def test_document_cannot_take_parts_of_another_event(how: str, seed: Seed, tags: None) -> None:
    it = foreign_event(seed.org_admin, distribution=3, published=True)
    parts = {
        "Attribute": [
            {"uuid": str(it.attribute.uuid), "type": "domain", "value": "taken.example", "deleted": True},
            {"uuid": str(it.inside.uuid), "type": "text", "value": "taken"},
        ],
        "Object": [
            make_object(uuid=str(it.object.uuid), deleted=True),
            make_object(
                Attribute=[
                    {"uuid": str(it.inside.uuid), "type": "text", "value": "t", "object_relation": "t"}
                ]
            ),
        ],
        "EventReport": [
            {"uuid": str(it.report.uuid), "name": "Taken", "timestamp": str(now_seconds() + 3600)}
        ],
    }
    before = _parts_of(it)
    if how == "add":
        _add_own(seed.stranger, **parts)
    else:
        call(seed.stranger.key, "POST", f"/events/edit/{_own_event(seed.stranger).pk}", {"Event": parts})
    assert _parts_of(it) == before


def _parts_of(it: ForeignEvent) -> list[list[dict[str, Any]]]:
    tables: tuple[Any, ...] = (Attribute, Object, ObjectReference, EventReport)
    return [list(table.objects.filter(event=it.event).order_by("pk").values()) for table in tables]


def test_ids_in_a_document_are_ignored(seed: Seed, tags: None) -> None:
    it = foreign_event(seed.org_admin, distribution=3, published=True)
    own = _own_event(seed.stranger)
    mine = Attribute.objects.get(event=own)
    ids = {"event_id": str(it.event.pk), "object_id": str(it.object.pk), "id": str(it.attribute.pk)}
    before = _parts_of(it)
    call(seed.stranger.key, "POST", f"/attributes/edit/{mine.pk}", {"comment": "moved?", **ids})
    call(
        seed.stranger.key,
        "POST",
        f"/attributes/add/{own.pk}",
        {"type": "domain", "value": "n.example", **ids},
    )
    call(
        seed.stranger.key,
        "POST",
        f"/events/edit/{own.pk}",
        {"Event": {"id": str(it.event.pk), "info": "moved?"}},
    )
    assert _parts_of(it) == before
    assert {a.event_id for a in Attribute.objects.filter(value1__in=("own.example", "n.example"))} == {own.pk}
    assert not Attribute.objects.filter(event=own).exclude(object=None).exists()
    assert Event.objects.get(pk=it.event.pk).info == "ForeignEvent"


def test_references_to_other_events_are_refused(seed: Seed, tags: None) -> None:
    it = foreign_event(seed.org_admin, distribution=3, published=True)
    own = _own_event(seed.stranger)
    status, body = call(seed.stranger.key, "POST", f"/objects/add/{own.pk}", make_object())
    assert status == 200, body
    reference = {"referenced_uuid": str(it.attribute.uuid), "relationship_type": "knows"}
    status, _ = call(seed.stranger.key, "POST", f"/object_references/add/{body['Object']['uuid']}", reference)
    assert status == 404
    document = {"Object": [{"uuid": body["Object"]["uuid"], "ObjectReference": [reference]}]}
    call(seed.stranger.key, "POST", f"/events/edit/{own.pk}", {"Event": document})
    assert not ObjectReference.objects.filter(event=own).exists()


def test_sharing_group_can_be_used_only_by_its_members(seed: Seed) -> None:
    shared = {"distribution": 4, "sharing_group_id": str(seed.group.pk)}
    assert _add_own(seed.stranger, **shared)[0] == 405
    by_uuid = {"distribution": 4, "SharingGroup": {"uuid": str(seed.group.uuid), "name": "A and B"}}
    assert _add_own(seed.stranger, **by_uuid)[0] == 405
    own = _own_event(seed.stranger)
    mine = Attribute.objects.get(event=own)
    before = everything()
    for limit in (shared, by_uuid):
        assert call(seed.stranger.key, "POST", f"/events/edit/{own.pk}", limit)[0] == 403
        value = {"type": "domain", "value": "s.example", **limit}
        assert call(seed.stranger.key, "POST", f"/attributes/add/{own.pk}", value)[0] == 403
    assert everything() == before
    for limit in (shared, by_uuid):
        call(seed.stranger.key, "POST", f"/attributes/edit/{mine.pk}", limit)
        call(seed.stranger.key, "POST", f"/objects/add/{own.pk}", make_object(**limit))
    assert not Attribute.objects.exclude(sharing_group=None).exists()
    assert not Object.objects.exclude(sharing_group=None).exists()
    assert _add_own(seed.partner, **shared)[0] == 200


def test_document_cannot_add_sharing_group_members(seed: Seed) -> None:
    members = [{"Organisation": {"uuid": str(seed.org_c.uuid), "name": "C"}, "extend": True}]
    block = {
        "uuid": str(seed.group.uuid),
        "name": "A and B",
        "modified": "2099-01-01 00:00:00",
        "SharingGroupOrg": members,
    }
    sync = make_user(seed.org_c, seed.partner_sync.user.role)
    event = {"info": "x", "distribution": 4, "SharingGroup": block}
    assert call(seed.stranger.key, "POST", "/events/add", event)[0] == 405
    # A peer's event is stored with distribution 0 (recordings, sync 15).
    status, body = call(make_key(sync), "POST", "/events/add", event)
    assert (status, body["Event"]["distribution"], body["Event"]["sharing_group_id"]) == (200, "0", "0")
    assert not seed.group.members.filter(org=seed.org_c).exists()


def test_every_way_to_publish_requires_permission(seed: Seed) -> None:
    status, body = _add_own(seed.analyst, published=True, Attribute=[{"type": "text", "value": "x"}])
    assert status == 200
    event = Event.objects.get(pk=int(body["Event"]["id"]))
    assert not event.published
    call(seed.analyst.key, "POST", f"/events/edit/{event.pk}", {"published": True})
    call(seed.analyst.key, "POST", f"/events/publish/{event.pk}", {})
    call(seed.analyst.key, "POST", f"/events/alert/{event.pk}", {})
    assert not Event.objects.get(pk=event.pk).published
    assert call(seed.publisher.key, "POST", f"/events/publish/{event.pk}", {})[0] == 200
    call(seed.analyst.key, "POST", f"/events/unpublish/{event.pk}", {})
    assert Event.objects.get(pk=event.pk).published


def test_creator_named_by_an_ordinary_user_is_ignored(seed: Seed) -> None:
    claims = {
        "Orgc": {"uuid": str(seed.org_b.uuid), "name": "Organisation B"},
        "orgc_id": str(seed.org_b.pk),
        "org_id": str(seed.org_b.pk),
        "user_id": "1",
        "locked": True,
    }
    status, body = _add_own(seed.stranger, **claims)
    assert status == 200
    pk = int(body["Event"]["id"])
    call(seed.stranger.key, "POST", f"/events/edit/{pk}", {"Event": {"info": "again", **claims}})
    event = Event.objects.get(pk=pk)
    assert (event.org_id, event.orgc_id, event.locked) == (seed.org_c.pk, seed.org_c.pk, False)
    assert event.user_id == seed.stranger.user.pk


def test_sync_user_changes_only_locked_events(seed: Seed, tags: None) -> None:
    it = foreign_event(seed.org_admin, distribution=3, published=True)
    newer = {"Event": {"info": "merged", "timestamp": str(it.event.timestamp + 1000)}}
    path = f"/events/edit/{it.event.pk}"
    assert call(seed.partner_sync.key, "POST", path, newer)[0] == 403
    Event.objects.filter(pk=it.event.pk).update(locked=True)
    before = everything()
    assert call(seed.partner.key, "POST", path, newer)[0] == 403
    assert (
        call(seed.partner_sync.key, "POST", f"/attributes/edit/{it.attribute.pk}", {"comment": "x"})[0] == 403
    )
    assert everything() == before
    assert call(seed.partner_sync.key, "POST", path, newer)[0] == 403, (
        "A is a member, and only A changes its events"
    )
    Event.objects.filter(pk=it.event.pk).update(orgc=Organisation.objects.create(name="Far away"))
    assert call(seed.partner_sync.key, "POST", path, newer)[0] == 200
    hidden = foreign_event(seed.org_admin, distribution=0)
    Event.objects.filter(pk=hidden.event.pk).update(locked=True)
    assert call(seed.partner_sync.key, "POST", f"/events/edit/{hidden.event.pk}", newer)[0] == 404


def test_extending_a_hidden_event_reveals_nothing(seed: Seed) -> None:
    it = foreign_event(seed.org_admin, distribution=0)
    status, body = _add_own(seed.stranger, extends_uuid=str(it.event.uuid))
    assert status == 200
    for flag in ("extended:1", "extended:2"):
        status, shown = call(seed.stranger.key, "GET", f"/events/view/{body['Event']['id']}/{flag}")
        assert status == 200
        assert "live.example" not in str(shown)
        assert "ForeignEvent" not in str(shown)


def test_tag_of_one_organisation_cannot_be_attached_by_others(seed: Seed) -> None:
    kept = Tag.objects.create(name="kept", org_id=seed.org_b.pk)
    own = _own_event(seed.stranger)
    mine = Attribute.objects.get(event=own)
    ways: list[tuple[str, Callable[[], Any]]] = [
        ("/tags/attachTagToObject", lambda: {"uuid": str(own.uuid), "tag": "kept"}),
        ("/tags/attachTagToObject", lambda: {"uuid": str(mine.uuid), "tag": str(kept.pk)}),
        (f"/events/addTag/{own.pk}/{kept.pk}", dict),
        (f"/events/edit/{own.pk}", lambda: {"Event": {"Tag": [{"name": "Kept"}]}}),
        (f"/attributes/edit/{mine.pk}", lambda: {"Tag": [{"id": str(kept.pk)}]}),
    ]
    for path, body in ways:
        call(seed.stranger.key, "POST", path, body())
    _add_own(seed.stranger, Tag=[{"name": "kept"}], EventTag=[{"Tag": {"name": "kept"}}])
    assert not EventTag.objects.filter(tag=kept).exists()
    assert not AttributeTag.objects.filter(tag=kept).exists()


def test_duplicate_uuid_reveals_the_event_only_to_readers(seed: Seed) -> None:
    uuid = str(uuid4())
    stored = send(seed.analyst.key, "POST", "/events/add", {"uuid": uuid, "info": "i", "distribution": 0})
    assert stored.status_code == 200
    again = {
        who: send(api_user.key, "POST", "/events/add", {"uuid": uuid, "info": "i"})
        for who, api_user in (("reader", seed.colleague), ("stranger", seed.partner_sync))
    }
    assert (again["reader"].status_code, again["stranger"].status_code) == (404, 403)
    assert again["reader"].headers["Location"].endswith(f"/events/{Event.objects.get(uuid=uuid).pk}")
    assert "Location" not in again["stranger"].headers
