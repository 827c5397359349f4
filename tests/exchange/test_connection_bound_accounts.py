"""An account bound to a connection reads only what that connection's push rules let out, by every way of asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Model

from tests.api.calls import call, send
from tests.factories import make_attribute, make_event, make_key, make_report
from tests.factories.knowledge import make_cluster, make_galaxy, make_tag
from tests.factories.seed import Seed
from tests.factories.sightings import configure
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.identity.accounts.models import User
from vardkase.intel.analyst_data.models import AnalystData, AnalystDataKind
from vardkase.intel.collections.models import Collection
from vardkase.intel.event_reports.models import EventReportTag
from vardkase.intel.models import Attribute, AttributeTag, Event, EventTag
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.taxonomies.models import Tag

NOW = datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Setup:
    """A's events for everyone: `shown` passes the rules, each of `hidden` is excluded by a different one."""

    key: str
    shown: Event
    hidden: list[Event]
    seen: Attribute
    kept: list[Attribute]
    server: Server


def saved[Row: Model](row: Row) -> Row:
    row.save()
    return row


@pytest.fixture
def setup(seed: Seed) -> Setup:
    wanted, unwanted = (make_tag(name, exportable=True) for name in ("wanted", "unwanted"))
    rules = {
        "tags": {"OR": [str(wanted.pk)], "NOT": [str(unwanted.pk)]},
        "orgs": {"OR": [], "NOT": [str(seed.org_c.pk)]},
    }
    server = Server.objects.create(
        name="partner", url="https://partner.example", encrypted_key=KEYS.encrypt("k" * 40),
        org=seed.hub, remote_org=seed.org_b, push_rules=rules, priority=1,
    )  # fmt: skip
    User.objects.filter(pk=seed.partner_sync.user.pk).update(server_id=server.pk)
    shown, untagged, ruled_out, locally, by_creator = (
        saved(make_event(seed.org_a, distribution=3, published=True, info=f"event {number}"))
        for number in range(5)
    )
    Event.objects.filter(pk=by_creator.pk).update(orgc=seed.org_c)
    for event in (shown, ruled_out, locally, by_creator):
        EventTag.objects.create(event=event, tag=wanted)
    EventTag.objects.create(event=ruled_out, tag=unwanted)
    EventTag.objects.create(event=locally, tag=unwanted, local=True)
    hidden = [untagged, ruled_out, locally, by_creator]
    seen = saved(make_attribute(shown, value1="shown.example", distribution=5))
    kept = [
        saved(make_attribute(event, value1=f"hidden{event.pk}.example", distribution=5)) for event in hidden
    ]
    kept.append(saved(make_attribute(shown, value1="tagged.example", distribution=5)))
    AttributeTag.objects.create(attribute=kept[-1], tag=unwanted, event=shown)
    for event in (shown, *hidden):
        Event.objects.filter(pk=event.pk).update(
            attribute_count=event.attributes.count(), sighting_timestamp=5
        )
    return Setup(seed.partner_sync.key, shown, hidden, seen, kept, server)


def add_note(seed: Seed, kind: str, uuid: Any, *, by: Any = None, reach: int = 3) -> AnalystData:
    return AnalystData.objects.create(
        kind=AnalystDataKind.NOTE, object_type=kind, object_uuid=uuid, org=seed.org_a, orgc=by or seed.org_a,
        created=NOW, modified=NOW, distribution=reach, text=f"on {uuid}",
    )  # fmt: skip


def minimal(setup: Setup) -> list[str]:
    return [
        each["uuid"] for each in call(setup.key, "POST", "/events/index", {"minimal": 1, "published": 1})[1]
    ]


def whole(setup: Setup) -> list[str]:
    return [each["uuid"] for each in call(setup.key, "GET", "/events/index")[1]]


def searched(setup: Setup) -> list[str]:
    found = call(setup.key, "POST", "/events/restSearch", {"returnFormat": "json", "metadata": 1})[1]
    return [each["Event"]["uuid"] for each in found["response"]]


def by_attributes(setup: Setup) -> list[str]:
    found = call(setup.key, "POST", "/attributes/restSearch", {"returnFormat": "json"})[1]
    return [each["Event"]["uuid"] for each in found["response"]["Attribute"]]


@pytest.mark.parametrize("ask", [minimal, whole, searched, by_attributes])
def test_event_lists_follow_the_push_rules(setup: Setup, ask: Callable[[Setup], list[str]]) -> None:
    assert set(ask(setup)) == {str(setup.shown.uuid)}


def test_viewing_events_and_attributes_follows_the_push_rules(setup: Setup) -> None:
    status, found = call(setup.key, "GET", f"/events/view/{setup.shown.uuid}")
    assert status == 200
    assert [each["value"] for each in found["Event"]["Attribute"]] == ["shown.example"]
    for event in setup.hidden:
        assert call(setup.key, "GET", f"/events/view/{event.uuid}")[0] == 404
        assert send(setup.key, "HEAD", f"/events/view/{event.uuid}").status_code == 404
    for attribute in setup.kept:
        assert call(setup.key, "GET", f"/attributes/view/{attribute.uuid}")[0] in (404, 405)


def test_report_with_an_excluded_tag_is_hidden(setup: Setup) -> None:
    saved(make_report(setup.shown, name="open", distribution=5))
    closed = saved(make_report(setup.shown, name="closed", distribution=5))
    EventReportTag.objects.create(event_report=closed, tag=Tag.objects.get(name="unwanted"))
    found = call(setup.key, "GET", f"/events/view/{setup.shown.uuid}")[1]["Event"]["EventReport"]
    assert [each["name"] for each in found] == ["open"]
    assert call(setup.key, "GET", f"/eventReports/view/{closed.pk}")[0] == 404


def test_sightings_and_proposals_of_hidden_parts_are_hidden(setup: Setup, seed: Seed) -> None:
    configure("Plugin.Sightings_policy", 2)
    for attribute in (setup.seen, *setup.kept):
        Sighting.objects.create(
            attribute=attribute,
            event_id=attribute.event_id,
            org=seed.org_a,
            date_sighting=5,
            source=attribute.value1,
        )
        Proposal.objects.create(
            event_id=attribute.event_id, attribute=attribute, uuid=attribute.uuid, type="domain",
            category="Network activity", value1=f"not-{attribute.value1}", to_ids=False, org=seed.org_a,
            timestamp=NOW.timestamp(),
        )  # fmt: skip
    events = [str(event.uuid) for event in (setup.shown, *setup.hidden)]
    asked = {"returnFormat": "json", "last": 0, "includeUuid": True, "uuid": events}
    found = call(setup.key, "POST", "/sightings/restSearch/event", asked)[1]["response"]
    assert [each["Sighting"]["source"] for each in found] == ["shown.example"]
    proposed = call(setup.key, "GET", "/shadow_attributes/index/all:1/deleted[]:0/deleted[]:1.json")[1]
    assert [each["ShadowAttribute"]["value"] for each in proposed] == ["not-shown.example"]


def test_analyst_data_of_hidden_parts_is_hidden(setup: Setup, seed: Seed) -> None:
    readable = [
        add_note(seed, "Event", setup.shown.uuid),
        add_note(seed, "Attribute", setup.seen.uuid),
        add_note(seed, "Event", uuid4()),
    ]
    readable.append(add_note(seed, "Attribute", setup.seen.uuid, reach=5))
    hidden = [add_note(seed, "Event", event.uuid) for event in setup.hidden]
    hidden += [add_note(seed, "Attribute", attribute.uuid) for attribute in setup.kept]
    hidden += [
        add_note(seed, "Note", hidden[0].uuid),
        add_note(seed, "Event", setup.shown.uuid, by=seed.org_c),
    ]
    hidden.append(add_note(seed, "Event", setup.hidden[0].uuid, reach=5))
    index = call(setup.key, "POST", "/analyst_data/indexMinimal", {"orgc_name": []})[1]
    assert set(index["Note"]) == {str(each.uuid) for each in readable}
    named = "".join(f"/uuid[]:{each.uuid}" for each in (*readable, *hidden))
    found = call(setup.key, "GET", f"/analyst_data/index/Note{named}.json")[1]
    assert {each["Note"]["uuid"] for each in found} == {str(each.uuid) for each in readable}
    assert call(setup.key, "GET", f"/analyst_data/view/Note/{hidden[0].uuid}")[0] == 404


def test_excluded_clusters_and_collections_are_hidden(setup: Setup, seed: Seed) -> None:
    made = {"default": False, "published": True, "distribution": 3}
    galaxy = make_galaxy()
    open_ = make_cluster(galaxy, "open", org_id=seed.org_a.pk, orgc_id=seed.org_a.pk, **made)
    theirs = make_cluster(galaxy, "theirs", org_id=seed.org_a.pk, orgc_id=seed.org_c.pk, **made)
    tagged = make_cluster(galaxy, "tagged", org_id=seed.org_a.pk, orgc_id=seed.org_a.pk, **made)
    Tag.objects.filter(name="unwanted").update(name=tagged.tag_name.upper())
    packaged = make_cluster(galaxy, "packaged", default=True, distribution=3)
    found = call(setup.key, "POST", "/galaxy_clusters/restSearch", {"minimal": 1})[1]["response"]
    assert {each["GalaxyCluster"]["uuid"] for each in found} == {str(open_.uuid), str(packaged.uuid)}
    for cluster in (theirs, tagged):
        assert call(setup.key, "GET", f"/galaxy_clusters/view/{cluster.uuid}")[0] == 404
    for creator in (seed.org_a, seed.org_c):
        Collection.objects.create(
            name=creator.name, type="campaign", org=seed.org_a, orgc=creator, user_id=0, created=NOW, modified=NOW,
            distribution=3,
        )  # fmt: skip
    assert len(call(setup.key, "POST", "/collections/indexMinimal", {})[1]) == 1


def test_pushing_to_a_hidden_event_reveals_nothing(setup: Setup) -> None:
    """A peer must not learn of a hidden event by adding to it."""
    hidden = setup.hidden[0].uuid
    assert call(setup.key, "POST", f"/events/pushProposals/{hidden}", [])[0] == 404
    assert call(setup.key, "POST", f"/sightings/bulkSaveSightings/{hidden}", [])[0] == 405
    assert call(setup.key, "POST", f"/sightings/filterSightingUuidsForPush/{hidden}", [])[0] == 405


def test_events_owned_by_the_peers_organisation_are_readable(setup: Setup, seed: Seed) -> None:
    """Otherwise a peer could not change what it sent before."""
    own = saved(make_event(seed.org_b, distribution=3, published=True))
    saved(make_attribute(own, value1="own.example", distribution=5))
    assert call(setup.key, "GET", f"/events/view/{own.uuid}")[0] == 200


def test_other_accounts_of_the_organisation_are_not_limited(setup: Setup, seed: Seed) -> None:
    key = make_key(seed.partner.user)
    assert all(call(key, "GET", f"/events/view/{event.uuid}")[0] == 200 for event in setup.hidden)


def test_rules_by_name_exclude_events(setup: Setup, seed: Seed) -> None:
    """MISP ignores such names and lets everything out."""
    for rules, left in (
        ({"tags": {"OR": [], "NOT": ["UNWANTED"]}}, 3),
        ({"orgs": {"OR": [], "NOT": ["organisation c"]}}, 4),
        ({"orgs": {"OR": [], "NOT": [str(seed.org_a.uuid), "Nobody"]}}, 1),
    ):
        setup.server.push_rules = rules
        setup.server.save()
        assert len(minimal(setup)) == left


def test_allow_rule_by_name_permits_nothing_and_no_rule_everything(setup: Setup) -> None:
    setup.server.push_rules = {"tags": {"OR": ["wanted"], "NOT": []}}
    setup.server.save()
    assert minimal(setup) == []
    setup.server.push_rules = {}
    setup.server.save()
    assert len(minimal(setup)) == 5
