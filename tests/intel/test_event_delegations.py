"""Delegation: an organisation asks another to take over an event and publish it in its own name."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.calls import call, send
from tests.factories import make_key, make_organisation, make_role, make_sharing_group, make_user
from tests.factories.seed import PUBLISHER, ApiUser, Seed
from tests.factories.sightings import configure
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import NotFound
from vardkase.core.openpgp import public_part
from vardkase.core.openpgp.new_key import new_secret_key
from vardkase.formats.misp_json.comparison import edition
from vardkase.formats.misp_json.published import published_event
from vardkase.intel.event_delegations.models import EventDelegation
from vardkase.intel.models import Event
from vardkase.intel.personal_data.answers import MarksOfEvent, state_necessity
from vardkase.intel.personal_data.models import PersonalDataMark
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.last_version import changing_events, find_last_version
from vardkase.intel.queries.versions import event_acts, event_versions, holders
from vardkase.intel.sightings.settings import EVERYONE, POLICY
from vardkase.knowledge.blocklists.models import BlocklistEntry

REFUSED = "You do not have permission to use this functionality."
VALUE = "delegated.example"


@pytest.fixture
def event(seed: Seed) -> Event:
    """A private event of A, with one part for all its readers and one for A only."""
    configure("MISP.delegation", True)
    document = {
        "info": "Quietly found",
        "distribution": 0,
        "Attribute": [
            {"type": "domain", "value": VALUE, "distribution": 5},
            {"type": "domain", "value": f"own.{VALUE}", "distribution": 0},
        ],
    }
    status, body = call(seed.analyst.key, "POST", "/events/add", document)
    assert status == 200, body
    return Event.objects.get(pk=body["Event"]["id"])


def ask(seed: Seed, event: Event, **said: Any) -> tuple[int, Any]:
    given = {"org_id": str(seed.org_b.uuid), "distribution": 1, "message": "Please"} | said
    return call(seed.publisher.key, "POST", f"/eventDelegations/delegateEvent/{event.uuid}", given)


def asked(seed: Seed, event: Event, **said: Any) -> str:
    status, body = ask(seed, event, **said)
    assert status == 200, body
    return str(body["EventDelegation"]["id"])


def accept(api_user: ApiUser, delegation: str, **said: Any) -> tuple[int, Any]:
    return call(api_user.key, "POST", f"/eventDelegations/acceptDelegation/{delegation}", said)


def decline(api_user: ApiUser, delegation: str) -> tuple[int, Any]:
    return call(api_user.key, "POST", f"/event_delegations/deleteDelegation/{delegation}")


def listed(api_user: ApiUser, context: str = "") -> list[str]:
    status, body = call(api_user.key, "GET", f"/eventDelegations/index/context:{context}")
    assert status == 200
    return [each["EventDelegation"]["id"] for each in body]


def sees(api_user: ApiUser, event: Event) -> bool:
    return call(api_user.key, "GET", f"/events/view/{event.pk}")[0] == 200


def test_accepted_delegation_transfers_the_event(seed: Seed, event: Event) -> None:
    status, body = ask(seed, event)
    assert status == 200
    assert (
        body["EventDelegation"].items()
        >= {
            "org_id": str(seed.org_b.pk),
            "requester_org_id": str(seed.org_a.pk),
            "event_id": str(event.pk),
            "message": "Please",
            "distribution": "1",
            "sharing_group_id": "0",
        }.items()
    )
    delegation = body["EventDelegation"]["id"]
    _, [listed] = call(seed.partner.key, "GET", "/eventDelegations")
    assert listed["EventDelegation"] == body["EventDelegation"]
    assert listed["Event"]["info"] == "Quietly found"
    assert (listed["Org"]["name"], listed["RequesterOrg"]["name"]) == ("Organisation B", "Organisation A")
    assert call(seed.partner.key, "GET", f"/eventDelegations/view/{delegation}") == (200, listed)

    status, body = accept(seed.partner, delegation)
    assert (status, body["message"]) == (200, "Event ownership transferred.")
    before = event.timestamp
    event.refresh_from_db()
    assert (event.org_id, event.orgc_id, event.distribution) == (seed.org_b.pk, seed.org_b.pk, 1)
    assert (event.user_id, event.published) == (seed.partner.user.pk, False)
    assert event.timestamp >= before
    assert not EventDelegation.objects.exists()
    actions = [*AuditEntry.objects.filter(target_id=event.pk).order_by("pk").values_list("action", flat=True)]
    assert actions == ["event.added", "event.delegated", "event.delegation_accepted"]
    edited = {"info": "Ours now"}
    assert call(seed.partner.key, "POST", f"/events/edit/{event.pk}", edited)[0] == 200
    assert call(seed.org_admin.key, "POST", f"/events/edit/{event.pk}", edited)[0] == 403


@pytest.mark.parametrize("path", ["/auditLogs/eventIndex", "/logs/event_index"])
def test_history_does_not_reveal_the_former_owner(seed: Seed, event: Event, path: str) -> None:
    accept(seed.partner, asked(seed, event))
    changed = {"Attribute": {"comment": "Ours"}}
    attribute = event.attributes.get(value1=VALUE)
    assert call(seed.partner.key, "POST", f"/attributes/edit/{attribute.pk}", changed)[0] == 200
    for reader in (seed.stranger, seed.partner):
        history = json.dumps(call(reader.key, "GET", f"{path}/{event.pk}")[1])
        assert "Organisation B" in history
        assert "a.example" not in history
        assert "Organisation A" not in history
    assert "Organisation A" in json.dumps(call(seed.analyst.key, "GET", f"{path}/{event.pk}")[1])
    assert "Organisation A" in json.dumps(call(seed.site_admin.key, "GET", f"{path}/{event.pk}")[1])


@pytest.fixture
def revealing_event(seed: Seed, event: Event) -> Event:
    """The event with every kind of part that reveals its author, all by A, before anyone else could read it."""
    attribute = event.attributes.get(value1=VALUE)
    documents = {
        f"/sightings/add/{attribute.pk}": {"source": "Organisation A's sensor"},
        f"/shadow_attributes/add/{event.pk}": {"type": "domain", "value": f"maybe.{VALUE}"},
        f"/shadow_attributes/edit/{attribute.pk}": {"value": f"rather.{VALUE}"},
        f"/analystData/add/Note/{event.uuid}/Event": {"note": "Said of the event", "distribution": 5},
        f"/analystData/add/Opinion/{attribute.uuid}/Attribute": {"opinion": 7, "distribution": 5},
        f"/events/protect/{event.pk}": {},
        f"/cryptographicKeys/add/Event/{event.pk}": {
            "key_data": public_part(new_secret_key("Organisation A", 1))
        },
        f"/eventGraph/add/{event.pk}": {"network_json": {}, "network_name": "Organisation A's graph"},
        f"/events/addEventLock/{event.pk}": {},
        f"/events/publish/{event.pk}": {},
    }
    for path, body in documents.items():
        status, answered = call(seed.publisher.key, "POST", path, body)
        assert status == 200, (path, answered)
    return event


READING = (
    "/events/view/{event}/deleted:1",
    "/sightings/listSightings/{event}/event",
    "/sightings/index/{event}",
    "/shadow_attributes/index/{event}",
    "/shadow_attributes/index/all:1/deleted[]:0/deleted[]:1",
    "/analyst_data/index/Note",
    "/analyst_data/index/Opinion",
    "/cryptographicKeys/index/Event/{event}",
    "/eventGraph/view/{event}",
    "/events/checkLocks/{event}/0",
    "/events/getEventTimeline/{event}",
    "/auditLogs/eventIndex/{event}",
)


def test_no_part_reveals_the_former_owner(seed: Seed, revealing_event: Event) -> None:
    configure(POLICY.name, EVERYONE)
    assert accept(seed.partner, asked(seed, revealing_event, distribution=3))[0] == 200
    publisher = make_user(seed.org_b, make_role("Publisher", PUBLISHER), "publisher@b.example")
    assert call(make_key(publisher), "POST", f"/events/publish/{revealing_event.pk}")[0] == 200
    for reader in (seed.stranger, seed.partner, seed.partner_sync):
        for path in READING:
            answered = send(reader.key, "GET", path.format(event=revealing_event.pk)).getvalue().decode()
            assert "Organisation A" not in answered, path
            assert "a.example" not in answered, path
            assert str(seed.org_a.uuid) not in answered, path
    search = {"returnFormat": "json", "id": revealing_event.pk}
    _, found = call(seed.stranger.key, "POST", "/sightings/restSearch/event", search)
    assert "Organisation A" not in json.dumps(found)
    assert len(found["response"]) == 1  # The sighting is shown without its organisation.


def test_pages_show_the_new_owner_only_its_own_history(seed: Seed, revealing_event: Event) -> None:
    assert [
        line.version
        for line in event_versions(seed.analyst.actor, find_event(seed.analyst.actor, revealing_event.pk))
    ]
    accept(seed.partner, asked(seed, revealing_event, distribution=3))
    AuditEntry.objects.filter(action="event.delegation_accepted").update(
        created=timezone.now() + timedelta(hours=1)
    )
    found = find_event(seed.partner.actor, revealing_event.pk)
    assert event_versions(seed.partner.actor, found) == []
    assert [entry.action for entry in event_acts(seed.partner.actor, found)] == ["event.delegation_accepted"]
    assert len(event_versions(seed.site_admin.actor, found)) == 1


def test_analyst_data_of_the_former_owner_stays_with_it(seed: Seed, revealing_event: Event) -> None:
    accept(seed.partner, asked(seed, revealing_event, distribution=3))
    assert len(call(seed.analyst.key, "GET", "/analyst_data/index/Note")[1]) == 1
    revealing_event.refresh_from_db()
    assert revealing_event.protected is None


def test_new_owner_answers_about_personal_data_anew(seed: Seed, event: Event) -> None:
    attribute = {"type": "text", "category": "Other", "value": "19121212-1212"}
    assert call(seed.analyst.key, "POST", f"/attributes/add/{event.pk}", attribute)[0] == 200
    marks = PersonalDataMark.objects.filter(event=event)
    kind = marks.values_list("kind", flat=True).get()
    state_necessity(seed.publisher.actor, MarksOfEvent(event.pk, kind), "Organisation A needs it")
    assert accept(seed.partner, asked(seed, event))[0] == 200
    assert marks.values_list("reason", "answered_by", "answered_at").get() == ("", None, None)


def test_declined_request_changes_nothing(seed: Seed, revealing_event: Event) -> None:
    assert decline(seed.partner, asked(seed, revealing_event))[0] == 200
    answered = json.dumps(
        call(seed.analyst.key, "GET", f"/sightings/listSightings/{revealing_event.pk}/event")[1]
    )
    assert "Organisation A" in answered
    assert revealing_event.cryptographic_keys.count() == 1
    assert Proposal.objects.filter(event=revealing_event).count() == 2


def test_accepting_organisation_chooses_an_open_distribution(seed: Seed, event: Event) -> None:
    delegation = asked(seed, event, distribution=-1)
    for wrong in (
        {"distribution": 5},
        {"distribution": -1},
        {"distribution": 4, "sharing_group_id": 999_999},
    ):
        assert accept(seed.partner, delegation, **wrong)[0] == 403, wrong
    assert Event.objects.get(pk=event.pk).org_id == seed.org_a.pk
    chosen = {"distribution": 4, "sharing_group_id": seed.group.pk}
    assert accept(seed.partner, delegation, **chosen)[0] == 200
    event.refresh_from_db()
    assert (event.distribution, event.sharing_group_id) == (4, seed.group.pk)


def test_requested_distribution_is_kept(seed: Seed, event: Event) -> None:
    delegation = asked(seed, event, distribution=4, sharing_group_id=seed.group.pk)
    assert accept(seed.partner, delegation, distribution=3)[0] == 200
    event.refresh_from_db()
    assert (event.distribution, event.sharing_group_id) == (4, seed.group.pk)


def test_without_a_choice_the_event_stays_private_to_its_new_owner(seed: Seed, event: Event) -> None:
    assert accept(seed.partner, asked(seed, event, distribution=-1))[0] == 200
    event.refresh_from_db()
    assert event.distribution == 0
    assert sees(seed.partner, event)
    assert not sees(seed.analyst, event)


def test_only_the_requested_organisation_sees_the_event_meanwhile(seed: Seed, event: Event) -> None:
    assert not sees(seed.partner, event)
    delegation = asked(seed, event)
    assert sees(seed.partner, event)
    assert not sees(seed.stranger, event)
    search = {"returnFormat": "json", "value": f"%{VALUE}"}
    for api_user, expected in ((seed.partner, [VALUE]), (seed.stranger, [])):
        _, body = call(api_user.key, "POST", "/attributes/restSearch", search)
        assert [each["value"] for each in body["response"]["Attribute"]] == expected
        _, body = call(api_user.key, "GET", "/events/delegation_index")
        assert [each["id"] for each in body] == ([str(event.pk)] if expected else [])
    changed = {"info": "Not yet ours"}
    assert call(seed.partner_sync.key, "POST", f"/events/edit/{event.pk}", changed)[0] == 403
    assert decline(seed.partner, delegation)[1]["message"] == "Delegation request deleted."
    assert not sees(seed.partner, event)
    assert AuditEntry.objects.filter(action="event.delegation_deleted", target_id=event.pk).exists()


def test_request_is_listed_for_both_sides_and_withdrawn(seed: Seed, event: Event) -> None:
    delegation = asked(seed, event)
    for api_user, pending, issued in (
        (seed.partner, [delegation], []),
        (seed.analyst, [], [delegation]),
        (seed.stranger, [], []),
        (seed.site_admin, [], []),
    ):
        assert (listed(api_user, "pending"), listed(api_user, "issued")) == (pending, issued)
    assert listed(seed.site_admin) == [delegation]
    assert decline(seed.analyst, delegation)[0] == 200
    assert listed(seed.site_admin) == []


def test_only_the_parties_accept_or_decline(seed: Seed, event: Event) -> None:
    delegation = asked(seed, event)
    read_only = ApiUser(seed.partner.user, make_key(seed.partner.user, read_only=True))
    for api_user, accepting, declining in (
        (seed.stranger, 404, 404),
        (seed.reader, 403, 403),
        (read_only, 403, 403),
        (seed.publisher, 403, None),
    ):
        assert accept(api_user, delegation)[0] == accepting
        assert declining is None or decline(api_user, delegation)[0] == declining
    assert call(seed.stranger.key, "GET", f"/eventDelegations/view/{delegation}")[0] == 404
    for odd in ("0", "x", str(2**70), str(event.uuid)):
        assert accept(seed.partner, odd)[0] == 404
    assert Event.objects.get(pk=event.pk).orgc_id == seed.org_a.pk
    assert EventDelegation.objects.count() == 1


def test_invalid_delegations_are_refused(seed: Seed, event: Event) -> None:
    path = f"/eventDelegations/delegateEvent/{event.pk}"
    given = {"org_id": seed.org_b.pk, "distribution": 1}
    assert call(seed.analyst.key, "POST", path, given)[0] == 403, "without perm_delegate"
    assert call(seed.partner_sync.key, "POST", path, given)[0] == 404, "another organisation's event"
    away = make_organisation("Elsewhere", local=False)
    apart = make_sharing_group(seed.org_a, [seed.org_a], name="A alone")
    for wrong in (
        {"org_id": seed.org_a.pk},
        {"org_id": away.pk},
        {"org_id": "nobody"},
        {"org_id": [1]},
        {"distribution": 5},
        {"distribution": "x"},
        {"distribution": 4},
        {"distribution": 4, "sharing_group_id": apart.pk},
        {"message": ["x"]},
    ):
        status, body = ask(seed, event, **wrong)
        assert (status, body["saved"]) == (403, False), wrong
        assert body["errors"], wrong
    Event.objects.filter(pk=event.pk).update(distribution=1)
    assert ask(seed, event)[0] == 405, "others can read it"
    Event.objects.filter(pk=event.pk).update(distribution=0)
    assert not EventDelegation.objects.exists()
    asked(seed, event)
    assert ask(seed, event, org_id=seed.org_c.pk)[0] == 405, "already requested"


def test_accepted_event_is_unpublished(seed: Seed, event: Event) -> None:
    assert call(seed.publisher.key, "POST", f"/events/publish/{event.pk}")[0] == 200
    assert accept(seed.partner, asked(seed, event))[0] == 200
    event.refresh_from_db()
    assert (event.published, event.distribution) == (False, 1)


def test_event_shared_meanwhile_cannot_be_accepted(seed: Seed, event: Event) -> None:
    delegation = asked(seed, event)
    assert call(seed.analyst.key, "POST", f"/events/edit/{event.pk}", {"distribution": 1})[0] == 200
    assert accept(seed.partner, delegation)[0] == 405
    assert Event.objects.get(pk=event.pk).org_id == seed.org_a.pk


def test_deleting_the_event_deletes_the_request(seed: Seed, event: Event) -> None:
    asked(seed, event)
    assert call(seed.analyst.key, "POST", f"/events/delete/{event.pk}")[0] == 200
    assert not EventDelegation.objects.exists()


def test_disabled_delegation_refuses_everything(seed: Seed, event: Event) -> None:
    delegation = asked(seed, event)
    configure("MISP.delegation", False)
    answers = [
        ask(seed, event),
        accept(seed.partner, delegation),
        decline(seed.partner, delegation),
        call(seed.partner.key, "GET", f"/eventDelegations/view/{delegation}"),
    ]
    assert [(status, body["message"]) for status, body in answers] == [(403, REFUSED)] * 4
    assert call(seed.partner.key, "GET", "/eventDelegations/index")[0] == 200
    assert EventDelegation.objects.count() == 1


def test_deleted_events_versions_stay_with_its_number(seed: Seed, event: Event) -> None:
    """Its UUID may come again, with another owner."""
    Event.objects.update(distribution=1)
    assert call(seed.publisher.key, "POST", f"/events/publish/{event.pk}")[0] == 200
    uuid = str(event.uuid)
    found = find_event(seed.analyst.actor, event.pk)
    assert [line.version for line in event_versions(seed.analyst.actor, found)] == [1]
    assert call(seed.publisher.key, "POST", f"/events/delete/{event.pk}")[0] == 200
    BlocklistEntry.objects.all().delete()
    status, body = call(seed.partner.key, "POST", "/events/add", {"uuid": uuid, "info": "Second"})
    assert status == 200, body
    second = find_event(seed.partner.actor, int(body["Event"]["id"]))
    assert event_versions(seed.partner.actor, second) == []
    assert holders(seed.partner.actor, second) == []
    with pytest.raises(NotFound):
        published_event(seed.partner.actor, second, 1)
    with pytest.raises(NotFound):
        edition(seed.partner.actor, second, 1)
    # Those who read the first one's last version do not get it as the second one's, while that is being changed.
    Event.objects.filter(pk=second.id).update(distribution=1, published=False, being_changed=True)
    for reader in (seed.stranger, seed.analyst):
        with pytest.raises(NotFound):
            find_last_version(reader.actor, second.id)
        assert changing_events(reader.actor, 0, 10) == []
