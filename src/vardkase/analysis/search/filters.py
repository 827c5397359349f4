"""Filters of a restSearch as value objects, parsed once at the interface.

The grammar is MISP's (restsearch.md §2 to §4). Names that a scope does not know are ignored, as is a null, an
empty text or an empty list; `false` counts as absent where MISP takes it so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from vardkase.analysis.search.statement import Statement

type Restriction = Callable[[Statement], Iterable[str]]
"""Further conditions on an attribute (`a`) and its event (`e`)."""


class Scope(StrEnum):
    EVENTS = "events"
    ATTRIBUTES = "attributes"
    OBJECTS = "objects"


@dataclass(frozen=True, slots=True)
class Terms:
    """The items of one filter. All three groups must match; an empty group does not filter."""

    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[str, ...]:
        """On single-valued fields "all of" means the same as "any of" (restsearch.md §2)."""
        return self.any_of + self.all_of


@dataclass(frozen=True, slots=True)
class Range:
    """Inclusive bounds; None is open. The unit depends on the filter."""

    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """Inclusive days, `YYYY-MM-DD`; None is open."""

    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """A complete restSearch. A filter that is None does not apply.

    `options` holds the scope's other parameters as given: the include flags and those of the formats.
    `restriction` narrows a search of attributes further, as no parameter of the API can.
    `base_url` is the URL by which the client reached this instance, without a trailing slash, for formats
    that link back to it.
    """

    scope: Scope
    value: Terms | None = None
    value1: Terms | None = None
    value2: Terms | None = None
    type: Terms | None = None
    category: Terms | None = None
    object_relation: Terms | None = None
    object_name: Terms | None = None
    object_template_uuid: Terms | None = None
    object_template_version: Terms | None = None
    uuid: Terms | None = None
    eventid: Terms | None = None
    event_uuid: Terms | None = None
    id_list: tuple[int, ...] | None = None
    extending: Terms | None = None
    org: Terms | None = None
    org_sector: Terms | None = None
    org_nationality: Terms | None = None
    org_local: frozenset[bool] | None = None
    galaxy_elements: tuple[tuple[str, Terms], ...] = ()
    tags: Terms | None = None
    event_tags: Terms | None = None
    eventinfo: Terms | None = None
    threat_level: tuple[int, ...] | None = None
    distribution: tuple[int, ...] | None = None
    sharing_group: tuple[int, ...] | None = None
    to_ids: frozenset[bool] | None = None
    published: frozenset[bool] | None = None
    deleted: frozenset[bool] = frozenset((False,))
    protected: frozenset[bool] | None = None
    timestamp: Range | None = None
    event_timestamp: Range | None = None
    publish_timestamp: Range | None = None
    first_seen: Range | None = None
    last_seen: Range | None = None
    date: Dates | None = None
    pattern: str | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    page: int = 1
    after_id: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    restriction: Restriction | None = None
    base_url: str = ""

    @property
    def narrowed_by(self) -> frozenset[str]:
        """Names of the filters that apply, but for flags, which most rows have one way or the other."""
        return frozenset(
            each.name
            for each in fields(self)
            if each.name not in COMMON and getattr(self, each.name) != each.default
        )


COMMON = frozenset(
    ("scope", "to_ids", "published", "deleted", "order", "limit", "page", "after_id", "options", "base_url")
)
