"""Reviewing what a text contains takes a core, so texts are bounded and an account's time is counted."""

from __future__ import annotations

import pytest

from tests.factories.knowledge import make_attack, make_tag
from tests.factories.seed import Seed
from tests.web.report_case import Case
from vardkase.core.errors import Invalid
from vardkase.formats.incoming import reading_time
from vardkase.intel.event_reports import tag_recognition
from vardkase.intel.models import Attribute
from vardkase.web.intel.editing import text_review

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
    assert list(reading_time.each_in_time(["a file", "another"])) == ["a file", "another"]


def test_long_text_names_the_same_tags_as_a_short_one(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    make_attack()
    make_tag("kind:Two words")
    text = "(T1566), or “Phishing - T1566”. It was Kind:two words, phishing? “T1566.” Something Phishing"
    found = tag_recognition.tags_in(seed.analyst.actor, text)
    assert {"T1566", "Phishing - T1566"} <= found.keys()
    monkeypatch.setattr(tag_recognition, "FEW_WORDS", 0)
    assert tag_recognition.tags_in(seed.analyst.actor, text) == found
