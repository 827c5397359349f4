"""Settings about events, attributes and tags, and their effect."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call
from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from vardkase.intel.models import Attribute, Event
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster


def set_to(seed: Seed, name: str, value: Any) -> None:
    path = f"/servers/serverSettingsEdit/{name}"
    assert call(seed.site_admin.key, "POST", path, {"value": value})[0] == 200


def added(key: str, **members: Any) -> dict[str, Any]:
    status, body = call(key, "POST", "/events/add", {"Event": {"info": "seen", **members}})
    assert status == 200, body
    return dict(body["Event"])


def test_default_threat_level(seed: Seed) -> None:
    set_to(seed, "MISP.default_event_threat_level", 2)
    assert added(seed.analyst.key)["threat_level_id"] == "2"
    assert added(seed.analyst.key, threat_level_id=3)["threat_level_id"] == "3"


def test_new_events_get_the_default_tag_collection(seed: Seed) -> None:
    key = seed.site_admin.key
    for name in ("tlp:amber", "only:hub"):
        restricted = {"org_id": seed.hub.pk} if name == "only:hub" else {}
        assert call(key, "POST", "/tags/add", {"name": name, **restricted})[0] == 200
    made = call(key, "POST", "/tagCollections/add", {"name": "first", "all_orgs": True})[1]
    number = made["TagCollection"]["id"]
    for name in ("tlp:amber", "only:hub"):
        assert call(key, "POST", f"/tagCollections/addTag/{number}", {"tag": name})[0] == 200
    set_to(seed, "MISP.default_event_tag_collection", int(number))
    assert [tag["name"] for tag in added(seed.analyst.key)["Tag"]] == ["tlp:amber"]
    from_a_peer = added(seed.partner_sync.key, locked=True, Orgc={"uuid": str(uuid4()), "name": "Far away"})
    assert "Tag" not in from_a_peer


def test_creator_cannot_publish_when_the_setting_forbids_it(seed: Seed) -> None:
    set_to(seed, "MISP.block_publishing_for_same_creator", value=True)
    mine = added(seed.publisher.key, Attribute=[{"type": "domain", "value": "a.example"}], published=True)
    assert mine["published"] is False
    path = f"/events/publish/{mine['id']}"
    status, body = call(seed.publisher.key, "POST", path)
    assert (status, body["message"]) == (
        405,
        "An event has to be published by somebody else than the user who created it.",
    )
    edited = call(seed.publisher.key, "POST", f"/events/edit/{mine['id']}", {"published": True})
    assert edited[1]["Event"]["published"] is False
    assert call(seed.org_admin.key, "POST", path)[0] == 200
    assert Event.objects.get(pk=mine["id"]).published


def test_attribute_clusters_are_mirrored_to_the_event(seed: Seed) -> None:
    galaxy = Galaxy.objects.create(name="Tool", type="tool", namespace="test")
    tag_name = 'misp-galaxy:tool="Hammer"'
    cluster = GalaxyCluster.objects.create(galaxy=galaxy, type="tool", value="Hammer", tag_name=tag_name)
    event = make_event(seed.org_a)
    event.save()
    attribute = make_attribute(event, type="domain", category="Network activity", value1="a.example")
    attribute.save()
    path = f"/galaxies/attachCluster/{attribute.pk}/attribute"
    asked = {"Galaxy": {"target_id": cluster.pk}}
    assert call(seed.analyst.key, "POST", path, asked)[0] == 200
    assert not event.event_tags.exists()
    attribute.attribute_tags.all().delete()
    set_to(seed, "MISP.enable_clusters_mirroring_from_attributes_to_event", value=True)
    assert call(seed.analyst.key, "POST", path, asked)[0] == 200
    assert [link.tag.name for link in event.event_tags.select_related("tag")] == [tag_name]


@pytest.mark.parametrize("hard", [False, True])
def test_deleted_attribute_is_sanitised(seed: Seed, *, hard: bool) -> None:
    set_to(seed, "Security.sanitise_attribute_on_delete", value=True)
    event = added(seed.analyst.key, Attribute=[{"type": "domain", "value": "secret.example", "comment": "c"}])
    number = event["Attribute"][0]["id"]
    assert call(seed.analyst.key, "POST", f"/attributes/delete/{number}" + ("/1" if hard else ""))[0] == 200
    left = Attribute.objects.filter(pk=number).values_list("type", "value1", "comment", "deleted")
    assert list(left) == ([] if hard else [("comment", "deleted", "", True)])
    search = {"value": "secret.example", "deleted": [0, 1]}
    found = call(seed.analyst.key, "POST", "/attributes/restSearch", search)[1]
    assert found["response"]["Attribute"] == []


def test_correlation_can_be_disabled(seed: Seed) -> None:
    value = [{"type": "domain", "value": "shared.example"}]
    first, second = (added(seed.analyst.key, Attribute=value, distribution=1) for _ in range(2))
    path = f"/events/view/{second['id']}"

    def related() -> list[str]:
        event = call(seed.analyst.key, "GET", path)[1]["Event"]
        return [each["Event"]["id"] for each in event.get("RelatedEvent", [])]

    assert related() == [first["id"]]
    set_to(seed, "MISP.completely_disable_correlation", value=True)
    assert related() == []
    asked = {"eventid": second["id"], "includeCorrelations": 1}
    found = call(seed.analyst.key, "POST", "/attributes/restSearch", asked)[1]["response"]["Attribute"]
    assert not found[0].get("RelatedAttribute")
    set_to(seed, "MISP.completely_disable_correlation", value=False)
    assert related() == [first["id"]]


def test_new_incoming_tags_are_hidden(seed: Seed) -> None:
    set_to(seed, "MISP.incoming_tags_disabled_by_default", value=True)
    added(seed.partner_sync.key, Tag=[{"name": "unheard-of"}])
    found = call(seed.site_admin.key, "GET", "/tags/search/unheard-of")[1]
    assert found[0]["Tag"]["hide_tag"] is True
