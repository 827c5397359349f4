"""The tables of `data`: requirements of OWASP ASVS, mappings to other rules, exercises, residual risks.

Requirements are named by their numbers, and paraphrased in our own words: the standards themselves are what counts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
ASVS_VERSION = "5.0.0"
ASVS_LEVEL = 2
LEVELS = {1: 70, 2: 183, 3: 92}
"""How many requirements ASVS 5.0.0 has of each level. Of the third only some are in the tables."""
ANNEX_A = 93
"""Controls of ISO/IEC 27001:2022, Annex A."""


class State(StrEnum):
    """How far a requirement is met."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    NOT_ASSESSED = "not_assessed"


OPEN = frozenset({State.PARTLY, State.NOT_MET, State.NOT_ASSESSED})
"""What leaves a residual risk."""


@dataclass(frozen=True, slots=True)
class Words:
    sv: str
    en: str

    def in_language(self, language: str) -> str:
        # Without the marks of Markdown: it is typeset as it is.
        return (self.sv if language == "sv" else self.en).replace("`", "")


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement, or several of one section that have the same answer; `tests` are "path::name" or "path"."""

    ids: tuple[str, ...]
    level: int
    state: State
    asks: Words
    how: Words
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    id: str
    title: Words
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A control or measure of another set of rules, and what of the product serves it."""

    id: str
    title: Words
    how: Words
    by_owner: Words
    tests: tuple[str, ...]
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exercise:
    """Something that was tried out, on a day, with a result."""

    kind: str
    day: date
    title: Words
    result: Words
    limits: Words
    tests: tuple[str, ...]
    document: str


@dataclass(frozen=True, slots=True)
class Risk:
    id: str
    title: Words
    why: Words
    treatment: Words


@dataclass(frozen=True, slots=True)
class SafeDefault:
    """What a setting is in a safe installation, and why; `name` is that of the finding of `vardkase check`."""

    name: str
    safe: Words
    why: Words


@cache
def chapters() -> tuple[Chapter, ...]:
    return tuple(map(_chapter, sorted((DATA / "asvs").glob("*.toml"))))


@cache
def mapping(name: str) -> tuple[Mapped, ...]:
    """`name`: iso27001 or nis2."""
    return tuple(
        Mapped(
            row["id"],
            _words(row, "title"),
            _words(row, "how"),
            _words(row, "owner"),
            tuple(row.get("tests", ())),
            tuple(row.get("documents", ())),
        )
        for row in _rows(f"{name}.toml", "control")
    )


@cache
def exercises() -> tuple[Exercise, ...]:
    return tuple(
        Exercise(
            row["kind"],
            row["day"],
            _words(row, "title"),
            _words(row, "result"),
            _words(row, "limits"),
            tuple(row.get("tests", ())),
            row.get("document", ""),
        )
        for row in _rows("exercises.toml", "exercise")
    )


@cache
def risks() -> tuple[Risk, ...]:
    return tuple(
        Risk(row["id"], _words(row, "title"), _words(row, "why"), _words(row, "treatment"))
        for row in _rows("residual_risks.toml", "risk")
    )


@cache
def safe_defaults() -> tuple[SafeDefault, ...]:
    return tuple(
        SafeDefault(row["name"], _words(row, "safe"), _words(row, "why"))
        for row in _rows("safe_defaults.toml", "setting")
    )


@cache
def questions() -> tuple[Words, ...]:
    """What an auditor has to ask in another way."""
    return tuple(_words(row, "asks") for row in _rows("questions.toml", "question"))


def named_tests() -> Iterator[str]:
    """Every test that a table names."""
    for chapter in chapters():
        for requirement in chapter.requirements:
            yield from requirement.tests
    for control in (*mapping("iso27001"), *mapping("nis2")):
        yield from control.tests
    for exercise in exercises():
        yield from exercise.tests


def _chapter(path: Path) -> Chapter:
    table = tomllib.loads(path.read_text("utf-8"))
    requirements = tuple(
        Requirement(
            tuple(row["ids"]),
            row["level"],
            State(row["state"]),
            _words(row, "asks"),
            _words(row, "how"),
            tuple(row.get("tests", ())),
        )
        for row in table["requirement"]
    )
    return Chapter(table["chapter"], _words(table, "title"), requirements)


def _rows(name: str, key: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((DATA / name).read_text("utf-8"))[key]
    return rows


def _words(row: dict[str, Any], name: str) -> Words:
    return Words(row.get(f"{name}_sv", ""), row.get(f"{name}_en", ""))
