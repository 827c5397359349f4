"""Only a member's own accounts and instance bring in what it has created."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call
from tests.exchange.servers import HERE, serving
from tests.exchange.test_pull_failures import connection, good, misp
from tests.factories import make_keys, make_organisations, make_roles, make_users
from tests.factories.seed import SYNC_USER, ApiUser, Seed
from vardkase.core.clock import now_seconds
from vardkase.core.problems import problems_in
from vardkase.exchange.sync.models import MovedEvent
from vardkase.exchange.sync.pull import pull
from vardkase.identity.organisations.models import MembershipInUse, Organisation, SharingGroup
from vardkase.identity.organisations.problems import AttributionProblem
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.models import Event
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.misp.faults import Fault

EARLIER = 1_700_000_000


def block(organisation: Organisation) -> dict[str, str]:
    return {"uuid": str(organisation.uuid), "name": organisation.name}


def event_of(organisation: Organisation, **members: Any) -> dict[str, Any]:
    """An event as a MISP pushes it."""
    return {
        "uuid": str(uuid4()),
        "info": "passed on",
        "distribution": "1",
        "published": True,
        "locked": True,
        "timestamp": str(EARLIER),
        "Orgc": block(organisation),
        "Attribute": [
            {"uuid": str(uuid4()), "type": "domain", "value": "a.example", "timestamp": str(EARLIER)}
        ],
        **members,
    }


def pushed(api_user: ApiUser, document: dict[str, Any]) -> tuple[int, Any]:
    """As MISP does: edits an existing event, adds a new one."""
    there = call(api_user.key, "GET", f"/events/view/{document['uuid']}")[0] == 200
    action = f"edit/{document['uuid']}" if there else "add"
    return call(api_user.key, "POST", f"/events/{action}/metadata:1", {"Event": document})


@pytest.fixture
def sync_a(seed: Seed) -> ApiUser:
    """The account of A's own MISP."""
    roles = make_roles({"Sync of A": SYNC_USER})
    users = make_users((seed.org_a, roles["Sync of A"], "sync@a.example"))
    return ApiUser(users[0], make_keys(users)[0])


def test_other_member_cannot_publish_in_members_name(seed: Seed) -> None:
    document = event_of(seed.org_a)
    status, body = pushed(seed.partner_sync, document)
    assert (status, body["errors"]) == (403, {"Event": {"Orgc": [AttributionProblem.NOT_THE_SENDER().wire]}})
    assert not Event.objects.exists()


def test_member_publishes_own_event_after_others_attempt(seed: Seed, sync_a: ApiUser) -> None:
    document = event_of(seed.org_a)
    pushed(seed.partner_sync, document)
    assert pushed(sync_a, document)[0] == 200
    assert Event.objects.get(uuid=document["uuid"]).orgc_id == seed.org_a.pk


def test_unchanged_event_from_other_member_changes_nothing(seed: Seed, sync_a: ApiUser) -> None:
    document = event_of(seed.org_a)
    assert pushed(sync_a, document)[0] == 200
    status, body = pushed(seed.partner_sync, document)
    assert (status, "not newer than the local copy" in body["errors"]) == (403, True)
    changed = {**document, "info": "by B", "timestamp": str(EARLIER + 60)}
    status, body = pushed(seed.partner_sync, changed)
    assert (status, AttributionProblem.NOT_THE_SENDER().wire in body["errors"]) == (403, True)
    stored = Event.objects.get(uuid=document["uuid"])
    assert (stored.info, stored.orgc_id, stored.org_id) == ("passed on", seed.org_a.pk, seed.org_a.pk)
    assert pushed(sync_a, {**changed, "info": "by A"})[0] == 200
    assert Event.objects.get(uuid=document["uuid"]).info == "by A"


def test_local_event_that_comes_back_is_not_newer(seed: Seed) -> None:
    """MISP treats and logs every other answer as an error."""
    status, body = call(seed.publisher.key, "POST", "/events/add", {"info": "ours", "distribution": 1})
    assert status == 200
    made = Event.objects.get(pk=body["Event"]["id"])
    back = event_of(seed.org_a, uuid=str(made.uuid), timestamp=str(made.timestamp))
    status, body = pushed(seed.partner_sync, back)
    assert (status, "not newer than the local copy" in body["errors"]) == (403, True)
    status, body = pushed(seed.partner_sync, {**back, "timestamp": str(made.timestamp + 5)})
    assert (status, "not authorised" in body["errors"]) == (403, True)


def test_events_of_non_members_are_passed_on(seed: Seed) -> None:
    """Unknown organisations, and instances that only synchronise here, have nobody to publish for them."""
    roles = make_roles({"Sync of a peer": SYNC_USER})
    (peer,) = make_organisations("Another hub")
    make_users((peer, roles["Sync of a peer"], "sync@hub.example"))
    stranger = Organisation(uuid=uuid4(), name="Somebody far away")
    for organisation in (peer, stranger):
        document = event_of(organisation)
        assert pushed(seed.partner_sync, document)[0] == 200
        assert Event.objects.get(uuid=document["uuid"]).orgc.uuid == organisation.uuid


def test_synchronising_member_speaks_for_itself(seed: Seed) -> None:
    """Once membership is in use; before that it is unknown who is a member."""
    roles = make_roles({"Sync of a member": SYNC_USER})
    (member,) = make_organisations("Member by API")
    make_users((member, roles["Sync of a member"], "sync@member.example"))
    assert pushed(seed.partner_sync, event_of(member))[0] == 200
    everybody = Organisation.objects.all()
    MembershipInUse.objects.create(pk=1)
    everybody.update(fixed_standing="")
    status, body = pushed(seed.partner_sync, event_of(member))
    assert (status, body["errors"]) == (403, {"Event": {"Orgc": [AttributionProblem.NOT_THE_SENDER().wire]}})
    everybody.filter(pk=member.pk).update(fixed_standing="no_membership")
    assert pushed(seed.partner_sync, event_of(member))[0] == 200


def test_member_cannot_rewrite_event_from_partner(seed: Seed, sync_a: ApiUser) -> None:
    """A later version comes from the original sender or from the hub owner."""
    MembershipInUse.objects.create(pk=1)
    Organisation.objects.update(fixed_standing="")
    partner = Organisation(uuid=uuid4(), name="CERT of another country")
    brought = event_of(partner)
    assert pushed(sync_a, brought)[0] == 200
    later = {**brought, "info": "rewritten", "distribution": "3", "timestamp": str(EARLIER + 60)}
    status, body = pushed(seed.partner_sync, later)
    assert (status, AttributionProblem.ANOTHER_BROUGHT_IT().wire in body["errors"]) == (403, True)
    stored = Event.objects.get(uuid=brought["uuid"])
    assert (stored.info, stored.distribution, stored.timestamp) == ("passed on", 1, EARLIER)
    assert pushed(sync_a, {**later, "info": "by A"})[0] == 200
    hub = {**later, "info": "by the hub", "timestamp": str(EARLIER + 120)}
    assert pushed(seed.site_admin, hub)[0] == 200
    assert Event.objects.get(uuid=brought["uuid"]).info == "by the hub"


def test_member_cannot_rewrite_notes_and_clusters_from_partner(seed: Seed, sync_a: ApiUser) -> None:
    MembershipInUse.objects.create(pk=1)
    Organisation.objects.update(fixed_standing="")
    partner = block(Organisation(uuid=uuid4(), name="CERT of another country"))
    event = event_of(seed.org_a)
    assert pushed(sync_a, event)[0] == 200
    note = {
        "uuid": str(uuid4()),
        "object_uuid": event["uuid"],
        "object_type": "Event",
        "note": "said",
        "distribution": "1",
        "locked": True,
        "modified": "2026-01-01 00:00:00",
        "Orgc": partner,
    }
    galaxy = {"uuid": str(uuid4()), "name": "Theirs", "type": "theirs"}
    cluster = {"uuid": str(uuid4()), "value": "V", "version": "1", "distribution": "1", "Galaxy": galaxy}
    cluster |= {"Orgc": partner, "description": "said", "locked": True}
    call(seed.site_admin.key, "POST", "/analyst_data/pushAnalystData", {"Note": note})
    call(seed.site_admin.key, "POST", "/galaxies/pushCluster", [{"GalaxyCluster": cluster}])
    note |= {"note": "rewritten", "modified": "2026-02-01 00:00:00"}
    cluster |= {"description": "rewritten", "version": "2"}
    call(sync_a.key, "POST", "/analyst_data/pushAnalystData", {"Note": note})
    call(sync_a.key, "POST", "/galaxies/pushCluster", [{"GalaxyCluster": cluster}])
    assert AnalystData.objects.get().text == "said"
    assert GalaxyCluster.objects.get(uuid=cluster["uuid"]).description == "said"


def test_hub_owner_may_bring_in_members_events(seed: Seed) -> None:
    roles = make_roles({"Sync of the hub": SYNC_USER})
    users = make_users((seed.hub, roles["Sync of the hub"], "sync@own.example"))
    own = ApiUser(users[0], make_keys(users)[0])
    call(seed.site_admin.key, "POST", "/servers/serverSettingsEdit/MISP.host_org_id", {"value": seed.hub.pk})
    document = event_of(seed.org_a)
    assert pushed(own, document)[0] == 200
    assert Event.objects.get(uuid=document["uuid"]).orgc_id == seed.org_a.pk


@pytest.mark.parametrize(("other_end", "arrives"), [("org_a", True), ("org_b", False), ("stranger", True)])
def test_pull_accepts_only_members_own_events(
    seed: Seed, settings: Any, other_end: str, arrives: bool
) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    uuid, said = good(Orgc=block(seed.org_a))
    with serving(misp({uuid: said})) as peer:
        server = connection(seed, peer.url)
        server.remote_org = (
            Organisation.objects.create(name="Upstream", local=True)
            if other_end == "stranger"
            else getattr(seed, other_end)
        )
        server.save()
        pull(seed.site_admin.actor, server)
    assert Event.objects.filter(uuid=uuid, orgc=seed.org_a).exists() is arrives
    said = problems_in(MovedEvent.objects.get(uuid=uuid).reason)
    assert (AttributionProblem.NOT_THE_SENDER() in said) is not arrives


def test_additions_to_event_belong_to_sender(seed: Seed) -> None:
    """Sightings, proposals, notes, clusters and groups in another member's name are refused; one's own are
    stored.
    """
    document = event_of(seed.org_b)
    assert pushed(seed.partner_sync, document)[0] == 200
    part, event = document["Attribute"][0]["uuid"], document["uuid"]
    for organisation in (seed.org_a, seed.org_b):
        _send_everything(seed.partner_sync, organisation, event, part)
    assert [each.org_id for each in Sighting.objects.all()] == [seed.org_b.pk]
    assert [each.org_id for each in Proposal.objects.all()] == [seed.org_b.pk]
    assert [each.orgc_id for each in AnalystData.objects.all()] == [seed.org_b.pk]
    assert [each.orgc_id for each in GalaxyCluster.objects.all()] == [seed.org_b.pk]
    owners = SharingGroup.objects.filter(name__startswith="pushed").values_list("org_id", flat=True)
    assert list(owners) == [seed.org_b.pk]


def _send_everything(api_user: ApiUser, organisation: Organisation, event: str, part: str) -> None:
    by = block(organisation)
    proposal = {"type": "domain", "category": "Network activity", "value": f"{uuid4()}.example", "Org": by}
    note = {
        "uuid": str(uuid4()),
        "object_uuid": event,
        "object_type": "Event",
        "note": "said",
        "distribution": "1",
        "modified": "2026-01-01 00:00:00",
        "Orgc": by,
    }
    cluster = {
        "uuid": str(uuid4()),
        "value": "Cluster",
        "version": str(EARLIER),
        "distribution": "1",
        "Orgc": by,
        "Galaxy": {"uuid": "c5f2dfb4-21a1-42d8-a452-1d3c36a204ff", "name": "Ours", "type": "ours"},
    }
    members = [{"Organisation": block(api_user.user.org), "extend": True}]
    group = {"uuid": str(uuid4()), "name": f"pushed for {organisation.name}", "Organisation": by}
    group |= {"organisation_uuid": by["uuid"], "SharingGroupOrg": members}
    sighting = {"attribute_uuid": part, "date_sighting": EARLIER, "uuid": str(uuid4()), "Organisation": by}
    carrier = event_of(api_user.user.org, distribution="4", SharingGroup=group)
    for path, body in (
        (f"/sightings/bulkSaveSightings/{event}", [sighting]),
        (f"/events/pushProposals/{event}", [proposal]),
        ("/analyst_data/pushAnalystData", {"Note": note}),
        ("/galaxies/pushCluster", [{"GalaxyCluster": cluster}]),
        ("/events/add", {"Event": carrier}),
    ):
        status, answered = call(api_user.key, "POST", path, body)
        assert status == 200, (path, json.dumps(answered))


@pytest.mark.parametrize("member", ["Event", "Attribute", "Object", "EventReport"])
def test_future_timestamps_are_refused(seed: Seed, member: str) -> None:
    """A timestamp far ahead would block every later version."""
    ahead = {"timestamp": str(now_seconds() + 2 * 86_400)}
    if member == "Event":
        status, body = call(seed.publisher.key, "POST", "/events/add", event_of(seed.org_a, **ahead))
        assert (status, body["errors"]) == (403, {"Event": {"timestamp": [Fault.IN_THE_FUTURE]}})
        assert not Event.objects.exists()
        return
    parts = {
        "Attribute": {"type": "domain", "value": "b.example"},
        "Object": {
            "name": "domain-ip",
            "meta-category": "network",
            "description": "",
            "template_uuid": "43b3b146-77eb-4931-b4cc-b66c60f28734",
            "template_version": "9",
            "Attribute": [{"type": "domain", "object_relation": "domain", "value": "c.example"}],
        },
        "EventReport": {"name": "report", "content": ""},
    }
    document = event_of(seed.org_a, Attribute=[{"type": "domain", "value": "a.example"}])
    document[member] = [*document.get(member, []), {**parts[member], "uuid": str(uuid4()), **ahead}]
    status, body = call(seed.publisher.key, "POST", "/events/add", {"Event": document})
    number = len(document[member]) - 1
    assert (status, body["errors"]) == (
        403,
        {"Event": {f"{member}.{number}.timestamp": [Fault.IN_THE_FUTURE]}},
    )
    assert not Event.objects.exists()
    del document[member][number]["timestamp"]
    made = call(seed.publisher.key, "POST", "/events/add", {"Event": document})[1]["Event"]
    later = {"timestamp": str(int(made["timestamp"]) + 5), "info": "edited"}
    document[member][number] |= {"uuid": str(uuid4()), **ahead}
    status, body = call(seed.publisher.key, "POST", f"/events/edit/{made['id']}", {**document, **later})
    assert (status, Fault.IN_THE_FUTURE in json.dumps(body["errors"])) == (403, True)
    assert Event.objects.get(pk=made["id"]).info == "passed on"


def test_slightly_fast_clock_is_tolerated(seed: Seed) -> None:
    document = event_of(seed.org_a, timestamp=str(now_seconds() + 3_600))
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": document})[0] == 200


def test_sightings_and_notes_with_future_timestamps_are_refused(seed: Seed) -> None:
    document = event_of(seed.org_b)
    assert pushed(seed.partner_sync, document)[0] == 200
    part, ahead = document["Attribute"][0]["uuid"], now_seconds() + 2 * 86_400
    status, body = call(seed.partner.key, "POST", f"/sightings/add/{part}", {"timestamp": ahead})
    assert (status, "more than a day ahead" in body["message"]) == (200, True)
    assert not Sighting.objects.exists()
    note = {
        "uuid": str(uuid4()),
        "object_uuid": document["uuid"],
        "object_type": "Event",
        "note": "later",
        "modified": "2100-01-01 00:00:00",
    }
    call(seed.partner_sync.key, "POST", "/analyst_data/pushAnalystData", {"Note": note})
    assert not AnalystData.objects.exists()
