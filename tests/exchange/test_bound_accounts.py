"""An account that is bound to a connection reads what its rules of a push let out, whatever way it asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Model

from tests.api.calls import call, send
from tests.cast import Cast
from tests.factories import make_attribute, make_event, make_key, make_report
from tests.factories.knowledge import make_cluster, make_galaxy, make_tag
from tests.intel.sighted import configure
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
class Scene:
    """A's events for everybody: `shown` passes the rules, each of `hidden` is kept back by another of them."""

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
def scene(cast: Cast) -> Scene:
    wanted, unwanted = (make_tag(name, exportable=True) for name in ("wanted", "unwanted"))
    rules = {
        "tags": {"OR": [str(wanted.pk)], "NOT": [str(unwanted.pk)]},
        "orgs": {"OR": [], "NOT": [str(cast.org_c.pk)]},
    }
    server = Server.objects.create(
        name="partner", url="https://partner.example", encrypted_key=KEYS.encrypt("k" * 40),
        org=cast.hub, remote_org=cast.org_b, push_rules=rules, priority=1,
    )  # fmt: skip
    User.objects.filter(pk=cast.partner_sync.user.pk).update(server_id=server.pk)
    shown, untagged, ruled_out, locally, by_creator = (
        saved(make_event(cast.org_a, distribution=3, published=True, info=f"event {number}"))
        for number in range(5)
    )
    Event.objects.filter(pk=by_creator.pk).update(orgc=cast.org_c)
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
    return Scene(cast.partner_sync.key, shown, hidden, seen, kept, server)


def say(cast: Cast, kind: str, uuid: Any, *, by: Any = None, reach: int = 3) -> AnalystData:
    return AnalystData.objects.create(
        kind=AnalystDataKind.NOTE, object_type=kind, object_uuid=uuid, org=cast.org_a, orgc=by or cast.org_a,
        created=NOW, modified=NOW, distribution=reach, text=f"on {uuid}",
    )  # fmt: skip


def minimal(scene: Scene) -> list[str]:
    return [
        each["uuid"] for each in call(scene.key, "POST", "/events/index", {"minimal": 1, "published": 1})[1]
    ]


def whole(scene: Scene) -> list[str]:
    return [each["uuid"] for each in call(scene.key, "GET", "/events/index")[1]]


def searched(scene: Scene) -> list[str]:
    found = call(scene.key, "POST", "/events/restSearch", {"returnFormat": "json", "metadata": 1})[1]
    return [each["Event"]["uuid"] for each in found["response"]]


def by_attributes(scene: Scene) -> list[str]:
    found = call(scene.key, "POST", "/attributes/restSearch", {"returnFormat": "json"})[1]
    return [each["Event"]["uuid"] for each in found["response"]["Attribute"]]


@pytest.mark.parametrize("ask", [minimal, whole, searched, by_attributes])
def test_events_are_listed_as_the_rules_say(scene: Scene, ask: Callable[[Scene], list[str]]) -> None:
    assert set(ask(scene)) == {str(scene.shown.uuid)}


def test_events_and_attributes_are_viewed_as_the_rules_say(scene: Scene) -> None:
    status, found = call(scene.key, "GET", f"/events/view/{scene.shown.uuid}")
    assert status == 200
    assert [each["value"] for each in found["Event"]["Attribute"]] == ["shown.example"]
    for event in scene.hidden:
        assert call(scene.key, "GET", f"/events/view/{event.uuid}")[0] == 404
        assert send(scene.key, "HEAD", f"/events/view/{event.uuid}").status_code == 404
    for attribute in scene.kept:
        assert call(scene.key, "GET", f"/attributes/view/{attribute.uuid}")[0] in (404, 405)


def test_a_report_with_a_tag_that_is_ruled_out_is_not_shown(scene: Scene) -> None:
    saved(make_report(scene.shown, name="open", distribution=5))
    closed = saved(make_report(scene.shown, name="closed", distribution=5))
    EventReportTag.objects.create(event_report=closed, tag=Tag.objects.get(name="unwanted"))
    found = call(scene.key, "GET", f"/events/view/{scene.shown.uuid}")[1]["Event"]["EventReport"]
    assert [each["name"] for each in found] == ["open"]
    assert call(scene.key, "GET", f"/eventReports/view/{closed.pk}")[0] == 404


def test_what_others_say_of_hidden_things_is_not_told(scene: Scene, cast: Cast) -> None:
    configure("Plugin.Sightings_policy", 2)
    for attribute in (scene.seen, *scene.kept):
        Sighting.objects.create(
            attribute=attribute,
            event_id=attribute.event_id,
            org=cast.org_a,
            date_sighting=5,
            source=attribute.value1,
        )
        Proposal.objects.create(
            event_id=attribute.event_id, attribute=attribute, uuid=attribute.uuid, type="domain",
            category="Network activity", value1=f"not-{attribute.value1}", to_ids=False, org=cast.org_a,
            timestamp=NOW.timestamp(),
        )  # fmt: skip
    events = [str(event.uuid) for event in (scene.shown, *scene.hidden)]
    asked = {"returnFormat": "json", "last": 0, "includeUuid": True, "uuid": events}
    found = call(scene.key, "POST", "/sightings/restSearch/event", asked)[1]["response"]
    assert [each["Sighting"]["source"] for each in found] == ["shown.example"]
    proposed = call(scene.key, "GET", "/shadow_attributes/index/all:1/deleted[]:0/deleted[]:1.json")[1]
    assert [each["ShadowAttribute"]["value"] for each in proposed] == ["not-shown.example"]


def test_analyst_data_of_hidden_things_is_not_told(scene: Scene, cast: Cast) -> None:
    told = [
        say(cast, "Event", scene.shown.uuid),
        say(cast, "Attribute", scene.seen.uuid),
        say(cast, "Event", uuid4()),
    ]
    told.append(say(cast, "Attribute", scene.seen.uuid, reach=5))
    hidden = [say(cast, "Event", event.uuid) for event in scene.hidden]
    hidden += [say(cast, "Attribute", attribute.uuid) for attribute in scene.kept]
    hidden += [say(cast, "Note", hidden[0].uuid), say(cast, "Event", scene.shown.uuid, by=cast.org_c)]
    hidden.append(say(cast, "Event", scene.hidden[0].uuid, reach=5))
    index = call(scene.key, "POST", "/analyst_data/indexMinimal", {"orgc_name": []})[1]
    assert set(index["Note"]) == {str(each.uuid) for each in told}
    named = "".join(f"/uuid[]:{each.uuid}" for each in (*told, *hidden))
    found = call(scene.key, "GET", f"/analyst_data/index/Note{named}.json")[1]
    assert {each["Note"]["uuid"] for each in found} == {str(each.uuid) for each in told}
    assert call(scene.key, "GET", f"/analyst_data/view/Note/{hidden[0].uuid}")[0] == 404


def test_clusters_and_collections_of_others_are_not_told(scene: Scene, cast: Cast) -> None:
    made = {"default": False, "published": True, "distribution": 3}
    galaxy = make_galaxy()
    open_ = make_cluster(galaxy, "open", org_id=cast.org_a.pk, orgc_id=cast.org_a.pk, **made)
    theirs = make_cluster(galaxy, "theirs", org_id=cast.org_a.pk, orgc_id=cast.org_c.pk, **made)
    tagged = make_cluster(galaxy, "tagged", org_id=cast.org_a.pk, orgc_id=cast.org_a.pk, **made)
    Tag.objects.filter(name="unwanted").update(name=tagged.tag_name.upper())
    packaged = make_cluster(galaxy, "packaged", default=True, distribution=3)
    found = call(scene.key, "POST", "/galaxy_clusters/restSearch", {"minimal": 1})[1]["response"]
    assert {each["GalaxyCluster"]["uuid"] for each in found} == {str(open_.uuid), str(packaged.uuid)}
    for cluster in (theirs, tagged):
        assert call(scene.key, "GET", f"/galaxy_clusters/view/{cluster.uuid}")[0] == 404
    for creator in (cast.org_a, cast.org_c):
        Collection.objects.create(
            name=creator.name, type="campaign", org=cast.org_a, orgc=creator, user_id=0, created=NOW, modified=NOW,
            distribution=3,
        )  # fmt: skip
    assert len(call(scene.key, "POST", "/collections/indexMinimal", {})[1]) == 1


def test_nothing_is_said_of_what_is_ruled_out_by_pushing_to_it(scene: Scene) -> None:
    """A peer may not learn of a hidden event by adding to it."""
    hidden = scene.hidden[0].uuid
    assert call(scene.key, "POST", f"/events/pushProposals/{hidden}", [])[0] == 404
    assert call(scene.key, "POST", f"/sightings/bulkSaveSightings/{hidden}", [])[0] == 405
    assert call(scene.key, "POST", f"/sightings/filterSightingUuidsForPush/{hidden}", [])[0] == 405


def test_what_its_organisation_owns_here_it_reads(scene: Scene, cast: Cast) -> None:
    """Else a peer could not change what it sent before."""
    own = saved(make_event(cast.org_b, distribution=3, published=True))
    saved(make_attribute(own, value1="own.example", distribution=5))
    assert call(scene.key, "GET", f"/events/view/{own.uuid}")[0] == 200


def test_other_accounts_of_the_organisation_are_not_limited(scene: Scene, cast: Cast) -> None:
    key = make_key(cast.partner.user)
    assert all(call(key, "GET", f"/events/view/{event.uuid}")[0] == 200 for event in scene.hidden)


def test_what_a_rule_keeps_back_by_name_stays(scene: Scene, cast: Cast) -> None:
    """MISP would pass over the name, and let everything out."""
    for rules, left in (
        ({"tags": {"OR": [], "NOT": ["UNWANTED"]}}, 3),
        ({"orgs": {"OR": [], "NOT": ["organisation c"]}}, 4),
        ({"orgs": {"OR": [], "NOT": [str(cast.org_a.uuid), "Nobody"]}}, 1),
    ):
        scene.server.push_rules = rules
        scene.server.save()
        assert len(minimal(scene)) == left


def test_a_rule_by_name_lets_nothing_out_and_no_rule_everything(scene: Scene) -> None:
    scene.server.push_rules = {"tags": {"OR": ["wanted"], "NOT": []}}
    scene.server.save()
    assert minimal(scene) == []
    scene.server.push_rules = {}
    scene.server.save()
    assert len(minimal(scene)) == 5
