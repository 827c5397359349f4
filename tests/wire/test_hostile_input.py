"""Any input is either stored, or refused with a reason and without changes; it never causes a server error."""

from __future__ import annotations

import gzip
import json
import math
from typing import Any
from uuid import uuid4

import pytest
from django.http import StreamingHttpResponse
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.calls import answer, send
from tests.factories.seed import Seed
from vardkase.intel.models import Attribute, Event, EventReport, EventTag, Object, ObjectReference

pytestmark = pytest.mark.django_db
TABLES = (Event, Attribute, Object, ObjectReference, EventReport, EventTag)
OWN = "99999999-9999-4999-8999-99999999999"
"""The uuids that the tests may change, without the last digit: event, attribute, object, its attribute."""
DEEP = "[" * 1000 + "]" * 1000
NASTY = [
    *(
        "null",
        "true",
        "-1",
        "1e308",
        "1e400",
        "NaN",
        "Infinity",
        "1" + "0" * 400,
        "9223372036854775808",
        "2147483648",
    ),
    *(
        '""',
        '"\\u0000"',
        '"\\ud800"',
        '"\\u00b2"',
        '"\\u0663"',
        '"-1"',
        '"a|b|c|d|e"',
        '"|||"',
        '"***"',
        '"../../x"',
    ),
    *(
        '"0000-00-00"',
        '"99999-01-01"',
        '"0001-01-01T00:00:00+23:59"',
        '"9999-12-31T23:59:59-23:59"',
        "[[[]]]",
        "{}",
    ),
    *(
        '"{99999999-9999-4999-8999-999999999990}"',
        '"99999999999949998999999999999990"',
        '[null, 5, "x", [], {}]',
    ),
    *('[{"uuid": "x"}]', '{"uuid": 5}', '[{"name": ["x"]}, {"id": "\\u00b2"}, {"id": 1e30}]', DEEP),
    *(
        json.dumps("1" * 5000),
        json.dumps("x" * 70_000),
        json.dumps([{"name": "t" * 3000, "relationship_type": "r" * 999}]),
    ),
    json.dumps(
        {
            "uuid": "99999999-9999-4999-8999-999999999999",
            "name": "g" * 999,
            "SharingGroupOrg": [5, {"org_id": "9" * 5000}],
        }
    ),
]
EVENT = (
    *(
        "uuid",
        "info",
        "date",
        "threat_level_id",
        "analysis",
        "distribution",
        "sharing_group_id",
        "SharingGroup",
    ),
    *(
        "timestamp",
        "published",
        "locked",
        "disable_correlation",
        "extends_uuid",
        "Orgc",
        "Tag",
        "EventTag",
        "Attribute",
    ),
    *("Object", "EventReport"),
)
ATTRIBUTE = (
    *(
        "uuid",
        "type",
        "category",
        "value",
        "value1",
        "to_ids",
        "distribution",
        "sharing_group_id",
        "SharingGroup",
    ),
    *(
        "comment",
        "deleted",
        "disable_correlation",
        "first_seen",
        "last_seen",
        "timestamp",
        "object_relation",
        "Tag",
    ),
    *("data", "encrypt"),
)
OBJECT = (
    *(
        "uuid",
        "name",
        "meta-category",
        "description",
        "template_uuid",
        "template_version",
        "distribution",
        "comment",
    ),
    *("deleted", "first_seen", "last_seen", "timestamp", "Attribute", "ObjectReference", "breakOnDuplicate"),
)
REFERENCE = ("uuid", "object_uuid", "referenced_uuid", "relationship_type", "comment", "timestamp", "deleted")
THING: dict[str, Any] = {
    "name": "note",
    "meta-category": "misc",
    "description": "d",
    "template_uuid": OWN + "7",
    "template_version": 1,
    "Attribute": [{"type": "text", "object_relation": "text", "value": "v"}],
}
SEARCH = (
    "value",
    "type",
    "eventid",
    "uuid",
    "tags",
    "timestamp",
    "date",
    "from",
    "org",
    "limit",
    "page",
    "published",
)
PLACES: dict[str, tuple[str, dict[str, Any], tuple[str, ...], str]] = {
    "event": ("/events/add", {"info": "i"}, EVENT, '{"Event": %s}'),
    "edited event": (f"/events/edit/{OWN}0", {}, EVENT, '{"Event": %s}'),
    "attribute": (
        f"/attributes/add/{OWN}0",
        {"type": "ip-dst|port", "value": "192.0.2.1|5"},
        ATTRIBUTE,
        "%s",
    ),
    "attachment": (f"/attributes/add/{OWN}0", {"type": "malware-sample", "value": "n"}, ATTRIBUTE, "%s"),
    "edited attribute": (f"/attributes/edit/{OWN}1", {}, ATTRIBUTE, "%s"),
    "attribute of an event": (
        "/events/add",
        {"type": "text", "value": "v"},
        ATTRIBUTE,
        '{"info": "i", "Attribute": [%s]}',
    ),
    "attribute of an edited event": (
        f"/events/edit/{OWN}0",
        {"uuid": OWN + "1"},
        ATTRIBUTE,
        '{"Attribute": [%s]}',
    ),
    "object": (f"/objects/add/{OWN}0", THING, OBJECT, "%s"),
    "edited object": (f"/objects/edit/{OWN}2", {}, OBJECT, "%s"),
    "object of an edited event": (f"/events/edit/{OWN}0", {"uuid": OWN + "2"}, OBJECT, '{"Object": [%s]}'),
    "reference": (
        "/object_references/add",
        {"object_uuid": OWN + "2", "referenced_uuid": OWN + "1", "relationship_type": "r"},
        REFERENCE,
        "%s",
    ),
    "tag": (
        "/tags/attachTagToObject",
        {"uuid": OWN + "0", "tag": "t"},
        ("uuid", "tag", "local", "relationship_type"),
        "%s",
    ),
    "older tag": (f"/events/removeTag/{OWN}0", {"tag": "t"}, ("event", "tag", "local", "id"), "%s"),
    "deletion": ("/events/delete", {"id": "x"}, ("id",), "%s"),
    "events found": ("/events/restSearch", {"limit": 5}, SEARCH, "%s"),
    "attributes found": ("/attributes/restSearch", {"limit": 5}, SEARCH, "%s"),
    "index": (
        "/events/index",
        {"limit": 5},
        ("searchinfo", "eventid", "tag", "datefrom", "sort", "page"),
        "%s",
    ),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(EVENT + ATTRIBUTE + OBJECT), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.fixture
def key(seed: Seed) -> str:
    """A site administrator's key, for the widest access. The event named in the places is stored."""
    thing = {**THING, "uuid": OWN + "2", "Attribute": [{**THING["Attribute"][0], "uuid": OWN + "3"}]}
    attribute = {"uuid": OWN + "1", "type": "domain", "value": "a.example"}
    document = {"uuid": OWN + "0", "info": "own", "Attribute": [attribute], "Object": [thing]}
    assert send(seed.site_admin.key, "POST", "/events/add", document).status_code == 200
    return seed.site_admin.key


def rows() -> list[int]:
    return [table.objects.count() for table in TABLES]


def assert_withstood(key: str, method: str, path: str, body: bytes = b"", **options: Any) -> int:
    """Send it; a refusal must give a reason and store nothing. Returns the status."""
    before = rows()
    response: Any = send(key, method, path, body, **options)
    if response.status_code == 302:
        return 302
    if isinstance(response, StreamingHttpResponse):
        b"".join(response)
        return int(response.status_code)
    assert response.status_code < 500, (path, body[:300])
    if response.status_code >= 400:
        assert answer(response)["message"]
        assert rows() == before, (path, body[:300])
    return int(response.status_code)


@pytest.mark.parametrize("place", PLACES)
@settings(
    derandomize=True, max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_hostile_member_values_are_handled(place: str, key: str, data: st.DataObject) -> None:
    path, base, members, wrapper = PLACES[place]
    member = data.draw(st.sampled_from(members))
    raw = data.draw(st.sampled_from(NASTY) | JSON.map(json.dumps))
    rest = "".join(
        f", {json.dumps(name)}: {json.dumps(value)}" for name, value in base.items() if name != member
    )
    assert_withstood(key, "POST", path, (wrapper % f"{{{json.dumps(member)}: {raw}{rest}}}").encode())


@pytest.mark.parametrize(
    ("path", "document", "named"),
    [
        (f"/attributes/edit/{OWN}1", {"timestamp": 2**63}, "timestamp"),
        (f"/attributes/edit/{OWN}1", {"timestamp": 10**18}, "timestamp"),
        (f"/attributes/edit/{OWN}1", {"timestamp": "9" * 30}, "timestamp"),
        (f"/attributes/edit/{OWN}1", {"first_seen": "99999-01-01"}, "first_seen"),
        (
            f"/attributes/add/{OWN}0",
            {"type": "domain", "value": "b.example", "uuid": "{" + OWN + "9}"},
            "uuid",
        ),
        (
            f"/attributes/add/{OWN}0",
            {"type": "domain", "value": "b.example", "distribution": 10**30},
            "distribution",
        ),
        (f"/attributes/add/{OWN}0", {"type": "ip-dst|port", "value": "1|2|3|4"}, "value"),
        ("/events/add", {"info": "i", "date": "0000-00-00"}, "date"),
        ("/events/add", {"info": "i", "date": "99999-01-01"}, "date"),
        ("/events/add", {"info": "i", "timestamp": 2**62}, "timestamp"),
        (f"/objects/add/{OWN}0", {**THING, "template_version": 2**31}, "template_version"),
        (f"/objects/edit/{OWN}2", {"timestamp": 2**62}, "timestamp"),
        (
            "/tags/attachTagToObject",
            {"uuid": OWN + "0", "tag": "t", "relationship_type": "r" * 192},
            "relationship",
        ),
        ("/tags/attachTagToObject", {"uuid": OWN + "0", "tag": "t" * 3000}, "Tag"),
    ],
)
def test_refusal_names_the_field(path: str, document: dict[str, Any], named: str, key: str) -> None:
    before = rows()
    response = send(key, "POST", path, document)
    assert 400 <= response.status_code < 500
    assert named in str(answer(response)["errors"])
    assert rows() == before


def test_invalid_bodies_are_handled(key: str) -> None:
    add = "/events/add"
    with override_settings(VARDKASE_MAX_BODY=1_000_000):
        bomb = gzip.compress(b" " * 100_000_000, 1)
        assert assert_withstood(key, "POST", add, bomb, headers={"Content-Encoding": "gzip"}) == 413
    assert (
        assert_withstood(key, "POST", add, b"\x1f\x8bnot gzip", headers={"Content-Encoding": "gzip"}) == 400
    )
    for body in (
        b'{"info": "\xff\xfe"}',
        b'{"info": "i"',
        b"\xef\xbb\xbf{}",
        DEEP.encode(),
        b'{"a":' * 50_000,
        b"\0",
    ):
        assert assert_withstood(key, "POST", add, body) == 405
    for body in (b"null", b"[]", b"{}"):
        assert assert_withstood(key, "POST", add, body) == 405
    for body in (b'"Event"', b"5", b"[[]]", b'{"Event": []}', b'{"request": {"request": 5}}'):
        assert assert_withstood(key, "POST", add, body) == 403
    form = "application/x-www-form-urlencoded"
    for body in (b"data[Event][info][][x]=1&data[Event]=2", b"info=%ff%fe", b"=&&[]=1&[[[]]]=2"):
        assert_withstood(key, "POST", add, body, content_type=form)


def test_last_of_duplicate_members_counts(key: str) -> None:
    response = send(key, "POST", "/events/add", b'{"info": "first", "info": "last"}')
    assert answer(response)["Event"]["info"] == "last"


@pytest.mark.parametrize(
    "argument", ["-1", "0", "%00", "..%2f..%2f", "%ff", "1" + "0" * 30, "1" * 5000, "%C2%B2", "x" * 3000]
)
def test_hostile_paths_are_handled(argument: str, key: str) -> None:
    for route in (
        "events/view",
        "events/edit",
        "attributes/edit",
        "attributes/delete",
        "objects/delete",
        "events/publish",
    ):
        for path in (f"/{route}/{argument}", f"/{route}/{OWN}0/{argument}", f"/{route}/a:{argument}"):
            assert_withstood(key, "GET", path)
            assert_withstood(key, "POST", f"{path}?a={argument}", b"{}")
    assert assert_withstood(key, "POST", f"/events/removeTag/{OWN}0/{argument}", b"{}") in (200, 404)


def test_big_texts_are_stored_completely(key: str) -> None:
    comment = "å" * 2_500_000
    value = "v" * 65_000
    document = {"uuid": str(uuid4()), "type": "text", "value": value, "comment": comment}
    assert assert_withstood(key, "POST", f"/attributes/add/{OWN}0", json.dumps(document).encode()) == 200
    stored = Attribute.objects.get(uuid=document["uuid"])
    assert (stored.value1, stored.comment) == (value, comment)


def test_nan_and_infinity_are_rejected(key: str) -> None:
    for number in (math.nan, math.inf):
        body = json.dumps({"info": "i", "timestamp": number}).encode()
        assert assert_withstood(key, "POST", "/events/add", body) == 405
