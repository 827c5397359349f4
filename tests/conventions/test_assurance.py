"""The tables of evidence: complete, in both languages, and every test and document that they name exists."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from vardkase.config import checks
from vardkase.hub.assurance.tables import (
    LEVELS,
    State,
    Words,
    chapters,
    exercises,
    mapping,
    named_tests,
    questions,
    risks,
    safe_defaults,
)

ROOT = Path(__file__).parents[2]
THREATS = ROOT / "docs" / "security" / "threat-model.md"


@cache
def _source(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def _exists(name: str) -> bool:
    path, _separator, function = name.partition("::")
    if not (ROOT / path).is_file():
        return False
    return not function or bool(re.search(rf"^ *def {function}\b", _source(path), re.MULTILINE))


def test_every_requirement_of_two_levels_has_one_answer() -> None:
    ids = [(id, each.level) for chapter in chapters() for each in chapter.requirements for id in each.ids]
    assert [id for id, count in Counter(id for id, _level in ids).items() if count > 1] == []
    counted = Counter(level for _id, level in ids)
    assert (counted[1], counted[2]) == (LEVELS[1], LEVELS[2])
    assert [chapter.id for chapter in chapters()] == [f"V{number}" for number in range(1, 18)]
    for chapter in chapters():
        assert all(id.startswith(f"{chapter.id[1:]}.") for each in chapter.requirements for id in each.ids)


def test_tables_say_everything_in_both_languages() -> None:
    said: list[Words] = [each.how for chapter in chapters() for each in chapter.requirements]
    said += [each.asks for chapter in chapters() for each in chapter.requirements]
    said += [
        words for name in ("iso27001", "nis2") for each in mapping(name) for words in (each.title, each.how)
    ]
    said += [words for each in exercises() for words in (each.title, each.result, each.limits)]
    said += [words for each in risks() for words in (each.title, each.why, each.treatment)]
    said += questions()
    said += [words for each in safe_defaults() for words in (each.safe, each.why)]
    assert [words for words in said if not (words.sv and words.en)] == []
    controls = [*mapping("iso27001"), *mapping("nis2")]
    assert [each.id for each in controls if bool(each.by_owner.sv) != bool(each.by_owner.en)] == []
    for chapter in chapters():
        for each in chapter.requirements:
            assert each.state is not State.NOT_APPLICABLE or each.tests == (), each.ids


def test_every_named_test_and_document_exists() -> None:
    named = {*named_tests(), *re.findall(r"`(tests/[\w/.]+(?:::\w+)?)`", THREATS.read_text("utf-8"))}
    assert sorted(name for name in named if not _exists(name)) == []
    documents = {
        each for name in ("iso27001", "nis2") for control in mapping(name) for each in control.documents
    }
    documents |= {each.document for each in exercises() if each.document}
    texts = [each.how.en for chapter in chapters() for each in chapter.requirements]
    documents |= {found for text in texts for found in re.findall(r"docs/[\w/.-]+\.md", text)}
    assert sorted(each for each in documents if not (ROOT / each).is_file()) == []


def test_every_abuse_case_has_a_test() -> None:
    rows = [line for line in THREATS.read_text("utf-8").splitlines() if re.match(r"\| [A-Z]\d+ \|", line)]
    assert len(rows) > 20
    assert [row for row in rows if "`tests/" not in row and "residual" not in row.lower()] == []


@pytest.mark.parametrize(
    "finding", re.findall(r'yield \(?\s*"(\w+)"', _source("src/vardkase/config/checks.py"))
)
def test_every_unsafe_setting_has_a_safe_default(finding: str) -> None:
    assert checks.unsafe_settings
    assert finding in {each.name for each in safe_defaults()}
