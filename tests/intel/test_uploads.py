"""Files added to an event: from a form, as malware samples, and pictures for viewing."""

from __future__ import annotations

import base64
import gzip
import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.api.calls import JSON, call, send
from tests.factories import make_event
from tests.factories.seed import Seed
from tests.support.archives import unzipped
from vardkase.core import files
from vardkase.intel.models import Attribute, Event, Object

CONTENT = b"upload sample\n"
BOMB = gzip.compress(bytes(5_000_000))
PNG = b"\x89PNG\r\n\x1a\n rest"


@pytest.fixture
def event(seed: Seed) -> Event:
    """An event of organisation A, readable by everyone."""
    event = make_event(seed.org_a, distribution=3)
    event.save()
    return event


def sent(name: str, content: bytes) -> dict[str, str]:
    return {"filename": name, "data": base64.b64encode(content).decode()}


def test_files_of_a_form_are_added(seed: Seed, event: Event) -> None:
    form = {
        "comment": "from a mailbox",
        "values": [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"two")],
    }
    headers = JSON | {"Authorization": seed.analyst.key}
    answer = Client().post(f"/attributes/add_attachment/{event.pk}", form, headers=headers)
    assert answer.status_code == 302
    stored = event.attributes.order_by("pk")
    assert [(a.type, a.value, a.comment) for a in stored] == [
        ("attachment", "a.txt", "from a mailbox"),
        ("attachment", "b.txt", "from a mailbox"),
    ]
    assert files.read(stored[1].data_sha256 or "") == b"two"
    body = {"values": [sent("evil.exe", CONTENT)], "malware": 1}
    assert send(seed.analyst.key, "POST", f"/attributes/add_attachment/{event.pk}", body).status_code == 302
    sample = event.attributes.get(type="malware-sample")
    assert sample.value == f"evil.exe|{hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()}"
    assert files.read(sample.data_sha256 or "").startswith(b"PK")


def test_empty_form_changes_nothing(seed: Seed, event: Event) -> None:
    answer = send(seed.analyst.key, "POST", f"/attributes/add_attachment/{event.pk}", {"values": []})
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"/events/view/{event.pk}")
    before = event.timestamp
    event.refresh_from_db()
    assert event.timestamp == before


def test_body_without_files_is_rejected(seed: Seed, event: Event) -> None:
    status, body = call(seed.analyst.key, "POST", f"/attributes/add_attachment/{event.pk}", {"comment": "x"})
    assert (status, list(body["errors"])) == (403, ["values"])


def test_sample_becomes_a_file_object(seed: Seed, event: Event) -> None:
    body = {"files": [sent("up.bin", CONTENT)], "comment": "cm", "distribution": 0}
    status, answer = call(seed.analyst.key, "POST", f"/events/upload_sample/{event.pk}", body)
    assert (status, answer["message"]) == (200, "Success, saved all attributes.")
    assert answer["id"] == str(event.pk)
    stored = Object.objects.get(event=event)
    assert (stored.name, stored.comment, stored.distribution) == ("file", "cm", 0)
    parts = {a.object_relation: a for a in Attribute.objects.filter(object=stored)}
    assert parts["sha256"].value == "2f950d5ac0d6bff75ba3ece3c387df48709a2796" + parts["sha256"].value[40:]
    assert parts["malware-sample"].value == "up.bin|b2a61a7452f850200cc9e6b998229d30"
    assert parts["size-in-bytes"].value == "14"
    assert parts["size-in-bytes"].disable_correlation
    flags = {relation for relation, part in parts.items() if part.to_ids}
    assert flags == {"malware-sample", "md5", "sha1", "sha256"}


def test_sample_without_an_event_adds_one(seed: Seed) -> None:
    body = {"request": {"files": [sent("up2.bin", CONTENT)], "info": "made by upload_sample"}}
    refused = call(seed.analyst.key, "POST", "/events/upload_sample", body)
    assert refused[0] == 400
    assert refused[1]["message"].startswith("Distribution level 5 is not supported")
    body["request"]["distribution"] = 1  # type: ignore[assignment]
    answer = call(seed.analyst.key, "POST", "/events/upload_sample", body)
    assert answer[0] == 200, answer
    made = Event.objects.get(pk=answer[1]["id"])
    assert (made.info, made.distribution, made.orgc) == ("made by upload_sample", 1, seed.org_a)


def test_invalid_uploads_change_nothing(seed: Seed, event: Event) -> None:
    path = f"/events/upload_sample/{event.pk}"
    good = sent("a.bin", CONTENT)
    for files_sent in (
        [],
        "x",
        [{}],
        [{"filename": "", "data": ""}],
        [good, {"filename": "b", "data": "%%"}],
    ):
        assert call(seed.analyst.key, "POST", path, {"files": files_sent})[0] == 400
    bad = {"files": [good], "category": "Nonsense"}
    assert call(seed.analyst.key, "POST", path, bad)[0] == 403
    unmade = {"files": [good], "category": "Nonsense", "distribution": 0}
    assert call(seed.analyst.key, "POST", "/events/upload_sample", unmade)[0] == 403
    for key in (seed.partner.key, seed.partner_sync.key, seed.reader.key, None):
        assert call(key, "POST", path, {"files": [good]})[0] == 403
        attached = {"values": [good]}
        assert call(key, "POST", f"/attributes/add_attachment/{event.pk}", attached)[0] == 403
    Event.objects.filter(pk=event.pk).update(distribution=0)
    assert call(seed.partner.key, "POST", path, {"files": [good]})[0] == 404
    assert Event.objects.count() == 1
    assert not Attribute.objects.exists()


def test_pictures_are_recognised_by_content(seed: Seed, event: Event) -> None:
    values = [sent("seen.png", PNG), sent("fake.png", b"<svg onload=alert(1)>")]
    path = f"/attributes/add_attachment/{event.pk}"
    assert send(seed.analyst.key, "POST", path, {"values": values}).status_code == 302
    picture, fake = event.attributes.order_by("pk")
    shown = send(seed.partner.key, "GET", f"/attributes/viewPicture/{picture.pk}")
    assert (shown.status_code, shown["Content-Type"], shown.content) == (200, "image/png", PNG)
    assert send(seed.partner.key, "GET", f"/attributes/viewPicture/{fake.pk}").status_code == 404
    Event.objects.update(distribution=0)
    assert send(seed.partner.key, "GET", f"/attributes/viewPicture/{picture.pk}").status_code == 404


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("../../etc/passwd", 'filename="passwd.zip"'),
        ("C:\\Windows\\a.exe", 'filename="a.exe.zip"'),
        ("a|b.exe", 'filename="a.zip"'),
        ('x"; y="', r'filename="x\"; y=\".zip"'),
        ("\u202eexe.pdf", "filename*=utf-8''%E2%80%AEexe.pdf.zip"),
    ],
)
def test_hostile_file_names_are_quoted_and_archives_not_opened(
    seed: Seed, event: Event, name: str, offered: str
) -> None:
    body = {"files": [sent(name, BOMB)]}
    assert call(seed.analyst.key, "POST", f"/events/upload_sample/{event.pk}", body)[0] == 200
    sample = Attribute.objects.get(type="malware-sample")
    assert sample.value1 == name.partition("|")[0]
    response = send(seed.analyst.key, "GET", f"/attributes/download/{sample.pk}")
    assert response["Content-Disposition"] == f"attachment; {offered}"
    inside = unzipped(response.content)
    assert inside == {str(sample.value2): BOMB, f"{sample.value2}.filename.txt": sample.value1.encode()}


def test_file_name_with_a_line_break_is_rejected(seed: Seed, event: Event) -> None:
    body = {"files": [sent("a\r\nX-Evil: 1", CONTENT)]}
    assert call(seed.analyst.key, "POST", f"/events/upload_sample/{event.pk}", body)[0] == 403
    assert not Attribute.objects.exists()
