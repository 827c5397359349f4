"""Validation of custom warninglists, and the format of their entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.expressions import InvalidExpression, expression_from
from vardkase.knowledge.warninglists.entries import Entries, network_of_entry
from vardkase.knowledge.warninglists.models import CATEGORIES, TYPES
from vardkase.knowledge.warninglists.scanned import LARGEST, LARGEST_TEXT
from vardkase.misp.flags import as_bool, as_int
from vardkase.misp.types import TYPES as ATTRIBUTE_TYPES

EMPTY = "Entries cannot be empty."
SCANNED = ("substring", "regex")
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
    errors: dict[str, list[str]] = {}
    fields = ListFields(
        name=_text(data, "name", errors, longest=255),
        type=_one_of(data, "type", TYPES, "string", errors),
        description=_text(data, "description", errors),
        category=_one_of(data, "category", CATEGORIES, "false_positive", errors),
        version=_version(data, errors),
        enabled=as_bool(data.get("enabled")),
        matching_attributes=_types(data, errors),
    )
    if errors:
        raise Invalid(errors)
    return fields


def entries_in(data: Mapping[str, Any]) -> Entries | None:
    """The entries in `data`, as text or a list; None if it has none of those fields. Raises Invalid.

    `entries` is a text with an entry per line, or a list of them, each optionally with ``# comment``;
    `WarninglistEntry` a list of ``{"value", "comment"}``; `list` as in a list.json.
    """
    if isinstance(entries := data.get("entries"), str):
        return _unique(map(_line, entries.splitlines()))
    if isinstance(entries, list):
        return _unique(_line(_string(each)) for each in entries)
    if isinstance(rows := data.get("WarninglistEntry"), list):
        return _unique(map(_row, rows))
    if isinstance(values := data.get("list"), list):
        return _unique((_string(each).strip(), None) for each in values)
    if isinstance(values, dict):
        return _unique((value.strip(), _string(comment) or None) for value, comment in values.items())
    return None


def check_entries(kind: str, entries: Entries) -> None:
    if not entries:
        raise Invalid({"entries": [EMPTY]})
    if kind in SCANNED and (len(entries) > LARGEST or sum(map(len, entries)) > LARGEST_TEXT):
        limits = f"{LARGEST} entries and {LARGEST_TEXT} characters"
        raise Invalid({"entries": [f"A {kind} list may have {limits} at most."]})
    problems = (problem for value in entries if (problem := _problem(kind, value)))
    if (first := next(problems, None)) is not None:
        raise Invalid({"entries": [first]})


def _problem(kind: str, value: str) -> str | None:
    if len(value) > LONGEST_VALUE:
        return f"Entries may have {LONGEST_VALUE} characters at most."
    if kind == "cidr" and network_of_entry(value) is None:
        return f"`{value[:200]}` is not a network or an address."
    if kind == "regex":
        try:
            expression_from(value)
        except InvalidExpression as error:
            return f"`{value[:200]}` is not a usable regular expression: {error}."
    return None


def _line(line: str) -> tuple[str, str | None]:
    value, mark, comment = line.partition("#")
    return value.strip(), comment.strip() or None if mark else None


def _row(row: object) -> tuple[str, str | None]:
    if not isinstance(row, dict):
        return _line(_string(row))
    return _string(row.get("value")).strip(), _string(row.get("comment")) or None


def _unique(entries: Iterable[tuple[str, str | None]]) -> Entries:
    found: Entries = {}
    for value, comment in entries:
        if value:
            found.setdefault(value, comment)
    return found


def _string(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict | bool):
        raise Invalid({"entries": ["Entries must be texts."]})
    return str(value)


def _text(
    data: Mapping[str, Any], name: str, errors: dict[str, list[str]], longest: int = LONGEST_VALUE
) -> str:
    value = data.get(name)
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        errors[name] = [f"{name.capitalize()} cannot be empty."]
    elif len(text) > longest:
        errors[name] = [f"{name.capitalize()} may have {longest} characters at most."]
    return text


def _one_of(
    data: Mapping[str, Any], name: str, allowed: Sequence[str], default: str, errors: dict[str, list[str]]
) -> str:
    value = data.get(name, default)
    if value not in allowed:
        errors[name] = [f"{name.capitalize()} must be one of {', '.join(allowed)}."]
    return str(value)


def _version(data: Mapping[str, Any], errors: dict[str, list[str]]) -> int:
    version = as_int(data.get("version", 1))
    if version is None or not 0 <= version <= LARGEST_VERSION:
        errors["version"] = ["Version must be a number."]
        return 0
    return version


def _types(data: Mapping[str, Any], errors: dict[str, list[str]]) -> list[str]:
    names = list(_type_names(data.get("matching_attributes", data.get("WarninglistType"))))
    if unknown := [name for name in names if name not in ATTRIBUTE_TYPES and name != "ALL"]:
        errors["matching_attributes"] = [f"Unknown attribute type `{str(unknown[0])[:100]}`."]
    return [] if "ALL" in names else list(dict.fromkeys(map(str, names)))


def _type_names(given: object) -> Iterator[object]:
    if isinstance(given, str):
        yield from filter(None, (name.strip() for name in given.split(",")))
    elif isinstance(given, list):
        for each in given:
            yield each.get("type") if isinstance(each, dict) else each
