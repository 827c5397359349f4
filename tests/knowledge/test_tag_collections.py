"""Tag collections: private or for all organisations, filled and attached as one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call, send
from tests.factories import make_event
from tests.factories.knowledge import make_cluster, make_galaxy
from tests.factories.seed import Seed
from vardkase.intel.models import Event, EventTag
from vardkase.knowledge.tag_collections.models import TagCollection, TagCollectionTag
from vardkase.knowledge.taxonomies.models import Tag


def add(key: str, name: str, **members: Any) -> dict[str, Any]:
    status, body = call(key, "POST", "/tag_collections/add", {"name": name, **members})
    assert status == 200, body
    collection: dict[str, Any] = body
    return collection


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=3)
    event.save()
    return event


def names(collection: dict[str, Any]) -> list[str]:
    return [link["Tag"]["name"] for link in collection["TagCollectionTag"]]


def test_collection_is_added_edited_and_deleted(seed: Seed) -> None:
    key = seed.org_admin.key
    made = add(key, "Phishing", description="What we see", TagCollectionTag=[{"Tag": {"name": "tlp:amber"}}])
    about = made["TagCollection"]
    assert (about["name"], about["all_orgs"], about["org_id"]) == ("Phishing", False, str(seed.org_a.pk))
    assert names(made) == ["tlp:amber"]
    path = f"/tag_collections/addTag/{about['id']}"
    assert call(key, "POST", f"{path}/beta", {})[1]["success"] == "Tag added."
    assert call(key, "POST", path, {"tag": '["beta", "gamma"]'})[1]["saved"]
    assert call(key, "POST", f"{path}/beta", {})[1]["saved"] is False
    gamma = Tag.objects.get(name="gamma")
    removed = call(key, "POST", f"/tag_collections/removeTag/{about['id']}/{gamma.pk}", {})
    assert removed[1]["success"] == "Tag removed."
    assert call(key, "POST", f"/tag_collections/removeTag/{about['id']}/{gamma.pk}", {})[1]["saved"] is False
    edited = call(key, "POST", f"/tagCollections/edit/{about['uuid']}", {"TagCollection": {"all_orgs": 1}})[1]
    assert (edited["TagCollection"]["all_orgs"], names(edited)) == (True, ["tlp:amber", "beta"])
    assert call(key, "GET", f"/tag_collections/view/{about['id']}")[1] == edited
    assert call(key, "POST", f"/tag_collections/delete/{about['id']}", {})[0] == 200
    assert call(key, "GET", "/tag_collections/index") == (200, [])
    assert Tag.objects.filter(name="beta").exists()


def test_visibility_and_editing_by_organisation(seed: Seed) -> None:
    Tag.objects.create(name="theirs", org_id=seed.org_a.pk)
    own = add(seed.org_admin.key, "Ours", TagCollectionTag=[{"Tag": {"name": "theirs"}}])["TagCollection"][
        "id"
    ]
    shared = add(seed.org_admin.key, "All", all_orgs=True, Tag=["theirs", "open"])["TagCollection"]["id"]
    stranger, other_editor = seed.stranger.key, seed.partner_sync.key
    (seen,) = call(stranger, "GET", "/tag_collections/index")[1]
    assert (seen["TagCollection"]["id"], names(seen)) == (shared, ["open"]), (
        "tags restricted to A stay hidden"
    )
    assert call(stranger, "GET", f"/tag_collections/view/{own}")[0] == 404
    for number, status in ((own, 404), (shared, 403)):
        assert call(other_editor, "POST", f"/tag_collections/edit/{number}", {"name": "x"})[0] == status
        assert call(other_editor, "POST", f"/tag_collections/delete/{number}", {})[0] == status
    assert call(other_editor, "POST", f"/tag_collections/addTag/{shared}/open", {})[1]["saved"] is False
    assert call(other_editor, "POST", f"/tag_collections/removeTag/{shared}/open", {})[1]["saved"] is False
    for key in (seed.analyst.key, seed.reader.key):
        for action in ("add", "import", f"edit/{own}", f"delete/{own}", f"addTag/{own}/open"):
            assert call(key, "POST", f"/tag_collections/{action}", {"name": "x"})[0] == 403
    assert call(None, "GET", "/tag_collections/index")[0] == 403
    assert call(seed.site_admin.key, "POST", f"/tag_collections/edit/{own}", {"name": "Mine"})[0] == 200
    assert TagCollection.objects.count() == 2
    assert TagCollectionTag.objects.count() == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": "x", "uuid": "no"}, "uuid"),
        ({"name": "x", "Tag": "no"}, "Tag"),
        ({"name": "x", "TagCollectionTag": [7.5]}, "Tag"),
    ],
)
def test_invalid_collection_is_refused(seed: Seed, body: dict[str, Any], field: str) -> None:
    status, answer = call(seed.org_admin.key, "POST", "/tag_collections/add", body)
    assert (status, list(answer["errors"])) == (403, [field])
    assert not TagCollection.objects.exists()


def test_export_can_be_imported(seed: Seed) -> None:
    add(seed.org_admin.key, "One", Tag=["alpha", "beta"])
    add(seed.org_admin.key, "Two", Tag=["alpha"])
    exported = call(seed.org_admin.key, "GET", "/tag_collections/index")[1]
    refused = call(seed.org_admin.key, "POST", "/tag_collections/import", exported)
    assert (refused[0], sorted(refused[1]["errors"])) == (403, ["0", "1"]), "they exist already"
    TagCollection.objects.all().delete()
    Tag.objects.all().delete()
    body = call(seed.partner_sync.key, "POST", "/tag_collections/import", [*exported, {"name": ""}])[1]
    assert (body["message"], list(body["errors"])) == ("2 new tag collections added.", ["2"])
    assert [names(each) for each in call(seed.partner_sync.key, "GET", "/tag_collections/index")[1]] == [
        ["alpha", "beta"],
        ["alpha"],
    ]
    assert call(seed.analyst.key, "GET", "/tag_collections/index")[1] == [], "they are the importer's own"


def test_collection_is_attached_to_event(seed: Seed, event: Event) -> None:
    number = add(seed.org_admin.key, "One", Tag=["alpha", "beta"])["TagCollection"]["id"]
    added = call(seed.analyst.key, "POST", f"/events/addTag/{event.pk}/collection_{number}", {})
    assert added[1]["success"] == "Tag added."
    assert set(EventTag.objects.values_list("tag__name", flat=True)) == {"alpha", "beta"}
    body = {"uuid": str(event.uuid), "tag": f"collection_{number}"}
    again = call(seed.analyst.key, "POST", "/tags/attachTagToObject", body)[1]
    assert again["message"] == f"Successfully attached 2 tags to Event ({event.pk})", "in MISP's wording"
    theirs = call(seed.stranger.key, "POST", f"/events/addTag/{event.pk}/collection_{number}", {})
    assert theirs[1] == {"saved": False, "errors": "Invalid Tag Collection"}
    assert call(seed.stranger.key, "POST", "/tags/attachTagToObject", body)[0] == 404


def test_clusters_are_added_to_collections(seed: Seed) -> None:
    cluster = make_cluster(make_galaxy(), "APT28")
    made = add(seed.org_admin.key, "One")
    number, key = made["TagCollection"]["id"], seed.org_admin.key
    body = {"Galaxy": {"target_id": str(cluster.pk)}}
    path = f"/galaxies/attachCluster/{number}/tag_collection"
    assert call(key, "POST", path, body)[1]["success"] == "Cluster attached."
    assert call(key, "POST", path, body)[1]["success"] == "Cluster already attached."
    assert call(seed.stranger.key, "POST", path, body)[0] == 404
    assert call(seed.analyst.key, "POST", path, body)[0] == 403, "an analyst may not edit collections"
    (tag,) = (member.tag for member in TagCollectionTag.objects.all())
    assert tag.name == cluster.tag_name
    path = f"/galaxy_clusters/detach/{number}/tag_collection/{tag.pk}"
    assert send(key, "POST", path, {}).status_code == 302
    assert not TagCollectionTag.objects.exists()
