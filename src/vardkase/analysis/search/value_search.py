"""The search box: interprets the text entered and finds matching attributes, the last changed first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from ipaddress import ip_network

from vardkase.analysis.correlation.keys import keys_of
from vardkase.analysis.search.filters import Restriction
from vardkase.analysis.search.statement import NOT_DELETED, Statement, is_pattern, split_items
from vardkase.analysis.search.value_list import read_values
from vardkase.analysis.search.values import BOTH_PARTS, BY_KEY, are_common, value_source, with_patterns
from vardkase.core.paging import Page, PagePosition, beyond, page_of, sound
from vardkase.core.sql import SqlQuery
from vardkase.identity.access.actor import Actor
from vardkase.misp.freetext import refang
from vardkase.misp.values import normalise

COUNTED = 1000
"""Occurrences of a value are counted this far."""
LATEST = 200_000
"""Without a value, only the attributes changed last are looked through."""


class ValueMeaning(StrEnum):
    NOTHING = "nothing"
    VALUE = "value"
    VALUES = "values"
    PATTERN = "pattern"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class ValueQuery:
    """An interpreted search text."""

    text: str
    meaning: ValueMeaning
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AttributeFilters:
    """Further filters on attributes; empty values do not filter. Days are those of the last change, in UTC."""

    type: str = ""
    category: str = ""
    to_ids: bool | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class FoundAttribute:
    """A matching attribute; the last change is in Unix seconds."""

    id: int
    event_id: int
    type: str
    category: str
    object_relation: str | None
    value1: str
    value2: str | None
    to_ids: bool
    comment: str
    timestamp: int

    @property
    def value(self) -> str:
        """The value as on the wire: the two parts of a composite joined by `|`."""
        return self.value1 if self.value2 is None else f"{self.value1}|{self.value2}"


@dataclass(frozen=True, slots=True)
class KnownValue:
    """The number of occurrences that the reader may see, counted up to COUNTED; `creators` are the organisations that
    made the events, by name.
    """

    value: str
    attributes: int
    events: int
    creators: tuple[str, ...] = ()


def understand(text: str) -> ValueQuery:
    """Interpret a text: one value, a pattern with `%`, a network, or a pasted list of values."""
    text = text.replace("\0", "").strip()
    if not text:
        return ValueQuery("", ValueMeaning.NOTHING)
    if is_pattern(text):
        return ValueQuery(text, ValueMeaning.PATTERN, (text,))
    values = read_values(text).texts
    if len(values) > 1:
        return ValueQuery(text, ValueMeaning.VALUES, values)
    # What stands alone is taken as it is written, with its port or its quotation marks.
    value = values[0] if values and "\n" in text else refang(text)
    return ValueQuery(text, ValueMeaning.NETWORK if is_network(value) else ValueMeaning.VALUE, (value,))


def is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def known_values(actor: Actor, values: Sequence[str]) -> list[KnownValue]:
    wanted = _keyed(values)
    statement = Statement(actor)
    sql = KNOWN.format(
        keys=statement.bind([key for key, _ in wanted], "bigint[]"),
        texts=statement.bind([text for _, text in wanted], "text[]"),
        visible=statement.visible(),
    )
    counts = {
        text: (attributes, events, tuple(creators))
        for text, attributes, events, creators in statement.rows(sql)
    }
    return [KnownValue(value, *counts.get(value, (0, 0))) for value in values]


def find_attributes(
    actor: Actor, asked: ValueQuery, filters: AttributeFilters, place: PagePosition | None, size: int
) -> Page[FoundAttribute]:
    place = sound(place, "bigint")
    condition, order = beyond("a.timestamp", "a.id", "bigint", place, descending=True)
    statement = Statement(actor)
    conditions = [
        statement.event(),
        statement.attribute(NOT_DELETED),
        condition,
        *found_by(asked, filters)(statement),
    ]
    limit = statement.bind(size + 1, "bigint")
    sql = FOUND.format(conditions=" AND ".join(conditions), order=order, limit=limit)
    read = [FoundAttribute(*row) for row in statement.rows(sql, place)]
    return page_of(read, place, size, lambda row: (row.timestamp, row.id))


def found_by(asked: ValueQuery, filters: AttributeFilters) -> Restriction:
    def conditions(statement: Statement) -> Iterator[str]:
        yield from _asked_for(statement, asked)
        yield from _filtered(statement, filters)

    return conditions


def events_of_attributes(actor: Actor, asked: ValueQuery, filters: AttributeFilters) -> SqlQuery:
    """The ids of the events that contain what `find_attributes` finds."""
    statement = Statement(actor)
    return statement.query(f"{events_with(statement, asked, filters)} ORDER BY id")


def events_with(statement: Statement, asked: ValueQuery, filters: AttributeFilters) -> str:
    visible = statement.visible()
    conditions = " AND ".join([visible, *found_by(asked, filters)(statement)])
    return (
        "SELECT DISTINCT a.event_id AS id FROM attribute a JOIN event e ON e.id = a.event_id "
        f"WHERE {conditions}"
    )


def attributes_by_id(
    actor: Actor, ids: Sequence[int], *, size: int, deleted: frozenset[bool] = NOT_DELETED
) -> list[FoundAttribute]:
    statement = Statement(actor)
    wanted = f"a.id = ANY({statement.bind(list(ids), 'bigint[]')})"
    visible = f"{statement.event()} AND {statement.attribute(deleted)}"
    limit = statement.bind(size, "bigint")
    sql = FOUND.format(conditions=f"{visible} AND {wanted}", order="a.id DESC", limit=limit)
    return [FoundAttribute(*row) for row in statement.rows(sql)]


def _keyed(values: Sequence[str]) -> list[tuple[int, str]]:
    forms = [
        (form, value)
        for value in values
        for form in dict.fromkeys((value, normalise("ip-dst", value), value.partition("|")[0]))
    ]
    return list(zip(keys_of(form for form, _ in forms), (value for _, value in forms), strict=True))


def _asked_for(statement: Statement, asked: ValueQuery) -> Iterator[str]:
    if asked.meaning is ValueMeaning.NOTHING:
        # A scan of that index alone; the page is then read from its end.
        oldest = f"SELECT timestamp FROM attribute ORDER BY timestamp DESC OFFSET {LATEST} LIMIT 1"
        yield f"a.timestamp >= coalesce(({oldest}), 0)"
    elif asked.meaning is ValueMeaning.PATTERN:
        like = with_patterns(statement, asked.values, BOTH_PARTS)
        if like and are_common(split_items(asked.values)[1]):
            yield like
            return
        source = value_source(statement, asked.values, BOTH_PARTS)
        yield f"a.{source.column} IN (SELECT {source.column} FROM {source.name})"
    else:
        sources = [exact_ids(statement, asked.values)]
        if asked.meaning is ValueMeaning.NETWORK:
            sources.append(_around(statement, asked.values[0]))
        yield f"a.id IN (SELECT id FROM {statement.fence(' UNION '.join(sources))})"


def attributes_with(actor: Actor, values: Sequence[str]) -> SqlQuery:
    statement = Statement(actor)
    visible = statement.visible()
    found = statement.fence(_by_key(statement, values))
    return statement.query(
        f"SELECT DISTINCT a.id FROM {found} f JOIN attribute a ON a.id = f.id JOIN event e ON e.id = a.event_id "
        f"WHERE {SAME.format(text='f.text', row='a')} AND {visible} ORDER BY a.id"
    )


def exact_ids(statement: Statement, values: Sequence[str]) -> str:
    """A SELECT of the ids of attributes with one of `values`, regardless of who may see them."""
    same = SAME.format(text="f.text", row="x")
    return f"SELECT x.id FROM ({_by_key(statement, values)}) f JOIN attribute x ON x.id = f.id WHERE {same}"


def _by_key(statement: Statement, values: Sequence[str]) -> str:
    wanted = _keyed(values)
    return BY_KEY.format(
        keys=statement.bind([key for key, _ in wanted], "bigint[]"),
        texts=statement.bind([text for _, text in wanted], "text[]"),
        only=statement.only_of_events("k.event_id"),
    )


def _around(statement: Statement, text: str) -> str:
    network = ip_network(text, strict=False)
    # By equality with each of the 33 (IPv6: 129) networks that can hold it: a b-tree has these, containment
    # it has not.
    supernets = [str(network.supernet(new_prefix=prefix)) for prefix in range(network.prefixlen + 1)]
    return AROUND.format(
        supernets=statement.bind(supernets, "inet[]"),
        first=statement.bind(str(network), "inet"),
        last=statement.bind(f"{network.broadcast_address}/{network.max_prefixlen}", "inet"),
    )


def _filtered(statement: Statement, filters: AttributeFilters) -> Iterator[str]:
    if filters.type:
        yield f"a.type = {statement.bind(filters.type, 'text')}"
    if filters.category:
        yield f"a.category = {statement.bind(filters.category, 'text')}"
    if filters.to_ids is not None:
        yield f"a.to_ids = {statement.bind(filters.to_ids, 'boolean')}"
    if filters.since:
        yield f"a.timestamp >= extract(epoch FROM {statement.bind(filters.since, 'date')})"
    if filters.until:
        yield f"a.timestamp < extract(epoch FROM {statement.bind(filters.until, 'date')} + 1)"


SAME = "{text} IN (lower({row}.value1), lower({row}.value2), lower({row}.value1 || '|' || {row}.value2))"
"""The value wanted is either part of the attribute's, or both. Keys only say that it may be."""

AROUND = """
SELECT n.attribute_id AS id FROM attribute_network n WHERE n.net = ANY({supernets})
UNION SELECT n.attribute_id FROM attribute_network n
WHERE n.net BETWEEN {first} AND {last} AND n.net <<= {first}
"""

KNOWN = f"""
SELECT w.text, count(DISTINCT f.attribute_id), count(DISTINCT f.event_id),
       array(SELECT o.name FROM organisation o WHERE o.id = ANY(array_agg(DISTINCT f.orgc_id)) ORDER BY o.name)
FROM unnest({{keys}}, {{texts}}) AS w (key, text) CROSS JOIN LATERAL (
    SELECT k.attribute_id, k.event_id, e.orgc_id
    FROM attribute_key k JOIN attribute a ON a.id = k.attribute_id JOIN event e ON e.id = k.event_id
    WHERE k.key = w.key AND {SAME.format(text="lower(w.text)", row="a")} AND {{visible}} LIMIT {COUNTED}
) f
GROUP BY w.text
"""

FOUND = """
SELECT a.id, a.event_id, a.type, a.category, a.object_relation, a.value1, a.value2, a.to_ids, a.comment,
       a.timestamp
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE {conditions}
ORDER BY {order} LIMIT {limit}
"""
