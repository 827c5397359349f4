"""View data of a saved diagnosis."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vardkase.identity.accounts.key_days import last_day
from vardkase.web.audit.details import why

MOMENTS = frozenset({"at", "last_used", "since"})


def with_moments(kept: Any) -> Any:
    """`kept` (JSON) with the times in it as datetimes, of keys the last day, of refusals why in words."""
    if isinstance(kept, list):
        return [with_moments(line) for line in kept]
    if isinstance(kept, dict):
        return {name: _value(name, value) for name, value in kept.items()}
    return kept


def _value(name: str, value: Any) -> Any:
    if name in MOMENTS:
        return datetime.fromisoformat(value) if value else None
    if name == "why":
        return why(str(value))
    if name == "expires":
        return last_day(int(datetime.fromisoformat(value).timestamp())) if value else None
    return with_moments(value)
