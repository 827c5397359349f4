"""One SQL statement under construction: its parameters and its fenced parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vardkase.core.sql import SqlQuery
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    deleted_predicate,
    event_predicate,
    part_predicate,
    reader_parameters,
)


@dataclass(slots=True)
class Statement:
    """What is collected while the conditions of one search are written for one reader."""

    actor: Actor
    parameters: dict[str, Any] = field(default_factory=dict)
    fences: list[str] = field(default_factory=list)

    def bind(self, value: Any, cast: str) -> str:
        """The SQL of a new parameter; the cast keeps one text for all values, so it can stay prepared."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s::{cast}"

    def fence(self, sql: str) -> str:
        """The name of a CTE that PostgreSQL evaluates first, whatever it thinks of the rest.

        The way to an order and a limit is often wrongly thought cheaper than a selective index.
        """
        name = f"found{len(self.fences)}"
        self.fences.append(f"{name} AS MATERIALIZED ({sql})")
        return name

    def query(self, select: str) -> SqlQuery:
        """The whole statement."""
        fences = f"WITH {', '.join(self.fences)} " if self.fences else ""
        return SqlQuery(fences + select, {**reader_parameters(self.actor), **self.parameters})

    def event(self, event: str = "e") -> str:
        """SQL: the event may be read."""
        return event_predicate(self.actor, event)

    def attribute(self, deleted: frozenset[bool], attribute: str = "a", event: str = "e") -> str:
        """SQL: an attribute of a readable event may be read, and is deleted or not as asked."""
        visible = attribute_predicate(self.actor, attribute, event)
        return f"{visible} AND {self._deleted(deleted, attribute, event)}"

    def object(self, deleted: frozenset[bool]) -> str:
        """SQL: object `o` of a readable event `e` may be read, and is deleted or not as asked."""
        return f"{part_predicate(self.actor, 'o')} AND {self._deleted(deleted, 'o', 'e')}"

    def _deleted(self, deleted: frozenset[bool], part: str, event: str) -> str:
        if True not in deleted:
            return f"NOT {part}.deleted"
        only = f"{part}.deleted AND " if False not in deleted else ""
        return only + deleted_predicate(self.actor, part, event)


def like_patterns(item: str) -> list[str]:
    """An item with `%` as patterns of LIKE: a backslash means itself, or, doubled as MISP's clients do, one."""
    if "\\" not in item:
        return [item]
    doubled = [item] if item.replace("\\\\", "").count("\\") == 0 else []
    return [item.replace("\\", "\\\\"), *doubled]


def is_pattern(item: str) -> bool:
    """Whether an item has a `%` at its start or end."""
    return item.startswith("%") or item.endswith("%")


def split_items(items: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The exact items, and the patterns."""
    exact = [item for item in items if not is_pattern(item)]
    return exact, [pattern for item in items if is_pattern(item) for pattern in like_patterns(item)]


def containing(text: str) -> str:
    """A pattern of LIKE for texts that contain `text`, in which nothing is special."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
