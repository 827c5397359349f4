"""Registry of restSearch formats. Unregistered formats are answered "Invalid output format."."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from functools import partial
from typing import Any

from vardkase.analysis.search.filters import Scope, Search
from vardkase.analysis.search.sql import query, total_query
from vardkase.formats import (
    attack,
    context,
    csv,
    hashes,
    hosts,
    kunai,
    netfilter,
    nids,
    openioc,
    rpz,
    text,
    xlsx,
    xml,
    zeek,
)
from vardkase.formats.attack import sightings as attack_sightings
from vardkase.formats.misp_json import (
    attributes_document,
    chosen_ids,
    events_document,
    find_attributes,
    objects_document,
)
from vardkase.formats.search_options import attribute_options, event_options, object_options
from vardkase.formats.stix import export as stix
from vardkase.formats.yara import export as yara
from vardkase.identity.access.actor import Actor
from vardkase.misp.types import IP_TYPES

type Finder = Callable[[Actor, Search], Sized]
"""Finds the results of a search, in its order: the ids of its scope, unless the renderer takes something else."""
type Renderer = Callable[[Actor, Search, Any], Iterator[bytes]]
"""Writes the results of a search, as its format finds them."""

JSON = "application/json; charset=UTF-8"
CSV = "text/csv; charset=UTF-8"
XML = "application/xml; charset=UTF-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLAIN = "text/plain; charset=UTF-8"


def find_ids(actor: Actor, search: Search) -> Sequence[int]:
    return chosen_ids(query(actor, search))


def find_rows(actor: Actor, search: Search) -> Sized:
    return find_attributes(actor, search) if search.scope is Scope.ATTRIBUTES else find_ids(actor, search)


def find_numbers(actor: Actor, search: Search) -> Sequence[int]:
    """As many numbers as the search finds: no list of the ids of the whole store."""
    if search.limit is None:
        return range(chosen_ids(total_query(actor, search))[0])
    return find_ids(actor, search)


# MISP's defaults of the formats that go straight into a security product.
RESTRICTED = {"to_ids": 1, "published": 1, "allow_proposal_blocking": 1}


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is written, and its HTTP metadata.

    `extension` is used for X-Response-Format and the file name. A `restrictive` format contains only
    published attributes with `to_ids` unless the search says otherwise; likewise, `types` are the default of
    an attribute search. `check` raises Invalid for options that the format does not support.
    """

    renderers: Mapping[Scope, Renderer]
    content_type: str
    extension: str
    restrictive: bool = False
    types: frozenset[str] = frozenset()
    check: Callable[[Search], object] = lambda _search: None
    find: Finder = find_ids

    def defaults(self, scope: Scope) -> dict[str, Any]:
        chosen = RESTRICTED if self.restrictive else {}
        return {**chosen, "type": sorted(self.types)} if self.types and scope is Scope.ATTRIBUTES else chosen


def flat_export(renderer: Renderer) -> Mapping[Scope, Renderer]:
    return {Scope.EVENTS: renderer, Scope.ATTRIBUTES: renderer}


DOCUMENTS: Mapping[Scope, Renderer] = {
    Scope.EVENTS: lambda actor, search, ids: events_document(actor, ids, event_options(actor, search)),
    Scope.ATTRIBUTES: lambda actor, search, found: attributes_document(
        actor, found, attribute_options(search)
    ),
    Scope.OBJECTS: lambda actor, search, ids: objects_document(actor, ids, object_options(search)),
}

STIX1_VERSION = partial(stix.version_of, known=stix.STIX1_VERSIONS)
STIX2_VERSION = partial(stix.version_of, known=stix.STIX2_VERSIONS)

FORMATS: dict[str, Format] = {
    "json": Format(DOCUMENTS, JSON, "json", find=find_rows),
    "csv": Format(flat_export(csv.table), CSV, "csv"),
    "text": Format(flat_export(text.values), PLAIN, "txt", restrictive=True),
    "count": Format(flat_export(text.count), PLAIN, "txt", find=find_numbers),
    "hashes": Format(flat_export(hashes.lines), PLAIN, "txt", restrictive=True),
    "hosts": Format(
        flat_export(hosts.lines),
        PLAIN,
        "txt",
        restrictive=True,
        types=frozenset(("domain",)),
        check=hosts.address_of,
    ),
    "kunai": Format(flat_export(kunai.indicators), JSON, "json", restrictive=True),
    "netfilter": Format(
        flat_export(netfilter.commands), PLAIN, "txt", types=IP_TYPES, check=netfilter.action_of
    ),
    "openioc": Format(flat_export(openioc.indicators), XML, "xml", restrictive=True),
    "rpz": Format(flat_export(rpz.zone), PLAIN, "txt", restrictive=True, check=rpz.require_options),
    "snort": Format(flat_export(nids.snort), PLAIN, "txt", restrictive=True),
    "suricata": Format(flat_export(nids.suricata), PLAIN, "txt", restrictive=True),
    "yara": Format(flat_export(yara.as_text), PLAIN, "txt"),
    "yara-json": Format(flat_export(yara.as_json), JSON, "json"),
    "xlsx": Format(flat_export(xlsx.workbook), XLSX, "xlsx"),
    "attack": Format({Scope.EVENTS: attack.matrix}, JSON, "json"),
    "attack-sightings": Format(flat_export(attack_sightings.technique_sightings), JSON, "json"),
    "context": Format({Scope.EVENTS: context.as_json}, JSON, "json"),
    "context-markdown": Format({Scope.EVENTS: context.as_markdown}, PLAIN, "md"),
    "xml": Format({Scope.EVENTS: xml.events, Scope.ATTRIBUTES: xml.attributes}, XML, "xml"),
    "stix": Format(flat_export(stix.stix1("xml")), XML, "xml", check=STIX1_VERSION),
    "stix-json": Format(flat_export(stix.stix1("json")), JSON, "json", check=STIX1_VERSION),
    "stix2": Format(flat_export(stix.stix2), JSON, "json", check=STIX2_VERSION),
    "cache": Format(flat_export(text.digests), PLAIN, "txt", check=text.digest_of),
}


ZEEK: dict[str, Format] = {
    family: Format(
        {Scope.ATTRIBUTES: zeek.intelligence(family)},
        PLAIN,
        "intel",
        restrictive=True,
        types=frozenset(zeek.items_of(family)),
    )
    for family in (zeek.ALL, *zeek.FAMILIES)
}
"""Family → its format: as in MISP only at an address of its own, not in restSearch."""


def format_for(scope: Scope, name: str) -> Format | None:
    """The format called `name`, if it supports `scope`."""
    output_format = FORMATS.get(name)
    return output_format if output_format and scope in output_format.renderers else None
