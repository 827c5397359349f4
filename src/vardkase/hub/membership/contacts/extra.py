"""Schemas of additional fields, as data files: `schemas/<name>_<version>.toml`. The newest version applies."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import get_language

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.hub.membership.contacts.problems import ContactProblem
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.problems import HubProblem

FOLDER = Path(__file__).parent / "schemas"
LONGEST = 500


@dataclass(frozen=True, slots=True)
class ExtraField:
    name: str
    type: str
    labels: Mapping[str, str]
    required: bool = False
    pattern: str = ""
    choices: tuple[tuple[str, Mapping[str, str]], ...] = ()

    @property
    def label(self) -> str:
        return _in_language(self.labels)

    @property
    def options(self) -> list[tuple[str, str]]:
        return [(value, _in_language(labels)) for value, labels in self.choices]

    def stored(self, value: Any) -> str:
        """`value` in stored form. Raises Invalid with the problem alone."""
        text = str(value or "").strip()
        if "\0" in text or len(text) > LONGEST:
            raise Invalid(HubProblem.TEXT_LENGTH(count=LONGEST))
        if not text:
            if self.required:
                raise Invalid(CommonProblem.MISSING())
            return ""
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise Invalid(ContactProblem.WRONG_FORMAT())
        return CHECKS[self.type](self, text)


@dataclass(frozen=True, slots=True)
class Schema:
    name: str
    version: int
    titles: Mapping[str, str]
    fields: tuple[ExtraField, ...]

    @property
    def title(self) -> str:
        return _in_language(self.titles)

    def checked(self, given: Mapping[str, Any]) -> dict[str, str]:
        """The values in stored form, without empty ones. Raises Invalid by field, also for unknown fields."""
        known = {field.name: field for field in self.fields}
        errors = {name: [ContactProblem.NO_SUCH_FIELD()] for name in given.keys() - known.keys()}
        values: dict[str, str] = {}
        for name, field in known.items():
            try:
                values[name] = field.stored(given.get(name))
            except Invalid as fault:
                errors[name] = [fault.problem]
        if errors:
            raise Invalid(errors)
        return {name: value for name, value in values.items() if value}

    def shown(self, values: Mapping[str, str]) -> list[tuple[str, str]]:
        return [
            (field.label, dict(field.options).get(values[field.name], values[field.name]))
            for field in self.fields
            if field.name in values
        ]


@cache
def every_version() -> dict[tuple[str, int], Schema]:
    schemas = (_read(path) for path in FOLDER.glob("*.toml"))
    return {(schema.name, schema.version): schema for schema in schemas}


def newest() -> dict[str, Schema]:
    # Later versions come last, and replace the earlier ones of the same name.
    return {name: schema for (name, _version), schema in sorted(every_version().items())}


def _read(path: Path) -> Schema:
    document = tomllib.loads(path.read_text())
    return Schema(
        document["name"],
        document["version"],
        document["title"],
        tuple(
            ExtraField(
                field["name"],
                field["type"],
                field["label"],
                field.get("required", False),
                field.get("pattern", ""),
                tuple((choice["value"], choice["label"]) for choice in field.get("choices", ())),
            )
            for field in document["fields"]
        ),
    )


def _in_language(texts: Mapping[str, str]) -> str:
    return texts.get(get_language() or "sv", texts["en"])


def check_url(_field: ExtraField, text: str) -> str:
    try:
        URLValidator(schemes=["https", "http"])(text)
    except ValidationError as fault:
        raise Invalid(ContactProblem.NOT_A_WEB_ADDRESS()) from fault
    return text


def check_email(_field: ExtraField, text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as fault:
        raise Invalid(MembershipProblem.NOT_AN_ADDRESS()) from fault
    return text


def check_date(_field: ExtraField, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as fault:
        raise Invalid(ContactProblem.NOT_A_DAY()) from fault


def check_number(_field: ExtraField, text: str) -> str:
    if not re.fullmatch(r"\d{1,9}", text):
        raise Invalid(ContactProblem.NOT_A_WHOLE_NUMBER())
    return str(int(text))


def check_choice(field: ExtraField, text: str) -> str:
    if text not in dict(field.choices):
        raise Invalid(ContactProblem.NO_SUCH_OPTION())
    return text


CHECKS: dict[str, Callable[[ExtraField, str], str]] = {
    "text": lambda _field, text: text,
    "url": check_url,
    "email": check_email,
    "date": check_date,
    "number": check_number,
    "flag": lambda _field, text: "1" if text.lower() in ("1", "true", "yes", "on") else "",
    "choice": check_choice,
}
