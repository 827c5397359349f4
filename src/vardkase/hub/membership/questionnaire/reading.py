"""Parses form answers: which can be stored, which are valid, and error messages for the rest."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.membership.questionnaire import checks
from vardkase.hub.membership.questionnaire.fields import FieldKind, FormField, FormStep, put_at, value_at
from vardkase.hub.membership.questionnaire.problems import AnswerProblem

DECEIVING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make text read in another order than it is written."""
SEVERAL_LINES = frozenset({FieldKind.LONG, FieldKind.LINES})
EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(slots=True)
class ParsedForm:
    """The parsed answers of a step. `values`, including invalid ones, can be saved as a draft; `errors` are
    by key."""

    values: dict[str, Any] = dataclasses.field(default_factory=dict)
    errors: dict[str, list[Problem]] = dataclasses.field(default_factory=dict)


def read_step(step: FormStep, given: Mapping[str, Any]) -> ParsedForm:
    """Parse the answers of one step: `given` maps field keys ("signatory.email") to the submitted values."""
    parsed = ParsedForm()
    for group in step.groups:
        asked = group.is_asked(parsed.values)
        for field in group.fields:
            if asked:
                _read_field(parsed, group.key(field), field, given.get(group.key(field)))
    parsed.errors = step.check(parsed.values) | parsed.errors
    return parsed


def read_document(step: FormStep, document: Any) -> ParsedForm:
    """Like `read_step`, for a JSON object with its groups as objects; unknown members are errors."""
    if not isinstance(document, Mapping):
        return ParsedForm(errors={"": [MembershipProblem.NOT_AN_OBJECT()]})
    parsed = read_step(step, {key: value_at(document, key) for key, _ in step.fields()})
    known = {key for key, _ in step.fields()}
    groups = {group.name for group in step.groups if group.name}
    members: list[str] = []
    for name, value in document.items():
        if name in groups and isinstance(value, Mapping):
            members += [f"{name}.{inner}" for inner in value]
        elif name not in groups or value is not None:
            members.append(str(name))
    for key in members:
        if key not in known:
            parsed.errors[key] = [MembershipProblem.UNKNOWN_FIELD()]
    return parsed


def _read_field(parsed: ParsedForm, key: str, field: FormField, given: Any) -> None:
    try:
        value = SHAPES[field.kind](field, given)
    except Invalid as error:
        parsed.errors[key] = [error.problem]
        return
    put_at(parsed.values, key, value)
    if value in EMPTY or (field.kind is FieldKind.FLAG and not value):
        if field.required:
            parsed.errors[key] = [field.missing(field=field.label)]
        return
    try:
        put_at(parsed.values, key, field.check(CHECKS[field.kind](value) if field.kind in CHECKS else value))
    except Invalid as error:
        parsed.errors[key] = [error.problem]


def read_text(field: FormField, given: Any) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        raise Invalid(MembershipProblem.NOT_TEXT())
    # Before it is normalised, so that a huge text costs nothing; NFC may shorten a text.
    if len(given) > field.longest * 2:
        raise Invalid(AnswerProblem.TOO_LONG(most=field.longest))
    text = unicodedata.normalize("NFC", given.replace("\r\n", "\n").replace("\r", "\n")).strip()
    allowed = "\n\t" if field.kind in SEVERAL_LINES else ""
    if any(
        (unicodedata.category(character) in ("Cc", "Cs") and character not in allowed)
        or character in DECEIVING
        for character in text
    ):
        raise Invalid(AnswerProblem.NOT_SHOWN())
    if len(text) > field.longest:
        raise Invalid(AnswerProblem.TOO_LONG(most=field.longest))
    return text


def read_number(_field: FormField, given: Any) -> int | str:
    """A number; invalid input is kept as text, and rejected by its check."""
    # A bool is an int to Python. The spaces are those that separate thousands.
    if isinstance(given, bool) or not isinstance(given, int | str | None):
        raise Invalid(AnswerProblem.NOT_AN_INTEGER())
    text = str("" if given is None else given).replace("\u202f", "").replace("\xa0", "").replace(" ", "")
    if len(text) > 12 or not (text == "" or (text.isascii() and text.isdecimal())):
        raise Invalid(AnswerProblem.NOT_A_NUMBER())
    return int(text) if text else ""


def read_choice(field: FormField, given: Any) -> str:
    if given in (None, ""):
        return ""
    if not isinstance(given, str) or given not in dict(field.choices):
        raise Invalid(CommonProblem.NO_SUCH_CHOICE(choices=[value for value, _ in field.choices]))
    return given


def read_choices(field: FormField, given: Any) -> list[str]:
    values = [] if given in (None, "") else given
    if not isinstance(values, list) or any(not isinstance(value, str) for value in values):
        raise Invalid(AnswerProblem.NOT_A_LIST())
    for value in values:
        read_choice(field, value)
    return [value for value, _ in field.choices if value in values]  # in the order of the choices


def read_lines(field: FormField, given: Any) -> list[str]:
    """Lines of a text, or a list of texts; commas and semicolons also separate them."""
    if given in (None, ""):
        return []
    if isinstance(given, list):
        if len(given) > field.most or any(not isinstance(line, str) for line in given):
            raise Invalid(AnswerProblem.NOT_A_LIST_OF_TEXTS(most=field.most))
        given = "\n".join(given)
    if not isinstance(given, str) or len(given) > field.most * (field.longest + 2):
        raise Invalid(AnswerProblem.TOO_MANY_LINES(most=field.most))
    whole = FormField(field.name, field.label, FieldKind.LINES, longest=field.most * (field.longest + 2))
    parts = read_text(whole, given).replace(",", "\n").replace(";", "\n").split("\n")
    lines = [part.strip() for part in parts if part.strip()]
    if len(lines) > field.most or any(len(line) > field.longest for line in lines):
        raise Invalid(AnswerProblem.TOO_MANY_LINES(most=field.most))
    return lines


def read_flag(_field: FormField, given: Any) -> bool:
    if given in (None, "", False):
        return False
    if given in (True, "on", "1", "true"):
        return True
    raise Invalid(AnswerProblem.NOT_A_BOOLEAN())


SHAPES = {
    FieldKind.TEXT: read_text,
    FieldKind.LONG: read_text,
    FieldKind.EMAIL: read_text,
    FieldKind.PHONE: read_text,
    FieldKind.NUMBER: read_number,
    FieldKind.CHOICE: read_choice,
    FieldKind.CHOICES: read_choices,
    FieldKind.LINES: read_lines,
    FieldKind.FLAG: read_flag,
}
CHECKS: dict[FieldKind, Any] = {FieldKind.EMAIL: checks.email, FieldKind.PHONE: checks.phone}
