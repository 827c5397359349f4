"""Parses form answers: which can be stored, which are valid, and error messages for the rest."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.hub.membership.applications.form import checks
from vardkase.hub.membership.applications.form.fields import FieldKind, FormField, FormStep, put_at, value_at
from vardkase.hub.membership.applications.form.problems import AnswerProblem
from vardkase.hub.membership.problems import MembershipProblem

DECEIVING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make text read in another order than it is written."""
SEVERAL_LINES = frozenset({FieldKind.LONG, FieldKind.LINES})
EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(slots=True)
class ParsedForm:
    """The parsed answers of a step. `values`, including invalid ones, can be saved as a draft; `errors` are
    by key."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[Problem]] = field(default_factory=dict)


def read_step(step: FormStep, given: Mapping[str, Any]) -> ParsedForm:
    """Parse the answers of one step: `given` maps field keys ("signatory.email") to the submitted values."""
    read = ParsedForm()
    for group in step.groups:
        asked = group.is_asked(read.values)
        for each in group.fields:
            if asked:
                _read_field(read, group.key(each), each, given.get(group.key(each)))
    read.errors = step.check(read.values) | read.errors
    return read


def read_document(step: FormStep, document: Any) -> ParsedForm:
    """Like `read_step`, for a JSON object with its groups as objects; unknown members are errors."""
    if not isinstance(document, Mapping):
        return ParsedForm(errors={"": [MembershipProblem.NOT_AN_OBJECT()]})
    read = read_step(step, {key: value_at(document, key) for key, _ in step.fields()})
    known = {key for key, _ in step.fields()}
    for key in _members(document, {group.name for group in step.groups if group.name}):
        if key not in known:
            read.errors[key] = [MembershipProblem.UNKNOWN_FIELD()]
    return read


def _members(document: Mapping[str, Any], groups: set[str]) -> list[str]:
    found: list[str] = []
    for name, value in document.items():
        if name in groups and isinstance(value, Mapping):
            found += [f"{name}.{inner}" for inner in value]
        elif name not in groups or value is not None:
            found.append(str(name))
    return found


def _read_field(read: ParsedForm, key: str, each: FormField, given: Any) -> None:
    try:
        value = SHAPES[each.kind](each, given)
    except Invalid as error:
        read.errors[key] = [error.problem]
        return
    put_at(read.values, key, value)
    if value in EMPTY or (each.kind is FieldKind.FLAG and not value):
        if each.required:
            read.errors[key] = [each.missing(field=each.label)]
        return
    try:
        put_at(read.values, key, each.check(CHECKS.get(each.kind, _as_it_is)(value)))
    except Invalid as error:
        read.errors[key] = [error.problem]


def _as_it_is(value: Any) -> Any:
    return value


def _text(each: FormField, given: Any) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        raise Invalid(MembershipProblem.NOT_TEXT())
    if len(given) > each.longest * 2:
        raise Invalid(AnswerProblem.TOO_LONG(most=each.longest))
    text = unicodedata.normalize("NFC", given.replace("\r\n", "\n").replace("\r", "\n")).strip()
    allowed = "\n\t" if each.kind in SEVERAL_LINES else ""
    if any(
        (unicodedata.category(one) in ("Cc", "Cs") and one not in allowed) or one in DECEIVING for one in text
    ):
        raise Invalid(AnswerProblem.NOT_SHOWN())
    if len(text) > each.longest:
        raise Invalid(AnswerProblem.TOO_LONG(most=each.longest))
    return text


def _number(_each: FormField, given: Any) -> int | str:
    """A number; invalid input is kept as text, and rejected by its check."""
    if isinstance(given, bool) or not isinstance(given, int | str | None):
        raise Invalid(AnswerProblem.NOT_AN_INTEGER())
    text = str("" if given is None else given).replace("\u202f", "").replace("\xa0", "").replace(" ", "")
    if len(text) > 12 or not (text == "" or (text.isascii() and text.isdecimal())):
        raise Invalid(AnswerProblem.NOT_A_NUMBER())
    return int(text) if text else ""


def _choice(each: FormField, given: Any) -> str:
    if given in (None, ""):
        return ""
    if not isinstance(given, str) or given not in dict(each.choices):
        raise Invalid(CommonProblem.NO_SUCH_CHOICE(choices=[value for value, _ in each.choices]))
    return given


def _choices(each: FormField, given: Any) -> list[str]:
    found = [] if given in (None, "") else given
    if not isinstance(found, list) or any(not isinstance(one, str) for one in found):
        raise Invalid(AnswerProblem.NOT_A_LIST())
    for one in found:
        _choice(each, one)
    return [value for value, _ in each.choices if value in found]


def _lines(each: FormField, given: Any) -> list[str]:
    """Lines of a text, or a list of texts; commas and semicolons also separate them."""
    if given in (None, ""):
        return []
    if isinstance(given, list):
        if len(given) > each.most or any(not isinstance(one, str) for one in given):
            raise Invalid(AnswerProblem.NOT_A_LIST_OF_TEXTS(most=each.most))
        given = "\n".join(given)
    if not isinstance(given, str) or len(given) > each.most * (each.longest + 2):
        raise Invalid(AnswerProblem.TOO_MANY_LINES(most=each.most))
    whole = FormField(each.name, each.label, FieldKind.LINES, longest=each.most * (each.longest + 2))
    parts = _text(whole, given).replace(",", "\n").replace(";", "\n").split("\n")
    lines = [part.strip() for part in parts if part.strip()]
    if len(lines) > each.most or any(len(line) > each.longest for line in lines):
        raise Invalid(AnswerProblem.TOO_MANY_LINES(most=each.most))
    return lines


def _flag(_each: FormField, given: Any) -> bool:
    if given in (None, "", False):
        return False
    if given in (True, "on", "1", "true"):
        return True
    raise Invalid(AnswerProblem.NOT_A_BOOLEAN())


SHAPES = {
    FieldKind.TEXT: _text,
    FieldKind.LONG: _text,
    FieldKind.EMAIL: _text,
    FieldKind.PHONE: _text,
    FieldKind.NUMBER: _number,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.LINES: _lines,
    FieldKind.FLAG: _flag,
}
CHECKS: dict[FieldKind, Any] = {FieldKind.EMAIL: checks.email, FieldKind.PHONE: checks.phone}
