"""Settings that a site administrator changes while the hub runs, under MISP's names where MISP has them.

A room declares its own (``POLICY = Setting("Plugin.Sightings_policy", 0, …)`` in its ``settings.py``) and reads
``POLICY.value``: one indexed query, so every process sees a change at once. What an operator sets before the
start stays in `config.settings`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from vardkase.core.sql import cursor

__all__ = ["Setting", "declared_settings"]

_declared: dict[str, Setting[int] | Setting[bool] | Setting[str]] = {}


@dataclass(frozen=True, slots=True)
class Setting[Value: (int, bool, str)]:
    """One setting.

    `level` is MISP's: 0 critical, 1 recommended, 2 optional. `options` are the permitted values with their
    meaning, where not every value will do; `check` says in words what is wrong with a value, or nothing.
    A `secret` is never told again, by no one.
    """

    name: str
    default: Value
    description: str
    level: int = 1
    options: tuple[tuple[Value, str], ...] = ()
    check: Callable[[Value], str | None] = lambda _value: None
    secret: bool = False

    def __post_init__(self) -> None:
        if self.name in _declared:
            raise RuntimeError(f"setting {self.name} is declared twice")
        _declared[self.name] = self

    @property
    def value(self) -> Value:
        """What holds now: what was set, else the default."""
        row = (
            cursor().execute("SELECT value::text FROM setting_value WHERE name = %s", (self.name,)).fetchone()
        )
        return type(self.default)(json.loads(row[0])) if row else self.default


def declared_settings() -> dict[str, Setting[int] | Setting[bool] | Setting[str]]:
    """Every declared setting by name."""
    return dict(sorted(_declared.items()))
