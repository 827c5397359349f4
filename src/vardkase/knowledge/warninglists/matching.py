"""Matches values against enabled warninglists: any number of values in three queries.

Exact values and the ends of host names are looked up in one index, networks in another. All substrings of a list are
searched for together, and so are its expressions. A list applies to the attribute types it names, or to all; values
of other types are not searched for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from vardkase.core.sql import cursor
from vardkase.knowledge.warninglists.contents import entries_in_package, in_package
from vardkase.knowledge.warninglists.package_matching import matcher_of
from vardkase.knowledge.warninglists.scanned import expressions_of, substrings_of
from vardkase.knowledge.warninglists.values import host_ends, lookup_form, network_of_value


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
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class SearchedList:
    id: int
    name: str
    type: str
    category: str
    types: frozenset[str]
    revision: int
    enabled: bool

    def applies_to(self, type_name: str | None) -> bool:
        return type_name is None or not self.types or type_name in self.types


@dataclass(frozen=True, slots=True)
class EntryPart:
    """A value, or half of a composite one, with the position of its candidate."""

    position: int
    text: str
    type: str | None


type Matches = Iterator[tuple[int, int, str]]
"""Position of the candidate, id of the list, the entry that matched."""


def find_hits(candidates: Sequence[CheckedValue], *, every: bool = False) -> dict[int, list[WarninglistHit]]:
    """The enabled lists (with `every` all) that match candidates, by position in `candidates`; unmatched ones are
    left out.
    """
    lists = _searched_lists(every)
    if not lists or not candidates:
        return {}
    unstored = in_package(lists) if every else set()
    parts = [part for position, item in enumerate(candidates) for part in _parts(position, item)]
    hits: dict[int, dict[int, WarninglistHit]] = defaultdict(dict)
    for position, number, matched in chain(
        _matches({number: each for number, each in lists.items() if number not in unstored}, parts),
        *(_matches_in_package(lists[number], parts) for number in sorted(unstored)),
    ):
        warninglist = lists[number]
        if warninglist.applies_to(candidates[position].type):
            # The first match of a list is kept: networks come with the narrowest first.
            hit = WarninglistHit(number, warninglist.name, warninglist.category, matched, warninglist.enabled)
            hits[position].setdefault(number, hit)
    return {position: [by_list[number] for number in sorted(by_list)] for position, by_list in hits.items()}


def check_values(values: Iterable[str], *, every: bool = False) -> dict[str, list[WarninglistHit]]:
    unique = list(dict.fromkeys(values))
    hits = find_hits([CheckedValue(value) for value in unique], every=every)
    return {unique[position]: warninglist_hits for position, warninglist_hits in sorted(hits.items())}


def _matches(lists: dict[int, SearchedList], parts: Sequence[EntryPart]) -> Matches:
    of_kind: dict[str, list[SearchedList]] = defaultdict(list)
    for warninglist in lists.values():
        of_kind[warninglist.type].append(warninglist)
    yield from _exact_and_host_matches(
        lists, _of_listed_types(of_kind["string"], parts), _of_listed_types(of_kind["hostname"], parts)
    )
    yield from _network_matches(of_kind["cidr"], _of_listed_types(of_kind["cidr"], parts))
    for warninglist in of_kind["substring"]:
        yield from _substring_matches(warninglist, _of_listed_types([warninglist], parts))
    for warninglist in of_kind["regex"]:
        yield from _expression_matches(warninglist, _of_listed_types([warninglist], parts))


def _matches_in_package(warninglist: SearchedList, parts: Sequence[EntryPart]) -> Matches:
    if wanted := _of_listed_types([warninglist], parts):
        matching = matcher_of(warninglist.type, entries_in_package(warninglist.name))
        for part in wanted:
            if (matched := matching(part.text)) is not None:
                yield part.position, warninglist.id, matched


def _of_listed_types(lists: Sequence[SearchedList], parts: Sequence[EntryPart]) -> list[EntryPart]:
    types = {part.type for part in parts}
    listed = {name for name in types if any(warninglist.applies_to(name) for warninglist in lists)}
    return [part for part in parts if part.type in listed]


def _searched_lists(every: bool) -> dict[int, SearchedList]:
    rows = cursor().execute(LISTS, {"every": every})
    return {
        number: SearchedList(
            number,
            name,
            kind,
            category,
            frozenset(types) if "ALL" not in types else frozenset(),
            rev,
            enabled,
        )
        for number, name, kind, category, types, rev, enabled in rows.fetchall()
    }


LISTS = """
SELECT id, name, type, category, matching_attributes, revision, enabled FROM warninglist WHERE enabled OR %(every)s
"""


def _parts(position: int, candidate: CheckedValue) -> Iterator[EntryPart]:
    yield EntryPart(position, candidate.value, candidate.type)
    composite = candidate.type is None or "|" in candidate.type
    if composite and "|" in candidate.value:
        for text in candidate.value.split("|"):
            if text:
                yield EntryPart(position, text, candidate.type)


def _exact_and_host_matches(
    lists: dict[int, SearchedList], values: Sequence[EntryPart], hosts: Sequence[EntryPart]
) -> Matches:
    wanted: dict[str, list[tuple[EntryPart, bool]]] = defaultdict(list)
    for part in values:
        wanted[lookup_form(part.text)].append((part, False))
    for part in hosts:
        for end in host_ends(part.text):
            wanted[end].append((part, True))
    if not wanted:
        return
    kinds = [number for number, warninglist in lists.items() if warninglist.type in ("string", "hostname")]
    for number, value in cursor().execute(EXACT, {"values": list(wanted), "lists": kinds}).fetchall():
        for part, is_host in wanted.get(lookup_form(value), ()):
            # The index ignores case and outer dots; an exact list does not.
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


def _network_matches(lists: Sequence[SearchedList], parts: Sequence[EntryPart]) -> Matches:
    networks = [(part.position, str(network)) for part in parts if (network := network_of_value(part.text))]
    if networks:
        positions, addresses = zip(*networks, strict=True)
        parameters = {
            "positions": list(positions),
            "networks": list(addresses),
            "lists": [warninglist.id for warninglist in lists],
        }
        yield from cursor().execute(CIDR, parameters).fetchall()


# Looks up each of the at most 129 networks that contain a value in the index, instead of scanning for containment.
CIDR = """
SELECT v.position, e.warninglist_id, e.network::text
FROM unnest(%(positions)s::int[], %(networks)s::cidr[]) AS v (position, network)
CROSS JOIN LATERAL generate_series(0, masklen(v.network)) AS bits
JOIN warninglist_entry e ON e.network = set_masklen(v.network, bits)
WHERE e.warninglist_id = ANY(%(lists)s::bigint[])
ORDER BY masklen(e.network) DESC
"""


def _substring_matches(warninglist: SearchedList, parts: Sequence[EntryPart]) -> Matches:
    if parts:
        for place, value in substrings_of(warninglist.id, warninglist.revision).in_each(
            [part.text for part in parts]
        ):
            yield parts[place].position, warninglist.id, value


def _expression_matches(warninglist: SearchedList, parts: Sequence[EntryPart]) -> Matches:
    if parts:
        expressions = expressions_of(warninglist.id, warninglist.revision)
        for part in parts:
            if (value := expressions.first(part.text)) is not None:
                yield part.position, warninglist.id, value
