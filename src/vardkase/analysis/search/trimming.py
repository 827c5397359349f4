"""What an event search omits from the events it returns (restsearch.md §2)."""

from __future__ import annotations

from collections.abc import Iterator

from vardkase.analysis.search import resolve
from vardkase.analysis.search.attribute_conditions import undisputed
from vardkase.analysis.search.filters import Search
from vardkase.analysis.search.statement import Statement
from vardkase.analysis.search.tag_conditions import ON_ATTRIBUTE


def trim_conditions(statement: Statement, search: Search) -> Iterator[str]:
    """SQL over the attributes `a` that remain in the event, apart from `deleted` and `to_ids`."""
    if search.tags and (unwanted := resolve.tag_ids(search.tags.none_of)):
        yield f"NOT {ON_ATTRIBUTE.format(tags=statement.bind(unwanted, 'bigint[]'))}"
    if search.distribution is not None:
        yield f"a.distribution = ANY({statement.bind(list(search.distribution), 'bigint[]')})"
    yield from undisputed(search)


def kept_attributes(statement: Statement, search: Search) -> str:
    conditions = [statement.event(), statement.attribute(search.deleted), *trim_conditions(statement, search)]
    if search.to_ids is not None:
        conditions.append("a.to_ids" if True in search.to_ids else "NOT a.to_ids")
    return " AND ".join(conditions)
