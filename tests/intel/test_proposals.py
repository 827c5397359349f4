"""Proposals: who makes and sees them, and what happens when the owner decides."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.api.calls import answer, call, send
from tests.factories import make_attribute, make_event
from tests.factories.seed import ApiUser, Seed
from tests.factories.sightings import attribute_of, beacons, configure
from tests.intel.proposal_calls import (
    decide,
    listed,
    propose,
    propose_change,
    propose_deletion,
    shown,
    viewed,
)
from vardkase.audit.models import AuditEntry
from vardkase.intel.models import Attribute, Event
from vardkase.intel.proposals.models import Proposal

ADDRESS = "198.51.100.1"
NEW = {"type": "ip-dst", "value": "198.51.100.50", "comment": "also seen"}
UNKNOWN = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def event(seed: Seed) -> Event:
    found = beacons(seed)
    found.misp_objects.update(distribution=5)
    return found


def test_new_attribute_is_proposed_and_accepted(seed: Seed, event: Event) -> None:
    saved = propose(seed.partner, event, **NEW)
    expected = {
        "old_id": "0", "event_id": str(event.pk), "type": "ip-dst", "category": "Network activity",
        "comment": "also seen", "to_ids": True, "event_org_id": str(event.org_id), "deleted": False,
        "email": seed.partner.user.email, "first_seen": None, "last_seen": None, "value": "198.51.100.50",
    }  # fmt: skip
    assert saved.items() >= expected.items()
    assert shown(seed.analyst, event) == (["198.51.100.50"], {})
    assert not Attribute.objects.filter(event=event, value1="198.51.100.50").exists()
    status, body = decide(seed.analyst, "accept", saved["id"])
    assert (status, body["message"]) == (200, "Proposal accepted.")
    stored = attribute_of(event, "198.51.100.50")
    assert (str(stored.uuid), stored.comment, stored.distribution) == (saved["uuid"], "also seen", 5)
    assert shown(seed.analyst, event) == ([], {})
    assert viewed(seed.analyst, event)["attribute_count"] == "6"
    _, found = call(seed.partner.key, "POST", "/attributes/restSearch", {"value": "198.51.100.50"})
    assert len(found["response"]["Attribute"]) == 1


def test_change_is_proposed_and_accepted(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, ADDRESS)
    saved = propose_change(seed.partner, attribute, value="198.51.100.99", to_ids=False)
    assert (saved["uuid"], saved["old_id"]) == (str(attribute.uuid), str(attribute.pk))
    assert shown(seed.partner, event) == ([], {ADDRESS: ["198.51.100.99"]})
    Event.objects.filter(pk=event.pk).update(published=True)
    status, body = decide(seed.colleague, "accept", saved["id"])
    assert (status, body["message"]) == (200, "Proposed change accepted.")
    attribute.refresh_from_db()
    event.refresh_from_db()
    assert (attribute.value, attribute.to_ids, event.published) == ("198.51.100.99", False, False)
    assert shown(seed.partner, event) == ([], {})


def test_deletion_is_proposed_and_accepted(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, "a.exe")
    propose_change(seed.partner, attribute, comment="not this one")
    number = propose_deletion(seed.partner, attribute)
    [document] = viewed(seed.analyst, event)["Object"]
    assert [each["proposal_to_delete"] for each in document["Attribute"][0]["ShadowAttribute"]] == [
        False,
        True,
    ]
    status, body = decide(seed.analyst, "accept", number)
    assert (status, body["message"]) == (200, "Proposed change accepted.")
    attribute.refresh_from_db()
    assert attribute.deleted
    # The open one goes with the attribute, the decided one stays, so that peers learn of the decision.
    assert list(Proposal.objects.values_list("to_delete", "deleted")) == [(True, True)]


def test_discarded_proposal_changes_nothing(seed: Seed, event: Event) -> None:
    before = Attribute.objects.filter(event=event).values()
    unchanged = list(before)
    number = propose_change(seed.partner, attribute_of(event, ADDRESS), comment="no")["id"]
    status, body = decide(seed.analyst, "discard", number)
    assert (status, body["message"]) == (200, "Proposal discarded.")
    assert list(before.all()) == unchanged
    assert shown(seed.partner, event) == ([], {})
    assert listed(seed.partner, event)[0]["deleted"] is True
    assert decide(seed.analyst, "discard", number)[0] == 405
    assert decide(seed.analyst, "accept", number) == (
        405,
        {
            "name": "Proposal not found or you are not authorised to accept it.",
            "message": "Proposal not found or you are not authorised to accept it.",
            "url": f"/shadow_attributes/accept/{number}",
        },
    )


def test_own_proposal_can_be_withdrawn(seed: Seed, event: Event) -> None:
    number = propose(seed.partner, event, **NEW)["id"]
    assert decide(seed.stranger, "discard", number)[0] == 403
    assert decide(seed.partner_sync, "discard", number)[0] == 200
    assert shown(seed.partner, event) == ([], {})


def test_only_the_owner_accepts(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, ADDRESS)
    proposals = [
        propose(seed.partner, event, **NEW)["id"],
        propose_change(seed.partner, attribute, value="198.51.100.99")["id"],
        propose_deletion(seed.partner, attribute),
    ]
    for api_user in (seed.partner, seed.partner_sync, seed.stranger, seed.reader):
        for number in proposals:
            assert decide(api_user, "accept", number)[0] == 403, api_user.user
        body = {"id": "all"}
        assert call(api_user.key, "POST", f"/shadow_attributes/acceptSelected/{event.pk}", body)[0] == 403
    assert decide(seed.stranger, "discard", proposals[0])[0] == 403
    assert not Proposal.objects.filter(deleted=True).exists()
    assert decide(seed.site_admin, "accept", proposals[0])[0] == 200


def test_proposing_requires_permission_and_a_writing_key(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, ADDRESS)
    for path in (
        f"add/{event.pk}",
        f"add_attachment/{event.pk}",
        f"edit/{attribute.pk}",
        f"delete/{attribute.pk}",
        "accept/1",
        "discard/1",
        f"acceptSelected/{event.pk}",
        f"discardSelected/{event.pk}",
    ):
        status, body = call(seed.reader.key, "POST", f"/shadow_attributes/{path}", NEW)
        assert (status, body["message"]) == (403, "You do not have permission to use this functionality."), (
            path
        )
        assert call(None, "POST", f"/shadow_attributes/{path}", NEW)[0] == 403
    assert not Proposal.objects.exists()


def test_proposals_for_hidden_attributes_are_refused(seed: Seed, event: Event) -> None:
    hidden = attribute_of(event, "198.51.100.3")
    for reference in (hidden.pk, hidden.uuid):
        for action in ("edit", "delete"):
            path = f"/shadow_attributes/{action}/{reference}"
            assert call(seed.stranger.key, "POST", path, {"comment": "x"})[0] == 404, path
    Event.objects.filter(pk=event.pk).update(distribution=0)
    status, body = call(seed.stranger.key, "POST", f"/shadow_attributes/add/{event.uuid}", NEW)
    assert (status, body["message"]) == (404, "Invalid Event")
    status, _ = call(
        seed.stranger.key, "POST", f"/shadow_attributes/edit/{attribute_of(event, ADDRESS).pk}", NEW
    )
    assert status == 404
    assert not Proposal.objects.exists()


def _ways_to_see(api_user: ApiUser, event: Event) -> list[int]:
    """How many proposals `api_user` finds by each way to list them."""
    new, about = shown(api_user, event)
    _, found = call(
        api_user.key, "POST", "/attributes/restSearch", {"eventid": event.pk, "includeProposals": 1}
    )
    attributes = found["response"]["Attribute"]
    opened = [
        call(api_user.key, "GET", f"/shadow_attributes/view/{each}")[0] == 200
        for each in Proposal.objects.values_list("pk", flat=True)
    ]
    return [
        len(new) + sum(map(len, about.values())),
        len(new) + sum(len(each["ShadowAttribute"]) for each in attributes),
        len(listed(api_user, event)),
        len(listed(api_user)),
        sum(opened),
    ]


def test_proposals_are_visible_to_readers_of_their_target(seed: Seed, event: Event) -> None:
    propose(seed.partner, event, **NEW)
    propose_change(seed.partner, attribute_of(event, ADDRESS), comment="x")
    propose_change(seed.analyst, attribute_of(event, "198.51.100.3"), comment="secret")
    assert _ways_to_see(seed.analyst, event) == [3] * 5
    assert _ways_to_see(seed.site_admin, event) == [3] * 5
    for api_user in (seed.partner, seed.stranger):
        assert _ways_to_see(api_user, event) == [2] * 5
    event.misp_objects.update(distribution=0)
    propose_change(seed.analyst, attribute_of(event, "a.exe"), comment="in a hidden object")
    assert _ways_to_see(seed.stranger, event) == [2] * 5
    Event.objects.filter(pk=event.pk).update(distribution=0)
    assert listed(seed.stranger) == []
    assert call(seed.stranger.key, "GET", f"/shadow_attributes/index/{event.pk}")[0] == 404
    for each in Proposal.objects.all():
        status, body = call(seed.stranger.key, "GET", f"/shadow_attributes/view/{each.pk}")
        assert (status, body["message"]) == (404, "Invalid proposal.")


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ({"type": "ip-dst", "value": "bad"}, 404, "[value]: IP address has an invalid format."),
        ({"value": "x"}, 404, "[type]: "),
        ({"type": ["ip-dst"], "value": "x"}, 404, "[type]: "),
        ({"type": "ip-dst", "value": {"a": 1}}, 404, "[value]: "),
        ({"type": "ip-dst", "value": ADDRESS, "category": "Nope"}, 404, "[category]: "),
        ({"type": "ip-dst", "value": ADDRESS, "uuid": "nope"}, 404, "[uuid]: "),
        ({"type": "attachment", "value": "a", "data": "abcde"}, 404, "[data]: "),
        ({"type": ["attachment"], "value": "a", "data": "YQ=="}, 404, "[type]: "),
        ([], 404, "[type]: "),
        ([1, 2], 404, "[type]: "),
    ],
    ids=str,
)
def test_invalid_proposals_are_rejected(seed: Seed, event: Event, said: Any, status: int, words: str) -> None:
    code, body = call(seed.partner.key, "POST", f"/shadow_attributes/add/{event.pk}", said)
    assert code == status
    assert body["message"].startswith(f"Could not save the proposal. Errors: {words}")
    assert not Proposal.objects.exists()


def test_empty_or_invalid_change_is_rejected(seed: Seed, event: Event) -> None:
    path = f"/shadow_attributes/edit/{attribute_of(event, ADDRESS).pk}"
    for said in ({}, {"distribution": 0}, {"uuid": UNKNOWN}, []):
        status, body = call(seed.partner.key, "POST", path, said)
        assert (status, body["message"]) == (405, "Invalid input.")
    status, body = call(seed.partner.key, "POST", path, {"value": "bad"})
    assert (status, "IP address has an invalid format." in body["message"]) == (404, True)
    assert not Proposal.objects.exists()


def test_unacceptable_proposal_stays_open(seed: Seed, event: Event) -> None:
    """A value that the event meanwhile has, and a uuid that is meanwhile taken."""
    double = propose(seed.partner, event, type="ip-dst", value=ADDRESS)["id"]
    taken = propose(seed.partner, event, type="ip-dst", value="198.51.100.77", uuid=UNKNOWN)["id"]
    other = {"info": "Other", "Attribute": [{"type": "text", "value": "x", "uuid": UNKNOWN}]}
    assert call(seed.partner.key, "POST", "/events/add", other)[0] == 200
    for number in (double, taken):
        assert decide(seed.analyst, "accept", number)[0] == 403
    path = f"/shadow_attributes/acceptSelected/{event.pk}"
    propose(seed.partner, event, **NEW)
    assert call(seed.analyst.key, "POST", path, {"id": "all"})[0] == 403
    assert len(shown(seed.analyst, event)[0]) == 3
    assert Attribute.objects.filter(event=event).count() == 5


def test_several_proposals_are_decided_at_once(seed: Seed, event: Event) -> None:
    first = [propose(seed.partner, event, type="ip-dst", value=f"203.0.113.{n}")["id"] for n in range(4)]
    change = propose_change(seed.partner, attribute_of(event, ADDRESS), comment="better")["id"]
    deletion = propose_deletion(seed.partner, attribute_of(event, "198.51.100.2"))
    accept, discard = (f"/shadow_attributes/{each}Selected/{event.uuid}" for each in ("accept", "discard"))
    for nonsense in ({}, {"id": []}, {"id": "some"}, {"id": [{"a": 1}]}):
        assert call(seed.analyst.key, "POST", accept, nonsense)[0] == 400
    assert call(seed.analyst.key, "POST", accept, {"id": [first[0], "999999"]})[0] == 404
    chosen = {"id": [*first[:3], change, int(deletion)]}
    assert call(seed.analyst.key, "POST", accept, chosen) == (
        200,
        {"saved": True, "success": "5 proposal(s) accepted."},
    )
    assert Attribute.objects.filter(event=event, value1__startswith="203.0.113.", deleted=False).count() == 3
    assert attribute_of(event, ADDRESS).comment == "better"
    assert attribute_of(event, "198.51.100.2").deleted
    assert call(seed.analyst.key, "POST", discard, {"id": "all"})[1]["success"] == "1 proposal(s) discarded."
    assert shown(seed.analyst, event) == ([], {})


def test_attachment_is_proposed_downloaded_and_accepted(seed: Seed, event: Event) -> None:
    data = base64.b64encode(b"evidence").decode()
    saved = propose(seed.partner, event, type="attachment", value="note.txt", data=data)
    fetched = send(seed.analyst.key, "GET", f"/shadow_attributes/download/{saved['id']}")
    assert (fetched.status_code, fetched.content) == (200, b"evidence")
    assert "attachment" in fetched["Content-Disposition"]
    assert send(seed.analyst.key, "GET", f"/shadow_attributes/viewPicture/{saved['id']}").status_code == 200
    assert listed(seed.analyst, event)[0]["data"] == data
    assert viewed(seed.analyst, event)["ShadowAttribute"][0]["data"] == data
    assert decide(seed.analyst, "accept", saved["id"])[0] == 200
    [stored] = [each for each in viewed(seed.analyst, event)["Attribute"] if each["value"] == "note.txt"]
    assert stored["data"] == data
    Event.objects.filter(pk=event.pk).update(distribution=0)
    other = propose(seed.analyst, event, type="attachment", value="own.txt", data=data)
    assert send(seed.stranger.key, "GET", f"/shadow_attributes/download/{other['id']}").status_code == 404


def test_file_is_proposed_by_a_multipart_form(seed: Seed, event: Event) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="bad.exe"\r\n\r\nMZ\r\n'
        b'--x\r\nContent-Disposition: form-data; name="malware"\r\n\r\n1\r\n--x--\r\n'
    )
    path, kind = f"/shadow_attributes/add_attachment/{event.pk}", "multipart/form-data; boundary=x"
    saved = answer(send(seed.partner.key, "POST", path, body, content_type=kind))["ShadowAttribute"]
    assert saved["type"] == "malware-sample"
    assert saved["value"].startswith("bad.exe|")


def test_deleting_attribute_or_event_deletes_its_proposals(seed: Seed, event: Event) -> None:
    for value in (ADDRESS, "198.51.100.2", "a.exe"):
        propose_change(seed.partner, attribute_of(event, value), comment="x")
    propose(seed.partner, event, **NEW)
    call(seed.analyst.key, "POST", f"/attributes/delete/{attribute_of(event, ADDRESS).pk}")
    assert Proposal.objects.count() == 3
    call(seed.analyst.key, "POST", f"/attributes/delete/{attribute_of(event, '198.51.100.2').pk}/1")
    assert Proposal.objects.count() == 2
    call(seed.analyst.key, "POST", f"/objects/delete/{event.misp_objects.get().pk}")
    assert Proposal.objects.count() == 1
    call(seed.analyst.key, "POST", f"/events/delete/{event.pk}")
    assert not Proposal.objects.exists()


def test_proposal_does_not_change_the_event(seed: Seed, event: Event) -> None:
    before = Event.objects.values().get(pk=event.pk)
    propose(seed.partner, event, **NEW)
    after = Event.objects.values().get(pk=event.pk)
    assert after == {**before, "proposal_email_lock": True}


def test_setting_excludes_disputed_attributes_from_exports(seed: Seed, event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(published=True)
    propose_deletion(seed.partner, attribute_of(event, ADDRESS))
    propose_change(seed.partner, attribute_of(event, "198.51.100.2"), to_ids=False)
    propose_change(seed.partner, attribute_of(event, "a.exe"), comment="harmless")

    def exported(scope: str, **asked: Any) -> set[str]:
        body = {"returnFormat": "text", "eventid": event.pk, **asked}
        response = send(seed.analyst.key, "POST", f"/{scope}/restSearch", body)
        return set(b"".join(response).decode().split())  # type: ignore[call-overload]

    everything = {ADDRESS, "198.51.100.2", "198.51.100.3", "a.exe", "d41d8cd98f00b204e9800998ecf8427e"}
    assert exported("attributes") == exported("events") == everything
    configure("MISP.proposals_block_attributes", True)
    undisputed = everything - {ADDRESS, "198.51.100.2"}
    assert exported("attributes") == exported("events") == undisputed
    assert exported("attributes", allow_proposal_blocking=0) == everything
    asked = {"eventid": event.pk, "allow_proposal_blocking": 1}
    _, found = call(seed.analyst.key, "POST", "/attributes/restSearch", asked)
    assert {each["value"] for each in found["response"]["Attribute"]} == undisputed


def test_events_are_filtered_by_proposals(seed: Seed, event: Event) -> None:
    call(seed.analyst.key, "POST", "/events/add", {"info": "Undisputed", "distribution": 1})
    number = propose(seed.partner, event, **NEW)["id"]

    def titles(path: str, body: Any = None) -> list[str]:
        return [row["info"] for row in call(seed.analyst.key, "POST", path, body or {})[1]]

    assert titles("/events/index", {"hasproposal": 1}) == ["Beacons"]
    assert titles("/events/index", {"hasproposal": 0}) == ["Undisputed"]
    assert titles("/events/index", {"hasproposal": 2}) == ["Beacons", "Undisputed"]
    assert titles("/events/proposalEventIndex") == ["Beacons"]
    assert call(seed.partner.key, "GET", "/events/proposalEventIndex")[1] == []
    decide(seed.analyst, "discard", number)
    assert titles("/events/index", {"hasproposal": 1}) == []


def test_proposals_and_decisions_are_audited(seed: Seed, event: Event) -> None:
    number = propose(seed.partner, event, **NEW)["id"]
    decide(seed.analyst, "accept", number)
    other = propose_change(seed.partner, attribute_of(event, ADDRESS), comment="x")["id"]
    decide(seed.analyst, "discard", other)
    trail = AuditEntry.objects.filter(action__startswith="proposal.").order_by("pk")
    assert list(trail.values_list("action", "actor_name")) == [
        ("proposal.added", seed.partner.user.email),
        ("proposal.accepted", seed.analyst.user.email),
        ("proposal.added", seed.partner.user.email),
        ("proposal.discarded", seed.analyst.user.email),
    ]


def test_search_does_not_reveal_proposals_for_hidden_attributes(seed: Seed) -> None:
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    hidden = make_attribute(event, distribution=0)
    hidden.save()
    propose_change(seed.site_admin, hidden, comment="better")

    def found(api_user: ApiUser, wanted: int) -> bool:
        return bool(call(api_user.key, "POST", "/events/index", {"hasproposal": wanted})[1])

    assert (found(seed.stranger, 1), found(seed.stranger, 0)) == (False, True)
    assert (found(seed.analyst, 1), found(seed.analyst, 0)) == (True, False)
