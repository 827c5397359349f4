"""Form structure: steps, groups and fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

from vardkase.core.problems import Problem, ProblemCode
from vardkase.hub.membership.questionnaire.problems import UnansweredProblem

type Words = str | Promise
type Choices = Sequence[tuple[str, Words]]
type Answers = Mapping[str, Any]


class FieldKind(StrEnum):
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
class FormField:
    """One question.

    `check` normalises an answer, or raises Invalid with the problem alone. `longest` is in characters (for LINES
    per line, of which there may be `most`). `missing` is what is wrong with an empty required field. A
    `hidden` field is filled in by the page itself.
    """

    name: str
    label: Words
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    hint: Words = ""
    choices: Choices = ()
    longest: int = 200
    most: int = 50
    missing: ProblemCode = UnansweredProblem.FIELD
    check: Callable[[Any], Any] = lambda given: given
    autocomplete: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Questions that belong together.

    Without a `name`, they belong directly to their step. `only_if`: asked only if the step's field of that
    name has one of those answers.
    """

    fields: tuple[FormField, ...]
    name: str = ""
    title: Words = ""
    hint: Words = ""
    only_if: tuple[str, tuple[str, ...]] | None = None

    def key(self, field: FormField) -> str:
        return f"{self.name}.{field.name}" if self.name else field.name

    def is_asked(self, answers: Answers) -> bool:
        return self.only_if is None or answers.get(self.only_if[0]) in self.only_if[1]


@dataclass(frozen=True, slots=True)
class FormStep:
    """One page of the form.

    `short` is its name in the stepper, `lead` its introduction with the time it takes. `check` returns the
    problems of its answers in combination, by field key.
    """

    name: str
    short: Words
    title: Words
    lead: Words
    groups: tuple[FieldGroup, ...]
    check: Callable[[Answers], dict[str, list[Problem]]] = lambda _answers: {}

    def fields(self) -> Iterator[tuple[str, FormField]]:
        return ((group.key(field), field) for group in self.groups for field in group.fields)


def value_at(answers: Answers, key: str) -> Any:
    value: Any = answers
    for part in key.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def put_at(answers: dict[str, Any], key: str, value: Any) -> None:
    *groups, name = key.split(".")
    for part in groups:
        answers = answers.setdefault(part, {})
    answers[name] = value
