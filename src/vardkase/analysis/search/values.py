"""Finding attributes by value: exact values through correlation keys, patterns through trigram indexes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from vardkase.analysis.correlation.keys import keys_of
from vardkase.analysis.search import resolve
from vardkase.analysis.search.filters import Terms
from vardkase.analysis.search.statement import Statement, split_items
from vardkase.core.sql import cursor
from vardkase.misp.types import HASH_TYPES

BOTH_PARTS = ("value1", "value2")
HASHES = ", ".join(f"'{name}'" for name in sorted(HASH_TYPES))
"""Constants in the SQL: only so does PostgreSQL see that the partial trigram index applies."""
HEXADECIMAL = re.compile(r"[0-9a-fA-F%_]*")

# Keys first; the texts are compared afterwards, on the row that is read anyway, in the table's order.
# The subqueries keep PostgreSQL from seeing how long the arrays are. Otherwise it would plan each search anew, which
# takes eight times as long as running it, and for ten thousand values read the whole table.
BY_KEY = """
SELECT k.attribute_id AS id, lower(w.text) AS text
FROM unnest((SELECT {keys}), (SELECT {texts})) AS w (key, text)
JOIN attribute_key k ON k.key = w.key{only}
ORDER BY k.attribute_id
"""

SAMPLED_PAGES = 100
SIZE = "SELECT reltuples, greatest(relpages, 1) FROM pg_class WHERE oid = 'attribute'::regclass"
MATCHING = """
SELECT count(*) FROM attribute TABLESAMPLE SYSTEM (%(percent)s) WHERE value1 ILIKE ANY(%(patterns)s::text[])
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A materialised list of attributes, by `column`: their ids, or where PostgreSQL keeps their rows.

    `check`: a further condition on its rows, over `a` and `{found}`. `repeats`: an attribute may appear once
    for each part of its value. `has_ids`: by which to put them in order before their rows are read.
    """

    name: str
    column: str = "id"
    check: str = "TRUE"
    repeats: bool = False
    has_ids: bool = False


def value_source(
    statement: Statement, items: tuple[str, ...], columns: tuple[str, ...], *, is_limited: bool = False
) -> Source:
    """`is_limited`: the first rows are all that is wanted."""
    exact, patterns = split_items(tuple(_normalised(item) for item in items))
    if not patterns:
        check = _same_text("a", "{found}", columns)
        return Source(statement.fence(_by_key(statement, exact)), check=check, repeats=len(exact) > 1)
    # A search for a pattern has been at the row: by its place (valid within a statement) no index is needed again.
    branches = list(_by_pattern(statement, patterns, columns, "ctid, x.id"))
    if not exact and is_limited:
        # They have no row in common, so that a limit is reached without reading everything.
        return Source(statement.fence(" UNION ALL ".join(branches)), "ctid", has_ids=True)
    if exact:
        check = _same_text("x", "f", columns)
        keyed = _by_key(statement, exact)
        branches.append(f"SELECT x.ctid, x.id FROM ({keyed}) f JOIN attribute x ON x.id = f.id WHERE {check}")
    return Source(statement.fence(" UNION ".join(branches)), "ctid", has_ids=True)


def with_patterns(statement: Statement, items: tuple[str, ...], columns: tuple[str, ...]) -> str | None:
    """A condition on a row that is read anyway; None unless all items are patterns."""
    exact, patterns = split_items(tuple(_normalised(item) for item in items))
    if exact or not patterns:
        return None
    wanted = statement.bind(patterns, "text[]")
    return f"({' OR '.join(f'a.{column} ILIKE ANY({wanted})' for column in columns)})"


def sampled() -> tuple[float, float]:
    """How many attributes the store has, about, and the share of them on SAMPLED_PAGES."""
    rows, pages = cursor().execute(SIZE).fetchall()[0]
    return rows, min(SAMPLED_PAGES / pages, 1)


def are_common(patterns: Sequence[str]) -> bool:
    """Whether so many values contain one of `patterns`, by a sample, that asking each event for one is faster than
    listing them."""
    _rows, share = sampled()
    parameters = {"patterns": list(patterns), "percent": share * 100}
    matching = cursor().execute(MATCHING, parameters).fetchall()[0][0]
    return bool(matching >= resolve.COMMON * share)


def without_values(statement: Statement, terms: Terms, columns: tuple[str, ...]) -> str:
    exact, patterns = split_items(tuple(_normalised(item) for item in terms.none_of))
    conditions = []
    for column in columns:
        text = f"coalesce(a.{column}, '')" if column == "value2" else f"a.{column}"
        if exact:
            items = statement.bind([item.lower() for item in exact], "text[]")
            conditions.append(f"lower({text}) <> ALL({items})")
        if patterns:
            conditions.append(f"{text} NOT ILIKE ALL({statement.bind(patterns, 'text[]')})")
    return " AND ".join(conditions)


def pattern_sources(statement: Statement, patterns: list[str]) -> list[str]:
    return list(_by_pattern(statement, patterns, BOTH_PARTS, "id"))


def _by_key(statement: Statement, items: list[str]) -> str:
    wanted = dict(zip(keys_of(items), items, strict=True))
    keys = statement.bind(list(wanted), "bigint[]")
    texts = statement.bind(list(wanted.values()), "text[]")
    return BY_KEY.format(keys=keys, texts=texts, only=statement.only_of_events("k.event_id"))


def _by_pattern(
    statement: Statement, patterns: list[str], columns: tuple[str, ...], chosen: str
) -> list[str]:
    """SELECTs that have no row in common. Hash types are not in the trigram index; they are scanned only for patterns
    of hexadecimal digits.
    """
    branches = []
    only = statement.only_of_events("x.event_id")
    wanted = statement.bind(patterns, "text[]")
    if "value1" in columns:
        like = f"x.value1 ILIKE ANY({wanted})"
        branches.append(f"SELECT x.{chosen} FROM attribute x WHERE x.type NOT IN ({HASHES}) AND {like}{only}")
        if hexadecimal := [pattern for pattern in patterns if HEXADECIMAL.fullmatch(pattern)]:
            like = f"x.value1 ILIKE ANY({statement.bind(hexadecimal, 'text[]')})"
            branches.append(f"SELECT x.{chosen} FROM attribute x WHERE x.type IN ({HASHES}) AND {like}{only}")
    if "value2" in columns:
        first = f" AND NOT x.value1 ILIKE ANY({wanted})" if "value1" in columns else ""
        like = f"x.value2 IS NOT NULL AND x.value2 ILIKE ANY({wanted}){first}"
        branches.append(f"SELECT x.{chosen} FROM attribute x WHERE {like}{only}")
    return branches


def _same_text(row: str, found: str, columns: tuple[str, ...]) -> str:
    texts = (f"lower(btrim({row}.{column}, E' \\t\\r\\n'))" for column in columns)
    return "(" + " OR ".join(f"{text} = {found}.text" for text in texts) + ")"


def _normalised(item: str) -> str:
    """An IPv6 address in its short (stored) form; other items unchanged."""
    if item.count(":") < 2:
        return item
    try:
        return str(ip_address(item))
    except ValueError:
        return item
