"""Soft and hard deletion, and who still sees deleted parts (recordings, behaviour 15)."""

from __future__ import annotations

import pytest

from tests.factories.seed import ApiUser, Seed
from tests.support.web_server import WebServer
from tests.wire.raw import Raw

ATTRIBUTE = "baec193e-82ac-4602-8f05-9bc0a70a7461"
KEPT = "6281d6ec-36b8-4606-bfd1-5bc135e986b8"
OBJECT = "bb9ca106-71dd-4f72-844d-5aaaaac7511a"
IN_OBJECT = "267b5ceb-929d-4be1-a9f7-f3ca4cc160b1"
EVENT = "46d9e32d-c40f-40a3-be39-fd2bff1ed627"


@pytest.fixture
def raw(server: WebServer, server_seed: Seed) -> Raw:
    """A's administrator, with a published event for all: two attributes and an object."""
    raw = Raw(server.url, server_seed.org_admin.key)
    event = {
        "uuid": EVENT,
        "info": "del",
        "distribution": 3,
        "Attribute": [
            {"uuid": ATTRIBUTE, "type": "ip-dst", "value": "203.0.113.1"},
            {"uuid": KEPT, "type": "ip-dst", "value": "203.0.113.2"},
        ],
        "Object": [
            {
                "uuid": OBJECT,
                "name": "file",
                "meta-category": "file",
                "description": "A file",
                "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
                "template_version": "24",
                "distribution": "5",
                "Attribute": [
                    {"uuid": IN_OBJECT, "object_relation": "filename", "type": "filename", "value": "a.exe"}
                ],
            }
        ],
    }
    assert raw.post("/events/add", event)[0] == 200
    assert raw.post(f"/events/publish/{EVENT}", {})[0] == 200
    return raw


def seen(raw: Raw, suffix: str = "") -> set[str]:
    """The uuids of the event's attributes and objects."""
    event = raw.event(EVENT + suffix)
    inner = [attribute for thing in event["Object"] for attribute in thing["Attribute"]]
    return {thing["uuid"] for thing in (*event["Attribute"], *event["Object"], *inner)}


def test_soft_deleted_attribute_is_shown_only_on_request(raw: Raw) -> None:
    """And the event is no longer published."""
    status, body = raw.post(f"/attributes/delete/{ATTRIBUTE}", {})
    assert (status, body["message"]) == (200, "Attribute deleted.")
    assert ATTRIBUTE not in seen(raw)
    assert ATTRIBUTE in seen(raw, "/deleted:1")
    assert raw.event(EVENT)["published"] is False
    found = raw.post("/attributes/restSearch", {"value": "203.0.113.1"})[1]["response"]["Attribute"]
    assert found == []


def test_deleted_attributes_are_visible_to_the_owner_and_sync_users(
    raw: Raw, server: WebServer, server_seed: Seed
) -> None:
    """Others do not see them even on request."""
    raw.post(f"/attributes/delete/{ATTRIBUTE}", {})

    def as_player(api_user: ApiUser) -> bool:
        return ATTRIBUTE in seen(Raw(server.url, api_user.key), "/deleted:1")

    assert as_player(server_seed.analyst)
    assert as_player(server_seed.partner_sync)
    assert not as_player(server_seed.partner)
    assert not as_player(server_seed.stranger)


@pytest.mark.parametrize("form", ["path", "body"])
def test_hard_deleted_attribute_can_be_added_again(raw: Raw, form: str) -> None:
    """Without trace: the value may be added again under the same uuid."""
    path, body = (
        (f"/attributes/delete/{ATTRIBUTE}/1", {})
        if form == "path"
        else (
            f"/attributes/delete/{ATTRIBUTE}",
            {"hard": 1},
        )
    )
    assert raw.post(path, body) == (200, {"message": "Attribute deleted."})
    assert ATTRIBUTE not in seen(raw, "/deleted:1")
    assert raw.get(f"/attributes/view/{ATTRIBUTE}")[0] == 405
    again = {"uuid": ATTRIBUTE, "type": "ip-dst", "value": "203.0.113.1"}
    assert raw.post(f"/attributes/add/{EVENT}", again)[0] == 200


def test_deleting_an_object_deletes_its_attributes(raw: Raw) -> None:
    """After soft deletion both are shown with `deleted`; after hard deletion neither is."""
    assert raw.post(f"/objects/delete/{OBJECT}", {})[1]["message"] == "Object deleted"
    assert seen(raw) == {ATTRIBUTE, KEPT}
    assert {OBJECT, IN_OBJECT} <= seen(raw, "/deleted:1")
    assert raw.post(f"/objects/delete/{OBJECT}/1", {})[0] == 200
    assert seen(raw, "/deleted:1") == {ATTRIBUTE, KEPT}


def test_other_organisations_cannot_delete(raw: Raw, server: WebServer, server_seed: Seed) -> None:
    for api_user in (server_seed.partner, server_seed.stranger, server_seed.reader):
        other = Raw(server.url, api_user.key)
        assert other.post(f"/attributes/delete/{ATTRIBUTE}", {})[0] == 403
        assert other.post(f"/objects/delete/{OBJECT}", {})[0] in {403, 405}
        assert other.post(f"/events/delete/{EVENT}", {})[0] == 403
    assert {ATTRIBUTE, OBJECT} <= seen(raw)


def test_deleted_event_cannot_be_added_again(raw: Raw) -> None:
    """Its uuid is blocked, and nothing of it is found."""
    status, body = raw.post(f"/events/delete/{EVENT}", {})
    assert (status, body["message"]) == (200, "Event deleted.")
    assert raw.get(f"/events/view/{EVENT}")[0] == 404
    assert raw.post("/attributes/restSearch", {"value": "203.0.113.2"})[1]["response"]["Attribute"] == []
    assert raw.post("/events/add", {"uuid": EVENT, "info": "again", "distribution": 0})[0] == 403
