"""Custom clusters: one organisation's knowledge, with a distribution."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call
from tests.factories.knowledge import make_cluster, make_galaxy
from tests.factories.seed import ApiUser, Seed
from vardkase.audit.models import AuditEntry
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster, GalaxyElement
from vardkase.knowledge.galaxies.problems import GalaxyClusterProblem

UUID = "3f46269b-4422-5eeb-bdbc-86271a5e071e"
ACTOR = {
    "value": "my actor",
    "description": "d",
    "distribution": "3",
    "uuid": UUID,
    "authors": ["me"],
    "source": "s",
    "GalaxyElement": [{"key": "synonyms", "value": "syn1"}, {"key": "country", "value": "LU"}],
}
NOT_FOUND = {"name": "Invalid galaxy cluster", "message": "Invalid galaxy cluster"}


@pytest.fixture
def galaxy(db: None) -> Galaxy:
    return make_galaxy("threat-actor")


def add(api_user: ApiUser, galaxy: Galaxy, body: dict[str, Any]) -> dict[str, Any]:
    status, answer = call(api_user.key, "POST", f"/galaxy_clusters/add/{galaxy.pk}", body)
    assert status == 200, answer
    found: dict[str, Any] = answer["GalaxyCluster"]
    return found


def post(api_user: ApiUser, path: str, body: Any = None) -> tuple[int, Any]:
    return call(api_user.key, "POST", path, {} if body is None else body)


def test_added_cluster_has_misps_shape(seed: Seed, galaxy: Galaxy) -> None:
    cluster = add(seed.analyst, galaxy, ACTOR)
    assert list(cluster)[-5:] == ["Galaxy", "GalaxyElement", "GalaxyClusterRelation", "Org", "Orgc"]
    assert cluster["tag_name"] == f'misp-galaxy:threat-actor="{UUID}"'
    assert (cluster["org_id"], cluster["orgc_id"]) == (str(seed.org_a.pk),) * 2
    assert (cluster["extends_uuid"], cluster["extends_version"], cluster["published"]) == (None, None, False)
    assert [element["value"] for element in cluster["GalaxyElement"]] == ["syn1", "LU"]
    assert AuditEntry.objects.filter(action="galaxy_cluster.created", target_uuid=UUID).exists()
    bare = add(seed.analyst, galaxy, {"GalaxyCluster": {"value": "bare"}})
    assert (bare["distribution"], bare["authors"], bare["source"]) == ("1", None, "")


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"description": "d"}, {"value": ["This field is required."]}),
        ({"value": "  "}, {"value": ["This field is required."]}),
        ({"value": ["x"]}, {"value": ["This has to be a text."]}),
        ({"value": "x" * 2000}, {"value": ["The value is too long."]}),
        (
            {"value": "x", "distribution": 9},
            GalaxyClusterProblem.BAD_DISTRIBUTION.own_wire,
        ),
        ({"value": "x", "distribution": 4}, {"sharing_group_id": ["Sharing group not found."]}),
        ({"value": "x", "uuid": "no"}, {"uuid": ["Please provide a valid RFC 4122 UUID"]}),
        ({"value": "x", "uuid": UUID}, {"uuid": ["A galaxy cluster with this UUID already exists."]}),
        ({"value": "x", "authors": {"a": 1}}, {"authors": ["This has to be a list of names."]}),
        ({"value": "x", "elements": "{"}, {"elements": ["This is not valid JSON."]}),
        (
            {"value": "x", "GalaxyElement": ["a"]},
            {"GalaxyElement": ["Every element has to have a key and a value."]},
        ),
        (
            {"value": "x", "GalaxyClusterRelation": [{"referenced_galaxy_cluster_uuid": UUID}]},
            {"referenced_galaxy_cluster_type": ["This has to be a text of up to 255 characters."]},
        ),
    ],
)
def test_invalid_cluster_is_refused_and_changes_nothing(
    seed: Seed, galaxy: Galaxy, body: Any, errors: Any
) -> None:
    make_cluster(galaxy, "taken", uuid=UUID)
    status, answer = post(seed.analyst, f"/galaxy_clusters/add/{galaxy.pk}", body)
    assert (status, answer["errors"]) == (403, errors)
    assert answer["message"] == "Could not add GalaxyCluster"
    assert GalaxyCluster.objects.count() == 1


def test_edit_replaces_elements_raises_version_and_unpublishes(seed: Seed, galaxy: Galaxy) -> None:
    cluster = add(seed.analyst, galaxy, ACTOR)
    assert post(seed.colleague, f"/galaxy_clusters/publish/{UUID}")[1] == {
        "saved": True,
        "success": True,
        "name": "GalaxyCluster published",
        "message": "GalaxyCluster published",
        "url": f"/galaxy_clusters/publish/{cluster['id']}",
        "id": cluster["id"],
    }
    change = {"value": "my actor 2", "GalaxyElement": [{"key": "synonyms", "value": "syn9"}]}
    _, answer = post(seed.colleague, f"/galaxy_clusters/edit/{cluster['id']}", {"GalaxyCluster": change})
    edited = answer["GalaxyCluster"]
    assert (edited["value"], edited["description"], edited["published"]) == ("my actor 2", "d", False)
    assert [element["value"] for element in edited["GalaxyElement"]] == ["syn9"]
    assert int(edited["version"]) > int(cluster["version"])
    _, answer = post(seed.colleague, f"/galaxy_clusters/edit/{UUID}", {"meta": {"refs": ["a", "b"]}})
    assert [element["value"] for element in answer["GalaxyCluster"]["GalaxyElement"]] == ["a", "b"]


def test_soft_deletion_can_be_undone_and_hard_cannot(seed: Seed, galaxy: Galaxy) -> None:
    number = add(seed.analyst, galaxy, ACTOR)["id"]
    soft = "Galaxy cluster successfuly soft deleted."
    hard = "Galaxy cluster successfuly hard deleted and added to the block list."
    assert post(seed.analyst, f"/galaxy_clusters/delete/{UUID}")[1] == {
        "saved": True, "success": True, "name": soft, "message": soft,
        "url": f"/galaxy_clusters/delete/{number}", "id": number,
    }  # fmt: skip
    deleted = call(seed.analyst.key, "GET", f"/galaxy_clusters/view/{UUID}")[1]["GalaxyCluster"]
    assert (deleted["deleted"], deleted["published"]) == (True, False)
    index = f"/galaxy_clusters/index/{galaxy.pk}"
    assert call(seed.analyst.key, "GET", index)[1] == []
    assert len(post(seed.analyst, index, {"context": "deleted"})[1]) == 1
    assert post(seed.analyst, f"/galaxy_clusters/restore/{number}")[1]["name"] == "GalaxyCluster restored"
    assert len(call(seed.analyst.key, "GET", index)[1]) == 1
    assert post(seed.analyst, f"/galaxy_clusters/delete/{number}/1")[1]["message"] == hard
    assert call(seed.analyst.key, "GET", f"/galaxy_clusters/view/{UUID}")[0] == 404
    other = add(seed.analyst, galaxy, {"value": "other"})["id"]
    assert post(seed.analyst, f"/galaxy_clusters/delete/{other}", {"hard": 1})[1]["message"] == hard


@pytest.mark.parametrize("action", ["edit", "publish", "unpublish", "delete", "restore"])
def test_other_organisations_cannot_change_cluster(seed: Seed, galaxy: Galaxy, action: str) -> None:
    cluster = add(seed.analyst, galaxy, ACTOR)
    path = f"/galaxy_clusters/{action}/{cluster['id']}"
    assert post(seed.stranger, path, {"value": "mine"})[0] == 403
    assert post(seed.reader, path)[0] == 403
    assert post(seed.site_admin, path, {"value": "theirs"})[0] == 200
    packaged = make_cluster(galaxy, "packaged")
    assert post(seed.org_admin, f"/galaxy_clusters/{action}/{packaged.pk}", {"value": "x"})[0] == 403


@pytest.mark.parametrize("action", ["edit", "publish", "unpublish", "delete", "restore"])
def test_hidden_cluster_returns_404(seed: Seed, galaxy: Galaxy, action: str) -> None:
    cluster = add(seed.analyst, galaxy, ACTOR | {"distribution": 0})
    for reference in (cluster["id"], UUID):
        status, answer = post(seed.stranger, f"/galaxy_clusters/{action}/{reference}")
        assert (status, answer["message"]) == (404, "Invalid galaxy cluster")
    assert GalaxyCluster.objects.get().deleted is False


def test_visibility_by_distribution(seed: Seed, galaxy: Galaxy) -> None:
    """Everywhere that a cluster is shown."""
    group = {"distribution": 4, "sharing_group_id": seed.group.pk}
    for name, reach in (("own", {"distribution": 0}), ("group", group), ("all", {"distribution": 3})):
        add(seed.analyst, galaxy, {"value": name, "GalaxyElement": [{"key": "k", "value": name}]} | reach)
    expected = {
        seed.colleague: {"own", "group", "all"},
        seed.partner: {"group", "all"},
        seed.stranger: {"all"},
        seed.site_admin: {"own", "group", "all"},
    }
    for api_user, names in expected.items():
        index = call(api_user.key, "GET", f"/galaxy_clusters/index/{galaxy.pk}")[1]
        assert {row["GalaxyCluster"]["value"] for row in index} == names
        found = post(api_user, "/galaxy_clusters/restSearch", {"custom": 1})[1]["response"]
        assert {row["GalaxyCluster"]["value"] for row in found} == names
        exported = post(api_user, f"/galaxies/export/{galaxy.uuid}", {"Galaxy": {"custom": True}})[1]
        assert {row["GalaxyCluster"]["value"] for row in exported} == names
        view = call(api_user.key, "GET", f"/galaxies/view/{galaxy.pk}")[1]["GalaxyCluster"]
        assert {row["value"] for row in view} == names
        for row in GalaxyCluster.objects.all():
            wanted = 200 if row.value in names else 404
            for path in ("galaxy_clusters/view", "galaxy_elements/index", "galaxy_clusters/viewRelations"):
                assert call(api_user.key, "GET", f"/{path}/{row.pk}")[0] == wanted
    shared = GalaxyCluster.objects.get(value="group")
    view = call(seed.partner.key, "GET", f"/galaxy_clusters/view/{shared.uuid}")[1]["GalaxyCluster"]
    assert view["SharingGroup"]["name"] == "A and B"


def test_custom_galaxy_hides_its_clusters(seed: Seed, db: None) -> None:
    body = {"name": "Our Actors", "distribution": 0, "kill_chain_order": {"tab": ["column"]}}
    status, answer = post(seed.analyst, "/galaxies/add", body)
    assert (status, answer["Galaxy"]["type"], answer["Galaxy"]["default"]) == (200, "our-actors", False)
    number = answer["Galaxy"]["id"]
    own = Galaxy.objects.get(pk=number)
    cluster = add(seed.analyst, own, ACTOR)
    assert call(seed.colleague.key, "GET", f"/galaxies/view/{number}")[0] == 200
    assert call(seed.stranger.key, "GET", f"/galaxies/view/{number}")[0] == 404
    assert call(seed.stranger.key, "GET", f"/galaxy_clusters/view/{cluster['id']}")[0] == 404
    assert call(seed.stranger.key, "GET", "/galaxies/index")[1] == []
    assert post(seed.stranger, f"/galaxies/edit/{number}", {"name": "x"})[0] == 404
    edited = post(seed.analyst, f"/galaxies/edit/{number}", {"name": "All", "distribution": 3, "type": "x"})[
        1
    ]
    assert (edited["Galaxy"]["name"], edited["Galaxy"]["type"]) == ("All", "our-actors")
    assert call(seed.stranger.key, "GET", f"/galaxy_clusters/view/{cluster['id']}")[0] == 200
    assert post(seed.stranger, f"/galaxies/edit/{number}", {"name": "x"})[0] == 403
    assert post(seed.analyst, "/galaxies/add", body)[0] == 403  # the type is taken
    assert post(seed.analyst, "/galaxies/add", {"name": ["x"]})[0] == 403
    assert post(seed.analyst, f"/galaxies/delete/{number}")[0] == 403
    assert post(seed.site_admin, f"/galaxies/delete/{number}")[0] == 200
    assert not GalaxyCluster.objects.exists()


@pytest.mark.parametrize(
    ("chain", "reason"),
    [
        ({"a": ["c"] * 499, "b": [], "c": []}, "A matrix can have up to 500 columns."),
        ({str(number): [] for number in range(501)}, "A matrix can have up to 500 columns."),
        ({"a": ["c" * 256]}, "This is too long."),
        ({"a" * 256: ["c"]}, "This is too long."),
    ],
)
def test_size_of_a_matrix_is_limited(seed: Seed, db: None, chain: Any, reason: str) -> None:
    body = {"name": "Our Actors", "distribution": 0}
    status, answer = post(seed.analyst, "/galaxies/add", body | {"kill_chain_order": chain})
    assert (status, answer["errors"]) == (403, {"kill_chain_order": [reason]})
    status, answer = post(seed.analyst, "/galaxies/add", body | {"kill_chain_order": {"a": ["c"] * 500}})
    assert status == 200
    number = answer["Galaxy"]["id"]
    assert post(seed.analyst, f"/galaxies/edit/{number}", {"kill_chain_order": chain})[0] == 403


def test_number_of_elements_is_limited(seed: Seed, galaxy: Galaxy) -> None:
    element = {"key": "k", "value": "v"}
    path = f"/galaxy_clusters/add/{galaxy.pk}"
    status, answer = post(seed.analyst, path, ACTOR | {"GalaxyElement": [element] * 5_001})
    assert (status, answer["errors"]) == (
        403,
        {"GalaxyElement": ["A cluster can have up to 5000 elements."]},
    )
    cluster = add(seed.analyst, galaxy, ACTOR | {"GalaxyElement": [element] * 5_000})
    status, answer = post(seed.analyst, f"/galaxy_elements/flattenJson/{cluster['id']}", {"one": "more"})
    assert (status, answer["errors"]) == (
        403,
        {"GalaxyElement": ["A cluster can have up to 5000 elements."]},
    )
    assert GalaxyElement.objects.count() == 5_000


def test_fork_follows_parent(seed: Seed, galaxy: Galaxy) -> None:
    parent = add(seed.analyst, galaxy, ACTOR)
    path = f"/galaxy_clusters/add/{galaxy.pk}/forkUUID:{UUID}"
    fork = post(seed.partner, path, {"description": "ours"})[1]["GalaxyCluster"]
    assert (fork["value"], fork["description"], fork["extends_uuid"]) == ("my actor", "ours", UUID)
    assert (fork["extends_version"], len(fork["GalaxyElement"])) == (parent["version"], 2)
    more = {"GalaxyElement": [*ACTOR["GalaxyElement"], {"key": "refs", "value": "r"}]}  # type: ignore[misc]
    newer = post(seed.analyst, f"/galaxy_clusters/edit/{UUID}", more)[1]["GalaxyCluster"]
    assert post(seed.partner, f"/galaxy_clusters/updateCluster/{fork['id']}")[0] == 200
    fork = call(seed.partner.key, "GET", f"/galaxy_clusters/view/{fork['id']}")[1]["GalaxyCluster"]
    assert [element["key"] for element in fork["GalaxyElement"]] == ["synonyms", "country", "refs"]
    assert fork["extends_version"] == newer["version"]
    (root,) = call(seed.stranger.key, "GET", f"/galaxies/forkTree/{galaxy.pk}")[1]
    assert (root["uuid"], [child["id"] for child in root["children"]]) == (UUID, [fork["id"]])
    assert post(seed.analyst, f"/galaxy_clusters/updateCluster/{UUID}")[0] == 405
    assert post(seed.partner, f"/galaxy_clusters/add/{galaxy.pk}/forkUUID:{uuid4()}", {})[0] == 404
    add(seed.analyst, galaxy, {"value": "secret", "distribution": 0, "uuid": str(uuid4())})
    hidden = GalaxyCluster.objects.get(value="secret")
    assert post(seed.partner, f"/galaxy_clusters/add/{galaxy.pk}/forkUUID:{hidden.uuid}", {})[0] == 404


def test_search_by_each_filter(seed: Seed, galaxy: Galaxy) -> None:
    own = add(seed.analyst, galaxy, ACTOR)
    packaged = make_cluster(galaxy, "APT28")
    for filters, names in (
        ({"uuid": UUID}, ["my actor"]),
        ({"uuid": [UUID, str(packaged.uuid)]}, ["my actor", "APT28"]),
        ({"id": own["id"]}, ["my actor"]),
        ({"value": "APT28"}, ["APT28"]),
        ({"galaxy_uuid": str(galaxy.uuid), "default": 1}, ["APT28"]),
        ({"orgc_id": str(seed.org_a.uuid)}, ["my actor"]),
        ({"elements": {"synonyms": ["syn1", "x"]}}, ["my actor"]),
        ({"published": 1}, []),
        ({"deleted": 1}, []),
        ({"galaxy_id": "nonsense"}, []),
        ({"eventid": 99}, []),
        ({"limit": 1, "page": 2}, ["APT28"]),
        ({"unheard_of": 1}, ["my actor", "APT28"]),
    ):
        status, answer = post(seed.stranger, "/galaxy_clusters/restSearch", filters)
        assert (status, [row["GalaxyCluster"]["value"] for row in answer["response"]]) == (200, names), (
            filters
        )
    minimal = post(seed.partner_sync, "/galaxy_clusters/restSearch", {"custom": 1, "minimal": 1})[1]
    assert minimal == {"response": [{"GalaxyCluster": {"uuid": UUID, "version": own["version"]}}]}
    for bad in ({"value": {"a": 1}}, {"uuid": [["x"]]}, {"elements": "x"}):
        assert post(seed.stranger, "/galaxy_clusters/restSearch", bad)[0] == 400


def test_export_and_import_in_both_forms(seed: Seed, galaxy: Galaxy) -> None:
    add(seed.analyst, galaxy, ACTOR)
    exported = post(seed.analyst, f"/galaxies/export/{galaxy.pk}", {"Galaxy": {"default": False}})[1]
    assert "id" not in exported[0]["GalaxyCluster"]
    assert exported[0]["GalaxyCluster"]["GalaxyElement"][0] == {"key": "synonyms", "value": "syn1"}
    none = {"Galaxy": {"custom": True, "distribution": [0]}}
    assert post(seed.analyst, f"/galaxies/export/{galaxy.pk}", none)[1] == []
    file = post(seed.analyst, f"/galaxies/export/{galaxy.pk}", {"Galaxy": {"format": "misp-galaxy"}})[1]
    value = {"description": "d", "related": [], "uuid": UUID, "value": "my actor"}
    assert file["values"] == [value | {"meta": {"country": "LU", "synonyms": ["syn1"]}}]
    assert (
        call(seed.analyst.key, "GET", f"/galaxy_clusters/export_for_misp_galaxy/{UUID}")[1]
        == file["values"][0]
    )
    for document in (exported, file, {"Galaxy": {"json": json.dumps(exported)}}):
        GalaxyCluster.objects.all().delete()
        text = "Galaxy clusters imported. 1 imported, 0 ignored, 0 failed. "
        assert post(seed.partner, "/galaxies/import", document)[1]["message"] == text
        cluster = GalaxyCluster.objects.get()
        assert (cluster.orgc_id, cluster.locked, cluster.elements.count()) == (seed.org_b.pk, False, 2)
    text = "Galaxy clusters imported. 0 imported, 1 ignored, 0 failed. "
    assert post(seed.analyst, "/galaxies/import", exported)[1]["message"] == text  # not ours, not locked
    assert post(seed.analyst, "/galaxies/import", ["x", {"uuid": "y"}])[1]["message"].endswith("2 failed. ")
    assert post(seed.reader, "/galaxies/import", exported)[0] == 403


def test_peer_pushes_clusters(seed: Seed, galaxy: Galaxy) -> None:
    document = ACTOR | {
        "version": "100",
        "published": True,
        "Galaxy": {"uuid": str(galaxy.uuid), "type": galaxy.type},
        "Orgc": {"uuid": str(uuid4()), "name": "Far Away"},
    }
    sync = seed.partner_sync

    def pushed(**change: Any) -> str:
        answer = post(sync, "/galaxies/pushCluster", [{"GalaxyCluster": document | change}])[1]
        assert answer["url"] == "/galaxies/pushCluster"
        return str(answer["message"]).removeprefix("Galaxy clusters imported. ")

    assert pushed() == "1 imported, 0 ignored, 0 failed. "
    cluster = GalaxyCluster.objects.get()
    assert (cluster.locked, cluster.published, cluster.org_id) == (True, True, seed.org_b.pk)
    assert cluster.orgc_id not in (seed.org_b.pk, seed.org_a.pk)
    assert pushed(value="older") == "0 imported, 1 ignored, 0 failed. "
    assert pushed(value="newer", version="101", GalaxyElement=[]) == "1 imported, 0 ignored, 0 failed. "
    cluster.refresh_from_db()
    assert (cluster.value, cluster.version, cluster.elements.count()) == ("newer", 101, 0)
    assert pushed(uuid=str(uuid4()), default=True) == "0 imported, 1 ignored, 0 failed. "
    assert pushed(uuid=str(uuid4()), value="") == "0 imported, 0 ignored, 1 failed. "
    elsewhere = {"uuid": str(uuid4()), "type": "unheard-of", "name": "Unheard of"}
    assert pushed(uuid=str(uuid4()), Galaxy=elsewhere) == "1 imported, 0 ignored, 0 failed. "
    assert Galaxy.objects.get(type="unheard-of").default is False
    GalaxyCluster.objects.filter(uuid=UUID).update(locked=False)
    assert pushed(version="102") == "0 imported, 1 ignored, 0 failed. "
    assert post(seed.analyst, "/galaxies/pushCluster", [])[0] == 403


def test_galaxy_is_enabled_and_disabled(seed: Seed, galaxy: Galaxy) -> None:
    make_cluster(galaxy, "packaged")
    for action, enabled in (("disable", False), ("toggle", True), ("toggle", False), ("enable", True)):
        assert post(seed.site_admin, f"/galaxies/{action}/{galaxy.pk}")[0] == 200
        galaxy.refresh_from_db()
        assert galaxy.enabled is enabled
        assert post(seed.org_admin, f"/galaxies/{action}/{galaxy.pk}")[0] == 403
    kept = make_galaxy("kept")
    add(seed.analyst, kept, ACTOR)
    assert post(seed.org_admin, "/galaxies/wipe_default")[0] == 403
    assert post(seed.site_admin, "/galaxies/wipe_default")[0] == 200
    assert [found.type for found in Galaxy.objects.all()] == ["kept"]
    assert [cluster.value for cluster in GalaxyCluster.objects.all()] == ["my actor"]


def test_tag_of_hidden_cluster_is_not_listed(seed: Seed, galaxy: Galaxy) -> None:
    cluster = add(seed.analyst, galaxy, ACTOR | {"distribution": "0"})
    call(seed.site_admin.key, "POST", "/tags/add", {"name": cluster["tag_name"]})
    for api_user, is_listed in ((seed.analyst, True), (seed.stranger, False), (seed.site_admin, True)):
        names = [tag["name"] for tag in call(api_user.key, "GET", "/tags/index")[1]["Tag"]]
        assert (cluster["tag_name"] in names) is is_listed
        found = call(api_user.key, "GET", f"/tags/search/%25{UUID}%25")[1]
        assert bool(found) is is_listed
