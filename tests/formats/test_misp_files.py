"""Importing MISP exports: JSON and XML, one event or many, each with its own result."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import answer, call, send
from tests.factories import make_event
from tests.factories.seed import Seed
from tests.factories.whole_event import make_setup
from tests.formats.exporting import export, parsed, whole
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Attribute, Event, Object

PATH = "/events/add_misp_export"
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BOMB = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><response><Event><info>&c;</info></Event></response>"""
STOLEN = b"""<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><Event><info>&a;</info></Event>"""
GOOD = b"<response><Event><info>good</info></Event>"


def bring(key: str, content: bytes, path: str = PATH, kind: str = "text/plain") -> tuple[int, Any]:
    return call(key, "POST", path, content, content_type=kind)


def form(content: bytes, name: str = "a.xml", **fields: str) -> bytes:
    parts = [f'name="data[Event][{key}]"\r\n\r\n{value}'.encode() for key, value in fields.items()]
    if name:
        parts.append(f'name="data[Event][submittedfile]"; filename="{name}"\r\n\r\n'.encode() + content)
    head = b"--x\r\nContent-Disposition: form-data; "
    return b"".join(head + part + b"\r\n" for part in parts) + b"--x--\r\n"


def renamed(text: str) -> bytes:
    """The document with every uuid replaced consistently."""
    new: dict[str, str] = {}
    return UUID.sub(lambda found: new.setdefault(found[0], str(uuid4())), text).encode()


def content_of(key: str, event: str) -> dict[str, Any]:
    """The members of an event that do not differ between hubs."""
    found = answer(send(key, "GET", f"/events/view/{event}"))["Event"]
    inside = [each for one in found["Object"] for each in one["Attribute"]]
    return {
        "info": found["info"],
        "attributes": [
            (each["type"], each["value"], each["to_ids"], each["first_seen"], each["comment"])
            for each in (*found["Attribute"], *inside)
        ],
        "objects": [
            (one["name"], one["description"], len(one["ObjectReference"])) for one in found["Object"]
        ],
        "tags": sorted(tag["name"] for tag in found["Tag"]),
        "reports": [(each["name"], each["content"]) for each in found["EventReport"]],
    }


@pytest.mark.parametrize("form", ["json", "xml"])
def test_export_and_import_round_trip(seed: Seed, form: str) -> None:
    setup = make_setup(seed)
    Object.objects.update(template_uuid=uuid4(), template_version=1, description="a thing")
    text = export(seed.publisher.key, form, "events", eventid=setup.event.pk, includeEventReports=1)
    status, results = bring(seed.publisher.key, renamed(text))
    assert (status, [each["result"] for each in results]) == (200, [True]), results
    before, after = (
        content_of(seed.publisher.key, str(setup.event.pk)),
        content_of(seed.publisher.key, results[0]["id"]),
    )
    assert after == before
    stored = Event.objects.get(pk=results[0]["id"])
    assert (stored.published, stored.orgc) == (False, seed.org_a), "it is published only by somebody who may"


def test_each_event_has_own_result(seed: Seed) -> None:
    there = make_event(seed.org_b, distribution=0)
    there.save()
    bad = {"type": "ip-dst", "value": "no address", "category": "Network activity"}
    file = {
        "response": [
            {"Event": {"info": "first", "Attribute": [bad]}},
            {"Event": {"info": "known", "uuid": str(there.uuid)}},
            {"Event": {"info": "", "analysis": "9"}},
            {"Event": {"info": "last"}},
        ]
    }
    status, results = bring(seed.analyst.key, json.dumps(file).encode())
    assert (status, [each["result"] is True for each in results]) == (200, [True, False, False, True])
    assert results[0]["validationIssues"] == {"Attribute.0": {"value": ["IP address has an invalid format."]}}
    assert "blocklist" in results[1]["result"], (
        "an event that the user may not see is answered like a blocked one"
    )
    assert "id" not in results[1]
    assert set(results[2]["validationIssues"]) == {"info", "analysis"}
    assert set(Event.objects.exclude(pk=there.pk).values_list("info", flat=True)) == {"first", "last"}


@pytest.mark.parametrize(
    "file",
    [
        b'{"Event": {"info": "one"}}', b'[{"Event": {"info": "one"}}]', b'{"info": "one"}',
        b'\xef\xbb\xbf {"response": {"Event": [{"info": "one"}]}}', b"<Event><info>one</info><Attribute/></Event>",
        json.dumps({"filecontent": '{"Event": {"info": "one"}}'}).encode(),
        '<?xml version="1.0" encoding="UTF-16"?><x><Event><info>one</info></Event></x>'.encode("utf-16"),
    ],
)  # fmt: skip
def test_every_misp_envelope_is_accepted(seed: Seed, file: bytes) -> None:
    status, results = bring(seed.analyst.key, file, kind="application/json")
    assert (status, results[0]["info"], results[0]["result"]) == (200, "one", True), results


def test_form_with_file_or_text_and_options(seed: Seed) -> None:
    kind = "multipart/form-data; boundary=x"
    for sent in (form(GOOD + b"</response>", publish="1"), form(b"", "", filecontent='{"info": "good"}')):
        status, results = bring(seed.publisher.key, sent, kind=kind)
        assert (status, results[0]["result"]) == (200, True), results
    assert list(Event.objects.order_by("pk").values_list("published", flat=True)) == [True, False]


def test_import_publishes_only_on_request_and_with_permission(seed: Seed) -> None:
    file = {
        "Event": {"info": "x", "published": True, "Attribute": [{"type": "domain", "value": "a.example"}]}
    }
    content = json.dumps(file).encode()
    for api_user, path, published in ((seed.publisher, PATH, False), (seed.publisher, f"{PATH}/1", True)):
        _, results = bring(api_user.key, content, path)
        assert Event.objects.get(pk=results[0]["id"]).published is published
    _, results = bring(seed.analyst.key, content, f"{PATH}/publish:1")
    assert (results[0]["result"] is True, "id" in results[0]) == (False, False)
    assert Event.objects.count() == 2, "what may not be published is not stored either"


def test_sync_user_keeps_creator_unless_taking_ownership(seed: Seed) -> None:
    stranger = Organisation.objects.create(uuid=uuid4(), name="Somebody far away")
    file = {"Event": {"info": "x", "Orgc": {"name": stranger.name, "uuid": str(stranger.uuid)}}}
    for path, maker in ((PATH, stranger), (f"{PATH}/takeownership:1", seed.org_b)):
        _, results = bring(seed.partner_sync.key, json.dumps(file).encode(), path)
        assert Event.objects.get(pk=results[0]["id"]).orgc == maker


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"", "not XML"), (b"[]", "no event"), (b"{}", ""), (b"<a/>", "no event"), (b"5", "not XML"),
        (BOMB, "document type"), (STOLEN, "document type"), (STOLEN.decode().encode("utf-16"), "document type"),
        (GOOD, "not XML"), (GOOD + b"<Event><info>&x;</info></Event></response>", "not XML"),
        (b"<a>" * 200 + b"</a>" * 200, "nests deeper"), (b'{"Event": [5]}', "not MISP JSON"),
        (b'{"response": [{"info": "good"}, {"info": "a\\u0000"}]}', "U+0000"),
        (b'[{"info": "good"}, {"x": ' + b"[" * 200 + b"]" * 200 + b"}]", "nests deeper"), (b"[" * 9999, "not MISP"),
        (b'[{"info": "good"}, {', "not MISP JSON"), (b'[{"info": "good"}, {"info": "\xff"}]', "not MISP JSON"),
        (b'[{"info": "good"}, {"info": "\\ud800"}]', "not MISP JSON"), (b'{"filecontent": "\xff"}', "not MISP JSON"),
        (b'{"filecontent": "<x"}', "not XML"), (b"\xff\xfe\0", "not XML"),
    ],
)  # fmt: skip
def test_incomplete_file_changes_nothing(seed: Seed, file: bytes, words: str) -> None:
    status, body = bring(seed.analyst.key, file)
    if file != b"{}":
        assert (status, body["name"]) == (403, "Could not add_misp_export Event"), body
        assert words in body["errors"]
    assert not Event.objects.exists()


def test_import_requires_modify_permission(seed: Seed) -> None:
    for key in (seed.reader.key, None, "x" * 40):
        assert bring(key or "", b'{"info": "x"}')[0] == 403
    assert not Event.objects.exists()


def test_events_are_added_as_xml(seed: Seed) -> None:
    sent = (
        b"<request><Event><info>xml</info><distribution>0</distribution><threat_level_id>1</threat_level_id>"
        b"<Attribute><type>domain</type><value>evil.example</value><to_ids>0</to_ids><Tag><name>a</name></Tag>"
        b"</Attribute></Event></request>"
    )
    accepting = {"Accept": "application/xml"}
    response = send(
        seed.site_admin.key, "POST", "/events/add", sent, content_type="application/xml", headers=accepting
    )
    stored = Attribute.objects.get()
    assert (stored.value1, stored.to_ids, stored.event.info) == ("evil.example", False, "xml")
    assert stored.event.threat_level_id == 1
    again = send(seed.site_admin.key, "GET", f"/events/view/{stored.event_id}", headers=accepting)
    for said in (parsed(whole(response)), parsed(whole(again))):
        assert said.findtext("Event/Attribute/value") == "evil.example"
    for bad in (BOMB, STOLEN, b"<request>"):
        status, body = call(
            seed.analyst.key, "POST", "/events/add", bad, content_type="text/xml; charset=utf-8"
        )
        assert (status, body["name"][:18]) == (400, "Invalid XML input."), body
    assert Event.objects.count() == 1


def test_xml_export_of_one_event_is_added(seed: Seed) -> None:
    file = b"<response><Event><info>one</info></Event></response>"
    status, body = call(seed.analyst.key, "POST", "/events/add", file, content_type="application/xml")
    assert (status, body["Event"]["info"]) == (200, "one"), body


def test_xml_export_of_several_events_is_refused_with_advice(seed: Seed) -> None:
    several = b"<response><Event><info>one</info></Event><Event><info>two</info></Event></response>"
    status, body = call(seed.analyst.key, "POST", "/events/add", several, content_type="application/xml")
    assert status == 403
    assert "add_misp_export" in json.dumps(body["errors"])
    assert not Event.objects.exists()


def test_search_accepts_xml(seed: Seed) -> None:
    make_setup(seed)
    sent = b"<request><returnFormat>json</returnFormat><type>filename</type></request>"
    status, found = call(
        seed.stranger.key, "POST", "/attributes/restSearch", sent, content_type="application/xml"
    )
    assert (status, [each["value"] for each in found["response"]["Attribute"]]) == (200, ["a.exe"])
