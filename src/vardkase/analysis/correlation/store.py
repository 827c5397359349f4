"""Writes correlation keys when attributes change, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from psycopg.rows import kwargs_row

from vardkase.analysis.correlation.exclusions import Exclusions, exclusions_from
from vardkase.analysis.correlation.keys import keys_of
from vardkase.analysis.correlation.shared_keys import mark_all, mark_when_committed
from vardkase.core.sql import copy_rows, cursor
from vardkase.intel.columns import NewAttribute
from vardkase.intel.hooks import AttributesChanged, AttributesRemoved, EventQuarantined, EventReleased
from vardkase.misp.ssdeep import runs_of
from vardkase.misp.types import correlation_parts, network_of, search_parts, ssdeep_of

type KeyRow = tuple[int, int, int, int | None, int, int | None, bool]
type NetworkRow = tuple[int, int, str]
type SsdeepRow = tuple[int, int, int | None, int, int | None, str, list[int]]

MANY = 500
"""From this many attributes on, a thread writes their keys."""

DERIVED = ("attribute_key", "attribute_network", "attribute_ssdeep")
"""The tables derived from attributes."""

COPY_KEYS = """
COPY attribute_key (key, attribute_id, event_id, object_id, distribution, sharing_group_id, correlates)
FROM STDIN (FORMAT binary)
"""
KEY_TYPES = ("int8", "int8", "int8", "int8", "int2", "int8", "bool")
COPY_SSDEEP = """
COPY attribute_ssdeep (attribute_id, event_id, object_id, distribution, sharing_group_id, hash, runs)
FROM STDIN (FORMAT binary)
"""
COPY_NETWORKS = "COPY attribute_network (attribute_id, event_id, net) FROM STDIN"

ATTRIBUTES = """
SELECT a.id, a.event_id, a.object_id, a.type, a.value1, a.value2, a.distribution, a.sharing_group_id,
       NOT (a.deleted OR a.disable_correlation OR e.disable_correlation) AS correlates
FROM attribute a JOIN event e ON e.id = a.event_id AND NOT e.quarantined
"""

# By id, as other writers of several events lock them: no two can wait for each other.
LOCK_EVENTS = """
SELECT id FROM event WHERE id IN (SELECT event_id FROM attribute WHERE id = ANY(%(ids)s::bigint[]))
ORDER BY id FOR UPDATE
"""
# Through `attribute`, since the primary key of the keys begins with the event.
REMOVE_KEYS = """
DELETE FROM attribute_key k USING attribute a
WHERE a.id = ANY(%(ids)s::bigint[]) AND k.event_id = a.event_id AND k.attribute_id = a.id
"""
REMOVE = "DELETE FROM {table} WHERE attribute_id = ANY(%(ids)s::bigint[])"


def store_keys(attributes: Sequence[NewAttribute]) -> None:
    mark_when_committed({attribute.event_id for attribute in attributes})
    _write_keys(attributes, current_exclusions())


def _write_keys(attributes: Sequence[NewAttribute], exclusions: Exclusions) -> None:
    networks = list(network_rows(attributes))
    store_ssdeep(attributes, exclusions)
    many = len(attributes) >= MANY
    if networks:
        copy_rows(COPY_NETWORKS, networks, in_background=many)
    copy_rows(COPY_KEYS, key_rows(attributes, exclusions), types=KEY_TYPES, in_background=many)


def store_ssdeep(attributes: Sequence[NewAttribute], exclusions: Exclusions) -> None:
    if rows := list(ssdeep_rows(attributes, exclusions)):
        copy_rows(COPY_SSDEEP, rows, types=("int8", "int8", "int8", "int2", "int8", "text", "int8[]"))


def rebuild_keys(change: AttributesChanged) -> None:
    remove_keys(AttributesRemoved(change.event_id, change.attribute_ids))
    which, parameters = _of_event("a.id", change.event_id, change.attribute_ids)
    _store_selected(f"WHERE a.event_id = %(event)s{which}", parameters)


def rebuild_attributes(ids: Sequence[int]) -> None:
    """Replace the rows of attributes of any events, locking the events first as other writers do."""
    parameters: dict[str, object] = {"ids": list(ids)}
    rest = (REMOVE.format(table=table) for table in DERIVED[1:])
    for statement in (LOCK_EVENTS, REMOVE_KEYS, *rest):
        cursor().execute(statement, parameters)
    _store_selected("WHERE a.id = ANY(%(ids)s::bigint[])", parameters)


def rebuild_many(batches: Iterable[Sequence[int]]) -> None:
    """As `rebuild_attributes`, of very many in one transaction, with nobody else writing; marks shared keys at the end,
    all at once."""
    exclusions = current_exclusions()
    for ids in batches:
        parameters: dict[str, object] = {"ids": list(ids)}
        for statement in (REMOVE_KEYS, *(REMOVE.format(table=table) for table in DERIVED[1:])):
            cursor().execute(statement, parameters)
        _write_keys(_selected("WHERE a.id = ANY(%(ids)s::bigint[])", parameters), exclusions)
    mark_all()


def remove_keys(removal: AttributesRemoved) -> None:
    which, parameters = _of_event("attribute_id", removal.event_id, removal.attribute_ids)
    for table in DERIVED:
        cursor().execute(f"DELETE FROM {table} WHERE event_id = %(event)s{which}", parameters)
    if removal.attribute_ids is None:
        cursor().execute("DELETE FROM shared_key WHERE event_id = %(event)s", parameters)


def remove_of_quarantined(quarantined: EventQuarantined) -> None:
    remove_keys(AttributesRemoved(quarantined.event_id, None))


def rebuild_of_released(released: EventReleased) -> None:
    rebuild_keys(AttributesChanged(released.event_id, None))


def current_exclusions() -> Exclusions:
    return exclusions_from(row[0] for row in cursor().execute("SELECT value FROM correlation_exclusion"))


def key_rows(attributes: Iterable[NewAttribute], exclusions: Exclusions) -> Iterator[KeyRow]:
    """One search key per distinct value part; `correlates` says whether it also correlates."""
    # All parts, for the exact search; those that do not correlate get a row that says so.
    found = [(each, search_parts(each.type, each.value1, each.value2)) for each in attributes]
    keys = iter(keys_of(part for _, parts in found for part in parts))
    excludes = bool(exclusions)
    for attribute, parts in found:
        correlating: tuple[str, ...] = ()
        if attribute.correlates:
            correlating = correlation_parts(attribute.type, attribute.value1, attribute.value2)
        for part in parts:
            yield (
                next(keys),
                attribute.id,
                attribute.event_id,
                attribute.object_id,
                attribute.distribution,
                attribute.sharing_group_id,
                part in correlating and not (excludes and exclusions.cover(part)),
            )


def network_rows(attributes: Iterable[NewAttribute]) -> Iterator[NetworkRow]:
    for attribute in attributes:
        network = network_of(attribute.type, attribute.value1, attribute.value2)
        if network is not None:
            yield attribute.id, attribute.event_id, network


def ssdeep_rows(attributes: Iterable[NewAttribute], exclusions: Exclusions) -> Iterator[SsdeepRow]:
    for attribute in attributes:
        fuzzy = ssdeep_of(attribute.type, attribute.value1, attribute.value2)
        if fuzzy is None or not attribute.correlates or exclusions.cover(fuzzy):
            continue
        if runs := runs_of(fuzzy):
            yield (
                attribute.id,
                attribute.event_id,
                attribute.object_id,
                attribute.distribution,
                attribute.sharing_group_id,
                fuzzy,
                runs,
            )


def _store_selected(where: str, parameters: dict[str, object]) -> None:
    store_keys(_selected(where, parameters))


def _selected(where: str, parameters: dict[str, object]) -> list[NewAttribute]:
    rows = cursor(row_factory=kwargs_row(NewAttribute)).execute(ATTRIBUTES + where, parameters, binary=True)
    return rows.fetchall()


def _of_event(column: str, event_id: int, ids: Sequence[int] | None) -> tuple[str, dict[str, object]]:
    if ids is None:
        return "", {"event": event_id}
    return f" AND {column} = ANY(%(ids)s::bigint[])", {"event": event_id, "ids": list(ids)}
