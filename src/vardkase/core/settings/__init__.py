"""Run-time settings for site administrators, under MISP's names where MISP has them.

A package declares its own (``POLICY = Setting("Plugin.Sightings_policy", 0, …)`` in its ``settings.py``) and reads
``POLICY.value``: one indexed query, so every process sees a change at once. What an operator sets before the
start stays in `config.settings`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from vardkase.core.change_origin import ChangedBy
from vardkase.core.hooks import Hook
from vardkase.core.problems import Problem, Text
from vardkase.core.settings.sealing import opened, sealed
from vardkase.core.sql import PreparedQuery, cursor

__all__ = [
    "AnySetting",
    "Family",
    "Setting",
    "add_family",
    "changed",
    "declared_settings",
    "find_setting",
    "set_unless_set",
    "settings_of_families",
    "stored_values",
]

_declared: dict[str, AnySetting] = {}

VALUE = PreparedQuery("SELECT value::text FROM setting_value WHERE name = $1")


@dataclass(frozen=True, slots=True)
class Setting[Value: (int, bool, str)]:
    """A setting.

    `level` is MISP's: 0 critical, 1 recommended, 2 optional. `options` are the permitted values with their
    meaning, if limited; `check` returns what is wrong with a value, or nothing. A `secret` is stored
    encrypted and never shown again. `changed_by` says who may change it. `opens_way_in`: it affects who can
    sign in, or for how long, so API keys with limits may not change it.
    """

    name: str
    default: Value
    description: Text
    level: int = 1
    options: tuple[tuple[Value, Text], ...] = ()
    check: Callable[[Value], Problem | None] = lambda _value: None
    secret: bool = False
    changed_by: ChangedBy = field(kw_only=True)
    opens_way_in: bool = field(default=False, kw_only=True)
    declared: bool = True
    """False for those that a `Family` makes when they are asked for."""

    def __post_init__(self) -> None:
        if not self.declared:
            return
        if self.name in _declared:
            raise RuntimeError(f"setting {self.name} is declared twice")
        _declared[self.name] = self

    @property
    def value(self) -> Value:
        """The current value, or the default. Raises InvalidToken for a secret encrypted under another
        SECRET_KEY."""
        rows = VALUE.rows(self.name)
        return type(self.default)(opened(json.loads(rows[0][0]))) if rows else self.default


type AnySetting = Setting[int] | Setting[bool] | Setting[str]


class Family(Protocol):
    """Settings that appear and disappear at run time, such as those of the modules that a server offers."""

    def find(self, name: str) -> AnySetting | None: ...

    def every(self) -> Iterable[AnySetting]: ...


_families: list[Family] = []

changed: Hook[str] = Hook("changed")
"""A site administrator has given the setting of this name another value; in the same transaction."""


def add_family(family: Family) -> None:
    _families.append(family)


def declared_settings() -> dict[str, AnySetting]:
    return dict(sorted(_declared.items()))


def find_setting(name: str) -> AnySetting | None:
    if name in _declared:
        return _declared[name]
    return next((setting for family in _families if (setting := family.find(name)) is not None), None)


def set_unless_set(setting: AnySetting, value: bool | int | str) -> None:
    """Set `setting` unless a concurrent writer already has: for values that the hub generates on first use."""
    kept = json.dumps(sealed(value) if setting.secret else value)
    # The first of two processes wins: get_or_create would raise in the other, and end its transaction.
    cursor().execute(
        "INSERT INTO setting_value (name, value, changed) VALUES (%s, %s, now()) ON CONFLICT (name) DO NOTHING",
        (setting.name, kept),
    )


def settings_of_families() -> Iterator[AnySetting]:
    for family in _families:
        yield from family.every()


def stored_values(start: str) -> dict[str, Any]:
    """The stored values of settings whose names begin with `start`; one query."""
    rows = cursor().execute(
        "SELECT name, value::text FROM setting_value WHERE starts_with(name, %s)", (start,)
    )
    return {name: opened(json.loads(value)) for name, value in rows.fetchall()}
