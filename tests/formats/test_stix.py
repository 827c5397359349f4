"""STIX export of searches, and import of foreign documents."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from pymisp import MISPAttribute, MISPTag
from stix2validator import ValidationOptions, validate_string

from tests.api.calls import answer, call, send
from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from tests.factories.whole_event import Setup, make_setup
from vardkase.formats.stix.patterns import by_shape
from vardkase.formats.stix.tag_equality import same
from vardkase.intel.models import Event

DERIVED = re.compile(r"'relationship--\S{13}-5\S+ does not match the id format")
"""misp-stix derives the ids of relationships (UUIDs of version 5); STIX 2.0, unlike 2.1, requires random ones."""


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


def search(seed: Seed, setup: Setup, form: str, where: str = "events", **more: Any) -> Any:
    body = {"returnFormat": form, "eventid": setup.event.pk, **more}
    response = send(seed.stranger.key, "POST", f"/{where}/restSearch", body)
    assert response.status_code == 200, answer(response)
    return response


@pytest.mark.parametrize("where", ["events", "attributes"])
@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_stix_2_is_valid_and_has_only_readable_data(
    seed: Seed, setup: Setup, where: str, version: str
) -> None:
    response = search(seed, setup, "stix2", where, **{"stix-version": version})
    assert response["X-Export-Module-Used"] == "stix2"
    text = b"".join(response).decode()
    report = validate_string(text, ValidationOptions(version=version))
    assert [str(error) for error in report.errors if not DERIVED.search(str(error))] == []
    assert "evil.example" in text
    assert not {word for word in ("only A", "A and B", "gone") if word in text}


@pytest.mark.parametrize("where", ["events", "attributes"])
def test_stix_1_is_xml_or_json_by_accept_header(seed: Seed, setup: Setup, where: str) -> None:
    found = answer(search(seed, setup, "stix", where))
    assert found["version"] == "1.1.1"
    assert "evil.example" in json.dumps(found)
    body = {"returnFormat": "stix", "eventid": setup.event.pk, "stix-version": "1.2"}
    response = send(
        seed.analyst.key, "POST", f"/{where}/restSearch", body, headers={"Accept": "application/xml"}
    )
    text = b"".join(response).decode()
    assert response["Content-Type"].startswith("application/xml")
    assert text.startswith("<stix:STIX_Package")
    assert 'version="1.2"' in text
    assert "evil.example" in text
    assert text.endswith("</stix:STIX_Package>\n")


def test_older_endpoints(seed: Seed, setup: Setup) -> None:
    status, bundle = call(seed.analyst.key, "GET", f"/events/stix2/download/{setup.event.pk}.json")
    assert (status, bundle["type"]) == (200, "bundle")
    status, package = call(seed.analyst.key, "GET", f"/events/stix/{setup.event.uuid}")
    assert (status, "related_packages" in package) == (200, True)


@pytest.mark.parametrize("form", ["stix", "stix-json", "stix2"])
@pytest.mark.parametrize("where", ["events", "attributes"])
def test_empty_result_is_empty_document(seed: Seed, where: str, form: str) -> None:
    response = send(
        seed.analyst.key, "POST", f"/{where}/restSearch", {"returnFormat": form, "eventid": 999999}
    )
    found = answer(response)
    assert response["X-Result-Count"] == "0"
    assert found.get("objects", []) == []


def test_unknown_version_is_refused(seed: Seed) -> None:
    for version in ("3", "1.1.1", ["2.1"], {}):
        status, body = call(
            seed.analyst.key,
            "POST",
            "/events/restSearch",
            {"returnFormat": "stix2", "stix-version": version, "eventid": 1},
        )
        assert status == 400
        assert "STIX version" in body["message"]


def test_many_events_make_one_bundle_with_unique_identities(seed: Seed) -> None:
    for number in range(3):
        event = make_event(seed.org_a, distribution=3)
        event.save()
        make_attribute(
            event, type="ip-dst", value1=f"198.51.100.{number}", category="Network activity"
        ).save()
    _, bundle = call(seed.analyst.key, "POST", "/events/restSearch", {"returnFormat": "stix2"})
    ids = [each["id"] for each in bundle["objects"]]
    assert len(ids) == len(set(ids))
    assert [each["type"] for each in bundle["objects"]].count("grouping") == 3


BUNDLE = {
    "type": "bundle",
    "id": "bundle--1562e0fa-7f6f-5e8b-964b-b8e57860aada",
    "objects": [
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": "indicator--81f07fa8-bf5e-552b-ad34-26c43112d303",
            "created": "2024-01-01T00:00:00.000Z",
            "modified": "2024-01-01T00:00:00.000Z",
            "pattern": "[ipv4-addr:value = '203.0.120.1']",
            "pattern_type": "stix",
            "valid_from": "2024-01-01T00:00:00Z",
            "labels": ["malicious-activity"],
        }
    ],
}


def test_bundle_becomes_event_with_original_file(seed: Seed) -> None:
    status, body = call(seed.analyst.key, "POST", "/events/upload_stix/2", BUNDLE)
    assert status == 200, body
    assert body["Event"]["uuid"] == "1562e0fa-7f6f-5e8b-964b-b8e57860aada"
    assert (body["Event"]["distribution"], body["Event"]["attribute_count"]) == ("1", "3")
    assert [attribute["value"] for attribute in body["Attribute"]] == ["203.0.120.1"]
    kept = body["Object"][0]
    assert (kept["name"], [each["value"] for each in kept["Attribute"]]) == (
        "original-imported-file",
        ["uploaded_stix_file.json", "2.1"],
    )
    assert body["Event"]["published"] is False
    status, body = call(seed.analyst.key, "POST", "/events/upload_stix/2", BUNDLE)
    assert (status, body["saved"]) == (403, False)
    assert "already exists" in body["errors"]


def test_existing_object_in_other_report_is_reported(seed: Seed) -> None:
    call(seed.analyst.key, "POST", "/events/upload_stix/2", BUNDLE)
    again = json.dumps(BUNDLE).replace("1562e0fa-7f6f-5e8b-964b-b8e57860aada", str(uuid4()))
    status, body = call(seed.analyst.key, "POST", "/events/upload_stix/2", json.loads(again))
    assert (status, body["Attribute"]) == (200, [])
    [(place, reason)] = body["errors"].items()
    assert (place.partition(".")[0], list(reason)) == ("Attribute", ["uuid"])


def test_form_with_file_and_options(seed: Seed) -> None:
    content = (
        b'--x\r\nContent-Disposition: form-data; name="data[Event][distribution]"\r\n\r\n0\r\n'
        b'--x\r\nContent-Disposition: form-data; name="data[Event][stix]"; filename="a.json"\r\n\r\n'
        + json.dumps(BUNDLE).encode()
        + b"\r\n--x--\r\n"
    )
    status, body = call(
        seed.analyst.key,
        "POST",
        "/events/upload_stix/2",
        content,
        content_type="multipart/form-data; boundary=x",
    )
    assert (status, body["Event"]["distribution"]) == (200, "0")
    for broken in (b"--x", b"--x\r\n\r\n--x--", content.replace(b"filename", b"nothing")):
        status, body = call(
            seed.analyst.key,
            "POST",
            "/events/upload_stix/2",
            broken,
            content_type="multipart/form-data; boundary=x",
        )
        assert (status, body["name"]) == (400, "No file was sent.")


@pytest.mark.parametrize(
    ("version", "content"),
    [("1", b""), ("1", b"<bad/>"), ("1", b"\xff\x00"), ("2", b'{"bad": 1}'), ("2", b"[]"), ("2", b"5"),
     ("2", b'{"type": "bundle", "objects": [{}]}'), ("2", b'{"type": "bundle", "objects": 7}'),
     ("2", b'{"type": "bundle", "id": 5, "objects": [[]]}'), ("3", b"{}"), ("2", b"[" * 100_000), ("2", b"\xff")],
)  # fmt: skip
def test_invalid_stix_is_refused_with_reason(seed: Seed, version: str, content: bytes) -> None:
    status, body = call(
        seed.analyst.key, "POST", f"/events/upload_stix/{version}", content, content_type="text/plain"
    )
    assert (status, body["saved"], body["name"]) == (403, False, "Could not upload_stix Event"), body
    assert body["errors"]
    assert not re.match(r"\w+Error:", body["errors"]), "the library's error names help nobody"
    assert not Event.objects.exists()


def test_tags_are_compared_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attribute has its event's tags, often a hundred, and each is compared with all before it."""
    monkeypatch.setattr(MISPTag, "__eq__", same)
    monkeypatch.setattr(MISPTag, "to_dict", lambda *_: pytest.fail("written out to be compared"))
    attribute = MISPAttribute()
    collected = [{"name": f"tag {number}", "id": number} for number in range(50)]
    attribute.from_dict(type="domain", value="a.example", Tag=[*collected, *collected])
    attribute.add_tag({"name": "tag 1", "local": True})
    assert [tag.name for tag in attribute.tags] == [each["name"] for each in collected] + ["tag 1"]
    assert attribute.tags[0] != "tag 0"


def test_upload_requires_modify_permission(seed: Seed) -> None:
    for key in (seed.reader.key,):
        assert send(key, "POST", "/events/upload_stix/2", BUNDLE).status_code == 403
    status, _ = call(seed.analyst.key, "POST", "/events/upload_stix/2/1", BUNDLE)
    assert status == 403
    assert not Event.objects.exists()
    status, body = call(seed.publisher.key, "POST", "/events/upload_stix/2/1", BUNDLE)
    assert (status, body["Event"]["published"]) == (200, True)


def test_pattern_nesting_is_limited() -> None:
    """Parsing 300 nested brackets, in 700 bytes, took 11 s. Brackets in strings do not count."""
    read: list[str] = []
    validate = by_shape(lambda pattern, _version: read.append(pattern) or [])
    shallow = f"[{'(' * 20}file:name = '{'(' * 100}'{')' * 20}]"
    assert validate(shallow, "2.1") == []
    assert validate(f"[{'(' * 300}file:name = 'a'{')' * 300}]", "2.1") == ["Its brackets nest deeper than 50"]
    assert read == [shallow]
