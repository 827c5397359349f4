"""Search conditions on an attribute (alias `a`), each a separate filter.

On attributes all filters hold for one row. On events and objects each filter asks for some attribute of
theirs, so that two filters may be met by two different attributes (restsearch.md §2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from vardkase.analysis.search import resolve
from vardkase.analysis.search.event_conditions import range_condition, text_condition
from vardkase.analysis.search.filters import Scope, Search, Terms
from vardkase.analysis.search.statement import Statement, is_pattern, split_items
from vardkase.analysis.search.values import (
    BOTH_PARTS,
    Source,
    are_common,
    value_source,
    with_patterns,
    without_values,
)
from vardkase.intel.proposals.settings import BLOCK_ATTRIBUTES
from vardkase.misp.flags import as_bool
from vardkase.misp.types import CATEGORIES, TYPES


@dataclass(frozen=True, slots=True)
class RowFilter:
    """`is_common`: so many attributes meet the condition that each event is asked for one."""

    condition: str = "TRUE"
    source: Source | None = None
    is_common: bool = False


def attribute_filters(statement: Statement, search: Search) -> Iterator[RowFilter]:
    for terms, columns in (
        (search.value, BOTH_PARTS),
        (search.value1, ("value1",)),
        (search.value2, ("value2",)),
    ):
        if terms:
            yield _with_value(statement, search, terms, columns)
    if search.type:
        mail = search.scope is not Scope.OBJECTS
        yield _known(statement, search, "type", search.type, TYPES, fold=True, mail=mail)
    if search.category:
        yield _known(statement, search, "category", search.category, CATEGORIES, fold=False)
    if search.object_relation:
        condition = text_condition(statement, "a.object_relation", search.object_relation, fold=False)
        exact, patterns = split_items(search.object_relation.wanted)
        yield RowFilter(condition, is_common=_is_common(search, "object_relation", () if patterns else exact))
    if search.to_ids is not None:
        yield RowFilter("a.to_ids" if True in search.to_ids else "NOT a.to_ids")


def _with_value(statement: Statement, search: Search, terms: Terms, columns: tuple[str, ...]) -> RowFilter:
    condition = without_values(statement, terms, columns) if terms.none_of else "TRUE"
    if not terms.wanted:
        return RowFilter(condition)
    is_limited = search.scope is Scope.ATTRIBUTES
    patterns = split_items(terms.wanted)[1]
    may_be_common = not statement.in_order and search.scope is not Scope.OBJECTS and bool(patterns)
    is_common = may_be_common and are_common(patterns)
    if statement.in_order or is_common:
        like = with_patterns(statement, terms.wanted, columns)
        if like:
            return RowFilter(f"{condition} AND {like}", is_common=is_common)
    return RowFilter(condition, value_source(statement, terms.wanted, columns, is_limited=is_limited))


def own_columns(statement: Statement, search: Search) -> Iterator[str]:
    yield from range_condition(statement, "a.timestamp", search.timestamp)
    yield from range_condition(statement, "a.first_seen", search.first_seen)
    yield from range_condition(statement, "a.last_seen", search.last_seen)
    if search.sharing_group is not None:
        groups = statement.bind(list(search.sharing_group), "bigint[]")
        yield f"(a.sharing_group_id = ANY({groups}) OR e.sharing_group_id = ANY({groups}))"
    if search.after_id is not None:
        yield f"a.id > {statement.bind(search.after_id, 'bigint')}"


def undisputed(search: Search) -> Iterator[str]:
    """Excludes attributes with a proposal to delete them or clear `to_ids`, if the hub is configured to hold
    them back."""
    if as_bool(search.options.get("allow_proposal_blocking")) and BLOCK_ATTRIBUTES.value:
        yield UNDISPUTED


def uuid_filter(statement: Statement, terms: Terms) -> RowFilter:
    condition, source = "TRUE", None
    if terms.none_of:
        none = statement.bind(resolve.uuids_in(terms.none_of), "uuid[]")
        condition = f"a.uuid <> ALL({none}) AND e.uuid <> ALL({none})"
    if terms.wanted:
        wanted = statement.bind(resolve.uuids_in(terms.wanted), "uuid[]")
        source = Source(
            statement.fence(
                f"SELECT x.id FROM attribute x WHERE x.uuid = ANY({wanted}) UNION "
                f"SELECT x.id FROM event y JOIN attribute x ON x.event_id = y.id WHERE y.uuid = ANY({wanted})"
            )
        )
    return RowFilter(condition, source)


def _known(
    statement: Statement,
    search: Search,
    column: str,
    terms: Terms,
    names: Iterable[str],
    *,
    fold: bool,
    mail: bool = False,
) -> RowFilter:
    conditions, wanted = [], set[str]()
    if terms.wanted:
        wanted = _matching(terms.wanted, names, fold=fold)
        # As MISP does: on events and attributes either type also finds the type `email`.
        if mail and wanted & {"email-src", "email-dst"}:
            wanted.add("email")
        conditions.append(f"a.{column} = ANY({statement.bind(sorted(wanted), 'text[]')})")
    if terms.none_of:
        unwanted = _matching(terms.none_of, names, fold=fold)
        conditions.append(f"a.{column} <> ALL({statement.bind(sorted(unwanted), 'text[]')})")
    return RowFilter(" AND ".join(conditions), is_common=_is_common(search, column, sorted(wanted)))


def _is_common(search: Search, column: str, wanted: Sequence[str]) -> bool:
    return search.scope is Scope.EVENTS and bool(wanted) and resolve.is_common(column, wanted)


def _matching(items: Iterable[str], names: Iterable[str], *, fold: bool) -> set[str]:
    folded = str.lower if fold else str
    flags = re.IGNORECASE if fold else re.NOFLAG
    patterns = {item for item in items if is_pattern(item)}
    exact = {folded(item) for item in items if item not in patterns}
    found = {name for name in names if folded(name) in exact}
    for pattern in patterns:
        # Each piece but the last is matched at its first occurrence, without backtracking over `%`: with a
        # plain `.*` for each, a dozen of them would take exponential time.
        first, *middle, last = (
            "".join("." if character == "_" else re.escape(character) for character in text)
            for text in pattern.split("%")
        )
        expression = re.compile(first + "".join(f"(?>.*?{piece})" for piece in middle) + f".*{last}", flags)
        found.update(name for name in names if expression.fullmatch(name))
    return found


# A proposal without `to_ids` for the same value is one to clear the flag.
UNDISPUTED = """NOT EXISTS (SELECT 1 FROM proposal s WHERE s.attribute_id = a.id AND NOT s.deleted AND (
    s.to_delete OR (NOT s.to_ids AND s.value1 = a.value1 AND s.value2 IS NOT DISTINCT FROM a.value2)))"""
