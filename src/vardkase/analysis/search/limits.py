"""Limits on `%` patterns in one search: patterns too expensive for PostgreSQL are refused before SQL is built."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.analysis.search.filters import Search, Terms
from vardkase.analysis.search.problems import SearchProblem
from vardkase.analysis.search.statement import is_pattern
from vardkase.core.errors import Invalid

MOST_PATTERNS = 100
"""Items with `%` in one filter: each is a search of its own in the trigram indexes."""
MOST_BROAD_PATTERNS = 8
"""Of these, items without three characters in a row (a trigram), for which every row is read."""
MOST_WILDCARDS = 16
"""`%` in one item: LIKE tries each of them at every place."""
TRIGRAM = 3
COMPARED_BY_LIKE = (
    "value", "value1", "value2", "object_name", "tags", "event_tags", "eventinfo",
)  # fmt: skip
"""Fields of Search; patterns of types and the like are compared before the query."""


def check_patterns(search: Search) -> None:
    """Raise Invalid if the search has patterns that are too expensive."""
    for name in COMPARED_BY_LIKE:
        check_terms(name, getattr(search, name))
    if search.pattern:
        check_items("searchall", [search.pattern])


def check_terms(name: str, terms: Terms | None) -> None:
    if terms:
        check_items(name, [item for item in (*terms.wanted, *terms.none_of) if is_pattern(item)])


def check_items(name: str, patterns: Sequence[str]) -> None:
    if len(patterns) > MOST_PATTERNS:
        raise Invalid({name: [SearchProblem.TOO_MANY_PATTERNS(name=name, most=MOST_PATTERNS)]})
    if sum(map(_is_broad, patterns)) > MOST_BROAD_PATTERNS:
        limits = {"most": MOST_BROAD_PATTERNS, "least": TRIGRAM}
        raise Invalid({name: [SearchProblem.TOO_MANY_BROAD_PATTERNS(name=name, **limits)]})
    if any(pattern.count("%") > MOST_WILDCARDS for pattern in patterns):
        raise Invalid({name: [SearchProblem.TOO_MANY_WILDCARDS(name=name, most=MOST_WILDCARDS)]})


def _is_broad(pattern: str) -> bool:
    return max(map(len, pattern.replace("_", "%").split("%"))) < TRIGRAM
