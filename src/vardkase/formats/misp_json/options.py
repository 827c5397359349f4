"""Options of a document (misp/restsearch.md §5 and the flags of events/view)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from vardkase.analysis.decay.options import DecayOptions


class Deleted(Enum):
    """Which parts to show by soft deletion."""

    NO = "no"
    BOTH = "both"
    ONLY = "only"

    def condition(self, alias: str) -> str:
        return {Deleted.NO: f"NOT {alias}.deleted", Deleted.BOTH: "TRUE", Deleted.ONLY: f"{alias}.deleted"}[
            self
        ]


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL over `a` (attribute) and `e` (event) that filters a document's attributes, with its parameters."""

    sql: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventOptions:
    """The options of an event document; the defaults are those of events/view."""

    deleted: Deleted = Deleted.NO
    extended: bool = False
    extension_list: bool = False
    metadata: bool = False
    flatten: bool = False
    exclude_galaxy: bool = False
    no_event_reports: bool = False
    no_shadow_attributes: bool = False
    no_sightings: bool = False
    include_attachments: bool = False
    include_all_tags: bool = False
    exclude_local_tags: bool = False
    sg_reference_only: bool = False
    include_event_correlations: bool = True
    include_granular_correlations: bool = False
    include_analyst_data: bool = False
    include_warninglist_hits: bool = False
    enforce_warninglist: bool = False
    elsewhere: tuple[str, ...] = ()
    """The kinds of cached sources (`knowledge.cached_sources.kinds`) of which those are named that know a value too."""
    decay: DecayOptions | None = None
    to_ids: bool | None = None
    attributes: Condition | None = None


@dataclass(frozen=True, slots=True)
class AttributeOptions:
    deleted: Deleted = Deleted.NO
    include_attachments: bool = False
    include_all_tags: bool = False
    include_event_uuid: bool = False
    include_event_tags: bool = False
    include_context: bool = False
    include_proposals: bool = False
    include_sightings: bool = False
    include_correlations: bool = False
    include_warninglist_hits: bool = False
    enforce_warninglist: bool = False
    decay: DecayOptions | None = None


@dataclass(frozen=True, slots=True)
class ObjectOptions:
    deleted: Deleted = Deleted.NO
    metadata: bool = False
    include_attachments: bool = False
    include_all_tags: bool = False
