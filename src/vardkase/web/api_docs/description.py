"""An OpenAPI document for display: endpoints by controller, with their parameters and responses.

Pure functions of the document: the pages know nothing of the API's own code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.web.ui.json_text import indented_json
from vardkase.web.ui.permission_labels import FLAGS

METHODS = ("get", "post", "put", "delete")
NEEDS = {"site administrator": _("site administrator"), "a key that may write": _("a key with write access")}
EXAMPLES = {"integer": 1, "boolean": True, "array": [], "object": {}}


@dataclass(frozen=True, slots=True)
class DocumentedEndpoint:
    """An endpoint. `slug` names it in links; `methods` in upper case; `search` is the text to filter by."""

    slug: str
    path: str
    methods: tuple[str, ...]
    summary: str
    search: str


@dataclass(frozen=True, slots=True)
class DocumentedSection:
    name: str
    entries: tuple[DocumentedEndpoint, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter or a field of the body. `place` is "path", "query" or "body"."""

    name: str
    place: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A status code: its meaning, and the name of its schema or the fields of its response."""

    status: str
    about: str
    holds: str


@dataclass(frozen=True, slots=True)
class Details:
    entry: DocumentedEndpoint
    requires: tuple[str, ...]
    public: bool
    members: tuple[Member, ...]
    replies: tuple[Reply, ...]
    example: str


def sections(document: Mapping[str, Any], wanted: str = "") -> list[DocumentedSection]:
    """The controllers with the endpoints that contain every word of `wanted`, ignoring case and underscores.

    An endpoint with optional arguments has two paths; only the longer one is listed.
    """
    terms = [_plain(word) for word in wanted.split()]
    by_controller: dict[str, list[DocumentedEndpoint]] = {tag["name"]: [] for tag in document["tags"]}
    longest = {_bare(path): path for path in sorted(document["paths"], key=len)}
    for path, item in document["paths"].items():
        entry = _entry(path, item)
        if longest[_bare(path)] == path and all(word in entry.search for word in terms):
            by_controller[_first(item)["tags"][0]].append(entry)
    return [DocumentedSection(name, tuple(entries)) for name, entries in by_controller.items() if entries]


def details(document: Mapping[str, Any], slug: str, server: str) -> Details | None:
    """The endpoint that `slug` names; `server` is used in the example. None if it does not exist."""
    for path, item in document["paths"].items():
        if slug_of(path) == slug:
            operation = _first(item)
            shortest = min((other for other in document["paths"] if _bare(other) == _bare(path)), key=len)
            members = tuple(_members(item, shortest))
            return Details(
                entry=_entry(path, item),
                requires=tuple(_need(needed) for needed in operation["x-requires"]),
                public=operation.get("security") == [],
                members=members,
                replies=tuple(_replies(document, operation["responses"])),
                example=_example(path, item, members, server),
            )
    return None


def example_body(members: Iterable[Member]) -> str:
    """A body with the required fields, as JSON; without any, the first of the optional ones."""
    of_body = [member for member in members if member.place == "body"]
    shown = [member for member in of_body if member.required] or of_body[:1]
    body = {member.name: EXAMPLES.get(member.kind, "") for member in shown}
    return indented_json(body)


def slug_of(path: str) -> str:
    """``/events/edit/{event_id}`` as ``events-edit-event_id``."""
    return re.sub(r"\W+", "-", path).strip("-")


def _bare(path: str) -> str:
    return path.partition("/{")[0]


def _entry(path: str, item: Mapping[str, Any]) -> DocumentedEndpoint:
    operation = _first(item)
    methods = tuple(method.upper() for method in METHODS if method in item)
    summary = operation["summary"].replace("``", "")
    return DocumentedEndpoint(
        slug_of(path), path, methods, summary, _plain(f"{path} {summary} {' '.join(methods)}")
    )


def _first(item: Mapping[str, Any]) -> dict[str, Any]:
    operations = [item[method] for method in METHODS if method in item]
    # The methods of an endpoint do the same; the one that takes a body describes most.
    operation: dict[str, Any] = max(operations, key=lambda candidate: "requestBody" in candidate)
    return operation


def _need(needed: str) -> str:
    flags = needed.split(" or ")
    if not all(flag in FLAGS for flag in flags):
        return str(NEEDS.get(needed, needed))
    return gettext(" or ").join(f"{FLAGS[flag][0]} ({flag})" for flag in flags)


def _members(item: Mapping[str, Any], shortest: str) -> Iterator[Member]:
    """Path, query and body, each field once: body fields may be in the query of a GET as well.

    A path argument is required if it is in the `shortest` path of the endpoint.
    """
    body = {member.name: member for member in _of_body(_first(item).get("requestBody"))}
    for parameter in item.get("get", _first(item)).get("parameters", ()):
        if parameter["name"] not in body:
            about = parameter.get("description", "")
            required = parameter.get("required", False)
            if parameter["in"] == "path":
                required = f"{{{parameter['name']}}}" in shortest
            yield Member(parameter["name"], parameter["in"], _kind(parameter["schema"]), required, about)
    yield from body.values()


def _of_body(body: Mapping[str, Any] | None) -> Iterator[Member]:
    for content in (body or {}).get("content", {}).values():
        schema = content.get("schema", {})
        schema = schema.get("anyOf", [schema])[0]
        needed = schema.get("required", ())
        for name, member in schema.get("properties", {}).items():
            yield Member(name, "body", _kind(member), name in needed, member.get("description", ""))


def _kind(schema: Mapping[str, Any]) -> str:
    items = schema.get("items", {})
    if "$ref" in items:
        return f"[{items['$ref'].rpartition('/')[2].removesuffix('Input')}]"
    types = schema.get("type", "")
    return ", ".join(types) if isinstance(types, list) else types or "any"


def _replies(document: Mapping[str, Any], responses: Mapping[str, Any]) -> Iterator[Reply]:
    shared = document["components"]["responses"]
    for status, response in responses.items():
        described = shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
        schema = described.get("content", {}).get("application/json", {}).get("schema", {})
        yield Reply(status, described["description"], _holds(schema))


def _holds(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(word for option in schema["anyOf"] if (word := _holds(option))))
    if schema.get("type") == "array":
        return f"[{_holds(schema.get('items', {}))}]"
    names = list(schema.get("properties", {}))
    return f"{{{', '.join(names[:6])}{', …' if len(names) > 6 else ''}}}" if names else ""


def _example(path: str, item: Mapping[str, Any], members: Iterable[Member], server: str) -> str:
    method = next(method for method in ("get", *METHODS) if method in item)
    lines = [f"curl -X {method.upper()}"] if method != "get" else ["curl"]
    if _first(item).get("security") != []:
        lines.append("-H 'Authorization: YOUR_KEY'")
    lines.append("-H 'Accept: application/json'")
    body = {
        member.name: EXAMPLES.get(member.kind, "…")
        for member in members
        if member.place == "body" and member.required
    }
    if method != "get":
        lines += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(body, ensure_ascii=False)}'"]
    lines.append(f"'{server}{path}'")
    return " \\\n  ".join(lines)


def _plain(text: str) -> str:
    return text.replace("_", "").lower()
