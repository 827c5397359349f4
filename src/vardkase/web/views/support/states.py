"""A kept diagnosis as pages show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

MOMENTS = frozenset({"at", "expires", "last_used", "since"})


def with_moments(kept: Any) -> Any:
    """`kept` (JSON) with the times in it as datetimes."""
    if isinstance(kept, list):
        return [with_moments(each) for each in kept]
    if isinstance(kept, dict):
        return {name: _value(name, value) for name, value in kept.items()}
    return kept


def _value(name: str, value: Any) -> Any:
    if name in MOMENTS:
        return datetime.fromisoformat(value) if value else None
    return with_moments(value)
