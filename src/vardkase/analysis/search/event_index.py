"""Filters of events/index, which have their own grammar (restsearch.md §8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from vardkase.analysis.search import filter_values as read
from vardkase.analysis.search import resolve
from vardkase.analysis.search.event_conditions import changed_condition, published_condition
from vardkase.analysis.search.filters import Range, Terms
from vardkase.analysis.search.limits import check_items, check_terms
from vardkase.analysis.search.problems import SearchProblem
from vardkase.analysis.search.statement import NOT_DELETED, Statement, containing, like_patterns
from vardkase.analysis.search.tag_conditions import ON_EVENT
from vardkase.analysis.search.values import BOTH_PARTS, pattern_sources, value_source
from vardkase.core.clock import now_seconds
from vardkase.core.openpgp.instance_key import instance_fingerprint
from vardkase.core.sql import SqlQuery
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import (
    event_publish_timestamp,
    event_published,
    event_sighting_timestamp,
    event_timestamp,
    proposals_are_waiting,
)
from vardkase.identity.access.visibility import proposal_predicate, report_predicate
from vardkase.intel.queries.attribute_counts import visible_attribute_count
from vardkase.intel.rules import must_sign
from vardkase.misp.flags import as_bool

SORTS = frozenset(
    (
        "id",
        "date",
        "info",
        "uuid",
        "org_id",
        "orgc_id",
        "published",
        "analysis",
        "attribute_count",
        "timestamp",
        "publish_timestamp",
        "distribution",
        "threat_level_id",
        "sharing_group_id",
        "user_id",
    )
)


def event_index_query(actor: Actor, given: Mapping[str, Any], now: int | None = None) -> SqlQuery:
    """The events that match the filters in `given`, in the requested order, not paged.

    `given`: body and named parameters; names may have the prefix `search`. The minimal list, which peers pull
    by, omits for sync users protected events that the hub cannot sign. Raises Invalid for filters that cannot
    be parsed; unknown names are ignored.
    """
    moment = now_seconds() if now is None else now
    # `searchDatefrom` → `datefrom`; `searchall` → `all`.
    filters = {
        name.lower().removeprefix("search"): value
        for name, value in given.items()
        if value is not None and value not in ("", [], {})
    }
    statement = Statement(actor)
    conditions = [statement.event()]
    for name, value in filters.items():
        if (condition := CONDITIONS.get(name)) is not None:
            conditions.extend(condition(statement, value))
    for name, condition_of in TIMES.items():
        if name in filters:
            conditions.extend(condition_of(statement, read.moments(filters[name], moment)))
    if as_bool(filters.get("minimal")) and must_sign(actor, protected=True):
        own = statement.bind(instance_fingerprint() or "", "text")
        signable = (
            "(e.protected IS NOT TRUE OR EXISTS (SELECT 1 FROM cryptographic_key k "
            f"WHERE k.event_id = e.id AND NOT k.revoked AND k.fingerprint = {own}))"
        )
        conditions.append(signable)
    return statement.query(
        f"SELECT e.id FROM event e WHERE {' AND '.join(conditions)} ORDER BY {_order(actor, filters)}"
    )


SORTED_FOR_READER = {
    "attribute_count": visible_attribute_count,
    "timestamp": event_timestamp,
    "sighting_timestamp": event_sighting_timestamp,
    "publish_timestamp": event_publish_timestamp,
    "published": event_published,
    "proposal_email_lock": proposals_are_waiting,
}


def _order(actor: Actor, filters: Mapping[str, Any]) -> str:
    column = str(filters.get("sort") or filters.get("order") or "id").rpartition(".")[2]
    if column not in SORTS:
        return "e.id"
    descending = str(filters.get("direction", "")).lower() == "desc"
    by = SORTED_FOR_READER[column](actor) if column in SORTED_FOR_READER else f"e.{column}"
    return f"{by}{' DESC' if descending else ''}, e.id"


def _items(value: Any) -> Terms | None:
    return read.terms(value.split("|") if isinstance(value, str) else value)


def numbers_condition(column: str) -> Callable[[Statement, Any], Iterator[str]]:
    def condition(statement: Statement, value: Any) -> Iterator[str]:
        yield from _members(statement, column, _items(value), resolve.ids_in)

    return condition


def _members(
    statement: Statement, column: str, terms: Terms | None, ids: Callable[[Sequence[str]], list[int]]
) -> Iterator[str]:
    if terms and terms.wanted:
        yield f"{column} = ANY({statement.bind(ids(terms.wanted), 'bigint[]')})"
    if terms and terms.none_of:
        yield f"{column} <> ALL({statement.bind(ids(terms.none_of), 'bigint[]')})"


def events_condition(statement: Statement, value: Any) -> Iterator[str]:
    yield from _members(statement, "e.id", _items(value), resolve.event_ids)


def creators_condition(statement: Statement, value: Any) -> Iterator[str]:
    yield from _members(
        statement, "e.orgc_id", _items(value), partial(resolve.organisation_ids, any_case=True)
    )


def tags_condition(statement: Statement, value: Any) -> Iterator[str]:
    if isinstance(value, str) and "&" in value:
        value = {"AND": value.split("&")}
    terms = _items(value)
    if terms is None:
        return
    read.require_few("tags", terms.all_of, SearchProblem.TOO_MANY_TAGS)
    check_terms("tags", terms)
    for items in ((terms.any_of,) if terms.any_of else ()) + tuple((item,) for item in terms.all_of):
        yield ON_EVENT.format(tags=statement.bind(resolve.tag_ids(items), "bigint[]"))
    if terms.none_of:
        yield f"NOT {ON_EVENT.format(tags=statement.bind(resolve.tag_ids(terms.none_of), 'bigint[]'))}"


def info_condition(statement: Statement, value: Any) -> Iterator[str]:
    terms = _items(value)
    for items, template in (
        (terms.wanted if terms else (), "e.info ILIKE ANY({})"),
        (terms.none_of if terms else (), "e.info NOT ILIKE ALL({})"),
    ):
        if items:
            yield template.format(statement.bind(_parts("eventinfo", items), "text[]"))


def _parts(name: str, items: Sequence[str]) -> list[str]:
    parts = [f"%{item}%" for item in items]
    check_items(name, parts)
    return [pattern for part in parts for pattern in like_patterns(part)]


def attribute_condition(statement: Statement, value: Any) -> Iterator[str]:
    terms = _items(value)
    for items, word in ((terms.wanted if terms else (), "IN"), (terms.none_of if terms else (), "NOT IN")):
        if items:
            found = statement.fence(" UNION ".join(pattern_sources(statement, _parts("attribute", items))))
            yield f"e.id {word} ({_events_of(statement, found)})"


def value_condition(statement: Statement, value: Any) -> Iterator[str]:
    terms = _items(value)
    check_terms("value", terms)
    if terms and terms.wanted:
        source = value_source(statement, terms.wanted, BOTH_PARTS)
        check = source.check.format(found="f")
        yield f"e.id IN ({_events_of(statement, source.name, check, source.column)})"


def _events_of(statement: Statement, found: str, check: str = "TRUE", column: str = "id") -> str:
    return (
        f"SELECT a.event_id FROM {found} f JOIN attribute a ON a.{column} = f.{column} "
        f"JOIN event v ON v.id = a.event_id WHERE {check} AND {statement.attribute(NOT_DELETED, 'a', 'v')}"
    )


def anywhere_condition(statement: Statement, value: Any) -> Iterator[str]:
    text = read.plain_text(value)
    if text is None:
        return
    pattern = statement.bind(containing(text), "text")
    visible = statement.attribute(NOT_DELETED, "a", "v")
    values = " UNION ".join(pattern_sources(statement, [containing(text)]))
    found = statement.fence(
        f"""
        SELECT id FROM event WHERE info ILIKE {pattern} OR uuid::text ILIKE {pattern}
        UNION SELECT a.event_id FROM ({values}) f JOIN attribute a ON a.id = f.id
              JOIN event v ON v.id = a.event_id WHERE {visible}
        UNION SELECT a.event_id FROM attribute a JOIN event v ON v.id = a.event_id
              WHERE a.comment <> '' AND a.comment ILIKE {pattern} AND {visible}
        UNION SELECT t.event_id FROM event_tag t JOIN tag ON tag.id = t.tag_id WHERE tag.name ILIKE {pattern}
        UNION SELECT v.id FROM event v JOIN organisation o ON o.id IN (v.org_id, v.orgc_id)
              WHERE o.name ILIKE {pattern}
        """
    )
    yield f"e.id IN (SELECT id FROM {found})"


def publication_condition(statement: Statement, value: Any) -> Iterator[str]:
    wanted = _yes_or_no(value)
    if wanted is not None:
        yield f"{event_published(statement.actor)} = {statement.bind(True in wanted, 'boolean')}"


def _yes_or_no(value: Any) -> frozenset[bool] | None:
    # 2 is MISP's word for both.
    return None if str(value) == "2" else read.flags(value)


def email_condition(statement: Statement, value: Any) -> Iterator[str]:
    pattern = statement.bind(containing(read.plain_text(value) or ""), "text")
    # Others than site administrators find their own events only: whose address created one is not theirs to know.
    own = (
        ""
        if statement.actor.is_site_admin
        else f" AND u.id = {statement.bind(statement.actor.user_id, 'bigint')}"
    )
    yield f"e.user_id IN (SELECT u.id FROM account u WHERE u.email ILIKE {pattern}{own})"


def proposals_condition(statement: Statement, value: Any) -> Iterator[str]:
    wanted = _yes_or_no(value)
    if wanted is not None:
        open_ones = (
            "SELECT 1 FROM proposal s LEFT JOIN attribute a ON a.id = s.attribute_id "
            f"WHERE s.event_id = e.id AND NOT s.deleted AND {proposal_predicate(statement.actor)}"
        )
        yield f"{'' if True in wanted else 'NOT '}EXISTS ({open_ones})"


def minimal_condition(statement: Statement, value: Any) -> Iterator[str]:
    # The list that peers pull by: an event without attributes and reports has nothing for them.
    if as_bool(value):
        report = f"r.event_id = e.id AND {report_predicate(statement.actor, 'r')}"
        count = visible_attribute_count(statement.actor)
        yield f"({count} > 0 OR EXISTS (SELECT 1 FROM event_report r WHERE {report}))"


def date_condition(comparison: str) -> Callable[[Statement, Any], Iterator[str]]:
    def condition(statement: Statement, value: Any) -> Iterator[str]:
        days = read.days(value, None, None, now_seconds())
        if days and days.start:
            yield f"e.date {comparison} {statement.bind(days.start, 'date')}"

    return condition


CONDITIONS: dict[str, Callable[[Statement, Any], Iterator[str]]] = {
    "all": anywhere_condition,
    "attribute": attribute_condition,
    "value": value_condition,
    "eventid": events_condition,
    "eventinfo": info_condition,
    "org": creators_condition,
    "tag": tags_condition,
    "tags": tags_condition,
    "published": publication_condition,
    "email": email_condition,
    "minimal": minimal_condition,
    "hasproposal": proposals_condition,
    "datefrom": date_condition(">="),
    "dateuntil": date_condition("<="),
    "distribution": numbers_condition("e.distribution"),
    "sharinggroup": numbers_condition("e.sharing_group_id"),
    "analysis": numbers_condition("e.analysis"),
    "threatlevel": numbers_condition("e.threat_level_id"),
}


TIMES: dict[str, Callable[[Statement, Range | None], Iterator[str]]] = {
    "timestamp": changed_condition,
    "publishtimestamp": published_condition,
    "publish_timestamp": published_condition,
}

FILTERS = (*CONDITIONS, *TIMES)
"""What the index can be filtered by; each name may also be written with the prefix `search`."""
