"""Builder for one SQL statement: its parameters and its fenced parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from vardkase.core.paging import PagePosition, place_parameters
from vardkase.core.sql import SqlQuery, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    deleted_predicate,
    event_predicate,
    object_predicate,
    reader_parameters,
)

NOT_DELETED = frozenset((False,))
ONE_BY_ONE = " OFFSET 0"
"""Keeps PostgreSQL from reading all such rows at once to join them: the first of each event is enough."""


@dataclass(slots=True)
class Statement:
    """`events`: only these are looked at, as if the store held no others. `in_order`: attributes are read in the order
    of the result until there are enough, and what is common among them is compared row by row. `by_time`: by
    the index of their times. `found_id`: where ids
    of attributes stand before their rows are read, if anywhere.
    """

    actor: Actor
    events: Sequence[int] | None = None
    in_order: bool = False
    by_time: bool = False
    found_id: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    fences: list[str] = field(default_factory=list)

    def bind(self, value: Any, cast: str) -> str:
        """The SQL of a new parameter. The cast keeps the statement text constant for all values, so that it
        can be prepared."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s::{cast}"

    def fence(self, sql: str) -> str:
        """The name of a materialised CTE that PostgreSQL evaluates first.

        The planner often prefers the index for order and limit to a selective one.
        """
        name = f"found{len(self.fences)}"
        self.fences.append(f"{name} AS MATERIALIZED ({sql})")
        return name

    def query(self, select: str) -> SqlQuery:
        fences = f"WITH {', '.join(self.fences)} " if self.fences else ""
        return SqlQuery(fences + select, {**reader_parameters(self.actor), **self.parameters})

    def rows(self, select: str, place: PagePosition | None = None) -> list[tuple[Any, ...]]:
        """What `select` finds; it may use the parameters of `place`."""
        query = self.query(select)
        return cursor().execute(query.sql, {**query.parameters, **place_parameters(place)}).fetchall()

    def visible(self) -> str:
        """SQL: attribute `a`, not deleted, and its event `e`."""
        return f"{self.event()} AND {self.attribute(NOT_DELETED)}"

    def event(self, event: str = "e") -> str:
        return event_predicate(self.actor, event) + self.only_of_events(f"{event}.id")

    def only_of_events(self, column: str) -> str:
        """SQL that keeps rows with another event's id in `column` from being looked at; empty if all may be."""
        if self.events is None:
            return ""
        self.parameters["only_events"] = list(self.events)
        return f" AND {column} = ANY(%(only_events)s::bigint[])"

    def attribute(self, deleted: frozenset[bool], attribute: str = "a", event: str = "e") -> str:
        visible = attribute_predicate(self.actor, attribute, event)
        return f"{visible} AND {self._deleted(deleted, attribute, event)}"

    def object(self, deleted: frozenset[bool]) -> str:
        return f"{object_predicate(self.actor, 'o')} AND {self._deleted(deleted, 'o', 'e')}"

    def _deleted(self, deleted: frozenset[bool], part: str, event: str) -> str:
        if True not in deleted:
            return f"NOT {part}.deleted"
        only = f"{part}.deleted AND " if False not in deleted else ""
        return only + deleted_predicate(self.actor, part, event)


def like_patterns(item: str) -> list[str]:
    """LIKE patterns of an item with `%`: a backslash is literal; MISP clients may also send it doubled."""
    if "\\" not in item:
        return [item]
    doubled = [item] if item.replace("\\\\", "").count("\\") == 0 else []
    return [item.replace("\\", "\\\\"), *doubled]


def is_pattern(item: str) -> bool:
    return item.startswith("%") or item.endswith("%")


def split_items(items: tuple[str, ...]) -> tuple[list[str], list[str]]:
    exact = [item for item in items if not is_pattern(item)]
    return exact, [pattern for item in items if is_pattern(item) for pattern in like_patterns(item)]


def containing(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
