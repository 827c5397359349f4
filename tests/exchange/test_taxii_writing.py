"""Writing into our collections over TAXII 2.1: what becomes of it, and what is refused."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import send
from tests.factories.seed import ApiUser, Seed
from tests.factories.taxii import (
    ROOT,
    TAXII,
    add_domain,
    make_collection,
    objects,
    published_event,
    resource,
    taxii,
)
from vardkase.core.settings.instance import BACKGROUND_JOBS
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.taxii.models import Collection, Submission
from vardkase.intel.models import Attribute, Event

WHEN = "2024-01-01T00:00:00.000Z"
LATER = "2025-01-01T00:00:00.000Z"


@pytest.fixture
def everything(seed: Seed) -> Collection:
    """A collection for everyone, on a hub without background jobs."""
    SettingValue.objects.create(name=BACKGROUND_JOBS.name, value=False)
    return make_collection(seed)


def indicator(value: str, uuid: str = "", **more: Any) -> dict[str, Any]:
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid or uuid4()}",
        "created": WHEN,
        "modified": WHEN,
        "pattern": f"[domain-name:value = '{value}']",
        "pattern_type": "stix",
        "valid_from": WHEN,
        **more,
    }


def report(name: str, members: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "type": "report",
        "spec_version": "2.1",
        "id": f"report--{uuid4()}",
        "created": WHEN,
        "modified": WHEN,
        "published": WHEN,
        "name": name,
        "object_refs": [each["id"] for each in members],
        **more,
    }


def write(api_user: ApiUser, collection: Collection, *sent: Any) -> dict[str, Any]:
    """The status resource of an accepted submission."""
    response = taxii(api_user.key, f"collections/{collection.uuid}/objects/", "POST", {"objects": list(sent)})
    assert response.status_code == 202, response.content
    status: dict[str, Any] = json.loads(response.content)
    assert response["Location"].endswith(f"{ROOT}status/{status['id']}/")
    assert resource(api_user.key, f"status/{status['id']}/") == status
    return status


def uuid_in(stix_object: dict[str, Any]) -> str:
    return str(stix_object["id"]).partition("--")[2]


def test_report_becomes_an_event_of_the_writer(seed: Seed, everything: Collection) -> None:
    inside = indicator("evil.example")
    its_report = report("A campaign", [inside])
    status = write(seed.publisher, everything, its_report, inside)
    assert (status["status"], status["total_count"], status["success_count"]) == ("complete", 2, 2)
    assert status["failures"] == status["pendings"] == []
    event = Event.objects.get(uuid=uuid_in(its_report))
    assert (event.info, event.org, event.orgc) == ("A campaign", seed.org_a, seed.org_a)
    assert event.published
    assert Attribute.objects.get(uuid=uuid_in(inside)).value1 == "evil.example"


def test_each_report_becomes_an_event_and_loose_objects_share_one(seed: Seed, everything: Collection) -> None:
    one, other, loose = indicator("one.example"), indicator("other.example"), indicator("loose.example")
    reports = [report("One", [one]), report("Other", [other])]
    status = write(seed.publisher, everything, loose, one, other, *reports)
    assert status["success_count"] == 5
    assert set(Event.objects.values_list("info", flat=True)) == {"One", "Other", "TAXII: Everything"}


def test_distribution_comes_from_the_collection(seed: Seed, everything: Collection) -> None:
    group = make_collection(seed, name="Group", sharing_group_id=seed.group.pk)
    community = make_collection(seed, name="Community", distribution=1)
    for collection in (group, community, everything):
        write(seed.publisher, collection, indicator(f"{collection.name.lower()}.example"))
    reaches = dict(Event.objects.values_list("info", "distribution"))
    assert reaches == {"TAXII: Group": 4, "TAXII: Community": 1, "TAXII: Everything": 0}
    assert Event.objects.get(distribution=4).sharing_group == seed.group
    assert set(Attribute.objects.values_list("distribution", flat=True)) == {5}


def test_only_a_newer_version_changes_the_event(seed: Seed, everything: Collection) -> None:
    inside = indicator("evil.example")
    its_report = report("First", [inside])
    write(seed.publisher, everything, its_report, inside)
    again = write(seed.publisher, everything, its_report, inside)
    assert (again["success_count"], again["successes"][0]["message"]) == (
        2,
        "This version already exists here.",
    )
    more = indicator("more.example")
    newer = {**report("Second", [inside, more]), "id": its_report["id"], "modified": LATER}
    assert write(seed.publisher, everything, newer, inside, more)["success_count"] == 3
    event = Event.objects.get(uuid=uuid_in(its_report))
    assert (event.info, event.published) == ("Second", True)
    assert set(Attribute.objects.filter(event=event).values_list("value1", flat=True)) == {
        "evil.example",
        "more.example",
    }


def test_invalid_objects_fail_individually(seed: Seed, everything: Collection) -> None:
    good = indicator("good.example")
    broken = {**indicator("x.example"), "pattern": "[this is no pattern"}
    nameless = {"type": "indicator"}
    other_type = {**indicator("y.example"), "id": f"malware--{uuid4()}"}
    status = write(seed.publisher, everything, good, broken, nameless, other_type, 7)
    assert [each["id"] for each in status["successes"]] == [good["id"]]
    assert status["failure_count"] == 4
    assert all(each["message"] for each in status["failures"])
    assert list(Attribute.objects.values_list("value1", flat=True)) == ["good.example"]


def test_events_of_others_cannot_be_changed(seed: Seed, everything: Collection) -> None:
    theirs = published_event(seed.org_c, "c.example", added=1)
    hidden = published_event(seed.org_c, "hidden.example", distribution=0)
    attribute = Attribute.objects.get(value1="c.example")
    for event in (theirs, hidden):
        forged = {**report("Forged", []), "id": f"report--{event.uuid}", "modified": LATER}
        inside = indicator("forged.example")
        forged["object_refs"] = [inside["id"]]
        status = write(seed.publisher, everything, forged, inside)
        assert (status["success_count"], status["failure_count"]) == (0, 2)
    taken = write(seed.publisher, everything, indicator("taken.example", str(attribute.uuid)))
    assert taken["success_count"] == 0
    assert Event.objects.get(pk=theirs.pk).info == theirs.info
    assert not Attribute.objects.filter(value1__in=("forged.example", "taken.example")).exists()


def test_identity_of_another_organisation_is_ignored(seed: Seed, everything: Collection) -> None:
    author = {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--{seed.org_c.uuid}",
        "created": WHEN,
        "modified": WHEN,
        "name": seed.org_c.name,
        "identity_class": "organization",
    }
    inside = indicator("evil.example", created_by_ref=author["id"])
    seen = {
        "type": "sighting",
        "spec_version": "2.1",
        "id": f"sighting--{uuid4()}",
        "created": WHEN,
        "modified": WHEN,
        "sighting_of_ref": inside["id"],
        "where_sighted_refs": [author["id"]],
    }
    its_report = report("Forged", [inside, seen], created_by_ref=author["id"])
    write(seed.publisher, everything, author, its_report, inside, seen)
    event = Event.objects.get(uuid=uuid_in(its_report))
    assert (event.org, event.orgc) == (seed.org_a, seed.org_a)
    assert not event.sighting_timestamp


@pytest.mark.parametrize("who", ["reader", "analyst", "stranger", "outside"])
def test_writing_requires_permission(seed: Seed, everything: Collection, who: str) -> None:
    """Read-only roles, users who may not publish, other organisations, and those who cannot see the collection."""
    only_a = make_collection(seed, open_to_write=False, writers=[seed.org_a.pk])
    group = make_collection(seed, sharing_group_id=seed.group.pk)
    api_user = {"reader": seed.reader, "analyst": seed.analyst}.get(who, seed.stranger)
    collection = group if who == "outside" else only_a
    sent = {"objects": [indicator("x.example")]}
    response = taxii(api_user.key, f"collections/{collection.uuid}/objects/", "POST", sent)
    assert response.status_code == (404 if who == "outside" else 403)
    assert not Submission.objects.exists()


def test_status_is_visible_only_to_its_sender(seed: Seed, everything: Collection) -> None:
    status = write(seed.publisher, everything, indicator("x.example"))
    for api_user in (seed.org_admin, seed.stranger, seed.site_admin):
        assert taxii(api_user.key, f"status/{status['id']}/").status_code == 404
    assert taxii(seed.publisher.key, "status/nonsense/").status_code == 404


def test_status_is_pending_until_the_worker_runs(seed: Seed, everything: Collection) -> None:
    SettingValue.objects.filter(name=BACKGROUND_JOBS.name).delete()
    sent = indicator("x.example")
    status = write(seed.publisher, everything, sent)
    assert (status["status"], status["pending_count"]) == ("pending", 1)
    assert status["pendings"] == [{"id": sent["id"], "version": WHEN}]


BODIES: list[tuple[str, bytes, int]] = [
    ("application/json", b'{"objects": [{}]}', 415),
    ("application/taxii+json;version=2.0", b'{"objects": [{}]}', 415),
    (TAXII, b" ", 400),
    (TAXII, b"[", 400),
    (TAXII, b"[]", 400),
    (TAXII, b"{}", 400),
    (TAXII, b'{"objects": []}', 400),
    (TAXII, b'{"objects": {}}', 400),
    (TAXII, b'{"objects": [' + b"[" * 200 + b"]" * 200 + b"]}", 400),
    (TAXII, b'{"objects": ["' + b" " * 400 + b'"]}', 413),
]


@pytest.mark.parametrize(("media_type", "body", "status"), BODIES)
def test_invalid_envelopes_are_rejected(
    seed: Seed,
    everything: Collection,
    monkeypatch: pytest.MonkeyPatch,
    media_type: str,
    body: bytes,
    status: int,
) -> None:
    monkeypatch.setattr("django.conf.settings.VARDKASE_MAX_BODY", 500 if status != 413 else 100)
    path = f"{ROOT}collections/{everything.uuid}/objects/"
    response = send(
        seed.publisher.key, "POST", path, body, content_type=media_type, headers={"Accept": TAXII}
    )
    assert response.status_code == status
    assert json.loads(response.content)["title"]
    assert not Submission.objects.exists()


def delete(api_user: ApiUser, collection: Collection, stix_id: str, **match: Any) -> int:
    return taxii(
        api_user.key, f"collections/{collection.uuid}/objects/{stix_id}/", "DELETE", **match
    ).status_code


def test_writer_deletes_own_objects(seed: Seed, everything: Collection) -> None:
    event = published_event(seed.org_a, "stays.example", user_id=seed.publisher.user.pk)
    gone = add_domain(event, "gone.example")
    assert delete(seed.publisher, everything, gone, match_version="2001-01-01T00:00:00Z") == 404
    assert delete(seed.publisher, everything, gone) == 200
    assert Attribute.objects.get(value1="gone.example").deleted
    event.refresh_from_db()
    assert event.published
    # Lets the present second pass.
    Event.objects.filter(pk=event.pk).update(publish_timestamp=event.publish_timestamp - 5)
    assert [each["pattern"] for each in objects(seed.partner.key, everything, match_type="indicator")] == [
        "[domain-name:value = 'stays.example']"
    ]
    assert delete(seed.publisher, everything, gone) == 404
    assert delete(seed.publisher, everything, f"identity--{seed.org_a.uuid}") == 403
    assert delete(seed.publisher, everything, f"report--{event.uuid}") == 200
    assert not Event.objects.filter(pk=event.pk).exists()


def test_objects_of_others_cannot_be_deleted(seed: Seed, everything: Collection) -> None:
    event = published_event(seed.org_a, "a.example")
    indicator_of_a = objects(seed.partner.key, everything, match_type="indicator")[0]["id"]
    own = add_domain(event, "own.example", distribution=0)
    for api_user in (seed.partner_sync, seed.stranger, seed.site_admin):
        assert delete(api_user, everything, indicator_of_a) == 403
        assert delete(api_user, everything, f"report--{event.uuid}") == 403
    for api_user in (seed.partner_sync, seed.site_admin):
        assert delete(api_user, everything, own) == 404
    assert delete(seed.reader, everything, indicator_of_a) == 403
    assert Attribute.objects.filter(deleted=False).count() == 2
