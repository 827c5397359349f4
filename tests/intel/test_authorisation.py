"""Nobody changes what is not theirs, whichever way round they try: by id, by uuid, from inside a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call, send
from tests.cast import READ_ONLY, Cast, Player
from tests.factories import make_key, make_role, make_user
from vardkase.api.dispatch import declared_permissions
from vardkase.identity.access.permissions import Permission
from vardkase.intel.models import (
    Attribute,
    AttributeTag,
    Event,
    EventBlocklist,
    EventReport,
    EventTag,
    Object,
    ObjectReference,
)
from vardkase.knowledge.taxonomies.models import Tag

pytestmark = pytest.mark.django_db
TABLES = (Event, Attribute, Object, ObjectReference, EventReport, EventTag, AttributeTag, EventBlocklist)
TEMPLATE = "11111111-aaaa-4bbb-8ccc-222222222222"


@dataclass(frozen=True, slots=True)
class Theirs:
    """An event of organisation A, with one of everything in it."""

    event: Event
    attribute: Attribute
    deleted: Attribute
    object: Object
    inside: Attribute
    reference: ObjectReference
    report: EventReport


def _object(**members: Any) -> dict[str, Any]:
    text = {"type": "text", "object_relation": "text", "value": "inside"}
    return {
        "name": "note",
        "meta-category": "misc",
        "description": "A note",
        "template_uuid": TEMPLATE,
        "template_version": 1,
        "distribution": 5,
        "Attribute": [text],
        **members,
    }


def theirs(owner: Player, **header: Any) -> Theirs:
    """Store A's event through the API, with a tag, a reference, a report and a deleted attribute."""
    source = str(uuid4())
    target = str(uuid4())
    document = {
        "info": "Theirs",
        "Tag": [{"name": "tlp:red"}],
        "Attribute": [
            {"uuid": target, "type": "domain", "value": "live.example", "Tag": [{"name": "tlp:red"}]},
            {"type": "domain", "value": "deleted.example", "deleted": True},
        ],
        "Object": [
            _object(uuid=source, ObjectReference=[{"referenced_uuid": target, "relationship_type": "x"}])
        ],
        "EventReport": [{"name": "Report", "content": "theirs"}],
        **header,
    }
    status, body = call(owner.key, "POST", "/events/add", {"Event": document})
    assert status == 200, body
    event = Event.objects.get(pk=int(body["Event"]["id"]))
    parts = Attribute.objects.filter(event=event)
    return Theirs(
        event,
        parts.get(value1="live.example"),
        parts.get(deleted=True),
        Object.objects.get(event=event),
        parts.get(value1="inside"),
        ObjectReference.objects.get(event=event),
        EventReport.objects.get(event=event),
    )


def everything() -> dict[str, list[dict[str, Any]]]:
    """All intelligence there is."""
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in TABLES}


def attempts(it: Theirs) -> list[tuple[str, Any]]:
    """Every way to change something in an event: path and body, by id and by uuid."""
    found: list[tuple[str, Any]] = []
    for event in (it.event.pk, it.event.uuid):
        found += [
            (f"/events/edit/{event}", {"info": "mine now"}),
            (
                f"/events/edit/{event}",
                {"Attribute": [{"uuid": str(it.attribute.uuid), "comment": "mine now"}]},
            ),
            (f"/events/edit/{event}", {"Object": [{"uuid": str(it.object.uuid), "deleted": True}]}),
            (f"/events/edit/{event}", {"orgc_id": "4", "Orgc": {"uuid": str(uuid4()), "name": "Mine"}}),
            (f"/events/delete/{event}", {}),
            ("/events/delete", {"id": [str(event)]}),
            (f"/events/publish/{event}", {}),
            (f"/events/alert/{event}", {}),
            (f"/events/unpublish/{event}", {}),
            (f"/events/addTag/{event}", {"tag": "tlp:green"}),
            (f"/events/removeTag/{event}", {"tag": "tlp:red"}),
            (f"/attributes/add/{event}", {"type": "domain", "value": "mine.example"}),
            (f"/objects/add/{event}", _object()),
        ]
    for attribute in (it.attribute, it.deleted, it.inside):
        for reference in (attribute.pk, attribute.uuid):
            found += [
                (f"/attributes/edit/{reference}", {"comment": "mine now"}),
                (f"/attributes/edit/{reference}", {"deleted": False}),
                (f"/attributes/delete/{reference}", {}),
                (f"/attributes/delete/{reference}/1", {}),
                (f"/attributes/restore/{reference}", {}),
                (f"/attributes/addTag/{reference}", {"tag": "tlp:green"}),
                (f"/attributes/removeTag/{reference}", {"tag": "tlp:red"}),
            ]
    for reference in (it.object.pk, it.object.uuid):
        found += [
            (f"/objects/edit/{reference}", {"comment": "mine now"}),
            (f"/objects/edit/{reference}", {"deleted": True}),
            (f"/objects/delete/{reference}", {}),
            (f"/objects/delete/{reference}/1", {}),
            (
                f"/object_references/add/{reference}",
                {"referenced_uuid": str(it.inside.uuid), "relationship_type": "mine"},
            ),
        ]
    for part in (it.event, it.attribute, it.deleted, it.inside):
        found += [
            ("/tags/attachTagToObject", {"uuid": str(part.uuid), "tag": "tlp:green"}),
            ("/tags/attachTagToObject", {"uuid": str(part.uuid), "tag": "tlp:green", "local": True}),
            ("/tags/removeTagFromObject", {"uuid": str(part.uuid), "tag": "tlp:red"}),
        ]
    found += [
        (f"/object_references/delete/{it.reference.pk}", {}),
        (f"/object_references/delete/{it.reference.uuid}/1", {}),
    ]
    return found


def refused(status: int, body: Any) -> bool:
    """The older tagging routes refuse with 200 and ``saved: false``."""
    return status in (403, 404, 405) or (status == 200 and body.get("saved") is False)


def _none_gets_through(player: Player, it: Theirs) -> None:
    before = everything()
    for path, body in attempts(it):
        status, answer = call(player.key, "POST", path, body)
        assert refused(status, answer), (path, body, status, answer)
        assert everything() == before, (path, body)


@pytest.fixture
def tags(db: None) -> None:
    for name in ("tlp:red", "tlp:green"):
        Tag.objects.get_or_create(name=name)


def test_the_attempts_would_change_something(cast: Cast, tags: None) -> None:
    """Made by those who may, so that the tests below have something to fail on: each route has an effect."""
    routes = [_route(path) for path, _ in attempts(theirs(cast.org_admin))]
    effective: set[str] = set()
    for number, route in enumerate(routes):
        if route in effective:
            continue
        it = theirs(cast.org_admin)
        Event.objects.filter(pk=it.event.pk).update(published=route == "events/unpublish")
        before = everything()
        send(cast.org_admin.key, "POST", *attempts(it)[number])
        effective |= {route} if everything() != before else set()
    assert set(routes) == effective
    assert len(effective) > 15


def _route(path: str) -> str:
    return "/".join(path.split("/")[1:3])


@pytest.mark.parametrize("distribution", [0, 3])
@pytest.mark.parametrize("who", ["stranger", "partner", "partner_sync"])
def test_other_organisations_change_nothing(who: str, distribution: int, cast: Cast, tags: None) -> None:
    _none_gets_through(getattr(cast, who), theirs(cast.org_admin, distribution=distribution, published=True))


def test_an_organisations_administrator_is_none_of_another(cast: Cast, tags: None) -> None:
    it = theirs(cast.org_admin, distribution=3, published=True)
    admin = make_user(cast.org_c, cast.org_admin.user.role)
    _none_gets_through(Player(admin, make_key(admin)), it)


def test_read_only_roles_and_keys_change_nothing_of_their_own(cast: Cast, tags: None) -> None:
    it = theirs(cast.org_admin)
    _none_gets_through(cast.reader, it)
    read_only = Player(cast.org_admin.user, make_key(cast.org_admin.user, read_only=True))
    _none_gets_through(read_only, it)


def test_no_endpoint_that_writes_answers_to_a_read_only_key(cast: Cast) -> None:
    key = make_key(cast.site_admin.user, read_only=True)
    for endpoint in declared_permissions():
        if endpoint.writes:
            status, body = call(key, "POST", f"/{endpoint.name}/1", {})
            assert status == 403, (endpoint.name, body)


def test_whoever_may_change_only_what_they_made_changes_nothing_of_a_colleague(
    cast: Cast, tags: None
) -> None:
    role = make_role("Only mine", READ_ONLY | {Permission.ADD, Permission.MODIFY})
    user = make_user(cast.org_a, role)
    _none_gets_through(Player(user, make_key(user)), theirs(cast.org_admin))


def _add_own(player: Player, **members: Any) -> tuple[int, Any]:
    return call(player.key, "POST", "/events/add", {"Event": {"info": "Mine", **members}})


def _own_event(player: Player) -> Event:
    status, body = _add_own(player, Attribute=[{"type": "domain", "value": "own.example"}])
    assert status == 200, body
    return Event.objects.get(pk=int(body["Event"]["id"]))


@pytest.mark.parametrize("how", ["add", "edit"])
def test_a_document_does_not_take_parts_out_of_another_event(how: str, cast: Cast, tags: None) -> None:
    it = theirs(cast.org_admin, distribution=3, published=True)
    parts = {
        "Attribute": [
            {"uuid": str(it.attribute.uuid), "type": "domain", "value": "taken.example", "deleted": True},
            {"uuid": str(it.inside.uuid), "type": "text", "value": "taken"},
        ],
        "Object": [
            _object(uuid=str(it.object.uuid), deleted=True),
            _object(
                Attribute=[
                    {"uuid": str(it.inside.uuid), "type": "text", "value": "t", "object_relation": "t"}
                ]
            ),
        ],
        "EventReport": [{"uuid": str(it.report.uuid), "name": "Taken", "timestamp": "2000000000"}],
    }
    before = _parts_of(it)
    if how == "add":
        _add_own(cast.stranger, **parts)
    else:
        call(cast.stranger.key, "POST", f"/events/edit/{_own_event(cast.stranger).pk}", {"Event": parts})
    assert _parts_of(it) == before


def _parts_of(it: Theirs) -> list[list[dict[str, Any]]]:
    tables = (Attribute, Object, ObjectReference, EventReport)
    return [list(table.objects.filter(event=it.event).order_by("pk").values()) for table in tables]  # type: ignore[attr-defined]


def test_ids_in_a_document_move_nothing(cast: Cast, tags: None) -> None:
    it = theirs(cast.org_admin, distribution=3, published=True)
    own = _own_event(cast.stranger)
    mine = Attribute.objects.get(event=own)
    ids = {"event_id": str(it.event.pk), "object_id": str(it.object.pk), "id": str(it.attribute.pk)}
    before = _parts_of(it)
    call(cast.stranger.key, "POST", f"/attributes/edit/{mine.pk}", {"comment": "moved?", **ids})
    call(
        cast.stranger.key,
        "POST",
        f"/attributes/add/{own.pk}",
        {"type": "domain", "value": "n.example", **ids},
    )
    call(
        cast.stranger.key,
        "POST",
        f"/events/edit/{own.pk}",
        {"Event": {"id": str(it.event.pk), "info": "moved?"}},
    )
    assert _parts_of(it) == before
    assert {a.event_id for a in Attribute.objects.filter(value1__in=("own.example", "n.example"))} == {own.pk}
    assert not Attribute.objects.filter(event=own).exclude(object=None).exists()
    assert Event.objects.get(pk=it.event.pk).info == "Theirs"


def test_references_stay_inside_an_event(cast: Cast, tags: None) -> None:
    it = theirs(cast.org_admin, distribution=3, published=True)
    own = _own_event(cast.stranger)
    status, body = call(cast.stranger.key, "POST", f"/objects/add/{own.pk}", _object())
    assert status == 200, body
    reference = {"referenced_uuid": str(it.attribute.uuid), "relationship_type": "knows"}
    status, _ = call(cast.stranger.key, "POST", f"/object_references/add/{body['Object']['uuid']}", reference)
    assert status == 404
    document = {"Object": [{"uuid": body["Object"]["uuid"], "ObjectReference": [reference]}]}
    call(cast.stranger.key, "POST", f"/events/edit/{own.pk}", {"Event": document})
    assert not ObjectReference.objects.filter(event=own).exists()


def test_a_sharing_group_is_for_its_members(cast: Cast) -> None:
    shared = {"distribution": 4, "sharing_group_id": str(cast.group.pk)}
    assert _add_own(cast.stranger, **shared)[0] == 405
    by_uuid = {"distribution": 4, "SharingGroup": {"uuid": str(cast.group.uuid), "name": "A and B"}}
    assert _add_own(cast.stranger, **by_uuid)[0] == 405
    own = _own_event(cast.stranger)
    mine = Attribute.objects.get(event=own)
    before = everything()
    for limit in (shared, by_uuid):
        assert call(cast.stranger.key, "POST", f"/events/edit/{own.pk}", limit)[0] == 403
        value = {"type": "domain", "value": "s.example", **limit}
        assert call(cast.stranger.key, "POST", f"/attributes/add/{own.pk}", value)[0] == 403
    assert everything() == before
    for limit in (shared, by_uuid):
        call(cast.stranger.key, "POST", f"/attributes/edit/{mine.pk}", limit)
        call(cast.stranger.key, "POST", f"/objects/add/{own.pk}", _object(**limit))
    assert not Attribute.objects.exclude(sharing_group=None).exists()
    assert not Object.objects.exclude(sharing_group=None).exists()
    assert _add_own(cast.partner, **shared)[0] == 200


def test_nobody_joins_a_sharing_group_through_a_document(cast: Cast) -> None:
    members = [{"Organisation": {"uuid": str(cast.org_c.uuid), "name": "C"}, "extend": True}]
    block = {
        "uuid": str(cast.group.uuid),
        "name": "A and B",
        "modified": "2099-01-01 00:00:00",
        "SharingGroupOrg": members,
    }
    sync = make_user(cast.org_c, cast.partner_sync.user.role)
    for key in (cast.stranger.key, make_key(sync)):
        status, _ = call(key, "POST", "/events/add", {"info": "x", "distribution": 4, "SharingGroup": block})
        assert status == 405
    assert not cast.group.members.filter(org=cast.org_c).exists()


def test_publishing_takes_the_permission_in_every_door(cast: Cast) -> None:
    status, body = _add_own(cast.analyst, published=True, Attribute=[{"type": "text", "value": "x"}])
    assert status == 200
    event = Event.objects.get(pk=int(body["Event"]["id"]))
    assert not event.published
    call(cast.analyst.key, "POST", f"/events/edit/{event.pk}", {"published": True})
    call(cast.analyst.key, "POST", f"/events/publish/{event.pk}", {})
    call(cast.analyst.key, "POST", f"/events/alert/{event.pk}", {})
    assert not Event.objects.get(pk=event.pk).published
    assert call(cast.publisher.key, "POST", f"/events/publish/{event.pk}", {})[0] == 200
    call(cast.analyst.key, "POST", f"/events/unpublish/{event.pk}", {})
    assert Event.objects.get(pk=event.pk).published


def test_who_made_an_event_is_not_for_an_ordinary_user_to_say(cast: Cast) -> None:
    claims = {
        "Orgc": {"uuid": str(cast.org_b.uuid), "name": "Organisation B"},
        "orgc_id": str(cast.org_b.pk),
        "org_id": str(cast.org_b.pk),
        "user_id": "1",
        "locked": True,
    }
    status, body = _add_own(cast.stranger, **claims)
    assert status == 200
    pk = int(body["Event"]["id"])
    call(cast.stranger.key, "POST", f"/events/edit/{pk}", {"Event": {"info": "again", **claims}})
    event = Event.objects.get(pk=pk)
    assert (event.org_id, event.orgc_id, event.locked) == (cast.org_c.pk, cast.org_c.pk, False)
    assert event.user_id == cast.stranger.user.pk


def test_a_synchronising_user_merges_what_came_by_synchronisation_and_nothing_else(
    cast: Cast, tags: None
) -> None:
    it = theirs(cast.org_admin, distribution=3, published=True)
    newer = {"Event": {"info": "merged", "timestamp": str(it.event.timestamp + 1000)}}
    path = f"/events/edit/{it.event.pk}"
    assert call(cast.partner_sync.key, "POST", path, newer)[0] == 403
    Event.objects.filter(pk=it.event.pk).update(locked=True)
    before = everything()
    assert call(cast.partner.key, "POST", path, newer)[0] == 403
    assert (
        call(cast.partner_sync.key, "POST", f"/attributes/edit/{it.attribute.pk}", {"comment": "x"})[0] == 403
    )
    assert everything() == before
    assert call(cast.partner_sync.key, "POST", path, newer)[0] == 200
    hidden = theirs(cast.org_admin, distribution=0)
    Event.objects.filter(pk=hidden.event.pk).update(locked=True)
    assert call(cast.partner_sync.key, "POST", f"/events/edit/{hidden.event.pk}", newer)[0] == 404


def test_extending_an_event_shows_nothing_of_it(cast: Cast) -> None:
    it = theirs(cast.org_admin, distribution=0)
    status, body = _add_own(cast.stranger, extends_uuid=str(it.event.uuid))
    assert status == 200
    for flag in ("extended:1", "extended:2"):
        status, shown = call(cast.stranger.key, "GET", f"/events/view/{body['Event']['id']}/{flag}")
        assert status == 200
        assert "live.example" not in str(shown)
        assert "Theirs" not in str(shown)


def test_a_tag_kept_for_one_organisation_is_attached_by_nobody_else(cast: Cast) -> None:
    kept = Tag.objects.create(name="kept", org_id=cast.org_b.pk)
    own = _own_event(cast.stranger)
    mine = Attribute.objects.get(event=own)
    ways: list[tuple[str, Callable[[], Any]]] = [
        ("/tags/attachTagToObject", lambda: {"uuid": str(own.uuid), "tag": "kept"}),
        ("/tags/attachTagToObject", lambda: {"uuid": str(mine.uuid), "tag": str(kept.pk)}),
        (f"/events/addTag/{own.pk}/{kept.pk}", dict),
        (f"/events/edit/{own.pk}", lambda: {"Event": {"Tag": [{"name": "Kept"}]}}),
        (f"/attributes/edit/{mine.pk}", lambda: {"Tag": [{"id": str(kept.pk)}]}),
    ]
    for path, body in ways:
        call(cast.stranger.key, "POST", path, body())
    _add_own(cast.stranger, Tag=[{"name": "kept"}], EventTag=[{"Tag": {"name": "kept"}}])
    assert not EventTag.objects.filter(tag=kept).exists()
    assert not AttributeTag.objects.filter(tag=kept).exists()


def test_only_readers_learn_which_event_has_the_uuid_already(cast: Cast) -> None:
    uuid = str(uuid4())
    stored = send(cast.analyst.key, "POST", "/events/add", {"uuid": uuid, "info": "i", "distribution": 0})
    assert stored.status_code == 200
    again = {
        who: send(player.key, "POST", "/events/add", {"uuid": uuid, "info": "i"})
        for who, player in (("reader", cast.colleague), ("stranger", cast.partner_sync))
    }
    assert {response.status_code for response in again.values()} == {404}
    assert again["reader"].headers["Location"].endswith(f"/events/{Event.objects.get(uuid=uuid).pk}")
    assert "Location" not in again["stranger"].headers
