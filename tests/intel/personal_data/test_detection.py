"""What is personal data in texts and attributes, measured against floors on a seeded corpus."""

from __future__ import annotations

import os
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.intel.personal_data.corpus import OFFENCES
from tools.personal_data import measured, measured_offences, of_real_events
from vardkase.cli.demo.published import PUBLISHED_EVENTS
from vardkase.intel.personal_data.detection import MOST, in_text, in_value, marks_in_attribute, marks_of
from vardkase.intel.personal_data.kinds import KIND_OF_TYPE, TYPES_OF_TEXT, PersonalDataKind
from vardkase.intel.personal_data.offences import is_offence_tag
from vardkase.misp.types import TYPES

FLOOR = 0.97
NAMES_FLOOR = 0.75
"""A third of the corpus's names are not on the lists."""


def test_precision_and_recall_on_the_corpus_stay_above_their_floors() -> None:
    results = measured()
    assert results.keys() == set(PersonalDataKind) - {
        PersonalDataKind.ACCOUNT_NAME,
        PersonalDataKind.NORDIC_NUMBER,
        PersonalDataKind.TRAVEL,
        PersonalDataKind.CIRCUMSTANCE,
    }
    for kind, result in results.items():
        assert result.precision >= FLOOR, kind
        recall = {PersonalDataKind.NAME: NAMES_FLOOR, PersonalDataKind.COORDINATION_NUMBER: 0.95}
        assert result.recall >= recall.get(kind, FLOOR), kind
    offences = measured_offences()
    assert (offences.precision, offences.recall) >= (0.9, 0.9)


@pytest.mark.skipif(
    PUBLISHED_EVENTS not in os.environ, reason=f"${PUBLISHED_EVENTS} names no folder of real events"
)
def test_real_events_of_malware_hold_few_personal_data() -> None:
    real = of_real_events(Path(os.environ[PUBLISHED_EVENTS]))
    in_texts = sum(count for (_, where), count in real.marks.items() if where == "text")
    assert in_texts <= real.attributes / 100


@pytest.mark.parametrize(("text", "expected"), OFFENCES)
def test_words_near_personal_data_say_whether_they_concern_an_offence(text: str, expected: bool) -> None:
    assert any(mark.is_offence for mark in marks_of(text, in_text(text))) is expected


def test_a_word_far_away_in_a_long_report_says_nothing_of_a_person() -> None:
    text = "Gruppen dömdes 2020." + " Fler uppgifter saknas." * 40 + " Kontakta Anna Svensson."
    assert [mark.is_offence for mark in marks_of(text, in_text(text))] == [False]
    assert [mark.is_offence for mark in marks_of(text, in_text(text), tagged=True)] == [True]


def test_a_value_is_marked_by_its_type_and_its_comment_by_what_it_says() -> None:
    in_the_value, in_comment = marks_in_attribute(
        "target-user", "asvensson", "Misstänkt för dataintrång, pnr 191212121212"
    )
    assert [(mark.found.kind, mark.found.start, mark.found.end) for mark in in_the_value] == [
        (PersonalDataKind.ACCOUNT_NAME, 0, 9)
    ]
    assert [mark.found.kind for mark in in_comment] == [PersonalDataKind.PERSONAL_NUMBER]
    assert all(mark.is_offence for mark in in_the_value + in_comment)


@pytest.mark.parametrize("type_", ["email-src", "target-email", "whois-registrant-email"])
def test_addresses_of_functions_are_of_no_person(type_: str) -> None:
    assert in_value(type_, "registrator@kommun.example.se") == []
    assert [found.kind for found in in_value(type_, "anna@kommun.example.se")] == [PersonalDataKind.EMAIL]


def test_organisation_numbers_of_legal_persons_are_no_personal_data() -> None:
    assert in_text("Org.nr 556012-5790") == []
    assert [found.kind for found in in_text("Org.nr 121212-1212, enskild firma")] == [
        PersonalDataKind.SOLE_TRADER_NUMBER
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Henkilötunnus 131052-308T", PersonalDataKind.NORDIC_NUMBER),
        ("fødselsnummer 15108695088", PersonalDataKind.NORDIC_NUMBER),
        ("CPR 211062-5629", PersonalDataKind.NORDIC_NUMBER),
        ("Konto nr: kontonummer 8601.11.17947", PersonalDataKind.BANK_ACCOUNT),
        ("Lives at 12 Baker Street, Springfield, IL 62704", PersonalDataKind.ADDRESS),
    ],
)
def test_numbers_of_the_neighbours_are_recognised(text: str, kind: PersonalDataKind) -> None:
    assert [found.kind for found in in_text(text)] == [kind]


def test_every_type_in_the_tables_is_one_of_misp() -> None:
    assert set(KIND_OF_TYPE) | TYPES_OF_TEXT <= set(TYPES)
    assert not TYPES_OF_TEXT & set(KIND_OF_TYPE)
    assert in_value("sha256", "19121212-1212") == []


def test_a_long_list_is_marked_up_to_a_limit_and_without_overlaps() -> None:
    found = in_text("\n".join(f"anna{number}@exempel.se 070-123 45 67" for number in range(2 * MOST)))
    assert len(found) == MOST
    assert all(first.end <= second.start for first, second in pairwise(found))


@pytest.mark.parametrize(
    "hostile",
    ["A" * 200_000, "Aa " * 70_000, "1 " * 100_000, "a@" * 100_000, "a.b-" * 50_000, "0" * 200_000, "+1 (" * 50_000,
     "Ab-Cd " * 30_000, "a@" + "b." * 90_000, "SE12 " * 40_000, "Aagatan 1 " * 20_000],
)  # fmt: skip
def test_hostile_texts_take_time_in_proportion_to_their_length(hostile: str) -> None:
    started = time.process_time()
    in_text(hostile)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("tag", "says"),
    [("gea-nz-activities:cases-proceeding=\"offence\"", True), ("misstänkt person", True), ("gdpr:article-10", True),
     ("tlp:red", False), ("misp-galaxy:threat-actor=\"APT10\"", False), ("course-of-action:active=\"destroy\"", False)],
)  # fmt: skip
def test_tags_that_say_that_something_concerns_an_offence(tag: str, says: bool) -> None:
    assert is_offence_tag(tag) is says
