"""Events that come from elsewhere pass the guard, files included, and there is one door to publication."""

from __future__ import annotations

import ast
import base64
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import vardkase
from tests.api.calls import answer, call, send
from tests.factories.seed import Seed
from tests.hub.guard.files import mail, pdf, word, zipped
from vardkase.audit.models import AuditEntry
from vardkase.intel.models import Event

MARKING = "NATO CONFIDENTIAL"
SOURCE = Path(vardkase.__file__).parent
DOORS = {"publish_for_everybody", "publish_for_groups"}
"""What writes that an event is published."""


def document(**fields: Any) -> dict[str, Any]:
    orgc = {"uuid": str(uuid4()), "name": "Somebody far away"}
    base = {"info": "hello", "distribution": "1", "published": True, "locked": True, "uuid": str(uuid4())}
    return {**base, "Orgc": orgc, **fields}


def attached(name: str, content: bytes, type: str = "attachment") -> dict[str, Any]:
    category = "Payload delivery" if type == "malware-sample" else "External analysis"
    sent = {"type": type, "category": category, "value": name, "data": base64.b64encode(content).decode()}
    return {"Attribute": [sent | ({"encrypt": True} if type == "malware-sample" else {})]}


def in_object(name: str, content: bytes) -> dict[str, Any]:
    attribute = attached(name, content)["Attribute"][0] | {"object_relation": "attachment"}
    template = {"template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215", "template_version": "25"}
    made = {
        "name": "file",
        "meta-category": "file",
        "description": "a file",
        "uuid": str(uuid4()),
        **template,
    }
    return {"Object": [made | {"Attribute": [attribute]}]}


SENT: dict[str, dict[str, Any]] = {
    "title": {
        "info": f"Report ({MARKING})",
        "Attribute": [{"type": "text", "category": "Other", "value": "a"}],
    },
    "tag": {
        "Tag": [{"name": 'nato:classification="NC"'}],
        "Attribute": [{"type": "text", "category": "Other", "value": "a"}],
    },
    "report": {"EventReport": [{"name": "r", "content": f"# Page 1\n{MARKING}\n"}]},
    "word": attached("a.docx", word(MARKING)),
    "sample": attached("a.docx", word(MARKING), "malware-sample"),
    "mail in an archive": attached("a.zip", zipped({"m.eml": mail(attached=pdf(MARKING), name="a.pdf")})),
    "file in an object": in_object("a.pdf", pdf(MARKING)),
}


@pytest.mark.parametrize("name", SENT)
def test_marked_event_from_elsewhere_is_quarantined(seed: Seed, name: str) -> None:
    """Nobody reads, counts, searches or exports it, whoever they are, and the sender is told."""
    status, body = call(seed.partner_sync.key, "POST", "/events/add", {"Event": document(**SENT[name])})
    assert (status, "quarantine" in body["message"]) == (403, True)
    event = Event.objects.get()
    assert (event.quarantined, event.published) == (True, False)
    assert AuditEntry.objects.filter(action="event.quarantined", title="").exists()
    for other in (seed.partner_sync, seed.site_admin, seed.stranger, seed.analyst):
        assert call(other.key, "GET", f"/events/view/{event.uuid}")[0] == 404
        assert answer(send(other.key, "GET", "/events/index")) == []
        found = call(other.key, "POST", "/attributes/restSearch", {"eventid": event.pk})[1]
        assert found["response"]["Attribute"] == []


def test_later_version_with_a_marked_file_is_quarantined(seed: Seed) -> None:
    clean = document(Attribute=[{"type": "text", "category": "Other", "value": "a"}], timestamp="1700000000")
    assert call(seed.partner_sync.key, "POST", "/events/add", {"Event": clean})[0] == 200
    event = Event.objects.get()
    assert event.published
    later = clean | attached("a.docx", word(MARKING)) | {"timestamp": "1750000000"}
    status, body = call(seed.partner_sync.key, "POST", f"/events/edit/{event.uuid}", {"Event": later})
    assert (status, "quarantine" in body["message"]) == (403, True)
    event.refresh_from_db()
    assert (event.quarantined, event.published) == (True, False)
    assert call(seed.stranger.key, "GET", f"/events/view/{event.uuid}")[0] == 404


def test_own_document_with_a_marked_file_is_refused_as_a_whole(seed: Seed) -> None:
    sent = {"info": "hello", "distribution": "1", "published": True, **attached("a.docx", word(MARKING))}
    status, body = call(seed.publisher.key, "POST", "/events/add", {"Event": sent})
    assert (status, f"{MARKING} (a.docx" in body["message"]) == (403, True)
    assert not Event.objects.exists()


def test_only_the_guarded_service_publishes_events() -> None:
    """Whatever brings events in (pull, push, feeds, TAXII, files, the API) cannot publish by itself."""
    importing = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and DOORS & {alias.name for alias in node.names}
    }
    assert importing == {"intel/services/publish.py"}
    publish = ast.parse((SOURCE / "intel/services/publish.py").read_text("utf-8"))
    callers = {
        function.name
        for function in publish.body
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_publish"
    }
    checking = {
        function.name
        for function in publish.body
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_must_wait"
    }
    assert callers <= checking
