"""Validation of custom warninglists, and the format of their entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.core.errors import Invalid, InvalidValue
from vardkase.core.expressions import expression_from
from vardkase.core.problems import Problem
from vardkase.knowledge.warninglists.entries import Entries, network_of_entry
from vardkase.knowledge.warninglists.models import CATEGORIES, TYPES
from vardkase.knowledge.warninglists.problems import WarninglistProblem
from vardkase.knowledge.warninglists.scanned import LARGEST, LARGEST_TEXT
from vardkase.misp.flags import as_bool, as_int
from vardkase.misp.types import TYPES as ATTRIBUTE_TYPES

SCANNED = ("substring", "regex")
LONGEST_NAME = 255
LONGEST_VALUE = 65_535
LARGEST_VERSION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ListFields:
    """A checked list, without its entries. No `matching_attributes` means every type."""

    name: str
    type: str
    description: str
    category: str
    version: int
    enabled: bool
    matching_attributes: list[str]


def list_fields(data: Mapping[str, Any]) -> ListFields:
    errors: dict[str, list[Problem]] = {}
    version = as_int(data.get("version", 1))
    if version is None or not 0 <= version <= LARGEST_VERSION:
        errors["version"] = [WarninglistProblem.BAD_VERSION()]
    description = _text(data.get("description"))
    if not description:
        errors["description"] = [WarninglistProblem.DESCRIPTION_MISSING()]
    elif len(description) > LONGEST_VALUE:
        errors["description"] = [WarninglistProblem.DESCRIPTION_TOO_LONG(most=LONGEST_VALUE)]
    fields = ListFields(
        name=_name(data, errors),
        type=str(data.get("type", "string")),
        description=description,
        category=str(data.get("category", "false_positive")),
        version=version or 0,
        enabled=as_bool(data.get("enabled")),
        # No list means every type, as does ALL.
        matching_attributes=_types(data, errors),
    )
    if fields.type not in TYPES:
        errors["type"] = [WarninglistProblem.BAD_TYPE(choices=TYPES)]
    if fields.category not in CATEGORIES:
        errors["category"] = [WarninglistProblem.BAD_CATEGORY(choices=CATEGORIES)]
    if errors:
        raise Invalid(errors)
    return fields


def entries_in(data: Mapping[str, Any]) -> Entries | None:
    """The entries in `data`, as text or a list; None if it has none of those fields. Raises Invalid.

    `entries` is a text with an entry per line, or a list of them, each optionally with ``# comment``;
    `WarninglistEntry` a list of ``{"value", "comment"}``; `list` as in a list.json.
    """
    if isinstance(entries := data.get("entries"), str):
        return _unique(map(entry_in_line, entries.splitlines()))
    if isinstance(entries, list):
        return _unique(entry_in_line(_string(entry)) for entry in entries)
    if isinstance(rows := data.get("WarninglistEntry"), list):
        return _unique(map(_row, rows))
    if isinstance(values := data.get("list"), list):
        return _unique((_string(entry).strip(), None) for entry in values)
    if isinstance(values, dict):
        return _unique((value.strip(), _string(comment) or None) for value, comment in values.items())
    return None


def check_entries(kind: str, entries: Entries) -> None:
    if not entries:
        raise Invalid({"entries": [WarninglistProblem.NO_ENTRIES()]})
    if kind in SCANNED and (len(entries) > LARGEST or sum(map(len, entries)) > LARGEST_TEXT):
        limits = {"entries": LARGEST, "characters": LARGEST_TEXT}
        raise Invalid({"entries": [WarninglistProblem.TOO_MANY_ENTRIES(type=kind, **limits)]})
    problems = (problem for value in entries if (problem := entry_problem(kind, value)))
    if (first := next(problems, None)) is not None:
        raise Invalid({"entries": [first]})


def entry_problem(kind: str, value: str) -> Problem | None:
    if len(value) > LONGEST_VALUE:
        return WarninglistProblem.ENTRY_TOO_LONG(most=LONGEST_VALUE)
    if kind == "cidr" and network_of_entry(value) is None:
        return WarninglistProblem.NOT_A_NETWORK(value=value[:200])
    if kind == "regex":
        try:
            expression_from(value)
        except InvalidValue as error:
            return WarninglistProblem.BAD_EXPRESSION(value=value[:200], reason=error.problem)
    return None


def entry_in_line(line: str) -> tuple[str, str | None]:
    value, mark, comment = line.partition("#")
    return value.strip(), comment.strip() or None if mark else None


def _row(row: object) -> tuple[str, str | None]:
    if not isinstance(row, dict):
        return entry_in_line(_string(row))
    return _string(row.get("value")).strip(), _string(row.get("comment")) or None


def _unique(entries: Iterable[tuple[str, str | None]]) -> Entries:
    unique: Entries = {}
    for value, comment in entries:
        if value:
            unique.setdefault(value, comment)
    return unique


def _string(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict | bool):
        raise Invalid({"entries": [WarninglistProblem.ENTRIES_NOT_TEXT()]})
    return str(value)


def _name(data: Mapping[str, Any], errors: dict[str, list[Problem]]) -> str:
    name = _text(data.get("name"))
    if not name:
        errors["name"] = [WarninglistProblem.NAME_MISSING()]
    elif len(name) > LONGEST_NAME:
        errors["name"] = [WarninglistProblem.NAME_TOO_LONG(most=LONGEST_NAME)]
    return name


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _types(data: Mapping[str, Any], errors: dict[str, list[Problem]]) -> list[str]:
    listed = data.get("matching_attributes", data.get("WarninglistType"))
    if isinstance(listed, str):
        listed = list(filter(None, (name.strip() for name in listed.split(","))))
    # MISP shows the types as objects, and takes them as names.
    names = (
        [item.get("type") if isinstance(item, dict) else item for item in listed]
        if isinstance(listed, list)
        else []
    )
    if unknown := [name for name in names if name not in ATTRIBUTE_TYPES and name != "ALL"]:
        errors["matching_attributes"] = [WarninglistProblem.UNKNOWN_TYPE(type=str(unknown[0])[:100])]
    return [] if "ALL" in names else list(dict.fromkeys(map(str, names)))
