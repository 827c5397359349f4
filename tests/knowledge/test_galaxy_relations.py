"""Relations between clusters, their elements, and the graphs and matrices made of them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call
from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_attack, make_cluster, make_galaxy, make_tag
from tests.factories.seed import ApiUser, Seed
from vardkase.intel.models import AttributeTag, EventTag
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster, GalaxyClusterRelation

LIKELY = 'estimative-language:likelihood-probability="likely"'


@pytest.fixture
def galaxy(db: None) -> Galaxy:
    return make_galaxy("threat-actor")


@pytest.fixture
def own(seed: Seed, galaxy: Galaxy) -> GalaxyCluster:
    """A cluster of organisation A, for everybody."""
    a = seed.org_a.pk
    return make_cluster(galaxy, "own", default=False, org_id=a, orgc_id=a, version=5, published=True)


def post(api_user: ApiUser, path: str, body: Any = None) -> tuple[int, Any]:
    return call(api_user.key, "POST", path, {} if body is None else body)


def relation(source: GalaxyCluster, target: GalaxyCluster, **more: Any) -> dict[str, Any]:
    return {
        "galaxy_cluster_uuid": str(source.uuid),
        "referenced_galaxy_cluster_uuid": str(target.uuid),
        "referenced_galaxy_cluster_type": "similar",
        "distribution": 3,
        **more,
    }


def test_relation_is_added_edited_and_deleted(seed: Seed, galaxy: Galaxy, own: GalaxyCluster) -> None:
    apt = make_cluster(galaxy, "APT28")
    make_tag(LIKELY)
    body = {"GalaxyClusterRelation": relation(own, apt, tags=[LIKELY, "unknown and not mine to make"])}
    status, answer = post(seed.analyst, "/galaxy_cluster_relations/add", body)
    assert (status, answer["message"]) == (200, "GalaxyClusterRelation added")
    number = answer["id"]
    view = call(seed.stranger.key, "GET", f"/galaxy_cluster_relations/view/{number}")[1]
    assert (view["SourceCluster"]["value"], view["TargetCluster"]["value"]) == ("own", "APT28")
    assert [tagged["Tag"]["name"] for tagged in view["GalaxyClusterRelationTag"]] == [LIKELY]
    assert call(seed.stranger.key, "GET", "/galaxy_cluster_relations/index")[1] == [view]
    change = {"referenced_galaxy_cluster_type": "same-as", "distribution": 0}
    assert post(seed.colleague, f"/galaxy_cluster_relations/edit/{number}", change)[0] == 200
    assert call(seed.stranger.key, "GET", f"/galaxy_cluster_relations/view/{number}")[0] == 404
    assert call(seed.stranger.key, "GET", "/galaxy_cluster_relations/index")[1] == []
    shown = call(seed.colleague.key, "GET", f"/galaxy_clusters/view/{own.pk}")[1]["GalaxyCluster"]
    assert shown["GalaxyClusterRelation"][0]["Tag"][0]["name"] == LIKELY
    hidden = call(seed.stranger.key, "GET", f"/galaxy_clusters/view/{own.pk}")[1]["GalaxyCluster"]
    assert hidden["GalaxyClusterRelation"] == []
    deleted = post(seed.colleague, f"/galaxy_cluster_relations/delete/{number}")[1]
    assert (deleted["message"], deleted["id"]) == ("GalaxyClusterRelation deleted", number)
    assert not GalaxyClusterRelation.objects.exists()


def test_invalid_relation_is_refused(seed: Seed, galaxy: Galaxy, own: GalaxyCluster) -> None:
    apt = make_cluster(galaxy, "APT28")
    secret = make_cluster(galaxy, "secret", default=False, distribution=0, org_id=seed.org_b.pk)
    path = "/galaxy_cluster_relations/add"
    target, kind = "referenced_galaxy_cluster_uuid", "referenced_galaxy_cluster_type"
    for body, status, field in (
        (relation(own, own), 403, target),
        (relation(own, apt) | {target: str(uuid4())}, 403, target),
        (relation(own, secret), 403, target),
        (relation(own, apt) | {target: "x"}, 403, target),
        (relation(own, apt) | {kind: ""}, 403, kind),
        (relation(own, apt) | {kind: ["x"]}, 403, kind),
        (relation(own, apt) | {"distribution": 4}, 403, "sharing_group_id"),
        (relation(secret, apt), 404, None),
        (relation(apt, own), 403, None),
        ({}, 404, None),
    ):
        found, answer = post(seed.analyst, path, body)
        assert found == status
        assert field is None or field in answer["errors"]
    assert post(seed.stranger, path, relation(own, apt))[0] == 403
    assert post(seed.reader, path, relation(own, apt))[0] == 403
    assert post(seed.analyst, path, relation(own, apt))[0] == 200
    assert post(seed.analyst, path, relation(own, apt))[0] == 403  # the same again
    number = GalaxyClusterRelation.objects.get().pk
    for action in ("edit", "delete"):
        assert post(seed.stranger, f"/galaxy_cluster_relations/{action}/{number}")[0] == 403
    GalaxyClusterRelation.objects.update(distribution=0)
    for action in ("edit", "delete"):
        assert post(seed.stranger, f"/galaxy_cluster_relations/{action}/{number}")[0] == 404


def test_relations_of_hidden_cluster_are_hidden(seed: Seed, galaxy: Galaxy, own: GalaxyCluster) -> None:
    apt = make_cluster(galaxy, "APT28")
    post(seed.analyst, "/galaxy_cluster_relations/add", relation(own, apt))
    for api_user, seen in ((seed.stranger, 1), (seed.colleague, 1)):
        assert len(call(api_user.key, "GET", f"/galaxy_clusters/viewRelations/{apt.pk}")[1]) == seen
    GalaxyCluster.objects.filter(pk=own.pk).update(distribution=0)
    for api_user, seen in ((seed.stranger, 0), (seed.colleague, 1)):
        assert len(call(api_user.key, "GET", f"/galaxy_clusters/viewRelations/{apt.pk}")[1]) == seen
        tree = call(api_user.key, "GET", f"/galaxy_clusters/viewRelationTree/{apt.pk}")[1]
        assert len(tree["inbound"].get("similar", [])) == seen
        graph = call(api_user.key, "GET", f"/galaxies/relationsGraph/{galaxy.pk}")[1]
        assert (len(graph["nodes"]), len(graph["links"])) == (2 * seen, seen)


def test_elements_are_edited_individually(seed: Seed, own: GalaxyCluster) -> None:
    json = {"a": {"b": [1, True], "c": None}, "d": "text"}
    path = f"/galaxy_elements/flattenJson/{own.pk}"
    for body in ({"GalaxyElement": {"jsonData": '{"a": 1, "a2"'}}, {}, {"jsonData": "null"}):
        assert post(seed.analyst, path, body)[0] in (403, 405)
    assert post(seed.stranger, path, json)[0] == 403
    assert post(seed.analyst, path, json)[0] == 200
    index = call(seed.stranger.key, "GET", f"/galaxy_elements/index/{own.pk}")[1]
    pairs = [(row["GalaxyElement"]["key"], row["GalaxyElement"]["value"]) for row in index]
    assert pairs == [("a.b", "1"), ("a.b", "true"), ("d", "text")]
    own.refresh_from_db()
    assert (own.version > 5, own.published) == (True, False)
    first = index[0]["GalaxyElement"]["id"]
    assert post(seed.stranger, f"/galaxy_elements/delete/{first}")[0] == 403
    assert post(seed.analyst, f"/galaxy_elements/delete/{first}")[0] == 200
    assert post(seed.analyst, f"/galaxy_elements/delete/{first}")[0] == 404
    assert own.elements.count() == 2
    GalaxyCluster.objects.filter(pk=own.pk).update(distribution=0)
    last = own.elements.last()
    assert last is not None
    assert post(seed.stranger, f"/galaxy_elements/delete/{last.pk}")[0] == 404


def test_matrix_of_event_attribute_and_cluster(seed: Seed, own: GalaxyCluster) -> None:
    attack = make_attack()
    phishing = GalaxyCluster.objects.get(value__startswith="Phishing")
    tag = make_tag(phishing.tag_name, is_galaxy=True)
    event = make_event(seed.org_a, distribution=3)
    event.save()
    attribute = make_attribute(event)
    attribute.save()
    AttributeTag.objects.create(attribute=attribute, event=event, tag=tag)
    post(seed.analyst, "/galaxy_cluster_relations/add", relation(own, phishing))
    for path in (
        f"/events/viewGalaxyMatrix/{event.pk}/{attack.pk}/event",
        f"/events/viewGalaxyMatrix/{attribute.pk}/{attack.pk}/attribute",
        f"/galaxy_clusters/viewGalaxyMatrix/{own.pk}",
    ):
        status, answer = call(seed.stranger.key, "GET", path)
        assert (status, answer["scores"]) == (200, {phishing.tag_name: 1}), path
        cells = answer["matrix"]["attack-Linux"]["initial-access"]
        assert [cell["external_id"] for cell in cells] == ["T1566"]
    event.distribution = 0
    event.save()
    for kind, number in (("event", event.pk), ("attribute", attribute.pk), ("nonsense", 1)):
        path = f"/events/viewGalaxyMatrix/{number}/{attack.pk}/{kind}"
        assert call(seed.stranger.key, "GET", path)[0] in (404, 405)
    assert call(seed.stranger.key, "GET", f"/events/viewGalaxyMatrix/{event.pk}/{own.galaxy_id}")[0] == 404


def test_many_clusters_are_attached_at_once(seed: Seed, galaxy: Galaxy, own: GalaxyCluster) -> None:
    event = make_event(seed.org_a, distribution=3)
    event.save()
    other = make_cluster(galaxy, "other")
    path = f"/galaxies/attachMultipleClusters/{event.pk}/event"
    wanted = {"Galaxy": {"target_ids": f'["{own.pk}", "{other.uuid}"]'}}
    assert post(seed.analyst, path, {"Galaxy": {"target_id": "1"}})[1]["errors"] == "Failed to parse request."
    assert post(seed.analyst, path, wanted)[1]["success"] == "2 cluster(s) attached."
    assert post(seed.analyst, path, wanted)[1]["success"] == "Clusters already attached."
    assert post(seed.stranger, path, wanted)[0] == 403
    assert post(seed.analyst, path, {"Galaxy": {"target_ids": [99999]}})[0] == 404
    assert EventTag.objects.count() == 2
    deleted = make_cluster(galaxy, "gone", deleted=True)
    assert post(seed.analyst, path, {"Galaxy": {"target_ids": [deleted.pk]}})[0] == 404
