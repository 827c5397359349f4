"""Module results as parts of an event. Two forms exist: MISP's format, and the older list of results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vardkase.core.time_budget import check_time
from vardkase.misp.freetext import detect
from vardkase.misp.types import CATEGORIES, DEFAULTS, category_allows
from vardkase.misp.values import normalise, validate

PARTS = ("Attribute", "Object", "EventReport", "Tag")
FREETEXT = "freetext"

type Document = dict[str, list[dict[str, Any]]]


def document_of(answer: Mapping[str, Any], comment: str) -> Document:
    """The parts in a module's response; those without a comment get `comment`. Unknown content is left out."""
    results = answer.get("results")
    if isinstance(results, dict):
        return _document_in_misp_format(results, comment)
    document: Document = {"Attribute": [], "Tag": []}
    for result in results if isinstance(results, list) else ():
        if isinstance(result, dict):
            document["Attribute"] += _attributes(result, comment)
            document["Tag"] += [{"name": name} for name in _texts(result.get("event_tags"))]
    return document


def _document_in_misp_format(results: Mapping[str, Any], comment: str) -> Document:
    inner = results.get("Event")
    parts_by_name = inner if isinstance(inner, dict) else results
    document: Document = {}
    for name in PARTS:
        parts = parts_by_name.get(name)
        document[name] = (
            [_without_groups(part) for part in parts if isinstance(part, dict)]
            if isinstance(parts, list)
            else []
        )
    for part in (*document["Attribute"], *document["Object"]):
        part["comment"] = part.get("comment") or comment
        part.pop("timestamp", None)  # The time is that of storing it here.
    return document


def _without_groups(value: Any) -> Any:
    """Remove sharing group definitions: otherwise, storing a module's response could change a group."""
    if isinstance(value, list):
        return [_without_groups(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_groups(inner) for name, inner in value.items() if name != "SharingGroup"}
    return value


def _attributes(result: Mapping[str, Any], comment: str) -> Iterator[dict[str, Any]]:
    types = _texts(result.get("types"))
    tags = [{"name": name} for name in _texts(result.get("tags"))]
    extra = {
        key: result[key]
        for key in ("to_ids", "data", "distribution", "first_seen", "last_seen")
        if result.get(key) is not None
    }
    for value in _texts(result.get("values")):
        for kind, text in _typed(types, value):
            document = {
                "type": kind,
                "value": text,
                "comment": str(result.get("comment") or comment),
                **extra,
            }
            category = next(
                (name for name in _texts(result.get("categories")) if category_allows(name, kind)), None
            )
            yield (
                document
                | ({"category": category} if category in CATEGORIES else {})
                | ({"Tag": tags} if tags else {})
            )


def _typed(types: list[str], value: str) -> Iterator[tuple[str, str]]:
    """The most likely type of a value: the first that accepts it. Free text is replaced by the values in it."""
    for kind in types or [FREETEXT]:
        if kind == FREETEXT:
            yield from ((found.type, found.value) for found in detect(value, check=check_time))
            return
        if kind in DEFAULTS and validate(kind, normalise(kind, value)) is None:
            yield kind, value
            return


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [
        str(item)
        for item in items
        if isinstance(item, str | int | float) and not isinstance(item, bool) and str(item)
    ]
