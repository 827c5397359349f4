"""Markings in files: found in every kind of file and place, and what is not examined is said."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from django.test import Client

from tests.api.calls import call
from tests.factories.intel import make_attribute, make_event
from tests.factories.seed import Seed
from tests.hub.guard.files import FILES, UNREADABLE, word, zipped
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core import files
from vardkase.formats.incoming import whole_text
from vardkase.hub.guard import files as guard_files
from vardkase.hub.guard.detectors import examine
from vardkase.hub.guard.findings import Detector, FindingPlace, Severity
from vardkase.intel.models import Attribute, Event

pytestmark = pytest.mark.django_db
MARKING = "BEGRÄNSAT HEMLIG"


@pytest.fixture(autouse=True)
def nothing_is_known() -> None:
    guard_files._recent.clear()


def with_file(seed: Seed, name: str, content: bytes, *, type: str = "attachment") -> Event:
    event = make_event(seed.org_a, user_id=seed.publisher.user.pk, distribution=1)
    event.save()
    make_attribute(event, type=type, value1=name, data_sha256=files.store(content)).save()
    return event


def test_marking_is_found_in_every_kind_of_file_and_place(seed: Seed) -> None:
    missed = []
    for name, make in FILES.items():
        found = examine(with_file(seed, name, make(MARKING)).pk, 1)
        stops = [each.text for each in found if each.stops and each.place is FindingPlace.FILE]
        if not any(text.startswith(f"{MARKING} ({name}") for text in stops):
            missed.append((name, found))
    assert missed == []


def test_files_without_marking_raise_no_alarm_and_are_all_examined(seed: Seed) -> None:
    alarms = [
        (name, found)
        for name, make in FILES.items()
        if (found := examine(with_file(seed, name, make("hello there")).pk, 1))
    ]
    assert alarms == []


def test_what_cannot_be_read_is_said_on_the_page_and_does_not_stop(
    seed: Seed, password_is_enough: None
) -> None:
    event = make_event(seed.org_a, user_id=seed.publisher.user.pk, distribution=1)
    event.save()
    for name, content in UNREADABLE.items():
        make_attribute(event, type="attachment", value1=name, data_sha256=files.store(content)).save()
    (found,) = examine(event.pk, 1)
    assert (found.detector, found.severity, found.count) == (
        Detector.UNREAD_FILES,
        Severity.NOTES,
        len(UNREADABLE),
    )
    web: Client = signed_in(seed.publisher)
    page = web.get(f"/event/{event.pk}/publish/", headers={"accept-language": "en"}).text
    assert f"{len(UNREADABLE)} files could not be examined" in page
    assert call(seed.publisher.key, "POST", f"/events/publish/{event.pk}")[0] == 200
    entry = AuditEntry.objects.get(action="event.files_not_examined")
    assert entry.change["count"] == len(UNREADABLE)


def test_file_is_read_once(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    event = with_file(seed, "a.docx", word(MARKING))
    first = examine(event.pk, 1)

    def refuse(name: str, content: bytes) -> whole_text.WholeText:
        raise AssertionError(name)

    monkeypatch.setattr(guard_files, "whole_text", refuse)
    guard_files._recent.clear()  # As in another process.
    assert examine(event.pk, 1) == first
    other = with_file(seed, "b.docx", word(MARKING))
    Attribute.objects.filter(event=other).update(data_sha256=event.attributes.get().data_sha256)
    (found,) = examine(other.pk, 1)
    assert found.text.startswith(f"{MARKING} (b.docx")


def test_page_of_event_reads_no_file(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    event = with_file(seed, "a.docx", word(MARKING))
    monkeypatch.setattr(guard_files, "whole_text", None)
    assert examine(event.pk, 1, only_known_files=True) == []


def test_time_runs_out_and_the_rest_is_said_to_be_unread(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard_files, "SECONDS", -1)
    (found,) = examine(with_file(seed, "a.docx", word(MARKING)).pk, 1)
    assert found.detector is Detector.UNREAD_FILES


def test_words_in_a_program_are_notes(seed: Seed) -> None:
    event = with_file(seed, "a.exe", b"MZ\0\0\0" + b"\0".join((b"hello", b"NATO SECRET", b"more")))
    (found,) = examine(event.pk, 1)
    assert found.severity is Severity.NOTES


def _upload_as_attachment(seed: Seed, event: Event, content: bytes) -> None:
    attribute = {"type": "attachment", "category": "External analysis", "value": "a.docx"}
    data = {"data": base64.b64encode(content).decode()}
    assert call(seed.publisher.key, "POST", f"/attributes/add/{event.pk}", attribute | data)[0] == 200


def _upload_as_sample(seed: Seed, event: Event, content: bytes) -> None:
    attribute = {"type": "malware-sample", "category": "Payload delivery", "value": "a.docx", "encrypt": 1}
    data = {"data": base64.b64encode(content).decode()}
    assert call(seed.publisher.key, "POST", f"/attributes/add/{event.pk}", attribute | data)[0] == 200


@pytest.mark.parametrize("upload", [_upload_as_attachment, _upload_as_sample])
@pytest.mark.parametrize("wrapped", [bytes, lambda content: zipped({"a.docx": content})])
def test_uploaded_file_stops_publication_and_delegation(
    seed: Seed,
    upload: Callable[[Seed, Event, bytes], None],
    wrapped: Callable[[bytes], bytes],
) -> None:
    event = make_event(seed.org_a, user_id=seed.publisher.user.pk, distribution=0)
    event.save()
    upload(seed, event, wrapped(word(MARKING)))
    status, body = call(seed.publisher.key, "POST", f"/events/publish/{event.pk}")
    assert (status, f"{MARKING} (a.docx" in body["message"]) == (405, True)
    asked = {"org_id": seed.org_b.pk, "distribution": "0"}
    assert call(seed.publisher.key, "POST", f"/event_delegations/delegateEvent/{event.pk}", asked)[0] == 403
