"""An OpenAPI document as a person reads it: endpoints by controller, with what each takes and answers.

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

from vardkase.web.permission_words import FLAGS

METHODS = ("get", "post", "put", "delete")
NEEDS = {"site administrator": _("site administrator"), "a key that may write": _("a key that may write")}
EXAMPLES = {"integer": 1, "boolean": True, "array": [], "object": {}}


@dataclass(frozen=True, slots=True)
class Entry:
    """One address. `slug` names it in links; `methods` in upper case; `search`: what a filter looks in."""

    slug: str
    path: str
    methods: tuple[str, ...]
    summary: str
    search: str


@dataclass(frozen=True, slots=True)
class Section:
    """The endpoints of one controller."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter or a member of the body. `place` is "path", "query" or "body"."""

    name: str
    place: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One status code: what it means, and the name of its schema or the members of its answer."""

    status: str
    about: str
    holds: str


@dataclass(frozen=True, slots=True)
class Details:
    """All that there is to know of one address."""

    entry: Entry
    requires: tuple[str, ...]
    public: bool
    members: tuple[Member, ...]
    replies: tuple[Reply, ...]
    example: str


def sections(document: Mapping[str, Any], wanted: str = "") -> list[Section]:
    """The controllers with the endpoints that hold every word of `wanted`; case and underscores do not count.

    An endpoint whose arguments may be left out has two addresses; the longer one says more and stands alone.
    """
    words = [_plain(word) for word in wanted.split()]
    found: dict[str, list[Entry]] = {each["name"]: [] for each in document["tags"]}
    longest = {_bare(path): path for path in sorted(document["paths"], key=len)}
    for path, item in document["paths"].items():
        entry = _entry(path, item)
        if longest[_bare(path)] == path and all(word in entry.search for word in words):
            found[_first(item)["tags"][0]].append(entry)
    return [Section(name, tuple(entries)) for name, entries in found.items() if entries]


def details(document: Mapping[str, Any], slug: str, server: str) -> Details | None:
    """The address that `slug` names; `server` is where the example is sent. None when there is none."""
    for path, item in document["paths"].items():
        if slug_of(path) == slug:
            return _details(document, path, item, server)
    return None


def slug_of(path: str) -> str:
    """``/events/edit/{event_id}`` as ``events-edit-event_id``."""
    return re.sub(r"\W+", "-", path).strip("-")


def _bare(path: str) -> str:
    """The address without its arguments, which stand last."""
    return path.partition("/{")[0]


def _details(document: Mapping[str, Any], path: str, item: Mapping[str, Any], server: str) -> Details:
    operation = _first(item)
    shortest = min((each for each in document["paths"] if _bare(each) == _bare(path)), key=len)
    members = tuple(_members(item, shortest))
    return Details(
        entry=_entry(path, item),
        requires=tuple(_need(told) for told in operation["x-requires"]),
        public=operation.get("security") == [],
        members=members,
        replies=tuple(_replies(document, operation["responses"])),
        example=_example(path, item, members, server),
    )


def _entry(path: str, item: Mapping[str, Any]) -> Entry:
    operation = _first(item)
    methods = tuple(method.upper() for method in METHODS if method in item)
    summary = operation["summary"].replace("``", "")
    return Entry(slug_of(path), path, methods, summary, _plain(f"{path} {summary} {' '.join(methods)}"))


def _first(item: Mapping[str, Any]) -> dict[str, Any]:
    """The operation that says most: the one with a body, else the first."""
    operations = [item[method] for method in METHODS if method in item]
    found: dict[str, Any] = max(operations, key=lambda each: "requestBody" in each)
    return found


def _need(told: str) -> str:
    """What a caller must hold, in words with the flag behind: "Create events (perm_add)"."""
    flags = told.split(" or ")
    if not all(flag in FLAGS for flag in flags):
        return str(NEEDS.get(told, told))
    return gettext(" or ").join(f"{FLAGS[flag][0]} ({flag})" for flag in flags)


def _members(item: Mapping[str, Any], shortest: str) -> Iterator[Member]:
    """Path, query and body, each member once: what a body may hold may stand in the query of a GET as well.

    An argument of the path is required when it stands in the `shortest` address of the endpoint.
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
        for name, each in schema.get("properties", {}).items():
            yield Member(name, "body", _kind(each), name in needed, each.get("description", ""))


def _kind(schema: Mapping[str, Any]) -> str:
    """The types that are taken, the usual one first; an array names what it holds."""
    items = schema.get("items", {})
    if "$ref" in items:
        return f"[{items['$ref'].rpartition('/')[2].removesuffix('Input')}]"
    types = schema.get("type", "")
    return ", ".join(types) if isinstance(types, list) else types


def _replies(document: Mapping[str, Any], responses: Mapping[str, Any]) -> Iterator[Reply]:
    shared = document["components"]["responses"]
    for status, response in responses.items():
        told = shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
        schema = told.get("content", {}).get("application/json", {}).get("schema", {})
        yield Reply(status, told["description"], _holds(schema))


def _holds(schema: Mapping[str, Any]) -> str:
    """A schema in a word or two: its name, its members, or what the array holds."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(word for each in schema["anyOf"] if (word := _holds(each))))
    if schema.get("type") == "array":
        return f"[{_holds(schema.get('items', {}))}]"
    names = list(schema.get("properties", {}))
    return f"{{{', '.join(names[:6])}{', …' if len(names) > 6 else ''}}}" if names else ""


def _example(path: str, item: Mapping[str, Any], members: Iterable[Member], server: str) -> str:
    """A command for a shell that sends what must be sent."""
    method = next(each for each in ("get", *METHODS) if each in item)
    lines = [f"curl -X {method.upper()}"] if method != "get" else ["curl"]
    if _first(item).get("security") != []:
        lines.append("-H 'Authorization: YOUR_KEY'")
    lines.append("-H 'Accept: application/json'")
    body = {
        each.name: EXAMPLES.get(each.kind, "…") for each in members if each.place == "body" and each.required
    }
    if method != "get":
        lines += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(body, ensure_ascii=False)}'"]
    lines.append(f"'{server}{path}'")
    return " \\\n  ".join(lines)


def _plain(text: str) -> str:
    return text.replace("_", "").lower()
