"""Proposals between instances: pulled, pushed, and inside event documents."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.seed import ApiUser, Seed
from tests.factories.sightings import attribute_of, beacons
from tests.intel.proposal_calls import (
    decide,
    listed,
    propose,
    propose_change,
    propose_deletion,
    shown,
    viewed,
)
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Event
from vardkase.intel.proposals.models import Proposal

ADDRESS = "198.51.100.1"
NEW = {"type": "ip-dst", "value": "198.51.100.50", "category": "Network activity"}
ELSEWHERE = {"name": "Elsewhere", "uuid": "5e0e5a1c-0000-4000-8000-00000000000e"}
UUIDS = [f"5e0e5a1c-0000-4000-8000-0000000000{n:02d}" for n in range(10, 20)]


@pytest.fixture
def event(seed: Seed) -> Event:
    found = beacons(seed)
    found.misp_objects.update(distribution=5)
    return found


def push(api_user: ApiUser, event: Event, *proposals: Any) -> tuple[int, Any]:
    return call(api_user.key, "POST", f"/events/pushProposals/{event.uuid}", list(proposals))


def test_pulled_proposals_can_be_pushed_back_unchanged(seed: Seed, event: Event) -> None:
    data = base64.b64encode(b"evidence").decode()
    propose(seed.partner, event, **NEW)
    propose(seed.partner, event, type="attachment", value="note.txt", data=data)
    propose_change(seed.partner, attribute_of(event, ADDRESS), comment="x")
    propose_deletion(seed.partner, attribute_of(event, "198.51.100.2"))
    path = "/shadow_attributes/index/all:1/timestamp:1/limit:1000/page:1/deleted[]:0/deleted[]:1.json"
    _, pulled = call(seed.partner_sync.key, "GET", path)
    assert len(pulled) == 4
    first, _, change, _ = [each["ShadowAttribute"] for each in pulled]
    assert list(first) == [
        "id", "old_id", "event_id", "type", "category", "uuid", "to_ids", "comment", "org_id", "timestamp",
        "first_seen", "last_seen", "deleted", "proposal_to_delete", "disable_correlation", "value", "org_uuid",
        "event_uuid", "Org",
    ]  # fmt: skip
    assert change["old_uuid"] == change["uuid"] == str(attribute_of(event, ADDRESS).uuid)
    nothing = (200, {"success": True, "message": "Nothing to update.", "counter": 0})
    assert push(seed.partner_sync, event, *pulled) == nothing
    assert push(seed.partner_sync, event, *(each["ShadowAttribute"] for each in pulled)) == nothing
    Proposal.objects.all().delete()
    assert push(seed.partner_sync, event, *pulled)[1]["counter"] == 4
    _, again = call(seed.partner_sync.key, "GET", path)
    assert [_without_ids(each) for each in again] == [_without_ids(each) for each in pulled]


def _without_ids(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row["ShadowAttribute"].items() if name != "id"}


def test_newer_decision_is_stored_and_older_copy_ignored(seed: Seed, event: Event) -> None:
    proposed = {**NEW, "uuid": UUIDS[0], "timestamp": 1_700_000_000, "Org": ELSEWHERE}
    assert push(seed.partner_sync, event, proposed)[1]["counter"] == 1
    assert shown(seed.analyst, event)[0] == [NEW["value"]]
    decided = {**proposed, "deleted": True, "timestamp": 1_700_000_100}
    assert push(seed.partner_sync, event, decided)[1]["counter"] == 1
    assert shown(seed.analyst, event)[0] == []
    assert push(seed.partner_sync, event, {**proposed, "timestamp": 1_700_000_050})[1]["counter"] == 0
    assert shown(seed.analyst, event)[0] == []
    assert [each["deleted"] for each in listed(seed.analyst, event)] == [True]
    assert len(listed(seed.analyst, event, deleted=0)) == 0
    assert len(listed(seed.analyst, event, timestamp=1_700_000_100)) == 1
    assert listed(seed.analyst, event, timestamp=1_700_000_101) == []


def test_sync_user_may_name_other_organisations(seed: Seed, event: Event) -> None:
    by_block = {**NEW, "uuid": UUIDS[0], "Org": ELSEWHERE}
    by_uuid = {**NEW, "uuid": UUIDS[1], "org_uuid": str(seed.org_c.uuid), "org_id": str(seed.org_a.pk)}
    of_itself = {**NEW, "uuid": UUIDS[2], "org_id": str(seed.org_a.pk)}
    Organisation.objects.filter(pk=seed.org_c.pk).update(local=False)
    assert push(seed.partner_sync, event, by_block, by_uuid, of_itself)[1]["counter"] == 3
    names = [each["Org"]["name"] for each in listed(seed.analyst, event)]
    assert names == ["Elsewhere", seed.org_c.name, seed.org_b.name]


def test_only_sync_users_push_proposals(seed: Seed, event: Event) -> None:
    for api_user in (seed.analyst, seed.partner, seed.stranger, seed.reader):
        assert push(api_user, event, {**NEW, "uuid": UUIDS[0]})[0] == 403
        assert call(api_user.key, "GET", f"/events/checkuuid/{event.uuid}")[0] == 403
    Event.objects.filter(pk=event.pk).update(distribution=0)
    assert push(seed.partner_sync, event, NEW)[0] == 404
    assert call(seed.partner_sync.key, "GET", f"/events/checkuuid/{event.uuid}")[0] == 404
    assert not Proposal.objects.exists()


def test_peer_checks_whether_an_event_exists(seed: Seed, event: Event) -> None:
    status, body = call(seed.partner_sync.key, "GET", f"/events/checkuuid/{event.uuid}")
    assert (status, body["uuid"]) == (200, str(event.uuid))
    assert call(seed.partner_sync.key, "GET", f"/events/checkuuid/{UUIDS[0]}")[0] == 404


def test_proposals_for_hidden_or_deleted_attributes_are_ignored(seed: Seed, event: Event) -> None:
    hidden, gone = attribute_of(event, "198.51.100.3"), attribute_of(event, "198.51.100.2")
    call(seed.analyst.key, "POST", f"/attributes/delete/{gone.pk}")
    proposals = [
        {**NEW, "uuid": str(hidden.uuid)},
        {**NEW, "uuid": str(hidden.uuid), "proposal_to_delete": True},
        {**NEW, "uuid": str(gone.uuid)},
        {**NEW, "uuid": UUIDS[0], "proposal_to_delete": True},
    ]
    assert push(seed.partner_sync, event, *proposals)[1]["counter"] == 0
    assert not Proposal.objects.exists()


def test_invalid_proposals_are_skipped(seed: Seed, event: Event) -> None:
    sound = {**NEW, "uuid": UUIDS[0], "timestamp": 1_700_000_000}
    nonsense = [None, 1, "x", [], {}, {"type": "ip-dst"}, {**NEW, "uuid": "x"}, {**NEW, "value": "bad"},
                {**NEW, "timestamp": "x"}, {"ShadowAttribute": None}, {**sound, "Org": 5, "org_uuid": 7}]  # fmt: skip
    assert push(seed.partner_sync, event, *nonsense)[1]["counter"] == 1
    assert push(seed.partner_sync, event, sound, sound)[1]["counter"] == 0
    for body in ({}, {"a": 1}, []):
        path = f"/events/pushProposals/{event.uuid}"
        assert call(seed.partner_sync.key, "POST", path, body)[1]["counter"] == 0


def test_two_copies_in_one_push_are_stored_once(seed: Seed, event: Event) -> None:
    older = {**NEW, "uuid": UUIDS[0], "timestamp": 1_700_000_000}
    newer = {**older, "timestamp": 1_700_000_100, "deleted": True}
    assert push(seed.partner_sync, event, older, newer)[1]["counter"] == 1
    assert list(Proposal.objects.values_list("timestamp", "deleted")) == [(1_700_000_100, True)]


def _document(**members: Any) -> dict[str, Any]:
    return {
        "info": "With proposals",
        "distribution": 1,
        "ShadowAttribute": [{**NEW, "uuid": UUIDS[0], "Org": ELSEWHERE}],
        "Attribute": [
            {
                "type": "domain",
                "value": "a.example",
                "uuid": UUIDS[1],
                "ShadowAttribute": [
                    {
                        "type": "domain",
                        "value": "b.example",
                        "category": "Network activity",
                        "Org": ELSEWHERE,
                    },
                    {"type": "domain", "value": "a.example", "proposal_to_delete": True, "Org": ELSEWHERE},
                ],
            }
        ],
        **members,
    }


def test_proposals_in_a_document_are_stored(seed: Seed) -> None:
    _, body = call(seed.partner_sync.key, "POST", "/events/add", _document())
    event = Event.objects.get(pk=body["Event"]["id"])
    assert shown(seed.partner, event) == ([NEW["value"]], {"a.example": ["b.example", "a.example"]})
    document = viewed(seed.partner, event)
    assert document["ShadowAttribute"][0]["Org"]["name"] == "Elsewhere"
    number = document["Attribute"][0]["ShadowAttribute"][0]["id"]
    assert decide(seed.partner_sync, "accept", number)[0] == 200
    document = viewed(seed.partner, event)
    document["timestamp"] = str(int(document["timestamp"]) + 1)
    assert call(seed.partner_sync.key, "POST", f"/events/edit/{event.pk}", document)[0] == 200
    assert shown(seed.partner, event) == ([NEW["value"]], {"b.example": ["a.example"]})


def test_merged_document_adds_proposals(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, ADDRESS)
    part = {"uuid": str(attribute.uuid), "type": "ip-dst", "value": ADDRESS, "timestamp": attribute.timestamp}
    part["ShadowAttribute"] = [{**NEW, "value": "198.51.100.99"}]
    body = {"Event": {"Attribute": [part], "ShadowAttribute": [NEW]}}
    assert call(seed.analyst.key, "POST", f"/events/edit/{event.pk}", body)[0] == 200
    assert shown(seed.analyst, event) == ([NEW["value"]], {ADDRESS: ["198.51.100.99"]})


def test_creator_of_a_proposal_is_the_sender_unless_a_sync_user(seed: Seed) -> None:
    _, body = call(seed.analyst.key, "POST", "/events/add", _document())
    event = Event.objects.get(pk=body["Event"]["id"])
    assert {each["Org"]["name"] for each in listed(seed.analyst, event)} == {seed.org_a.name}
    assert not Organisation.objects.filter(name="Elsewhere").exists()
