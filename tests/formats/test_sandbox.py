"""Importing a sandbox analysis: its files become samples, its observations attributes."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest

from tests.api.calls import call, send
from tests.factories import make_event
from tests.factories.seed import Seed
from tests.support.archives import unzipped
from vardkase.intel.models import Attribute, Event

PATH = "/events/upload_analysis_file"
DROPPED = b"dropped bytes"
MD5 = hashlib.md5(DROPPED, usedforsecurity=False).hexdigest()
REPORT = """<?xml version="1.0"?><analysis filename="C:\\in\\evil.exe"><processes><process>
<connection_section>
<connection remote_ip="192.0.2.1" remote_hostname="evil.example">
<http_command method="GET" url="http://evil.example/a"/><http_header header="User-Agent: Bad/1"/>
<http_header header="Host: evil.example"/></connection>
<connection remote_ip="0.0.0.0" remote_hostname=""/>
</connection_section>
<networkoperation_section><dns_request_by_name request_name="c2.example." result_addresses="192.0.2.2;192.0.2.3"/>
<dns_request_by_name request_name="gone.example" result_addresses=""/></networkoperation_section>
<networkpacket_section><connect_to_computer remote_ip="192.0.2.4" remote_hostname="" remote_port="8080"/>
<connect_to_computer remote_ip="" remote_hostname="p.example" remote_port="443"/></networkpacket_section>
<registry_section><set_value key_name="HKLM\\Run" value_name="x" data="evil.exe(UNICODE_0x00000000)"
data_type="REG_SZ"/><set_value key_name="HKLM\\Run" value_name="y" data="" data_type="REG_NONE"/></registry_section>
<stored_files><stored_created_file filename="C:\\empty" filesize="0" md5=""/>
<stored_modified_file filename="C:\\d.bin" filesize="13" md5="MD5"/></stored_files>
</process></processes></analysis>""".replace("MD5", MD5)
AS_JSON = {
    "analysis": {
        "@filename": "evil.exe",
        "processes": {"process": {"networkoperation_section": {"dns_request_by_name": [
            {"@request_name": "c2.example", "@result_addresses": "192.0.2.2"}, 5
        ]}}},
    }
}  # fmt: skip
WRITTEN = f"Analysis/proc_1/modified_files/{MD5}.bin"
NAMES = f"C:\\temp\\d.bin|13|{MD5}|1\n".encode()


def archive(**files: bytes | str) -> bytes:
    """Members by path, with ``__`` for the slash that a keyword cannot contain."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


WHOLE = {
    "Analysis/analysis.xml": REPORT,
    "sample": b"MZ the sample",
    "Analysis/proc_1/modified_files/mapping.log": NAMES,
    WRITTEN: DROPPED,
    "Analysis/traffic.pcap": b"\xd4\xc3\xb2\xa1",
    "../../etc/passwd": b"x",
}


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=3)
    event.save()
    return event


def bring(key: str, event: Event, content: bytes) -> tuple[int, Any]:
    return call(key, "POST", f"{PATH}/{event.pk}", content, content_type="application/zip")


def test_archive_becomes_samples_and_observations(seed: Seed, event: Event) -> None:
    status, body = bring(seed.analyst.key, event, archive(**WHOLE))
    assert (status, "errors" in body) == (200, False), body
    rows = {
        (row.type, "|".join(filter(None, (row.value1, row.value2))), row.category)
        for row in Attribute.objects.filter(event=event)
    }
    sample = hashlib.md5(b"MZ the sample", usedforsecurity=False).hexdigest()
    network, artifact, lasting = "Network activity", "Artifacts dropped", "Persistence mechanism"
    assert rows == {
        ("attachment", "analysis.xml", "External analysis"),
        ("malware-sample", f"evil.exe|{sample}", "Payload delivery"),
        ("malware-sample", f"d.bin|{MD5}", artifact),
        ("attachment", "traffic.pcap", network),
        ("domain|ip", "evil.example|192.0.2.1", network),
        ("url", "http://evil.example/a", network),
        ("user-agent", "Bad/1", network),
        ("domain|ip", "c2.example|192.0.2.2", network),
        ("domain|ip", "c2.example|192.0.2.3", network),
        ("hostname", "gone.example", network),
        ("ip-dst|port", "192.0.2.4|8080", network),
        ("hostname|port", "p.example|443", network),
        ("regkey|value", "HKLM\\Run\\x|evil.exe", lasting),
        ("regkey", "HKLM\\Run\\y", lasting),
        ("filename", "C:\\empty", artifact),
        ("filename|md5", f"C:\\d.bin|{MD5}", artifact),
    }
    kept = Attribute.objects.get(type="malware-sample", value2=MD5)
    zipped = send(seed.analyst.key, "GET", f"/attributes/download/{kept.pk}")
    inside = unzipped(zipped.content)
    assert inside[MD5] == DROPPED
    status, body = bring(seed.analyst.key, event, archive(**WHOLE))
    assert body["message"] == "0 attributes and 0 objects added."


def test_analysis_may_be_json(seed: Seed, event: Event) -> None:
    status, _ = bring(seed.analyst.key, event, archive(**{"Analysis/analysis.json": json.dumps(AS_JSON)}))
    assert status == 200
    assert Attribute.objects.filter(type="domain|ip", value1="c2.example", value2="192.0.2.2").exists()


BOMB = archive(**{"Analysis/analysis.xml": REPORT, "sample": bytes(80_000_000)})
CROWD = archive(**{"Analysis/analysis.xml": REPORT} | {str(number): b"" for number in range(2_000)})
ENTITIES = '<!DOCTYPE a [<!ENTITY x "y">]><analysis filename="&x;"/>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read"), (b"MZ", "cannot be read"), (archive(sample=b"x"), "no analysis"),
        (BOMB, "unpacked, it exceeds"), (CROWD, "more than 2000 files"),
        (archive(**{"Analysis/analysis.xml": ENTITIES}), "document type"),
        (archive(**{"Analysis/analysis.xml": "<analysis>"}), "not XML"),
        (archive(**{"Analysis/analysis.json": "[" * 5_000}), "too deep"),
        (archive(**{"Analysis/analysis.json": '{"analysis": {"@filename": "\\u0000"}}'}), "U+0000"),
        (archive(**{"Analysis/analysis.json": "{"}), "not JSON"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)  # fmt: skip
def test_invalid_archive_or_bomb_is_refused(seed: Seed, event: Event, content: bytes, words: str) -> None:
    status, body = bring(seed.analyst.key, event, content)
    assert (status, body["name"]) == (403, "Could not upload_analysis_file Event"), body
    assert words in body["errors"]
    assert not Attribute.objects.exists()


def test_import_requires_write_access_to_event(seed: Seed, event: Event) -> None:
    hidden = make_event(seed.org_a, distribution=0)
    hidden.save()
    tried = ((seed.stranger.key, event, 403), (seed.stranger.key, hidden, 404), (seed.reader.key, event, 403))
    for key, where, expected in tried:
        assert bring(key, where, archive(**WHOLE))[0] == expected
    assert not Attribute.objects.exists()
