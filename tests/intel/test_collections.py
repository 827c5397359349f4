"""Collections: adding, filling, sharing and exchanging them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.seed import ApiUser, Seed
from vardkase.audit.models import AuditEntry
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.collections.models import Collection, CollectionElement
from vardkase.knowledge.blocklists.models import Blocked, BlocklistEntry

THEIRS = "0c000000-0000-4000-8000-000000000001"
EVENT = "0c000000-0000-4000-8000-00000000000e"
CLUSTER = "0c000000-0000-4000-8000-00000000000f"
EARLY = "2020-01-01 00:00:00"
LATER = (datetime.now(UTC) + timedelta(hours=12)).strftime("%Y-%m-%d %H:%M:%S")


def make(by: ApiUser, **members: Any) -> dict[str, Any]:
    """A collection, as in the response."""
    body = {"name": "Winter", "type": "campaign", **members}
    status, answer = call(by.key, "POST", "/collections/add", body)
    assert status == 200, answer
    return dict(answer["Collection"])


def readers(seed: Seed, uuid: str) -> set[str]:
    """Who can read a collection; view, index and minimal index must agree."""
    api_users = {"a": seed.colleague, "b": seed.partner, "c": seed.stranger, "hub": seed.site_admin}
    shown, listed, minimal = set(), set(), set()
    for name, api_user in api_users.items():
        if call(api_user.key, "GET", f"/collections/view/{uuid}")[0] == 200:
            shown.add(name)
        if uuid in [row["Collection"]["uuid"] for row in call(api_user.key, "GET", "/collections/index")[1]]:
            listed.add(name)
        if uuid in call(api_user.key, "POST", "/collections/indexMinimal", {})[1]:
            minimal.add(name)
    assert shown == listed == minimal
    return shown


def test_collection_is_added_with_its_elements(seed: Seed) -> None:
    inside = [{"element_uuid": EVENT, "element_type": "Event", "description": "the first"}]
    made = make(seed.analyst, description="Of 2026", CollectionElement=inside)
    assert list(made) == [
        "id", "uuid", "org_id", "orgc_id", "user_id", "created", "modified", "distribution", "sharing_group_id",
        "name", "type", "description", "locked", "Orgc", "Org", "User", "CollectionElement",
    ]  # fmt: skip
    assert (made["distribution"], made["locked"], made["Orgc"]["name"]) == ("0", False, "Organisation A")
    element = made["CollectionElement"][0]
    assert list(element) == ["id", "uuid", "element_uuid", "element_type", "collection_id", "description"]
    assert (element["element_uuid"], element["collection_id"]) == (EVENT, made["id"])
    assert call(seed.colleague.key, "GET", f"/collections/view/{made['uuid']}")[1]["Collection"] == made


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": ["x"]}, "name"),
        ({"type": "party"}, "type"),
        ({"type": None}, "type"),
        ({"uuid": "nope"}, "uuid"),
        ({"distribution": 4, "sharing_group_id": 10**6}, "sharing_group_id"),
        ({"CollectionElement": "x"}, "CollectionElement"),
        ({"CollectionElement": [{"element_uuid": EVENT, "element_type": "Tag"}]}, "element_type"),
        ({"CollectionElement": [{"element_type": "Event"}]}, "element_uuid"),
    ],
)
def test_invalid_fields_are_named(seed: Seed, members: dict[str, Any], field: str) -> None:
    status, answer = call(
        seed.analyst.key, "POST", "/collections/add", {"name": "Winter", "type": "campaign", **members}
    )
    assert (status, answer["name"], list(answer["errors"])) == (403, "Could not add Collection", [field])
    assert not Collection.objects.exists()


@pytest.mark.parametrize(
    ("distribution", "expected"),
    [(0, {"a", "hub"}), (1, {"a", "b", "c", "hub"}), (3, {"a", "b", "c", "hub"}), (4, {"a", "b", "hub"})],
)
def test_distribution_decides_who_reads_a_collection(
    seed: Seed, distribution: int, expected: set[str]
) -> None:
    made = make(seed.analyst, distribution=distribution, sharing_group_id=seed.group.pk)
    assert readers(seed, made["uuid"]) == expected
    element = call(
        seed.analyst.key,
        "POST",
        f"/collectionElements/add/{made['id']}",
        {"element_uuid": EVENT, "element_type": "Event"},
    )[1]["CollectionElement"]
    hidden = {"c"} - expected
    status, _ = call(seed.stranger.key, "GET", f"/collection_elements/index/{made['id']}")
    assert status == (404 if hidden else 200)
    status, _ = call(seed.stranger.key, "POST", f"/collectionElements/delete/{element['id']}", {})
    assert status == (404 if hidden else 405)
    assert CollectionElement.objects.count() == 1


def test_collection_shows_its_notes(seed: Seed) -> None:
    made = make(seed.analyst, distribution=4, sharing_group_id=seed.group.pk)
    path = f"/analyst_data/add/Note/{made['uuid']}/Collection"
    note = call(seed.analyst.key, "POST", path, {"note": "why", "distribution": 5})[1]["Note"]
    shown = call(seed.partner.key, "GET", f"/collections/view/{made['id']}")[1]["Collection"]
    assert shown["Note"][0]["note"] == "why"
    assert call(seed.stranger.key, "GET", f"/analyst_data/view/Note/{note['uuid']}")[0] == 404
    assert call(seed.partner.key, "GET", f"/analyst_data/getRelatedElement/Collection/{made['uuid']}")[1]
    assert not call(seed.stranger.key, "GET", f"/analyst_data/getRelatedElement/Collection/{made['uuid']}")[1]


def test_edit_changes_named_fields_and_replaces_elements(seed: Seed) -> None:
    inside = [{"element_uuid": EVENT, "element_type": "Event"}]
    made = make(seed.analyst, CollectionElement=inside, description="stays")
    body = {
        "name": "Spring",
        "uuid": THEIRS,
        "CollectionElement": [*inside, {"element_uuid": CLUSTER, "element_type": "GalaxyCluster"}],
    }
    changed = call(seed.colleague.key, "POST", f"/collections/edit/{made['id']}", body)[1]["Collection"]
    assert (changed["name"], changed["uuid"], changed["description"]) == ("Spring", made["uuid"], "stays")
    assert changed["CollectionElement"][0] == made["CollectionElement"][0]
    assert [each["element_uuid"] for each in changed["CollectionElement"]] == [EVENT, CLUSTER]
    assert changed["modified"] > made["modified"]
    emptied = call(seed.analyst.key, "POST", f"/collections/edit/{made['id']}", {"CollectionElement": []})[1]
    assert emptied["Collection"]["CollectionElement"] == []


def test_elements_are_added_and_deleted(seed: Seed) -> None:
    made = make(seed.analyst)
    element = {"element_uuid": EVENT, "element_type": "Event"}
    path = f"/collectionElements/add/{made['id']}"
    first = call(seed.analyst.key, "POST", path, element)[1]["CollectionElement"]
    status, answer = call(seed.analyst.key, "POST", path, element)
    assert (status, answer["errors"]) == (403, {"element_uuid": ["Element already in the Collection."]})
    path = f"/collectionElements/addElementToCollection/GalaxyCluster/{CLUSTER}"
    assert call(seed.analyst.key, "POST", path, {"collection_id": made["id"]})[0] == 200
    listed = call(seed.analyst.key, "GET", f"/collectionElements/index/{made['id']}")[1]
    assert [row["CollectionElement"]["element_type"] for row in listed] == ["Event", "GalaxyCluster"]
    status, answer = call(seed.analyst.key, "POST", f"/collectionElements/delete/{first['id']}", {})
    assert (status, answer["id"]) == (200, int(first["id"]))
    assert CollectionElement.objects.get().element_type == "GalaxyCluster"
    assert call(seed.analyst.key, "POST", f"/collections/delete/{made['id']}", {})[0] == 200
    assert not CollectionElement.objects.exists()
    acts = AuditEntry.objects.filter(target_kind="collection").order_by("pk").values_list("action", flat=True)
    assert [act.partition(".")[2] for act in acts] == [
        "added", "element_added", "element_added", "element_deleted", "deleted",
    ]  # fmt: skip


def test_writing_requires_permission(seed: Seed) -> None:
    made = make(
        seed.analyst, distribution=3, CollectionElement=[{"element_uuid": EVENT, "element_type": "Event"}]
    )
    element = {"element_uuid": CLUSTER, "element_type": "GalaxyCluster"}
    paths = {
        "/collections/add": {"name": "x", "type": "other"},
        f"/collections/edit/{made['id']}": {"name": "forged"},
        f"/collections/delete/{made['id']}": {},
        f"/collectionElements/add/{made['id']}": element,
        f"/collectionElements/addElementToCollection/GalaxyCluster/{CLUSTER}": {"collection_id": made["id"]},
        f"/collectionElements/delete/{made['CollectionElement'][0]['id']}": {},
    }
    for path, body in paths.items():
        for key in (None, seed.reader.key, make_key(seed.analyst.user, read_only=True)):
            assert call(key, "POST", path, body)[0] == 403
    for path, body in list(paths.items())[1:]:
        for other in (seed.partner, seed.partner_sync, seed.stranger):
            assert call(other.key, "POST", path, body)[0] == 405, path
    assert call(seed.analyst.key, "GET", f"/collections/view/{made['id']}")[1]["Collection"] == made


def test_without_modify_org_only_own_collections_can_be_changed(seed: Seed) -> None:
    made = make(seed.analyst)
    role = seed.colleague.user.role
    role.perm_modify_org = False
    role.save()
    assert call(seed.colleague.key, "POST", f"/collections/edit/{made['id']}", {"name": "x"})[0] == 405
    assert call(seed.analyst.key, "POST", f"/collections/edit/{made['id']}", {"name": "x"})[0] == 200


def test_index_filters(seed: Seed) -> None:
    mine = make(
        seed.analyst, name="Alpha", CollectionElement=[{"element_uuid": EVENT, "element_type": "Event"}]
    )
    ours = make(seed.colleague, name="Beta 100%", type="research", description="Needle")
    make(seed.partner, name="Gamma", distribution=3)

    def names(path: str, **body: Any) -> list[str]:
        status, rows = call(seed.analyst.key, "POST" if body else "GET", f"/collections/{path}", body or None)
        assert status == 200
        return [row["Collection"]["name"] for row in rows]

    assert names("index") == ["Alpha", "Beta 100%", "Gamma"]
    assert names("index/my_collections") == ["Alpha"]
    assert names("index/org_collections") == ["Alpha", "Beta 100%"]
    assert names("index", type=["research", "other"]) == ["Beta 100%"]
    assert names("index", name="0%") == ["Beta 100%"]
    assert names("index", quickFilter="needle") == ["Beta 100%"]
    assert names(f"index/uuid[]:{mine['uuid']}/uuid[]:{ours['uuid']}.json") == ["Alpha", "Beta 100%"]
    assert names("index", element_uuid=EVENT) == ["Alpha"]
    assert names("index", uuid="nope") == []
    assert names("index/limit:1/page:2") == ["Beta 100%"]


def push(seed: Seed, **members: Any) -> str:
    body = {"uuid": THEIRS, "name": "Of a peer", "type": "other", "modified": EARLY, **members}
    status, answer = call(
        seed.partner_sync.key, "POST", "/collections/captureCollection", {"Collection": body}
    )
    assert status == 200, answer
    return str(answer["message"])


def test_pushed_collection_loses_one_step_of_distribution(seed: Seed) -> None:
    creator = {"uuid": CLUSTER, "name": "Elsewhere"}
    inside = [{"uuid": EVENT, "element_uuid": EVENT, "element_type": "Event"}]
    assert push(seed, distribution=2, Orgc=creator, CollectionElement=inside) == "Collection captured."
    stored = Collection.objects.get()
    assert (stored.distribution, stored.locked, stored.orgc.name, stored.org) == (
        1,
        True,
        "Elsewhere",
        seed.org_b,
    )
    assert push(seed, name="Same date") == "Collection ignored."
    assert push(seed, name="Newer", modified=LATER) == "Collection captured."
    stored.refresh_from_db()
    assert (stored.name, stored.distribution, stored.elements.count()) == ("Newer", 0, 1)


def test_peer_cannot_change_local_or_hidden_collections(seed: Seed) -> None:
    make(seed.analyst, uuid=THEIRS, distribution=3)
    assert push(seed, modified=LATER) == "Collection ignored."
    Collection.objects.update(locked=True, distribution=0)
    assert push(seed, modified=LATER) == "Collection ignored."
    Collection.objects.update(distribution=3)
    assert push(seed, modified=LATER) == "Collection ignored.", (
        "A is a member, and only A changes its collections"
    )
    Collection.objects.update(orgc=Organisation.objects.create(name="Far away"))
    assert push(seed, modified=LATER) == "Collection captured."


def test_blocked_or_invalid_collections_are_not_stored(seed: Seed) -> None:
    BlocklistEntry.objects.create(kind=Blocked.ORGANISATION, uuid=CLUSTER)
    assert push(seed, Orgc={"uuid": CLUSTER, "name": "Elsewhere"}) == "Collection ignored."
    for wrong in ({"uuid": None}, {"name": None}, {"modified": "soon"}, {"distribution": 7}):
        body = {"uuid": THEIRS, "name": "x", "type": "other", **wrong}
        assert call(seed.partner_sync.key, "POST", "/collections/captureCollection", body)[0] == 403
    assert not Collection.objects.exists()


def test_peer_lists_and_filters_collections(seed: Seed) -> None:
    made = make(seed.analyst, distribution=1)
    assert call(seed.partner_sync.key, "POST", "/collections/indexMinimal", {"orgc_name": []})[1] == {
        made["uuid"]: made["modified"]
    }
    body = {"orgc_name": ["!Organisation A"]}
    assert call(seed.partner_sync.key, "POST", "/collections/indexMinimal", body)[1] == []
    path = "/collections/filterCollectionsForPush"
    offered = {made["uuid"]: LATER, THEIRS: EARLY, "nope": EARLY}
    assert call(seed.partner_sync.key, "POST", path, offered)[1] == [THEIRS]
    Collection.objects.update(locked=True)
    assert call(seed.partner_sync.key, "POST", path, offered)[1] == [made["uuid"], THEIRS]
    for api_user in (seed.analyst, seed.org_admin, seed.reader):
        assert call(api_user.key, "POST", path, offered)[0] == 403
        assert call(api_user.key, "POST", "/collections/captureCollection", {})[0] == 403


def test_query_count_is_independent_of_the_list_length(seed: Seed) -> None:
    counts = []
    for number in range(3):
        make(
            seed.analyst,
            name=f"{number}",
            CollectionElement=[{"element_uuid": EVENT, "element_type": "Event"}],
        )
        with CaptureQueriesContext(connection) as queries:
            assert len(call(seed.analyst.key, "GET", "/collections/index")[1]) == number + 1
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
