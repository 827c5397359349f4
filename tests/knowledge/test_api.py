"""The API of tags, taxonomies, galaxies, templates and lists: MISP's shapes, texts and permissions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import answer, call, send
from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from tests.factories.warninglists import WarninglistFile
from tests.factories.warninglists import store as store_warninglist
from vardkase.api.errors import NO_PERMISSION
from vardkase.intel.models import AttributeTag, Event, EventTag
from vardkase.knowledge.galaxies.loader import ClusterFile, ClustersFile, Collection, GalaxyFile
from vardkase.knowledge.galaxies.loader import store as store_galaxy
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.object_templates.loader import store as store_templates
from vardkase.knowledge.taxonomies.loader import EntryFile, PredicateFile, TaxonomyFile, ValuesFile
from vardkase.knowledge.taxonomies.loader import store as store_taxonomies
from vardkase.knowledge.taxonomies.models import Tag, Taxonomy

TAG = [
    "id", "name", "colour", "exportable", "org_id", "user_id", "hide_tag", "numerical_value", "is_galaxy",
    "is_custom_galaxy", "local_only",
]  # fmt: skip
TEMPLATE = "688c46fb-5edb-40a3-8273-1af7923e2215"
GALAXY = "698774c7-8022-42c4-917f-8d6e4f06ada3"
CLUSTER = "5b4ee3ea-eee3-4c8e-8323-85ae32658754"


@pytest.fixture
def event(seed: Seed) -> Event:
    """An event of organisation A that everybody may read."""
    event = make_event(seed.org_a, distribution=3, published=True)
    event.save()
    return event


@pytest.fixture
def taxonomy(db: None) -> Taxonomy:
    store_taxonomies(
        [
            TaxonomyFile(
                namespace="tlp",
                description="Traffic lights",
                version=10,
                exclusive=True,
                predicates=[PredicateFile("red", expanded="Only you", colour="#FF2B2B")],
            ),
            TaxonomyFile(
                namespace="spam",
                version=2,
                predicates=[PredicateFile("kind", expanded="Kind")],
                values=[ValuesFile("kind", [EntryFile("mail", expanded="Mail", numerical_value=3)])],
            ),
        ]
    )
    return Taxonomy.objects.get(namespace="tlp")


@pytest.fixture
def cluster(db: None) -> GalaxyCluster:
    store_galaxy(
        Collection(
            GalaxyFile(GALAXY, "Threat Actor", "threat-actor", "Who attacks", 3),
            ClustersFile(
                GALAXY,
                "threat-actor",
                336,
                [ClusterFile("APT28", CLUSTER, "Bears", {"synonyms": ["Sofacy"]})],
                "MISP Project",
                ["Someone"],
            ),
        )
    )
    return GalaxyCluster.objects.get()


def attach(key: str, uuid: object, tag: Any, **more: Any) -> tuple[int, Any]:
    return call(key, "POST", "/tags/attachTagToObject", {"uuid": str(uuid), "tag": tag, **more})


def test_tag_is_added_edited_and_deleted(seed: Seed) -> None:
    admin = seed.site_admin.key
    status, body = call(admin, "POST", "/tags/add", {"name": "no-colour"})
    assert (status, list(body["Tag"]), body["Tag"]["colour"]) == (200, TAG, "#d5dc36")
    number = body["Tag"]["id"]
    assert call(admin, "POST", "/tags/add", {"Tag": {"name": "NO-colour"}})[1]["Tag"]["id"] == number
    _, body = call(admin, "POST", f"/tags/edit/{number}", {"hide_tag": True, "numerical_value": "7"})
    assert (body["Tag"]["hide_tag"], body["Tag"]["numerical_value"]) == (True, "7")
    _, body = call(admin, "GET", f"/tags/view/{number}")
    assert list(body) == [*TAG, "count", "attribute_count"]
    _, body = call(admin, "GET", "/tags/index")
    assert list(body["Tag"][0]) == [*TAG, "favourite", "count", "attribute_count"]
    _, body = call(admin, "POST", f"/tags/delete/{number}")
    assert (body["message"], body["url"]) == ("Tag deleted.", f"http://testserver/tags/delete/{number}")
    assert call(admin, "GET", f"/tags/view/{number}")[0] == 405


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"name": "x", "colour": "red"}, "[colour]: Colour has to be in the RGB format (#FFFFFF)"),
        ({"name": ""}, "[name]: This field is required."),
    ],
)
def test_invalid_tags_are_refused(seed: Seed, sent: dict[str, str], message: str) -> None:
    status, body = call(seed.site_admin.key, "POST", "/tags/add", sent)
    assert (status, body["message"]) == (405, f"Could not add the Tag. {message}")


def test_taken_name_is_refused(seed: Seed) -> None:
    tags = [make_tag(name) for name in ("alpha", "beta")]
    status, body = call(seed.site_admin.key, "POST", f"/tags/edit/{tags[1].pk}", {"name": "alpha"})
    expected = "Could not add the Tag. [name]: A similar name already exists."
    assert (status, body["message"]) == (405, expected)


@pytest.mark.parametrize(
    ("path", "api_user"),
    [
        ("/tags/add", "analyst"),
        ("/tags/edit/1", "analyst"),
        ("/tags/delete/1", "analyst"),
        ("/tags/attachTagToObject", "reader"),
        ("/taxonomies/enable/1", "org_admin"),
        ("/galaxies/update", "org_admin"),
        ("/objectTemplates/update", "org_admin"),
        ("/warninglists/toggleEnable", "analyst"),
        ("/noticelists/enableNoticelist/1/true", "org_admin"),
    ],
)
def test_writing_requires_permission(seed: Seed, path: str, api_user: str) -> None:
    status, body = call(getattr(seed, api_user).key, "POST", path, {"name": "x"})
    assert (status, body["message"]) == (403, NO_PERMISSION)


def test_search(seed: Seed, taxonomy: Taxonomy) -> None:
    for name in ("this is a test tag", "tlp:red", "not a tag at all"):
        make_tag(name)
    key = seed.analyst.key
    _, body = call(key, "POST", "/tags/search", {"tagname": "this %", "strict_tagname": False})
    assert [row["Tag"]["name"] for row in body] == ["this is a test tag"]
    assert call(key, "POST", "/tags/search", {"tagname": "not a tag", "strict_tagname": False})[1] == []
    assert call(key, "GET", "/tags/search/this+%25/1")[1] == []
    _, body = call(key, "POST", "/tags/search", {"tagname": "tlp:red"})
    assert (body[0]["Taxonomy"]["namespace"], body[0]["TaxonomyPredicate"]["value"]) == ("tlp", "red")


def test_event_is_tagged(seed: Seed, event: Event) -> None:
    tag = make_tag("alpha")
    key = seed.analyst.key
    _, body = attach(key, event.uuid, "alpha")
    text = f"Global tag alpha({tag.pk}) successfully attached to Event({event.pk})."
    assert body == {
        "saved": True, "success": True, "name": text, "message": text, "url": "/tags/attachTagToObject"
    }  # fmt: skip
    event.refresh_from_db()
    assert not event.published
    _, body = attach(key, event.uuid, str(tag.pk))
    assert body["message"] == (
        "Event already has the requested tag attached, no changes had to be made for tag alpha."
    )
    assert call(key, "GET", f"/tags/view/{tag.pk}")[1]["count"] == 1
    _, body = call(key, "POST", "/tags/removeTagFromObject", {"uuid": str(event.uuid), "tag": "alpha"})
    removed = f"Global tag alpha ({tag.pk}) successfully removed from Event({event.pk})."
    assert body["message"] == removed
    status, body = call(key, "POST", "/tags/removeTagFromObject", {"uuid": str(event.uuid), "tag": "alpha"})
    assert (status, body["message"]) == (
        404, "Could not remove tag as it is not attached to the target Event"
    )  # fmt: skip
    assert not EventTag.objects.exists()


def test_attribute_is_tagged_by_path(seed: Seed, event: Event) -> None:
    attribute = make_attribute(event)
    attribute.save()
    tag = make_tag("tlp:red")
    path = f"/tags/attachTagToObject/{attribute.uuid}/tlp:red/1"
    _, body = call(seed.analyst.key, "POST", path, {})
    expected = f"Local tag tlp:red({tag.pk}) successfully attached to Attribute({attribute.pk})."
    assert body["message"] == expected
    assert AttributeTag.objects.get().local


def test_list_of_tags_is_attached(seed: Seed, event: Event) -> None:
    _, body = attach(seed.org_admin.key, event.uuid, ["tlp:white", "tlp:amber"])
    assert body["message"] == f"Successfully attached 2 tags to Event ({event.pk})"


def test_refused_tagging(seed: Seed, event: Event) -> None:
    make_tag("theirs", org_id=seed.org_b.pk)
    make_tag("his", user_id=seed.colleague.user.pk)
    make_tag("beta")
    fixed = "Invalid Tag. This tag can only be set by a fixed"
    for api_user, tag, more, reason in [
        (seed.analyst, "unknown", {}, "Tag not found and insufficient privileges to create it."),
        (seed.analyst, "theirs", {}, f"{fixed} organisation."),
        (seed.analyst, "his", {}, f"{fixed} user."),
        (seed.analyst, "999999", {}, "Invalid Tag."),
        (
            seed.stranger,
            "beta",
            {"local": 1},
            "Local tags can only be added by users of the host organisation.",
        ),
    ]:
        status, body = attach(api_user.key, event.uuid, tag, **more)
        errors = 'Failed to attach 1 tags. Reasons: {"0":"' + reason + '"}'
        assert (status, body["name"], body["errors"]) == (403, "Could not attachTagToObject Tag", errors)
    status, body = attach(seed.stranger.key, event.uuid, "beta")
    assert status == 403
    assert body["message"].startswith("Cannot alter the tags of this data, only the organisation")
    assert not EventTag.objects.exists()


@pytest.mark.parametrize(
    ("sent", "status", "message"),
    [
        ({"tag": "alpha"}, 405, "Invalid object uuid"),
        ({"uuid": "cd350fbc-65f1-5884-bb82-e256f2da21d1"}, 405, "Invalid tag"),
        ({"uuid": "cd350fbc-65f1-5884-bb82-e256f2da21d1", "tag": "a"}, 404, "Invalid Target."),
        ({"uuid": "nope", "tag": "a"}, 404, "Invalid Target."),
    ],
)
def test_tagging_unknown_target_is_refused(
    seed: Seed, sent: dict[str, str], status: int, message: str
) -> None:
    found, body = call(seed.analyst.key, "POST", "/tags/attachTagToObject", sent)
    assert (found, body["message"]) == (status, message)


def test_taxonomies(seed: Seed, taxonomy: Taxonomy) -> None:
    admin, number = seed.site_admin.key, taxonomy.pk
    _, body = call(admin, "GET", "/taxonomies/index")
    assert [(row["Taxonomy"]["namespace"], row["total_count"], row["current_count"]) for row in body] == [
        ("spam", 1, 0), ("tlp", 1, 0)
    ]  # fmt: skip
    assert call(admin, "POST", f"/taxonomies/enable/{number}")[1]["message"] == "Taxonomy enabled"
    _, body = call(admin, "POST", f"/taxonomies/addTag/{number}")
    assert (body["message"], body["id"]) == ("The tag(s) has been saved.", str(number))
    _, body = call(admin, "GET", "/taxonomies/view/tlp")
    assert body["Taxonomy"]["enabled"]
    (entry,) = body["entries"]
    assert entry["existing_tag"]["Tag"]["colour"] == "#FF2B2B"
    assert [key for key in entry if key != "existing_tag"] == ["tag", "expanded", "description", "colour"]
    (entry,) = call(admin, "GET", "/taxonomies/view/spam")[1]["entries"]
    assert entry == {
        "tag": 'spam:kind="mail"', "expanded": "Kind: Mail", "exclusive_predicate": False,
        "description": "", "numerical_value": 3, "existing_tag": False,
    }  # fmt: skip
    assert send(admin, "POST", f"/taxonomies/disableTag/{number}").status_code == 302
    assert Tag.objects.get().hide_tag
    assert call(admin, "POST", f"/taxonomies/disable/{number}")[1]["message"] == "Taxonomy disabled"
    _, body = call(admin, "POST", f"/taxonomies/toggleRequired/{number}", {"Taxonomy": {"required": True}})
    assert body["message"] == "Taxonomy toggleRequireded"
    taxonomy.refresh_from_db()
    assert (taxonomy.enabled, taxonomy.required) == (False, True)
    status, body = call(admin, "POST", "/taxonomies/addTag", {"taxonomy_id": str(number), "name": []})
    assert (status, body["errors"]) == (403, "The tag(s) could not be saved. Please, try again.")


def test_galaxies_and_clusters(seed: Seed, cluster: GalaxyCluster) -> None:
    key = seed.analyst.key
    assert call(key, "POST", "/galaxies", {"value": "threat-actor"})[1] == []
    _, body = call(key, "POST", "/galaxies", {"value": "Threat Actor"})
    assert [row["Galaxy"]["type"] for row in body] == ["threat-actor"]
    _, body = call(key, "GET", f"/galaxies/view/{GALAXY}")
    (row,) = body["GalaxyCluster"]
    assert row["GalaxyElement"][0]["value"] == "Sofacy"
    assert (row["default"], row["version"], row["extends_uuid"]) == (True, "336", "")
    _, body = call(key, "GET", f"/galaxy_clusters/view/{CLUSTER}")
    assert body["GalaxyCluster"]["Galaxy"]["name"] == "Threat Actor"
    assert body["GalaxyCluster"]["Orgc"]["name"] == "MISP"
    galaxy = cluster.galaxy_id
    assert len(call(key, "POST", f"/galaxyClusters/index/{galaxy}", {"searchall": "apt"})[1]) == 1
    assert call(key, "POST", f"/galaxy_clusters/index/{galaxy}", {"context": "custom"})[1] == []
    status, body = call(key, "GET", "/galaxy_clusters/view/999999")
    assert (status, body["message"]) == (404, "Invalid galaxy cluster")


def test_hidden_cluster_of_other_organisation_returns_404(seed: Seed, cluster: GalaxyCluster) -> None:
    GalaxyCluster.objects.update(default=False, distribution=0, org_id=seed.org_b.pk)
    path = f"/galaxy_clusters/view/{CLUSTER}"
    assert [call(api_user.key, "GET", path)[0] for api_user in (seed.analyst, seed.partner)] == [404, 200]
    assert call(seed.analyst.key, "GET", f"/galaxies/view/{GALAXY}")[1]["GalaxyCluster"] == []


def test_cluster_is_attached(seed: Seed, cluster: GalaxyCluster, event: Event) -> None:
    attribute = make_attribute(event)
    attribute.save()
    key, sent = seed.analyst.key, {"Galaxy": {"target_id": str(cluster.pk)}}
    path = f"/galaxies/attachCluster/{event.pk}/event/local:0"
    done = {"saved": True, "success": "Cluster attached.", "check_publish": True}
    assert call(key, "POST", path, sent)[1] == done
    assert call(key, "POST", path, sent)[1]["success"] == "Cluster already attached."
    assert call(key, "POST", f"/galaxies/attachCluster/{attribute.pk}/attribute", sent)[1] == done
    tag = Tag.objects.get()
    assert (tag.name, tag.is_galaxy) == ('misp-galaxy:threat-actor="APT28"', True)
    _, body = call(key, "GET", f"/galaxy_clusters/view/{CLUSTER}")
    assert (body["GalaxyCluster"]["tag_count"], body["GalaxyCluster"]["tag_id"]) == (2, str(tag.pk))
    detached = send(key, "POST", f"/galaxy_clusters/detach/{event.pk}/event/{tag.pk}", {})
    assert detached.status_code == 302
    assert not EventTag.objects.exists()


def test_attaching_cluster_is_refused(seed: Seed, cluster: GalaxyCluster, event: Event) -> None:
    sent = {"Galaxy": {"target_id": str(cluster.pk)}}
    for api_user, path, body, status, message in [
        (seed.analyst, "999999/event", sent, 404, "Invalid event."),
        (seed.analyst, f"{event.uuid}/attribute", sent, 404, "Invalid attribute."),
        (seed.analyst, f"{event.pk}/event", {}, 404, "Invalid Galaxy cluster"),
        (
            seed.stranger,
            f"{event.pk}/event",
            sent,
            403,
            "No permission to attach this cluster to given target.",
        ),
    ]:
        found, answered = call(api_user.key, "POST", f"/galaxies/attachCluster/{path}", body)
        assert (found, answered["message"]) == (status, message)
    assert not Tag.objects.exists()


def test_object_templates(seed: Seed) -> None:
    definition = {
        "uuid": TEMPLATE, "name": "file", "version": 24, "meta-category": "file", "description": "A file",
        "requiredOneOf": ["md5"], "attributes": {"md5": {"misp-attribute": "md5", "ui-priority": 1}},
    }  # fmt: skip
    store_templates([definition])
    key = seed.analyst.key
    _, (row,) = call(key, "GET", "/objectTemplates/index")
    assert row["ObjectTemplate"]["requirements"] == {"requiredOneOf": ["md5"]}
    _, body = call(key, "GET", f"/objectTemplates/view/{TEMPLATE}")
    assert body["ObjectTemplate"]["meta-category"] == "file"
    (element,) = body["ObjectTemplateElement"]
    assert (element["ui-priority"], element["categories"], element["disable_correlation"]) == ("1", [], None)
    assert call(key, "GET", "/objectTemplates/getRaw/file")[1] == definition
    assert call(key, "GET", "/objectTemplates/view/nothing")[0] == 404


def test_warninglists(seed: Seed) -> None:
    for name in ("DNS one", "DNS two", "Other"):
        store_warninglist(WarninglistFile(name=name, type="cidr", version=2, values=["8.8.8.8", "1.1.1.1"]))
    admin = seed.site_admin.key
    _, body = call(admin, "GET", "/warninglists/index")
    row = body["Warninglists"][0]["Warninglist"]
    assert (row["warninglist_entry_count"], row["valid_attributes"], row["version"]) == ("2", "ALL", "2")
    body = answer(send(admin, "GET", f"/warninglists/view/{row['id']}"))["Warninglist"]
    assert [entry["value"] for entry in body["WarninglistEntry"]] == ["8.8.8.8", "1.1.1.1"]
    assert body["WarninglistType"][0]["type"] == "ALL"
    toggle = "/warninglists/toggleEnable"
    expected = {"saved": True, "success": "2 warninglist(s) enabled"}
    assert call(admin, "POST", toggle, {"name": ["%dns%"], "enabled": True})[1] == expected
    _, body = call(seed.analyst.key, "POST", "/warninglists/checkValue", ["8.8.8.8", "203.0.119.1"])
    assert [(hit["name"], hit["matched"]) for hit in body["8.8.8.8"]] == [
        ("DNS one", "8.8.8.8/32"), ("DNS two", "8.8.8.8/32")
    ]  # fmt: skip
    assert list(body) == ["8.8.8.8"]
    assert call(admin, "POST", "/warninglists/checkValue", ["203.0.119.1"])[1] == []
    for one in ("8.8.8.8", {"value": "8.8.8.8"}, {"first": "203.0.119.1", "second": ["8.8.8.8"]}):
        assert call(seed.analyst.key, "POST", "/warninglists/checkValue", one) == (200, body)
    assert call(admin, "POST", toggle, {"name": ["%"]})[1]["saved"] is False
    _, body = call(admin, "POST", toggle, {"id": row["id"]})
    assert body == {"saved": True, "success": "1 warninglist(s) toggled"}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/taxonomies/update", "All taxonomy libraries are up to date already."),
        ("/noticelists/update", "All noticelists are up to date already."),
    ],
)
def test_second_update_finds_nothing(seed: Seed, path: str, message: str) -> None:
    admin = seed.site_admin.key
    assert call(admin, "POST", path)[1]["message"].startswith("Successfully updated ")
    assert call(admin, "POST", path)[1]["message"] == message
