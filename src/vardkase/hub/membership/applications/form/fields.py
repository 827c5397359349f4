"""What a form is made of: steps of groups of fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

type Words = str | Promise
type Choices = Sequence[tuple[str, Words]]
type Answers = Mapping[str, Any]


class Kind(StrEnum):
    """What kind of answer a field takes."""

    TEXT = "text"
    """One line."""
    LONG = "long"
    """Text of several lines."""
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    CHOICE = "choice"
    """One of `choices`, by its value."""
    CHOICES = "choices"
    """Any number of `choices`: a list of their values."""
    LINES = "lines"
    """A list of short texts; in a text, one on each line."""
    FLAG = "flag"
    """Yes or no; where it is required, only yes will do."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `check` makes the stored answer of a given one, or raises ValueError with the reason in words.

    `longest` is in characters (for LINES of each line, of which there may be `most`). `missing` is what somebody who
    left a required field empty is told. A `hidden` one is filled in by the page itself.
    """

    name: str
    label: Words
    kind: Kind = Kind.TEXT
    required: bool = True
    hint: Words = ""
    choices: Choices = ()
    longest: int = 200
    most: int = 50
    missing: Words = ""
    check: Callable[[Any], Any] = lambda given: given
    autocomplete: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together. Without a `name` they lie directly in their step.

    `only_if`: asked only where the step's field of that name has one of those answers.
    """

    fields: tuple[Field, ...]
    name: str = ""
    title: Words = ""
    hint: Words = ""
    only_if: tuple[str, tuple[str, ...]] | None = None

    def key(self, field: Field) -> str:
        """Where in the step's answers `field` lies: "signatory.email"."""
        return f"{self.name}.{field.name}" if self.name else field.name

    def is_asked(self, answers: Answers) -> bool:
        """Whether the group applies, given the answers of its step."""
        return self.only_if is None or answers.get(self.only_if[0]) in self.only_if[1]


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form. `short` is its name in the stepper, `lead` what it is for and how long it takes.

    `check` says what is wrong with its answers taken together, by key of field.
    """

    name: str
    short: Words
    title: Words
    lead: Words
    groups: tuple[Group, ...]
    check: Callable[[Answers], dict[str, list[str]]] = lambda _answers: {}

    def fields(self) -> Iterator[tuple[str, Field]]:
        """Every field with its key in the step."""
        return ((group.key(field), field) for group in self.groups for field in group.fields)


def value_at(answers: Answers, key: str) -> Any:
    """The answer under `key` in the answers of a step; None when there is none."""
    found: Any = answers
    for part in key.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def put_at(answers: dict[str, Any], key: str, value: Any) -> None:
    """Set the answer under `key`, making the group that it lies in."""
    *groups, name = key.split(".")
    for part in groups:
        answers = answers.setdefault(part, {})
    answers[name] = value
