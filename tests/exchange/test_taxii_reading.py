"""Reading our collections over TAXII 2.1: what clients get, and what they never get."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import connection
from stix2validator import ValidationOptions, validate_string

from tests.api.calls import send
from tests.factories import make_report
from tests.factories.seed import Seed, make_seed
from tests.factories.taxii import (
    PUBLISHED,
    ROOT,
    TAXII,
    add_domain,
    basic,
    make_collection,
    objects,
    published_event,
    resource,
    taxii,
)
from vardkase.exchange.taxii.models import Collection, Rendering
from vardkase.exchange.taxii.renderings import forget_unused
from vardkase.identity.accounts.models import Role


@pytest.fixture
def everything(seed: Seed) -> Collection:
    return make_collection(seed)


def patterns(found: list[dict[str, Any]]) -> list[str]:
    return [each["pattern"].split("'")[1] for each in found if each["type"] == "indicator"]


def moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def test_discovery_leads_to_collections_and_objects(seed: Seed, everything: Collection) -> None:
    published_event(seed.org_a, "evil.example")
    key = seed.stranger.key
    discovery = json.loads(taxii(key, "", root="/taxii2/").content)
    assert discovery["default"] in discovery["api_roots"]
    assert discovery["default"].endswith(ROOT)
    root = resource(key, "")
    assert root["versions"] == [TAXII]
    assert root["max_content_length"] > 0
    (found,) = resource(key, "collections/")["collections"]
    assert found == resource(key, f"collections/{everything.uuid}/")
    assert (found["id"], found["title"], found["can_read"]) == (str(everything.uuid), "Everything", True)
    assert found["media_types"] == ["application/stix+json;version=2.1"]
    content = objects(key, everything)
    assert patterns(content) == ["evil.example"]
    bundle = {"type": "bundle", "id": "bundle--1562e0fa-7f6f-5e8b-964b-b8e57860aada", "objects": content}
    report = validate_string(json.dumps(bundle), ValidationOptions(version="2.1"))
    assert [str(error) for error in report.errors] == []


def test_collection_contains_the_results_of_its_search(seed: Seed) -> None:
    published_event(seed.org_a, "a.example")
    published_event(seed.org_c, "c.example")
    only_a = make_collection(seed, filters={"org": seed.org_a.name})
    assert patterns(objects(seed.stranger.key, only_a)) == ["a.example"]


def test_sharing_group_collection_is_only_for_its_members(seed: Seed) -> None:
    published_event(seed.org_a, "shared.example", distribution=4, sharing_group=seed.group)
    published_event(seed.org_a, "open.example")
    group = make_collection(seed, sharing_group_id=seed.group.pk)
    assert patterns(objects(seed.partner.key, group)) == ["shared.example"]
    for path in ("", "manifest/", "objects/"):
        assert taxii(seed.stranger.key, f"collections/{group.uuid}/{path}").status_code == 404
    assert resource(seed.stranger.key, "collections/") == {}


def test_collections_contain_only_what_the_reader_may_read(seed: Seed, everything: Collection) -> None:
    event = published_event(seed.org_a, "open.example")
    hidden = add_domain(event, "own.example", distribution=0)
    shared = add_domain(event, "shared.example", distribution=4, sharing_group=seed.group)
    deleted = add_domain(event, "deleted.example", deleted=True)
    make_report(event, name="only ours", content="own words", distribution=0).save()
    published_event(seed.org_a, "others.example", distribution=0)
    published_event(seed.org_a, "draft.example", published=False)
    read = {
        name: patterns(objects(api_user.key, everything))
        for name, api_user in (
            ("owner", seed.analyst),
            ("partner", seed.partner),
            ("stranger", seed.stranger),
            ("hub", seed.site_admin),
        )
    }
    assert set(read["owner"]) == {"open.example", "own.example", "shared.example", "others.example"}
    assert set(read["partner"]) == {"open.example", "shared.example"}
    assert read["stranger"] == read["hub"] == ["open.example"]
    assert (
        "own words"
        not in taxii(seed.stranger.key, f"collections/{everything.uuid}/objects/").content.decode()
    )
    # Neither by id, nor in the manifest, nor by versions, though it is already rendered for the owner.
    for stix_id in (hidden, shared, deleted):
        for path in (f"objects/{stix_id}/", f"objects/{stix_id}/versions/"):
            assert taxii(seed.stranger.key, f"collections/{everything.uuid}/{path}").status_code == 404
        listed = resource(seed.stranger.key, f"collections/{everything.uuid}/manifest/", match_id=stix_id)
        assert listed == {}
    assert taxii(seed.partner.key, f"collections/{everything.uuid}/objects/{shared}/").status_code == 200


def test_collections_are_listed_for_those_who_may_use_them(seed: Seed) -> None:
    closed = make_collection(seed, open_to_read=False, open_to_write=False)
    written = make_collection(seed, open_to_read=False, writers=[seed.org_b.pk])
    named = make_collection(seed, open_to_read=False, open_to_write=False, readers=[seed.org_b.pk])
    found = {each["id"]: each for each in resource(seed.partner_sync.key, "collections/")["collections"]}
    assert found.keys() == {str(written.uuid), str(named.uuid)}
    assert (found[str(written.uuid)]["can_read"], found[str(written.uuid)]["can_write"]) == (False, True)
    assert (found[str(named.uuid)]["can_read"], found[str(named.uuid)]["can_write"]) == (True, False)
    assert taxii(seed.partner.key, f"collections/{closed.uuid}/objects/").status_code == 404
    assert taxii(seed.partner.key, f"collections/{written.uuid}/objects/").status_code == 403
    for reader in (seed.reader, seed.analyst):  # Neither may publish.
        (open_one,) = [
            each
            for each in resource(reader.key, "collections/")["collections"]
            if each["id"] == str(written.uuid)
        ]
        assert open_one["can_write"] is False


def test_pages_continue_where_the_last_one_ended(seed: Seed, everything: Collection) -> None:
    for number in range(3):
        published_event(seed.org_a, f"{number}-a.example", f"{number}-b.example", added=PUBLISHED + number)
    path = f"collections/{everything.uuid}/objects/"
    whole = [each["id"] for each in resource(seed.partner.key, path)["objects"]]
    pieces: list[str] = []
    asked: dict[str, Any] = {"limit": 4}
    while True:
        response = taxii(seed.partner.key, path, **asked)
        page = json.loads(response.content)
        assert 0 < len(page["objects"]) <= 4
        pieces += [each["id"] for each in page["objects"]]
        first, last = response["X-TAXII-Date-Added-First"], response["X-TAXII-Date-Added-Last"]
        assert first <= last
        if not page.get("more"):
            break
        # An earlier entry does not shift pages.
        published_event(seed.org_a, "late.example", added=PUBLISHED - 100)
        asked["next"] = page["next"]
    # The identity of A belongs to each event: it appears once on every page with such an event.
    assert [each for each in pieces if not each.startswith("identity")] == [
        each for each in whole if not each.startswith("identity")
    ]


def test_added_after_returns_only_newer_objects(seed: Seed, everything: Collection) -> None:
    published_event(seed.org_a, "old.example", added=PUBLISHED)
    published_event(seed.org_a, "new.example", added=PUBLISHED + 60)
    key = seed.partner.key
    response = taxii(key, f"collections/{everything.uuid}/objects/", added_after=moment(PUBLISHED))
    assert response["X-TAXII-Date-Added-Last"] == "2023-11-14T22:14:20.000000Z"
    assert patterns(json.loads(response.content)["objects"]) == ["new.example"]
    assert resource(key, f"collections/{everything.uuid}/objects/", added_after=moment(PUBLISHED + 60)) == {}


@pytest.mark.usefixtures("transactional_db")
def test_open_publication_holds_back_later_ones() -> None:
    """While a publication of a second may still commit, those of that second or later wait, so that the order
    stays true.
    """
    seed = make_seed()
    everything = make_collection(seed)
    old = published_event(seed.org_a, "old.example")
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT 1 FROM event WHERE id = %s FOR UPDATE", (old.pk,))
        published_event(seed.org_a, "new.example", added=int(time.time()))
        time.sleep(1.1)
        assert patterns(objects(seed.partner.key, everything)) == ["old.example"]
        other.rollback()
        assert patterns(objects(seed.partner.key, everything)) == ["old.example", "new.example"]


def test_pages_count_towards_the_rate_limit(seed: Seed, everything: Collection) -> None:
    Role.objects.filter(pk=seed.partner.user.role_id).update(enforce_rate_limit=True, rate_limit_count=1)
    path = f"collections/{everything.uuid}/objects/"
    assert taxii(seed.partner.key, path).status_code == 200
    refused = taxii(seed.partner.key, path)
    assert (refused.status_code, json.loads(refused.content)["http_status"]) == (429, "429")
    assert refused["Retry-After"]


def test_match_filters_by_id_type_and_spec_version(seed: Seed, everything: Collection) -> None:
    event = published_event(seed.org_a, "a.example")
    indicator = add_domain(event, "b.example")
    key = seed.partner.key
    assert {each["type"] for each in objects(key, everything, match_type="indicator,report")} == {
        "indicator",
        "report",
    }
    assert patterns(objects(key, everything, match_id=indicator)) == ["b.example"]
    assert len(objects(key, everything, match_id=f"{indicator},report--{event.uuid}")) == 2
    assert objects(key, everything, match_id=indicator, match_type="malware") == []
    assert objects(key, everything, match_spec_version="2.0") == []
    assert objects(key, everything, match_spec_version="2.0,2.1") != []
    whole = resource(key, f"collections/{everything.uuid}/objects/{indicator}/")
    assert [each["id"] for each in whole["objects"]] == [indicator]


def test_versions_of_an_object_in_several_events(seed: Seed, everything: Collection) -> None:
    for day in range(3):
        published_event(
            seed.org_a, f"{day}.example", added=PUBLISHED + day, timestamp=PUBLISHED + 86_400 * day
        )
    key, identity = seed.partner.key, f"identity--{seed.org_a.uuid}"
    path = f"collections/{everything.uuid}/objects/{identity}/"
    assert objects(key, everything)  # The client learns of the identity here.
    found = resource(key, f"{path}versions/")["versions"]
    assert found == sorted(found)
    assert len(found) == 3

    def versions(wanted: str) -> list[str]:
        return [each["modified"] for each in resource(key, path, match_version=wanted).get("objects", [])]

    assert versions("last") == [each["modified"] for each in resource(key, path)["objects"]] == found[2:]
    assert versions("first") == found[:1]
    assert versions("all") == found
    assert versions(f"{found[1]},last") == found[1:]
    assert versions("2001-01-01T00:00:00Z") == []
    listed = resource(key, f"collections/{everything.uuid}/manifest/", match_id=identity, match_version="all")
    assert [each["version"] for each in listed["objects"]] == found


def test_manifest_contains_when_each_object_was_added(seed: Seed, everything: Collection) -> None:
    published_event(seed.org_a, "a.example")
    path = f"collections/{everything.uuid}"
    listed = resource(seed.partner.key, f"{path}/manifest/")["objects"]
    found = resource(seed.partner.key, f"{path}/objects/")["objects"]
    assert [each["id"] for each in listed] == [each["id"] for each in found]
    for record, each in zip(listed, found, strict=True):
        assert record["date_added"] == "2023-11-14T22:13:20.000000Z"
        assert record["version"] == each.get("modified", each.get("created", record["date_added"]))
        assert record["media_type"] == "application/stix+json;version=2.1"


def test_readers_with_equal_access_share_a_rendering(seed: Seed, everything: Collection) -> None:
    event = published_event(seed.org_a, "a.example")
    add_domain(event, "own.example", distribution=0)
    for api_user in (seed.partner, seed.stranger, seed.partner, seed.analyst):
        objects(api_user.key, everything)
    assert Rendering.objects.filter(event_id=event.pk).count() == 2
    assert forget_unused(0) == 0
    Rendering.objects.update(used="2020-01-01")
    objects(seed.partner.key, everything)
    assert forget_unused(30) == 1


@pytest.mark.parametrize("who", ["name and key", "key alone"])
def test_client_authenticates_with_name_and_key_or_key_alone(
    seed: Seed, everything: Collection, who: str
) -> None:
    key, name = seed.partner.key, seed.partner.user.email
    given = key if who == "key alone" else basic(name, key)
    assert taxii(given, "collections/").status_code == 200


@pytest.mark.parametrize(
    "given", ["nothing", "nonsense", "other name", "wrong key", "no base64", "only a name"]
)
def test_invalid_credentials_return_401(seed: Seed, everything: Collection, given: str) -> None:
    name, key = seed.partner.user.email, seed.partner.key
    header = {
        "nothing": None,
        "nonsense": "x",
        "other name": basic(seed.analyst.user.email, key),
        "wrong key": basic(name, "k" * 40),
        "no base64": "Basic äö",
        "only a name": basic(name, ""),
    }[given]
    response = taxii(header, "collections/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic realm=")
    assert json.loads(response.content)["http_status"] == "401"


REFUSALS: list[tuple[str, str, dict[str, str], int]] = [
    ("GET", "collections/{c}/objects/", {"HTTP_ACCEPT": "application/json"}, 406),
    ("GET", "collections/{c}/objects/", {"HTTP_ACCEPT": "application/taxii+json;version=2.0"}, 406),
    ("GET", "collections/{c}/objects/", {"HTTP_ACCEPT": "*/*"}, 406),
    ("GET", "collections/{c}/objects/", {"HTTP_ACCEPT": ""}, 406),
    ("GET", "collections/{c}/objects/", {"HTTP_ACCEPT": "text/html, application/taxii+json"}, 200),
    ("GET", "collections/{c}/objects/", {"HTTP_ACCEPT": 'application/taxii+json; version="2.1"'}, 200),
    ("GET", "collections/{c}/objects/?limit=0", {}, 400),
    ("GET", "collections/{c}/objects/?limit=many", {}, 400),
    ("GET", "collections/{c}/objects/?added_after=yesterday", {}, 400),
    ("GET", "collections/{c}/objects/?next=there", {}, 400),
    ("GET", "collections/{c}/objects/?match[version]=newest", {}, 400),
    ("GET", "collections/{c}/objects/?match[id]=x'%20OR%201=1", {}, 200),
    ("GET", "collections/00000000-0000-4000-8000-000000000000/", {}, 404),
    ("GET", "collections/nonsense/objects/", {}, 404),
    ("GET", "collections/{c}/objects/indicator--00000000-0000-4000-8000-000000000000/", {}, 404),
    ("GET", "nowhere/", {}, 404),
    ("PUT", "collections/{c}/objects/", {}, 405),
    ("POST", "collections/{c}/", {}, 405),
    ("DELETE", "collections/", {}, 405),
]


@pytest.mark.parametrize(("method", "path", "environ", "status"), REFUSALS)
def test_errors_follow_the_specification(
    seed: Seed, everything: Collection, method: str, path: str, environ: dict[str, str], status: int
) -> None:
    address = ROOT + path.format(c=everything.uuid)
    accept = environ.get("HTTP_ACCEPT", TAXII)
    response = send(seed.partner.key, method, address, headers={"Accept": accept})
    assert response.status_code == status
    assert response["Content-Type"] == TAXII
    if status != 200:
        error = json.loads(response.content)
        assert error["title"]
        assert error["http_status"] == str(status)
    if status == 405:
        assert response["Allow"]
