"""Registry of restSearch formats. Unregistered formats are answered "Invalid output format."."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vardkase.analysis.search.filters import Scope, Search
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
from vardkase.formats.misp_json import attributes_document, events_document, objects_document
from vardkase.formats.search_options import attribute_options, event_options, object_options
from vardkase.formats.stix import export as stix
from vardkase.formats.yara import export as yara
from vardkase.identity.access.actor import Actor
from vardkase.misp.types import IP_TYPES

type Renderer = Callable[[Actor, Search, Sequence[int]], Iterator[bytes]]
"""Writes the results of a search; `ids` are of the search's scope, in its order."""

JSON = "application/json; charset=UTF-8"
CSV = "text/csv; charset=UTF-8"
XML = "application/xml; charset=UTF-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLAIN = "text/plain; charset=UTF-8"


RESTRICTED = {"to_ids": 1, "published": 1, "allow_proposal_blocking": 1}


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is written, and its HTTP metadata.

    `extension` is used for X-Response-Format and the file name. A `restrictive` format contains only
    published attributes with `to_ids` unless the search says otherwise; likewise, `types` are the default of
    an attribute search. `check` raises Invalid for options that the format does not support. `counts`: it
    needs only the number of results.
    """

    renderers: Mapping[Scope, Renderer]
    content_type: str
    extension: str
    restrictive: bool = False
    types: frozenset[str] = frozenset()
    check: Callable[[Search], None] = lambda _search: None
    counts: bool = False

    def defaults(self, scope: Scope) -> dict[str, Any]:
        chosen = RESTRICTED if self.restrictive else {}
        return {**chosen, "type": sorted(self.types)} if self.types and scope is Scope.ATTRIBUTES else chosen


def _flat(renderer: Renderer) -> Mapping[Scope, Renderer]:
    return {Scope.EVENTS: renderer, Scope.ATTRIBUTES: renderer}


DOCUMENTS: Mapping[Scope, Renderer] = {
    Scope.EVENTS: lambda actor, search, ids: events_document(actor, ids, event_options(actor, search)),
    Scope.ATTRIBUTES: lambda actor, search, ids: attributes_document(actor, ids, attribute_options(search)),
    Scope.OBJECTS: lambda actor, search, ids: objects_document(actor, ids, object_options(search)),
}

FORMATS: dict[str, Format] = {
    "json": Format(DOCUMENTS, JSON, "json"),
    "csv": Format(_flat(csv.table), CSV, "csv"),
    "text": Format(_flat(text.values), PLAIN, "txt", restrictive=True),
    "count": Format(_flat(text.count), PLAIN, "txt", counts=True),
    "hashes": Format(_flat(hashes.lines), PLAIN, "txt", restrictive=True),
    "hosts": Format(
        _flat(hosts.lines),
        PLAIN,
        "txt",
        restrictive=True,
        types=frozenset(("domain",)),
        check=hosts.require_address,
    ),
    "kunai": Format(_flat(kunai.indicators), JSON, "json", restrictive=True),
    "netfilter": Format(
        _flat(netfilter.commands), PLAIN, "txt", types=IP_TYPES, check=netfilter.require_action
    ),
    "openioc": Format(_flat(openioc.indicators), XML, "xml", restrictive=True),
    "rpz": Format(_flat(rpz.zone), PLAIN, "txt", restrictive=True, check=rpz.require_options),
    "snort": Format(_flat(nids.snort), PLAIN, "txt", restrictive=True),
    "suricata": Format(_flat(nids.suricata), PLAIN, "txt", restrictive=True),
    "yara": Format(_flat(yara.as_text), PLAIN, "txt"),
    "yara-json": Format(_flat(yara.as_json), JSON, "json"),
    "xlsx": Format(_flat(xlsx.workbook), XLSX, "xlsx"),
    "attack": Format({Scope.EVENTS: attack.matrix}, JSON, "json"),
    "attack-sightings": Format(_flat(attack_sightings.technique_sightings), JSON, "json"),
    "context": Format({Scope.EVENTS: context.as_json}, JSON, "json"),
    "context-markdown": Format({Scope.EVENTS: context.as_markdown}, PLAIN, "md"),
    "xml": Format({Scope.EVENTS: xml.events, Scope.ATTRIBUTES: xml.attributes}, XML, "xml"),
    "stix": Format(_flat(stix.stix1("xml")), XML, "xml", check=stix.require_version(*stix.STIX1_VERSIONS)),
    "stix-json": Format(
        _flat(stix.stix1("json")), JSON, "json", check=stix.require_version(*stix.STIX1_VERSIONS)
    ),
    "stix2": Format(_flat(stix.stix2), JSON, "json", check=stix.require_version(*stix.STIX2_VERSIONS)),
    "cache": Format(_flat(text.digests), PLAIN, "txt", check=text.require_digest),
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
