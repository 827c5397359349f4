"""Enrichment, hover, import and export by a real misp-modules server."""

from __future__ import annotations

import base64
import json

import pytest
from pytest_django import Settings

from tests.api.calls import answer, call, send
from tests.factories import make_event
from tests.factories.modules import URL, attribute, switch_on
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.intel.models import Attribute, Event, Object, ObjectReference


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=3)
    event.save()
    return event


@pytest.mark.usefixtures("modules")
def test_modules_are_listed_by_type(seed: Seed) -> None:
    _, every = call(seed.analyst.key, "GET", "/modules/index")
    _, imports = call(seed.analyst.key, "GET", "/modules/index/import")
    names = {each["name"] for each in every}
    assert {"hub_told", "extract_url_components", "csvimport", "cef_export"} <= names
    assert {"csvimport", "mispjson"} <= {each["name"] for each in imports} < names
    assert call(seed.analyst.key, "GET", "/modules/index/nonsense")[0] == 404
    assert call(None, "GET", "/modules/index")[0] == 403


@pytest.mark.usefixtures("modules")
def test_site_administrators_enable_and_configure_modules(seed: Seed, event: Event) -> None:
    made = attribute(event, "domain", "evil.example")
    path = f"/attributes/enrich/{made.uuid}"
    status, body = call(seed.analyst.key, "POST", path, {"hub_told": True})
    assert (status, body["message"]) == (404, "Module not found or not enabled.")
    switch_on(seed, "hub_told", hub_told_api_key="secret of ours", hub_told_region="north")
    _, shown = call(seed.site_admin.key, "GET", "/servers/getSetting/Plugin.Enrichment_hub_told_region")
    assert shown["value"] == "north"
    status, _ = call(seed.site_admin.key, "GET", "/servers/getSetting/Plugin.Enrichment_hub_told_api_key")
    assert status == 403
    for name in ("Plugin.Enrichment_nobody_enabled", "Plugin.Enrichment_hub_told_colour"):
        status, _ = call(seed.site_admin.key, "POST", f"/servers/serverSettingsEdit/{name}", {"value": 1})
        assert status == 404
    listed = {
        each["setting"]
        for each in call(seed.site_admin.key, "GET", "/servers/serverSettings")[1]["finalSettings"]
    }
    assert "Plugin.Enrichment_hub_told_restrict" in listed
    status, body = call(seed.analyst.key, "POST", path, {"hub_told": True})
    assert (status, body["message"]) == (200, "4 attributes and 0 objects added."), body
    received = json.loads(Attribute.objects.get(type="text").value1)
    assert received == {
        "config": {"api_key": "secret of ours", "region": "north"}, "event_id": str(event.pk), "data": None
    }  # fmt: skip


@pytest.mark.usefixtures("modules")
def test_response_in_the_older_format_becomes_attributes_once(seed: Seed, event: Event) -> None:
    switch_on(seed, "hub_told")
    made = attribute(event, "domain", "evil.example")
    status, body = call(seed.analyst.key, "POST", f"/attributes/enrich/{made.pk}", {"hub_told": True})
    assert (status, body["message"]) == (200, "4 attributes and 0 objects added."), body
    found = {a.value1: a for a in Attribute.objects.exclude(pk=made.pk)}
    assert found["203.0.113.5"].type == found["203.0.113.6"].type == "ip-dst"
    assert found["203.0.113.5"].comment == "evil.example: Enriched via the hub_told module"
    assert found["evil.com"].category == "Network activity"
    assert AuditEntry.objects.filter(action="event.parts-added", target_id=event.pk).count() == 1
    status, body = call(seed.analyst.key, "POST", f"/attributes/enrich/{made.pk}", {"hub_told": True})
    assert (status, body["message"]) == (200, "0 attributes and 0 objects added."), body


@pytest.mark.usefixtures("modules")
def test_response_in_misp_format_becomes_objects_with_references(seed: Seed, event: Event) -> None:
    switch_on(seed, "extract_url_components")
    made = attribute(event, "url", URL)
    attribute(event, "md5", "d41d8cd98f00b204e9800998ecf8427e", "Payload delivery")
    path = f"/events/enrichEvent/{event.uuid}/disable_background_processing:1"
    status, body = call(seed.analyst.key, "POST", path, {"extract_url_components": True})
    assert (status, body["message"]) == (200, "0 attributes and 1 object added."), body
    added = Object.objects.get()
    assert added.name == "url"
    inside = {a.object_relation: a.value1 for a in Attribute.objects.filter(object=added)}
    assert (inside["host"], inside["port"]) == ("www.evil.com", "8443")
    reference = ObjectReference.objects.get()
    assert (reference.referenced_uuid, reference.referenced_id, reference.relationship_type) == (
        made.uuid, made.pk, "generated-from"
    )  # fmt: skip
    _, body = call(seed.analyst.key, "POST", path, {"extract_url_components": True})
    assert body["message"] == "0 attributes and 0 objects added."


@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize(
    ("value", "timeout", "expected"),
    [
        ("fails.example", 30, "The other side is closed."),
        ("breaks.example", 30, "Something went wrong"),
        ("silent.example", 30, "had no answer"),
        ("slow.example", 1, "Timeout"),
    ],
)
def test_failing_module_is_named_and_nothing_is_stored(
    seed: Seed, event: Event, value: str, timeout: int, expected: str
) -> None:
    switch_on(seed, "hub_told", timeout=timeout)
    made = attribute(event, "domain", value)
    status, body = call(seed.analyst.key, "POST", f"/attributes/enrich/{made.pk}", {"hub_told": True})
    assert (status, body["saved"]) == (403, False)
    assert expected in body["errors"]["hub_told"]
    assert Attribute.objects.count() == 1


@pytest.mark.usefixtures("modules")
def test_invalid_results_are_skipped(seed: Seed, event: Event) -> None:
    switch_on(seed, "hub_told")
    made = attribute(event, "domain", "odd.example")
    status, body = call(seed.analyst.key, "POST", f"/attributes/enrich/{made.pk}", {"hub_told": True})
    assert (status, body["message"]) == (200, "0 attributes and 0 objects added.")


@pytest.mark.usefixtures("modules")
def test_hover_enrichment_stores_nothing(seed: Seed, event: Event) -> None:
    switch_on(seed, "yara_syntax_validator", "hub_told", "extract_url_components")
    rule = attribute(event, "yara", "rule a { condition: true }", "Artifacts dropped")
    status, body = call(seed.analyst.key, "GET", f"/attributes/hoverEnrichment/{rule.pk}")
    assert (status, list(body)) == (200, ["yara_syntax_validator"])
    assert "valid" in body["yara_syntax_validator"][0]["values"].lower()
    failing = attribute(event, "domain", "fails.example")
    _, body = call(seed.analyst.key, "GET", f"/attributes/hoverEnrichment/{failing.pk}")
    assert body == {"hub_told": {"error": "The other side is closed."}}
    assert Attribute.objects.count() == 2


@pytest.mark.usefixtures("modules")
def test_results_are_reviewed_before_they_are_stored(seed: Seed, event: Event) -> None:
    switch_on(seed, "extract_url_components")
    made = attribute(event, "url", URL)
    path = f"/events/queryEnrichment/{made.pk}/extract_url_components/Enrichment"
    status, found = call(seed.analyst.key, "POST", path)
    assert (status, [each["name"] for each in found["Object"]]) == (200, ["url"])
    assert not Object.objects.exists()
    body = {"Event": {"data": json.dumps(found), "default_comment": "Looked at"}}
    status, body = call(seed.analyst.key, "POST", f"/events/handleModuleResults/{event.pk}", body)
    assert (status, body["message"]) == (200, "0 attributes and 1 object added.")
    status, body = call(seed.analyst.key, "POST", path, {"save": True})
    assert body["message"] == "0 attributes and 0 objects added."
    for wrong in ("[", "5", 5):
        sent = {"Event": {"data": wrong}}
        assert call(seed.analyst.key, "POST", f"/events/handleModuleResults/{event.pk}", sent)[0] == 403


@pytest.mark.usefixtures("modules")
def test_raw_module_response(seed: Seed) -> None:
    switch_on(seed, "hub_told", hub_told_region="north")
    asked = {"module": "hub_told", "domain": "a.com", "event_id": "1", "config": {"region": "mine"}}
    status, body = call(seed.analyst.key, "POST", "/modules/queryEnrichment", asked)
    assert (status, json.loads(body["results"][0]["values"])["config"]) == (200, {"region": "north"})
    status, body = call(
        seed.analyst.key, "POST", "/modules/queryEnrichment", {"module": "cve", "domain": "a"}
    )
    assert (status, body["message"]) == (405, "Module not found or not enabled.")


@pytest.mark.usefixtures("modules")
def test_module_restricted_to_one_organisation(seed: Seed, event: Event) -> None:
    switch_on(seed, "hub_told", hub_told_restrict=seed.org_b.pk)
    asked = {"module": "hub_told", "domain": "a.com", "event_id": "1"}
    for api_user, expected in ((seed.analyst, 405), (seed.partner, 200), (seed.site_admin, 200)):
        assert call(api_user.key, "POST", "/modules/queryEnrichment", asked)[0] == expected


@pytest.mark.usefixtures("modules")
def test_modules_require_permission_to_edit_the_event(seed: Seed, event: Event) -> None:
    switch_on(seed, "hub_told")
    made = attribute(event, "domain", "evil.com")
    paths = (f"/attributes/enrich/{made.pk}", f"/events/enrichEvent/{event.pk}",
             f"/events/queryEnrichment/{made.pk}/hub_told", f"/events/handleModuleResults/{event.pk}",
             f"/events/importModule/mispjson/{event.pk}")  # fmt: skip
    body = {"hub_told": True, "save": 1, "Attribute": [{"type": "domain", "value": "x.com"}], "data": "e30="}
    for path in paths:
        for key in (seed.reader.key, seed.stranger.key, seed.partner_sync.key, None):
            assert call(key, "POST", path, body)[0] == 403, path
    Event.objects.update(distribution=0)
    for path in (
        *paths,
        f"/attributes/hoverEnrichment/{made.pk}",
        f"/events/exportModule/cef_export/{event.pk}",
    ):
        assert call(seed.stranger.key, "POST", path, body)[0] == 404, path
    assert Attribute.objects.count() == 1


CSV = "ip-dst,comment\n203.0.113.8,first\nno address,second\n"


@pytest.mark.usefixtures("modules")
def test_import_module_reads_a_document(seed: Seed, event: Event) -> None:
    switch_on(seed, "csvimport", kind="Import")
    path = f"/events/importModule/csvimport/{event.pk}"
    config = {"header": "", "has_header": "1", "special_delimiter": ""}
    sent = {"data": base64.b64encode(CSV.encode()).decode(), "filename": "a.csv", "config": config}
    status, found = call(seed.analyst.key, "POST", path, sent)
    assert (status, [each["value"] for each in found["Attribute"]]) == (200, ["203.0.113.8", "no address"]), (
        found
    )
    assert not Attribute.objects.exists()
    status, body = call(seed.analyst.key, "POST", path, {**sent, "save": 1})
    assert (status, body["message"]) == (200, "1 attribute and 0 objects added.")
    assert list(body["errors"]) == ["Attribute.1"]
    assert Attribute.objects.get().comment == "first"
    for wrong in ({"data": "not base64!"}, {}, {"data": 5}):
        assert call(seed.analyst.key, "POST", path, wrong)[0] in (400, 403)


@pytest.mark.usefixtures("modules")
def test_import_module_takes_column_names_from_the_request(seed: Seed, event: Event) -> None:
    switch_on(seed, "csvimport", kind="Import")
    table = "ignored;evil.example;seen twice\nignored;192.0.2.9;once\n"
    config = {"header": "_,text,comment", "has_header": "0", "special_delimiter": ";"}
    sent = {
        "data": base64.b64encode(table.encode()).decode(),
        "filename": "a.csv",
        "config": config,
        "save": 1,
    }
    status, body = call(seed.analyst.key, "POST", f"/events/importModule/csvimport/{event.pk}", sent)
    assert (status, body["message"]) == (200, "2 attributes and 0 objects added."), body
    assert set(Attribute.objects.values_list("value1", "comment")) == {
        ("evil.example", "seen twice"),
        ("192.0.2.9", "once"),
    }


MAIL = b"""From: Somebody <sender@evil.example>
To: victim@a.example
Subject: =?utf-8?q?R=C3=A4kning?=
Date: Wed, 25 Nov 2026 10:00:00 +0000
Message-ID: <1@evil.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

See http://evil.example/pay
--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="bill.bin"
Content-Transfer-Encoding: base64

YmFkIGJ5dGVz
--b--
"""


@pytest.mark.usefixtures("modules")
def test_imported_mail_becomes_an_object_with_its_attachments(seed: Seed, event: Event) -> None:
    switch_on(seed, "email_import", kind="Import", email_import_extract_urls="yes")
    sent = {"data": base64.b64encode(MAIL).decode(), "filename": "a.eml", "save": 1}
    path = f"/events/importModule/email_import/{event.pk}"
    status, body = call(seed.analyst.key, "POST", path, sent)
    assert (status, "errors" in body) == (200, False), body
    mail = Object.objects.get(name="email")
    said = dict(Attribute.objects.filter(object=mail).values_list("object_relation", "value1"))
    assert (said["from"], said["to"], said["subject"]) == (
        "sender@evil.example",
        "victim@a.example",
        "Räkning",
    )
    file = Object.objects.get(name="file")
    assert Attribute.objects.filter(object=file, object_relation="malware-sample", value1="bill.bin").exists()
    referred = ObjectReference.objects.filter(object=mail, referenced_uuid=file.uuid)
    assert list(referred.values_list("relationship_type", flat=True)) == ["includes"]
    assert (
        call(seed.analyst.key, "POST", path, {**sent, "data": base64.b64encode(b"\0\xff" * 50).decode()})[0]
        < 500
    )


@pytest.mark.usefixtures("modules")
def test_export_module_writes_only_what_the_reader_may_read(seed: Seed, event: Event) -> None:
    switch_on(seed, "cef_export", kind="Export")
    attribute(event, "ip-dst", "203.0.113.9")
    hidden = attribute(event, "ip-dst", "203.0.113.10")
    Attribute.objects.filter(pk=hidden.pk).update(distribution=0)
    response = send(seed.stranger.key, "GET", f"/events/exportModule/cef_export/{event.pk}")
    assert response.status_code == 200, answer(response)
    text = response.content.decode()
    assert "dst=203.0.113.9\n" in text
    assert "203.0.113.10" not in text
    assert response["Content-Disposition"] == f'attachment; filename="misp.event.{event.pk}.cef_export.cef"'
    status, _ = call(seed.stranger.key, "GET", f"/events/exportModule/liteexport/{event.pk}")
    assert status == 404


def test_unreachable_module_server_is_reported(seed: Seed, event: Event, settings: Settings) -> None:
    for url in ("http://127.0.0.1:9", "", "nonsense"):
        settings.VARDKASE_MODULES_URL = url
        status, body = call(seed.analyst.key, "GET", "/modules/index")
        assert (status, body["message"]) == (404, "Module service not reachable.")
