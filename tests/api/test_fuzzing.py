"""No request to any endpoint causes an internal error, and a refused request changes nothing."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import StreamingHttpResponse
from django.test import Client, override_settings

from tests.api.calls import JSON, answer, send
from tests.factories.seed import Seed
from tests.support.contents import contents
from vardkase.api import registry
from vardkase.api.dispatch import Endpoint, declared_permissions
from vardkase.api.inputs import Upload
from vardkase.api.openapi.document import address_of, members_of, model_of
from vardkase.core.sql import cursor

pytestmark = pytest.mark.django_db

assert registry.controllers()
SLOW = {"galaxies/update", "servers/updateJSON", "taxonomies/update", "warninglists/update"}
"""They read every library anew whatever they are sent."""
TOUCHED = {"auth_key", "django_session", "limit_use", "procrastinate_jobs", "procrastinate_events"}
"""Tables in which a mere look-up leaves its trace, or a refused one its count."""
EVENT, ATTRIBUTE = str(uuid4()), str(uuid4())
type Request = tuple[Callable[[str, bytes], Any], str, bytes]
DEEP = b"[" * 1000 + b"]" * 1000
VALUES = (
    "null",
    "[[[]]]",
    '{"id": {"x": []}}',
    "-1",
    "1e308",
    "1" + "0" * 400,
    "9223372036854775808",
    '"\\u00b2"',
    '"\\ud800"',
    json.dumps("x" * 70_000),
    json.dumps("../../../etc/passwd"),
    json.dumps("%' OR 1=1 --"),
    json.dumps([None, 5, "x", [], {}]),
)
RAW = (
    b'{"a": 1',
    b'{"info": "\xff\xfe"}',
    b'{"value": "\\u0000"}',
    b'{"id": 1, "id": 2, "id": [3]}',
    b'["a", 5, null, {}]',
    DEEP,
)
PATHS = (
    "/..%2f..%2f..%2fetc%2fpasswd",
    "/%ff/%00",
    "/" + "9" * 40,
    "/%C2%B2/-1/x:y",
    "/1/1/1/1",
    f"/{EVENT}/{ATTRIBUTE}/limit:-1/page:99999999999999999999/sort:(select)/tags[]:a",
)
QUERY = "limit=1e9&page=-5&id[]=1&sort=;&direction=x&deleted=[]&" + "a=b&" * 20_000


def paths_to(found: Endpoint) -> list[str]:
    """Hostile paths to one endpoint."""
    return [address_of(found.name) + path for path in PATHS]


def requests_to(found: Endpoint) -> Iterator[tuple[str, bytes]]:
    """Hostile paths and bodies for one endpoint, built from the members it reads."""
    address, model = address_of(found.name), model_of(found)
    names = dict.fromkeys(members_of(found)) or dict.fromkeys(("id", "value", "uuid"))
    if found.writes:
        for path in paths_to(found):
            yield path, b"{}"
    yield f"{address}/{EVENT}?{QUERY}", b"{}"
    for raw in RAW:
        yield f"{address}/{EVENT}", raw
    for number, value in enumerate(VALUES):
        body = "{" + ", ".join(f"{json.dumps(name)}: {value}" for name in names) + "}"
        if model and number % 2:
            body = f'{{"{model}": {body}}}'
        yield address if number % 3 else f"{address}/{EVENT}", body.encode()
    if model:
        yield f"{address}/{EVENT}", f'{{"{model}": [5, {{"{model}": []}}]}}'.encode()


def fault_of(response: Any) -> str:
    """What is wrong with an answer: an internal error, or a refusal without MISP's body."""
    if response.status_code >= 500:
        return "a fault of ours"
    if isinstance(response, StreamingHttpResponse):
        b"".join(response)
        return ""
    if response.status_code < 400:
        return ""
    refusal = answer(response)
    sound = {"name", "message", "url"} <= refusal.keys() and refusal["message"]
    return "" if sound else f"another body: {refusal}"


def faults_of(requests: Iterable[Request]) -> list[str]:
    """The faults in answers to some requests; accepted changes are rolled back, refused requests must have
    changed nothing.
    """
    faults: list[str] = []
    asked = list(requests)
    before = contents(without=TOUCHED)
    with transaction.atomic():
        for ask, path, body in asked:
            # In one round trip, of which there are thousands. A throttled request would not reach the endpoint.
            cursor().execute("DELETE FROM limit_use; SAVEPOINT before_request")
            response = ask(path, body)
            if fault := fault_of(response):
                faults.append(f"{fault}: {path[:200]} {body[:300]!r}")
            if response.status_code < 400:
                cursor().execute("ROLLBACK TO SAVEPOINT before_request")
        changed = {table for table, found in contents(without=TOUCHED).items() if found != before[table]}
        transaction.set_rollback(True)
    if changed and len(asked) > 1:  # Comparing all contents takes as long as a dozen requests.
        half = len(asked) // 2
        single = faults_of(asked[:half]) + faults_of(asked[half:])
        return single or [f"Refused, and yet together they changed {changed}: {asked[0][1][:200]}"]
    if changed:
        faults.append(f"Refused, and yet it changed {changed}: {asked[0][1][:200]} {asked[0][2][:300]!r}")
    return faults


@pytest.fixture
def key(seed: Seed) -> str:
    """A site administrator's key, and an event with an attribute to aim at."""
    document = {
        "uuid": EVENT,
        "info": "i",
        "Attribute": [{"uuid": ATTRIBUTE, "type": "domain", "value": "a.example"}],
    }
    assert send(seed.site_admin.key, "POST", "/events/add", document).status_code == 200
    return seed.site_admin.key


def controllers() -> list[str]:
    return sorted({found.name.removeprefix("admin/").partition("/")[0] for found in declared_permissions()})


@pytest.mark.parametrize("controller", controllers())
def test_hostile_requests_cause_no_fault(controller: str, key: str) -> None:
    requests: list[Request] = []
    for found in declared_permissions():
        if found.name.removeprefix("admin/").partition("/")[0] != controller or found.name in SLOW:
            continue
        requests += [(partial(send, key, "POST"), *each) for each in requests_to(found)]
        if not found.writes:
            requests += [(partial(send, key, "GET"), path, b"{}") for path in paths_to(found)]
    assert faults_of(requests) == []


def files() -> Iterator[SimpleUploadedFile]:
    """Malicious uploads: a zip bomb, a nested one, names that lead outside, and files that only look like a
    zip.
    """
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../tmp/x", b"0" * 30_000_000)
        archive.writestr("/etc/passwd", b"root")
    yield SimpleUploadedFile("../../../etc/passwd", bomb.getvalue(), "application/zip")
    yield SimpleUploadedFile(
        "a\\..\\b.xml", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>' * 9
    )
    yield SimpleUploadedFile("x" * 4000 + ".json", DEEP)
    yield SimpleUploadedFile("\u202eexe.zip", b"PK\x03\x04" + b"\0" * 500)
    yield SimpleUploadedFile("e.eml", gzip.compress(b"0" * 30_000_000))
    yield SimpleUploadedFile("empty", b"")


def test_hostile_uploads_cause_no_fault(key: str) -> None:
    takers = [found for found in declared_permissions() if found.inputs.first(Upload)]
    assert takers
    client = Client(raise_request_exception=False)
    headers = JSON | {"Authorization": key}
    sent = {str(file.name).encode(): file for file in files()}

    def upload(path: str, name: bytes) -> Any:
        sent[name].seek(0)
        return client.post(path, {"file": sent[name]}, headers=headers)

    paths = [f"{address_of(found.name)}/{EVENT}" for found in takers]
    assert faults_of((upload, path, name) for path in paths for name in sent) == []


def test_compressed_bodies_stay_within_limit(key: str) -> None:
    bodies = {
        gzip.compress(b" " * 50_000_000, 1): "gzip",
        gzip.compress(gzip.compress(b" " * 50_000_000, 1)): "gzip",
        b"\x1f\x8b\x08garbage": "gzip",
        b"garbage": "br",
        b"{}": "deflate",
    }

    def post(path: str, body: bytes) -> Any:
        response = send(key, "POST", path, body, headers={"Content-Encoding": bodies[body]})
        assert response.status_code in (400, 405, 413)
        return response

    with override_settings(VARDKASE_MAX_BODY=1_000_000):
        requests = [(post, "/attributes/restSearch", body) for body in bodies]
        assert faults_of(requests) == []
