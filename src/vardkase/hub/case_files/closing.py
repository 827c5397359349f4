"""Documents that nobody reads for now: packages whose cases hold copies of events register which."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

_rules: dict[str, Callable[[], Q]] = {}


def close_documents(thing_kind: str, rule: Callable[[], Q]) -> None:
    """`rule`: which documents of cases about things of this kind are closed."""
    _rules[thing_kind] = rule


def closed() -> Q:
    """The documents that are closed now, in the terms of `CaseDocument`."""
    found = Q(pk__in=[])
    for thing_kind, rule in _rules.items():
        found |= Q(case_file__thing_kind=thing_kind) & rule()
    return found
