"""Attachments and malware samples: they are returned as sent, and samples are never stored unprotected."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from pymisp import MISPAttribute, MISPEvent, PyMISP
from pymisp.tools import FileObject

from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from tests.wire.raw import Raw

NOTE = "hälsningar från sandlådan\n".encode()
SAMPLE = b"MZ this is not really malware\x00" * 40
PASSWORD = b"infected"


@pytest.fixture
def event(analyst: PyMISP) -> MISPEvent:
    """An empty event."""
    stored = analyst.add_event(_named("With files"), pythonify=True)
    assert isinstance(stored, MISPEvent)
    return stored


def test_attachment_is_returned_as_sent(analyst: PyMISP, event: MISPEvent) -> None:
    """By restSearch with attachments; without them, not."""
    sent = MISPAttribute()
    sent.from_dict(type="attachment", value="note.txt", data=io.BytesIO(NOTE))
    stored = analyst.add_attribute(event, sent, pythonify=True)
    assert isinstance(stored, MISPAttribute), stored
    found = analyst.search("attributes", uuid=stored.uuid, with_attachments=True, pythonify=True)
    assert isinstance(found[0], MISPAttribute)
    assert found[0].data is not None
    assert (found[0].value, found[0].data.getvalue()) == ("note.txt", NOTE)
    assert analyst.search("attributes", uuid=stored.uuid)["Attribute"][0].get("data") is None  # type: ignore[index, call-overload]


def test_sample_is_stored_in_an_encrypted_zip(analyst: PyMISP, event: MISPEvent) -> None:
    """PyMISP extracts the sample from it; the value contains name and MD5."""
    sent = MISPAttribute()
    sent.from_dict(type="malware-sample", value="bad.exe", data=io.BytesIO(SAMPLE), expand="binary")
    stored = analyst.add_attribute(event, sent, pythonify=True)
    assert isinstance(stored, MISPAttribute), stored
    found = analyst.search("attributes", uuid=stored.uuid, with_attachments=True, pythonify=True)
    assert isinstance(found[0], MISPAttribute)
    digest = hashlib.md5(SAMPLE, usedforsecurity=False).hexdigest()
    assert found[0].value == f"bad.exe|{digest}"
    assert found[0].malware_filename == "bad.exe"
    assert found[0].malware_binary is not None
    assert found[0].malware_binary.getvalue() == SAMPLE


def test_server_encrypts_on_request(server: WebServer, server_seed: Seed, event: MISPEvent) -> None:
    """`encrypt` with plain data: a zip with the password "infected", holding the sample and its name."""
    raw = Raw(server.url, server_seed.org_admin.key)
    body = {
        "type": "malware-sample",
        "value": "two.bin",
        "data": base64.b64encode(SAMPLE).decode(),
        "encrypt": True,
    }
    status, answer = raw.post(f"/attributes/add/{event.id}", body)
    assert status == 200, answer
    digest = hashlib.md5(SAMPLE, usedforsecurity=False).hexdigest()
    assert (answer["Attribute"]["value1"], answer["Attribute"]["value2"]) == ("two.bin", digest)
    zipped = raw.send("GET", f"/attributes/download/{answer['Attribute']['uuid']}").content
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        assert sorted(archive.namelist()) == [digest, f"{digest}.filename.txt"]
        assert archive.read(digest, pwd=PASSWORD) == SAMPLE
        assert archive.read(f"{digest}.filename.txt", pwd=PASSWORD).strip() == b"two.bin"
        with pytest.raises(RuntimeError):
            archive.read(digest)


def test_sample_without_its_hash_is_refused(server: WebServer, server_seed: Seed, event: MISPEvent) -> None:
    """A name is only half of the value; nothing is stored (recordings, behaviour 10b)."""
    raw = Raw(server.url, server_seed.org_admin.key)
    body = {"type": "malware-sample", "value": "one.bin", "data": base64.b64encode(SAMPLE).decode()}
    status, answer = raw.post(f"/attributes/add/{event.id}", body)
    assert (status, answer["saved"]) == (403, False)
    assert raw.event(event.uuid)["attribute_count"] == "0"


def test_file_object_contains_its_sample(analyst: PyMISP, tmp_path: Path) -> None:
    """The object that PyMISP makes of a file: hashes, size and the sample itself."""
    path = tmp_path / "tool.exe"
    path.write_bytes(SAMPLE)
    event = _named("With a file object")
    event.add_object(FileObject(filepath=path, standalone=False))
    stored = analyst.add_event(event, pythonify=True)
    assert isinstance(stored, MISPEvent), stored
    found = analyst.search("events", eventid=stored.id, with_attachments=True, pythonify=True)
    assert isinstance(found[0], MISPEvent)
    thing = found[0].objects[0]
    sample = thing.get_attributes_by_relation("malware-sample")[0]
    assert sample.malware_binary is not None
    assert sample.malware_binary.getvalue() == SAMPLE
    assert thing.get_attributes_by_relation("sha256")[0].value == hashlib.sha256(SAMPLE).hexdigest()


def test_download_requires_reading_the_attribute(
    server: WebServer, server_seed: Seed, event: MISPEvent
) -> None:
    """The file follows its attribute's distribution."""
    raw = Raw(server.url, server_seed.org_admin.key)
    body = {"type": "attachment", "value": "note.txt", "data": base64.b64encode(NOTE).decode()}
    uuid = raw.post(f"/attributes/add/{event.id}", body)[1]["Attribute"]["uuid"]
    assert raw.send("GET", f"/attributes/download/{uuid}").content == NOTE
    answer = Raw(server.url, server_seed.stranger.key).send("GET", f"/attributes/download/{uuid}")
    assert answer.status_code in {401, 404, 405}
    assert NOTE not in answer.content


def _named(info: str) -> MISPEvent:
    event = MISPEvent()
    event.from_dict(info=info, distribution=0)
    return event
