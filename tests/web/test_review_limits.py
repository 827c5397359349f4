"""Reviewing what a text contains takes a core, so texts are bounded and an account's time is counted."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.executables import overlapping_sections
from tests.factories.knowledge import make_attack, make_tag
from tests.factories.seed import Seed
from tests.web.report_case import Case
from vardkase.core.errors import Invalid
from vardkase.core.zipcrypto import encrypted_zip
from vardkase.formats.incoming import file_object_program, reading_time
from vardkase.formats.incoming.file_objects import plain_objects
from vardkase.intel.event_reports import tag_recognition
from vardkase.intel.models import Attribute
from vardkase.web.intel.editing import sources, text_review

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

TEXT = "hxxps://evil[.]test/a"


def test_text_that_is_too_long_or_too_much_is_refused_with_a_reason(
    seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(seed)
    case.web.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    path = f"{case.written(TEXT)}extract/"
    before = Attribute.objects.count()
    doors = (path, f"{case.url}/attributes/paste/", "/event/import/")
    sent = {"text": TEXT, "page": "0", "go": "add", "distribution": "5", "a0": "1"}

    def refused() -> list[tuple[str, bool, bool]]:
        answers = [(door, case.web.post(door, sent)) for door in doors]
        return [(door, words in answer.text, TEXT in answer.text) for door, answer in answers]

    words = "more than 10 characters"
    with monkeypatch.context() as patch:
        patch.setattr(text_review, "LONGEST_REVIEWED", 10)
        # Both forms keep the text.
        assert refused() == [(path, True, False), (doors[1], True, True), (doors[2], True, True)]
    words = "taken too long"
    assert words not in case.web.get(path).text
    reading_time.TENTHS.spend(seed.analyst.user.pk, reading_time.TENTHS.allowed)
    assert refused() == [(path, True, False), (doors[1], True, True), (doors[2], True, True)]
    assert case.web.get(path).status_code == 422
    assert Attribute.objects.count() == before


def test_files_of_one_request_share_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_time, "AT_ONCE", -1)
    with pytest.raises(Invalid):
        list(reading_time.each_in_time(["a file"]))
    monkeypatch.undo()
    assert [part for part, _end in reading_time.each_in_time(["a file", "another"])] == ["a file", "another"]


def test_files_of_an_archive_share_its_time_and_the_rest_is_not_parsed(
    seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = []

    def slow(name: str, content: bytes) -> list[dict[str, Any]]:
        parsed.append(name)
        time.sleep(0.5)
        return plain_objects(name, content)

    members = [(f"{n}.bin", b"content") for n in range(3)]
    monkeypatch.setattr(reading_time, "AT_ONCE", 0.4)
    monkeypatch.setattr(sources, "samples_in", lambda _content: members)
    monkeypatch.setattr(sources, "objects_of_file", slow)
    case = Case(seed)
    case.web.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    archive = SimpleUploadedFile("samples.zip", encrypted_zip({"a": b"x"}, b"infected"))
    page = case.web.post("/event/import/", {"file": archive})
    assert parsed == ["0.bin"]
    assert "only name, size and hashes are kept: 1.bin, 2.bin" in page.text
    # They can be chosen all the same.
    described = [[each["name"] for each in file.objects] for _n, file, _use in page.context["files"]]
    assert described == [["file"]] * 3


def test_sections_that_overlap_are_read_no_more_than_the_file_allows() -> None:
    usual, hostile = (list(file_object_program._objects("a.exe", overlapping_sections(n))) for n in (2, 50))
    read = [
        [any(each["object_relation"] == "sha256" for each in one["Attribute"]) for one in found[2:]]
        for found in (usual, hostile)
    ]
    assert read == [[True] * 2, [True] * 2 + [False] * 48]
    names = {each["object_relation"] for each in hostile[-1]["Attribute"]}
    assert {"name", "size-in-bytes", "offset"} <= names


def test_long_text_names_the_same_tags_as_a_short_one(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    make_attack()
    make_tag("kind:Two words")
    text = "(T1566), or “Phishing - T1566”. It was Kind:two words, phishing? “T1566.” Something Phishing"
    found = tag_recognition.tags_in(seed.analyst.actor, text)
    assert {"T1566", "Phishing - T1566"} <= found.keys()
    monkeypatch.setattr(tag_recognition, "FEW_WORDS", 0)
    assert tag_recognition.tags_in(seed.analyst.actor, text) == found
