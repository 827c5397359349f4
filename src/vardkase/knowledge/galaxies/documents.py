"""Parses clusters and relations from documents sent by clients or other instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from vardkase.core import json_limits
from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.knowledge.galaxies.problems import GalaxyClusterProblem
from vardkase.misp.fields import UUID_IN_ANY_CASE as UUID_FORM
from vardkase.misp.fields import read_text
from vardkase.misp.flags import as_int

type Document = Mapping[str, Any]
type Elements = list[tuple[str, str]]

LONGEST = 255
LONGEST_VALUE = 1_900
"""Bytes: the tag of a cluster goes into an index."""

LARGEST = 2**63 - 1


def cluster_fields(data: Document) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key in ("value", "description", "source"):
        if key in data:
            fields[key] = text_of(data, key)
    if "value" in fields and not fields["value"].strip():
        raise Invalid({"value": [CommonProblem.MISSING()]})
    if len(fields.get("value", "").encode()) > LONGEST_VALUE:
        raise Invalid({"value": [GalaxyClusterProblem.VALUE_TOO_LONG()]})
    if len(fields.get("source", "")) > LONGEST:
        raise Invalid({"source": [GalaxyClusterProblem.SOURCE_TOO_LONG()]})
    if "authors" in data:
        fields["authors"] = _authors(data["authors"])
    return fields


def text_of(data: Document, key: str) -> str:
    value = data[key]
    if isinstance(value, list | dict):
        raise Invalid({key: [GalaxyClusterProblem.NOT_TEXT()]})
    return read_text(value)


def uuid_of(data: Document, key: str = "uuid") -> UUID | None:
    value = data.get(key)
    if value in (None, "", False):
        return None
    if not isinstance(value, str) or not UUID_FORM.fullmatch(value.strip()):
        raise Invalid({key: [CommonProblem.NOT_AN_RFC_4122_UUID()]})
    return UUID(value.strip())


def number_of(data: Document, key: str) -> int | None:
    value = data.get(key)
    if value in (None, ""):
        return None
    number = as_int(value)
    if number is None or not 0 <= number <= LARGEST:
        raise Invalid({key: [CommonProblem.NOT_A_WHOLE_NUMBER()]})
    return number


def distribution_of(data: Document, default: int) -> int:
    value = data.get("distribution")
    if value is None:
        return default
    number = as_int(value)
    # False is 0 to as_int; 5, "inherit", is for parts of an event.
    if number is None or isinstance(value, bool) or not 0 <= number <= 4:
        raise Invalid(GalaxyClusterProblem.BAD_DISTRIBUTION())
    return number


def elements_of(data: Document) -> Elements | None:
    """Keys and values from ``GalaxyElement``, ``elements`` (also as JSON text) or ``meta``.

    None if the document has none of them. Raises Invalid.
    """
    for member in ("GalaxyElement", "elements"):
        listed = data.get(member)
        if isinstance(listed, str) and listed.strip():
            listed = _json(member, listed)
        if isinstance(listed, list):
            return [_element(member, entry) for entry in listed]
    meta = data.get("meta")
    return flat_elements(meta) if isinstance(meta, dict) and meta else None


def flat_elements(value: Any, key: str = "") -> Elements:
    """Nested JSON as keys and values: ``{"a": {"b": [1, 2]}}`` is ``a.b = 1`` and ``a.b = 2``."""
    elements: Elements = []
    pending = [(key, value)]
    while pending:  # Not recursive: the depth is the sender's choice.
        key, value = pending.pop()
        if isinstance(value, dict):
            # The last first, because the last is the next to be taken: the order of the document is kept.
            pending += [
                (f"{key}.{name}" if key else str(name), inner) for name, inner in reversed(value.items())
            ]
        elif isinstance(value, list):
            pending += [(key, inner) for inner in reversed(value)]
        elif value is not None:
            elements.append(
                _checked_element("json", key, str(value).lower() if isinstance(value, bool) else str(value))
            )
    return elements


def related_of(data: Document) -> list[dict[str, Any]] | None:
    relations = data.get("GalaxyClusterRelation")
    return [entry for entry in relations if isinstance(entry, dict)] if isinstance(relations, list) else None


def mentions_of(data: Document) -> list[dict[str, Any]] | None:
    """The tags of a relation, from ``tags`` (names, also comma-separated) or ``Tag``; None if it has neither."""
    mentions = data.get("tags", data.get("Tag"))
    if isinstance(mentions, str):
        mentions = [name.strip() for name in mentions.split(",")]
    if not isinstance(mentions, list):
        return None
    return [entry if isinstance(entry, dict) else {"name": str(entry)} for entry in mentions if entry]


def _element(member: str, entry: Any) -> tuple[str, str]:
    if not isinstance(entry, dict) or isinstance(entry.get("value"), list | dict):
        raise Invalid({member: [GalaxyClusterProblem.ELEMENT_INCOMPLETE()]})
    return _checked_element(member, read_text(entry.get("key")), read_text(entry.get("value")))


def _checked_element(member: str, key: str, value: str) -> tuple[str, str]:
    if not key or len(key) > LONGEST:
        raise Invalid({member: [GalaxyClusterProblem.BAD_ELEMENT_KEY(most=LONGEST)]})
    return key, value


def _authors(value: Any) -> list[str] | None:
    if value is None:
        return None
    if isinstance(value, str):
        value = _json("authors", value) if value.startswith("[") else value.split(",")
    if not isinstance(value, list) or any(isinstance(name, list | dict) for name in value):
        raise Invalid({"authors": [GalaxyClusterProblem.NOT_NAMES()]})
    return [name for entry in value if (name := read_text(entry).strip())]


def _json(member: str, text: str) -> Any:
    try:
        # With the limits of a request: its body was checked, but not the JSON inside a text of it.
        return json_limits.decoded(text)
    except ValueError:
        raise Invalid({member: [GalaxyClusterProblem.NOT_JSON()]}) from None
