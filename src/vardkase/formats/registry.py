"""Every format of restSearch: one line each. A format that is not here is answered "Invalid output format."."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vardkase.analysis.search.filters import Scope, Search
from vardkase.formats import csv, text
from vardkase.formats.misp_json import attributes_document, events_document, objects_document
from vardkase.formats.search_options import attribute_options, event_options, object_options
from vardkase.identity.access.actor import Actor

type Renderer = Callable[[Actor, Search, Sequence[int]], Iterator[bytes]]
"""Writes what a search found; `ids` are of the search's scope, in its order."""

JSON = "application/json; charset=UTF-8"
CSV = "text/csv; charset=UTF-8"
PLAIN = "text/plain; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is written, and what HTTP says of it.

    `extension` is what X-Response-Format and the file's name say. A `restrictive` format
    holds only published attributes for detection unless the search says otherwise. `check` raises Invalid for
    options that the format cannot serve. `counts` only: how many were found is all that it needs.
    """

    renderers: Mapping[Scope, Renderer]
    content_type: str
    extension: str
    restrictive: bool = False
    check: Callable[[Search], None] = lambda _search: None
    counts: bool = False


def _events(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    return events_document(actor, ids, event_options(actor, search))


def _attributes(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    return attributes_document(actor, ids, attribute_options(search))


def _objects(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    return objects_document(actor, ids, object_options(search))


def _flat(renderer: Renderer) -> Mapping[Scope, Renderer]:
    return {Scope.EVENTS: renderer, Scope.ATTRIBUTES: renderer}


DOCUMENTS = {Scope.EVENTS: _events, Scope.ATTRIBUTES: _attributes, Scope.OBJECTS: _objects}

FORMATS: dict[str, Format] = {
    "json": Format(DOCUMENTS, JSON, "json"),
    "csv": Format(_flat(csv.table), CSV, "csv"),
    "text": Format(_flat(text.values), PLAIN, "txt", restrictive=True),
    "count": Format(_flat(text.count), PLAIN, "txt", counts=True),
    "cache": Format(_flat(text.digests), PLAIN, "txt", check=text.require_digest),
}


def format_for(scope: Scope, name: str) -> Format | None:
    """The format called `name`, when it is written for `scope`."""
    found = FORMATS.get(name)
    return found if found and scope in found.renderers else None
