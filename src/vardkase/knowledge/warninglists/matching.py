"""Which enabled warninglists a value is on: any number of values in three queries.

Exact values and the ends of host names are looked up in one index, networks in another, and the few
substrings and expressions are tried one by one. A list applies to the attribute types it names, or to all.
"""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from vardkase.core.sql import cursor
from vardkase.knowledge.warninglists.models import WarninglistEntry


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value to look for; `type` is its attribute type, or None to try every list."""

    value: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A list that a value is on, and the entry that says so."""

    warninglist_id: int
    name: str
    category: str
    matched: str


@dataclass(frozen=True, slots=True)
class EnabledList:
    """What matching needs to know of a list."""

    id: int
    name: str
    type: str
    category: str
    types: frozenset[str]

    def applies_to(self, candidate: Candidate) -> bool:
        """Whether the list is about values of this type."""
        return candidate.type is None or not self.types or candidate.type in self.types


LONGEST_HOST = 253
"""Characters of a host name. A longer text is none, and its ends would be many and long."""

type Found = Iterator[tuple[int, int, str]]
"""Position of the candidate, id of the list, the entry that matched."""


def find_hits(candidates: Sequence[Candidate]) -> dict[int, list[Hit]]:
    """The lists that candidates are on, by their positions in `candidates`; those on none are left out."""
    lists = _enabled_lists()
    if not lists or not candidates:
        return {}
    parts = [(position, part) for position, item in enumerate(candidates) for part in _parts(item)]
    hits: dict[int, dict[int, Hit]] = defaultdict(dict)
    for position, number, matched in _search(lists, parts):
        found = lists[number]
        if found.applies_to(candidates[position]):
            hits[position].setdefault(number, Hit(number, found.name, found.category, matched))
    return {position: [by_list[number] for number in sorted(by_list)] for position, by_list in hits.items()}


def check_values(values: Iterable[str]) -> dict[str, list[Hit]]:
    """The same for bare values, each tried on every enabled list; values on none are left out."""
    unique = list(dict.fromkeys(values))
    hits = find_hits([Candidate(value) for value in unique])
    return {unique[position]: found for position, found in sorted(hits.items())}


def _search(lists: dict[int, EnabledList], parts: Sequence[tuple[int, str]]) -> Found:
    kinds = {found.type for found in lists.values()}
    if kinds & {"string", "hostname"}:
        yield from _exact_and_hosts(lists, parts)
    if "cidr" in kinds:
        yield from _networks(parts)
    for kind, find in (("substring", _substrings), ("regex", _expressions)):
        if kind in kinds:
            yield from find([number for number, found in lists.items() if found.type == kind], parts)


def _enabled_lists() -> dict[int, EnabledList]:
    rows = cursor().execute(
        "SELECT id, name, type, category, matching_attributes FROM warninglist WHERE enabled"
    )
    return {
        number: EnabledList(number, name, kind, category, frozenset(types) - {"ALL"})
        for number, name, kind, category, types in rows.fetchall()
    }


def _parts(candidate: Candidate) -> Iterator[str]:
    """The value, and each half of a composite one."""
    yield candidate.value
    composite = candidate.type is None or "|" in candidate.type
    if composite and "|" in candidate.value:
        yield from (part for part in candidate.value.split("|") if part)


def _exact_and_hosts(lists: dict[int, EnabledList], parts: Sequence[tuple[int, str]]) -> Found:
    """One look-up for both kinds: the value itself, and the ends of the host name in it."""
    wanted: dict[str, list[tuple[int, str, bool]]] = defaultdict(list)
    for position, part in parts:
        wanted[part.lower()].append((position, part, False))
        for end in _host_ends(part):
            wanted[end].append((position, part, True))
    rows = cursor().execute(EXACT, {"values": list(wanted)}).fetchall()
    for lower, number, value in rows:
        for position, part, is_host in wanted[lower]:
            fits = is_host if lists[number].type == "hostname" else part == value
            if fits:
                yield position, number, value


EXACT = """
SELECT lower(e.value), e.warninglist_id, e.value
FROM warninglist_entry e
JOIN warninglist w ON w.id = e.warninglist_id
WHERE w.enabled AND w.type IN ('string', 'hostname') AND lower(e.value) = ANY(%(values)s)
"""


def _host_ends(value: str) -> Iterator[str]:
    """``a.b.se`` → ``a.b.se``, ``b.se``, ``se``, each in the three ways that lists write a host name."""
    host = _host(value)
    labels = host.split(".") if len(host) <= LONGEST_HOST else []
    for start in range(len(labels)):
        end = ".".join(labels[start:])
        if end:
            yield from (end, f".{end}", f"{end}.")


def _host(value: str) -> str:
    if "://" in value:
        try:
            return (urlsplit(value).hostname or "").strip(".")
        except ValueError:
            return ""
    return value.partition("/")[0].lower().strip(".")


def _networks(parts: Sequence[tuple[int, str]]) -> Found:
    networks = [(position, str(found)) for position, part in parts if (found := _network(part))]
    if networks:
        positions, addresses = zip(*networks, strict=True)
        rows = cursor().execute(CIDR, {"positions": list(positions), "networks": list(addresses)})
        yield from rows.fetchall()


CIDR = """
SELECT v.position, e.warninglist_id, e.network::text
FROM unnest(%(positions)s::int[], %(networks)s::cidr[]) AS v(position, network)
CROSS JOIN LATERAL generate_series(0, masklen(v.network)) AS bits
JOIN warninglist_entry e ON e.network = set_masklen(v.network, bits)
JOIN warninglist w ON w.id = e.warninglist_id
WHERE w.enabled AND w.type = 'cidr'
ORDER BY masklen(e.network) DESC
"""


def _network(value: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(value.strip(), strict=False)
    except ValueError:
        return None


def _substrings(lists: Sequence[int], parts: Sequence[tuple[int, str]]) -> Found:
    entries = [(number, value, value.lower()) for number, value in _entries(lists)]
    for position, part in parts:
        lower = part.lower()
        for number, value, wanted in entries:
            if wanted in lower:
                yield position, number, value


def _expressions(lists: Sequence[int], parts: Sequence[tuple[int, str]]) -> Found:
    entries = [(number, value, pattern) for number, value in _entries(lists) if (pattern := _compiled(value))]
    for position, part in parts:
        for number, value, pattern in entries:
            if pattern.search(part):
                yield position, number, value


def _compiled(expression: str) -> re.Pattern[str] | None:
    """``/pattern/flags`` as the lists write it; None when Python cannot read it."""
    match = re.fullmatch(r"/(.*)/([a-z]*)", expression, re.DOTALL)
    pattern, flags = match.groups() if match else (expression, "")
    try:
        return re.compile(pattern, re.IGNORECASE if "i" in flags else 0)
    except re.error:
        return None


def _entries(lists: Sequence[int]) -> list[tuple[int, str]]:
    found = WarninglistEntry.objects.filter(warninglist__in=lists).order_by("pk")
    return list(found.values_list("warninglist_id", "value"))
