"""Filters that are stored to be searched with later, by a saved search or a TAXII collection."""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet
from typing import Any

from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parameters import accepted
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.problems import SearchProblem
from vardkase.core.errors import Invalid

LONGEST = 30_000
"""Characters of the filters as JSON."""
OF_ONE_CALL = frozenset(("limit", "page", "after_id", "returnFormat"))
"""What each call chooses for itself."""


def kept_filters(scope: Scope, filters: Any, left_out: AbstractSet[str] = OF_ONE_CALL) -> dict[str, Any]:
    """The filters, if a search can be made of all of them and none is in `left_out`.

    Raises Invalid without the name of a field.
    """
    if not isinstance(filters, dict):
        raise Invalid(SearchProblem.NOT_AN_OBJECT())
    if len(json.dumps(filters)) > LONGEST:
        raise Invalid(SearchProblem.FILTERS_TOO_LONG(most=LONGEST))
    known = accepted(scope, filters)
    given = {name for name, value in filters.items() if value is not None}
    if unknown := given - known.keys():
        raise Invalid(SearchProblem.UNKNOWN_FILTER(name=min(map(str, unknown))[:40]))
    if taken := known.keys() & left_out:
        raise Invalid(SearchProblem.FILTER_NOT_KEPT(name=min(taken)))
    try:
        parse(scope, known)
    except Invalid as error:
        raise Invalid(error.problem) from None
    return known
