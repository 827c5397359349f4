"""Matches values against enabled warninglists: any number of values in three queries.

Exact values and the ends of host names are looked up in one index, networks in another. The substrings of a list are
looked for together, and so are its expressions. A list applies to the attribute types it
names, or to all; what it does not apply to is not looked for.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from vardkase.core.sql import cursor
from vardkase.knowledge.warninglists.scanned import expressions_of, substrings_of


@dataclass(frozen=True, slots=True)
class CheckedValue:
    """A value to match; `type` is its attribute type, or None to try every list."""

    value: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class WarninglistHit:
    warninglist_id: int
    name: str
    category: str
    matched: str


@dataclass(frozen=True, slots=True)
class EnabledList:
    id: int
    name: str
    type: str
    category: str
    types: frozenset[str]
    revision: int

    def applies_to(self, type_name: str | None) -> bool:
        return type_name is None or not self.types or type_name in self.types


@dataclass(frozen=True, slots=True)
class EntryPart:
    """A value, or half of a composite one, with the position of its candidate."""

    position: int
    text: str
    type: str | None


LONGEST_HOST = 253
"""Characters of a host name. A longer text is none, and its ends would be many and long."""

type Found = Iterator[tuple[int, int, str]]
"""Position of the candidate, id of the list, the entry that matched."""


def find_hits(candidates: Sequence[CheckedValue]) -> dict[int, list[WarninglistHit]]:
    """The lists that match candidates, by position in `candidates`; unmatched ones are left out."""
    lists = _enabled_lists()
    if not lists or not candidates:
        return {}
    parts = [part for position, item in enumerate(candidates) for part in _parts(position, item)]
    hits: dict[int, dict[int, WarninglistHit]] = defaultdict(dict)
    for position, number, matched in _search(lists, parts):
        found = lists[number]
        if found.applies_to(candidates[position].type):
            hits[position].setdefault(number, WarninglistHit(number, found.name, found.category, matched))
    return {position: [by_list[number] for number in sorted(by_list)] for position, by_list in hits.items()}


def check_values(values: Iterable[str]) -> dict[str, list[WarninglistHit]]:
    unique = list(dict.fromkeys(values))
    hits = find_hits([CheckedValue(value) for value in unique])
    return {unique[position]: found for position, found in sorted(hits.items())}


def _search(lists: dict[int, EnabledList], parts: Sequence[EntryPart]) -> Found:
    of_kind: dict[str, list[EnabledList]] = defaultdict(list)
    for found in lists.values():
        of_kind[found.type].append(found)
    yield from _exact_and_hosts(
        lists, _concerned(of_kind["string"], parts), _concerned(of_kind["hostname"], parts)
    )
    yield from _networks(of_kind["cidr"], _concerned(of_kind["cidr"], parts))
    for found in of_kind["substring"]:
        yield from _substrings(found, _concerned([found], parts))
    for found in of_kind["regex"]:
        yield from _expressions(found, _concerned([found], parts))


def _concerned(lists: Sequence[EnabledList], parts: Sequence[EntryPart]) -> list[EntryPart]:
    types = {part.type for part in parts}
    concerned = {name for name in types if any(found.applies_to(name) for found in lists)}
    return [part for part in parts if part.type in concerned]


def _enabled_lists() -> dict[int, EnabledList]:
    rows = cursor().execute(
        "SELECT id, name, type, category, matching_attributes, revision FROM warninglist WHERE enabled"
    )
    return {
        number: EnabledList(
            number, name, kind, category, frozenset(types) if "ALL" not in types else frozenset(), rev
        )
        for number, name, kind, category, types, rev in rows.fetchall()
    }


def _parts(position: int, candidate: CheckedValue) -> Iterator[EntryPart]:
    yield EntryPart(position, candidate.value, candidate.type)
    composite = candidate.type is None or "|" in candidate.type
    if composite and "|" in candidate.value:
        for text in candidate.value.split("|"):
            if text:
                yield EntryPart(position, text, candidate.type)


def _exact_and_hosts(
    lists: dict[int, EnabledList], values: Sequence[EntryPart], hosts: Sequence[EntryPart]
) -> Found:
    wanted: dict[str, list[tuple[EntryPart, bool]]] = defaultdict(list)
    for part in values:
        wanted[_plain(part.text)].append((part, False))
    for part in hosts:
        for end in _host_ends(part.text):
            wanted[end].append((part, True))
    if not wanted:
        return
    kinds = [number for number, found in lists.items() if found.type in ("string", "hostname")]
    for number, value in cursor().execute(EXACT, {"values": list(wanted), "lists": kinds}).fetchall():
        for part, is_host in wanted.get(_plain(value), ()):
            if is_host if lists[number].type == "hostname" else not is_host and part.text == value:
                yield part.position, number, value


# The inner query is an index scan for each value, whatever the planner thinks of a table just filled.
EXACT = """
SELECT e.warninglist_id, e.value
FROM unnest(%(values)s::text[]) AS v (value)
CROSS JOIN LATERAL (
    SELECT e.warninglist_id, e.value FROM warninglist_entry e
    WHERE e.network IS NULL
      AND hashtextextended(lower(btrim(e.value, '.')), 0) = hashtextextended(lower(v.value), 0)
    OFFSET 0
) e
WHERE e.warninglist_id = ANY(%(lists)s::bigint[])
"""


def _plain(value: str) -> str:
    """The lookup form of a value: lists write host names with a leading dot, a trailing dot, or neither."""
    return value.lower().strip(".")


def _host_ends(value: str) -> Iterator[str]:
    """``a.b.se`` → ``a.b.se``, ``b.se``, ``se``."""
    host = _host(value)
    labels = host.split(".") if len(host) <= LONGEST_HOST else []
    for start in range(len(labels)):
        if labels[start]:
            yield ".".join(labels[start:])


def _host(value: str) -> str:
    if "://" in value:
        try:
            return (urlsplit(value).hostname or "").strip(".")
        except ValueError:
            return ""
    return value.partition("/")[0].lower().strip(".")


def _networks(lists: Sequence[EnabledList], parts: Sequence[EntryPart]) -> Found:
    networks = [(part.position, str(found)) for part in parts if (found := _network(part.text))]
    if networks:
        positions, addresses = zip(*networks, strict=True)
        parameters = {
            "positions": list(positions),
            "networks": list(addresses),
            "lists": [found.id for found in lists],
        }
        yield from cursor().execute(CIDR, parameters).fetchall()


CIDR = """
SELECT v.position, e.warninglist_id, e.network::text
FROM unnest(%(positions)s::int[], %(networks)s::cidr[]) AS v (position, network)
CROSS JOIN LATERAL generate_series(0, masklen(v.network)) AS bits
JOIN warninglist_entry e ON e.network = set_masklen(v.network, bits)
WHERE e.warninglist_id = ANY(%(lists)s::bigint[])
ORDER BY masklen(e.network) DESC
"""


def _network(value: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    text = value.strip()
    if not text or text[-1] not in "0123456789abcdefABCDEF:":
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _substrings(found: EnabledList, parts: Sequence[EntryPart]) -> Found:
    if parts:
        for place, value in substrings_of(found.id, found.revision).in_each([part.text for part in parts]):
            yield parts[place].position, found.id, value


def _expressions(found: EnabledList, parts: Sequence[EntryPart]) -> Found:
    if parts:
        expressions = expressions_of(found.id, found.revision)
        for part in parts:
            if (value := expressions.first(part.text)) is not None:
                yield part.position, found.id, value
