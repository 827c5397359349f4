"""Markings: every form is found, disguised or not, in memory and in SQL alike; ordinary texts are left alone."""

from __future__ import annotations

from itertools import chain
from time import process_time

import pytest

from tests.factories.intel import make_attribute, make_event
from tests.factories.seed import Seed
from tools.markings import DISGUISES, DOCUMENT, descriptions, forms, recall, table, texts
from vardkase.hub.guard.detectors import marked_texts
from vardkase.hub.guard.findings import Severity
from vardkase.hub.guard.markings import markings, match_in
from vardkase.intel.models import Attribute

FLOOR = 0.98
"""The share of all forms that must be found, in each way of writing them."""


@pytest.mark.parametrize("text", texts("marked"))
def test_marking_stops(text: str) -> None:
    assert [match.marking.severity for match in match_in(text)] == [Severity.STOPS]


@pytest.mark.parametrize("text", texts("noted"))
def test_what_is_not_surely_classified_is_noted(text: str) -> None:
    assert [match.marking.severity for match in match_in(text)] == [Severity.NOTES]


@pytest.mark.parametrize("text", texts("ordinary"))
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert match_in(text) == []


def test_every_way_of_writing_reaches_the_floor() -> None:
    counts = recall()
    assert {name: found for name, found in counts.items() if found[0] < FLOOR * found[1]} == {}


def test_texts_of_the_field_raise_no_alarm() -> None:
    clusters, stopped = descriptions(every=20)
    assert clusters > 2_000
    assert stopped == 0


@pytest.mark.parametrize(
    "unit", ["\n", "\r\n", "\x85", "\f", " ", "\n# ", "|\n", "( ", "S E C R E ", "säkerhetsskyddsklass "]
)
def test_long_runs_are_searched_in_linear_time(unit: str) -> None:
    """An empty sheet is a run of line breaks; what is tried from each of them takes minutes."""
    run = unit * (60_000 // len(unit))
    begun = process_time()
    for text in (f"a{run}b", f"säkerhetsskyddsklass{run}b", f"SECRET{run}b"):
        match_in(text)
    assert process_time() - begun < 5
    assert match_in(f"a{run}\n\n  SECRET\n\n{run}"), "and what stands between them is found"


@pytest.mark.parametrize("end", ["\r", "\v", "\f", "\x85", "\u2028"])
def test_every_end_of_a_line_is_one(end: str) -> None:
    assert match_in(f"a{end}SECRET{end}b")


def test_stored_and_in_memory_agree(seed: Seed) -> None:
    """One table for both: each text is an attribute's comment, and found or not as in memory."""
    tried = [
        *chain.from_iterable(map(texts, ("marked", "noted", "ordinary"))),
        *(f"a{end}SECRET{end}b" for end in "\r\v\f\x85\u2028"),
        *(disguise(form) for disguise in DISGUISES.values() for _, form in forms()),
    ]
    event = make_event(seed.org_a, user_id=seed.publisher.user.pk)
    event.save()
    Attribute.objects.bulk_create(
        make_attribute(event, value1=str(n), comment=text) for n, text in enumerate(tried)
    )
    severities = {number: severity.value for _, number, severity, _ in marked_texts(event.pk, 10_000)}
    stored = {each.comment: severities.get(each.pk) for each in event.attributes.all()}
    in_memory = {
        text: next((match.marking.severity.value for match in match_in(text)), None) for text in tried
    }
    assert {text: found for text, found in stored.items() if found != in_memory[text]} == {}


def test_document_lists_every_marking() -> None:
    assert table() in DOCUMENT.read_text("utf-8")
    assert len({marking.name for marking in markings()}) == len(markings())
