"""Shared state of all queries of one document: reader, options, and loaders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Raw

from vardkase.analysis.decay.scores import Scorer
from vardkase.core.sql import cursor
from vardkase.formats.misp_json.analyst_data import AnalystDataLoader
from vardkase.formats.misp_json.cache_hits import CacheHitLoader, cache_hit_loader
from vardkase.formats.misp_json.galaxies import GalaxyLoader
from vardkase.formats.misp_json.options import EventOptions
from vardkase.formats.misp_json.sharing_groups import SharingGroupLoader
from vardkase.formats.misp_json.structs import Attribute, EventReport, Object
from vardkase.formats.misp_json.tags import TagLoader
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    deleted_predicate,
    event_predicate,
    object_predicate,
    reader_parameters,
)


@dataclass(slots=True)
class DocumentContext:
    """One document for one reader."""

    actor: Actor
    options: EventOptions
    tags: TagLoader
    galaxies: GalaxyLoader
    groups: SharingGroupLoader
    scorer: Scorer | None = None
    """Of documents that show scores."""
    analyst: AnalystDataLoader | None = None
    """Of documents that show analyst data."""
    elsewhere: CacheHitLoader | None = None
    """Of documents that show who else knows the values."""

    @property
    def event(self) -> str:
        return event_predicate(self.actor)

    @property
    def attribute(self) -> str:
        conditions = [attribute_predicate(self.actor), *self._existing("a")]
        if self.options.to_ids is not None:
            conditions.append("a.to_ids" if self.options.to_ids else "NOT a.to_ids")
        if self.options.attributes:
            conditions.append(f"({self.options.attributes.sql})")
        return " AND ".join(conditions)

    def object(self, alias: str) -> str:
        return " AND ".join([object_predicate(self.actor, alias), *self._existing(alias)])

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        # The search's own condition is part of `attribute`, so its parameters go with every statement.
        extra: Mapping[str, Any] = self.options.attributes.parameters if self.options.attributes else {}
        everything = {**reader_parameters(self.actor), **extra, **parameters}
        return cursor().execute(sql, everything, binary=True).fetchall()

    def _existing(self, alias: str) -> list[str]:
        deleted = self.options.deleted.condition(alias)
        return [deleted, deleted_predicate(self.actor, alias)]


def context_of(actor: Actor, options: EventOptions) -> DocumentContext:
    tags = TagLoader(actor, include_all=options.include_all_tags, exclude_local=options.exclude_local_tags)
    scorer = Scorer(actor, options.decay) if options.decay else None
    context = DocumentContext(
        actor, options, tags, GalaxyLoader(actor, tags), SharingGroupLoader(actor), scorer=scorer
    )
    context.elsewhere = cache_hit_loader(actor, options.elsewhere)
    if options.include_analyst_data:
        context.analyst = AnalystDataLoader(actor, context.groups)
    return context


def add_analyst_data(context: DocumentContext, parts: Sequence[Attribute | Object | EventReport]) -> None:
    if context.analyst is None:
        return
    said = context.analyst.lists_of(part.uuid for part in parts)
    for part in parts:
        for kind, items in said.get(part.uuid, NOTHING).items():
            setattr(part, kind, items)


NOTHING: dict[str, Raw] = {}
