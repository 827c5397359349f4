"""Converts search parameters to options of MISP JSON documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.analysis.decay.options import decay_options
from vardkase.analysis.search.filters import Search
from vardkase.analysis.search.statement import Statement
from vardkase.analysis.search.trimming import trim_conditions
from vardkase.formats.misp_json import AttributeOptions, Condition, Deleted, EventOptions, ObjectOptions
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.cached_sources.kinds import FEED, SERVER
from vardkase.misp.flags import as_bool


def event_options(actor: Actor, search: Search) -> EventOptions:
    flag = _flags(search.options)
    statement = Statement(actor)
    conditions = list(trim_conditions(statement, search))
    # A sync user takes events to another instance, where this one's local tags do not belong.
    synchronises = actor.may(Permission.SYNC) and not actor.is_site_admin
    return EventOptions(
        deleted=_deleted(search),
        extended=flag("extended"),
        extension_list=flag("extensionList"),
        metadata=flag("metadata"),
        flatten=flag("flatten"),
        exclude_galaxy=flag("excludeGalaxy"),
        no_event_reports=flag("noEventReports"),
        no_shadow_attributes=flag("noShadowAttributes"),
        include_attachments=flag("withAttachments", "includeAttachments"),
        include_all_tags=flag("includeAllTags"),
        exclude_local_tags=flag("excludeLocalTags") or synchronises,
        sg_reference_only=flag("sgReferenceOnly"),
        include_granular_correlations=flag("includeGranularCorrelations"),
        include_analyst_data=flag("includeAnalystData"),
        include_warninglist_hits=flag("includeWarninglistHits"),
        enforce_warninglist=flag("enforceWarninglist"),
        elsewhere=elsewhere(feeds=flag("includeFeedCorrelations"), servers=flag("includeServerCorrelations")),
        decay=decay_options(search.options),
        to_ids=None if search.to_ids is None else True in search.to_ids,
        attributes=Condition(" AND ".join(conditions), statement.parameters) if conditions else None,
    )


def elsewhere(*, feeds: bool, servers: bool) -> tuple[str, ...]:
    return (*((FEED,) if feeds else ()), *((SERVER,) if servers else ()))


def attribute_options(search: Search) -> AttributeOptions:
    flag = _flags(search.options)
    return AttributeOptions(
        deleted=_deleted(search),
        include_attachments=flag("withAttachments"),
        include_all_tags=flag("includeAllTags"),
        include_event_uuid=flag("includeEventUuid"),
        include_event_tags=flag("includeEventTags", "includeDecayScore", "excludeDecayed"),
        include_context=flag("includeContext"),
        include_proposals=flag("includeProposals"),
        include_sightings=flag("includeSightings"),
        include_correlations=flag("includeCorrelations"),
        include_warninglist_hits=flag("includeWarninglistHits"),
        enforce_warninglist=flag("enforceWarninglist"),
        decay=decay_options(search.options),
    )


def object_options(search: Search) -> ObjectOptions:
    flag = _flags(search.options)
    return ObjectOptions(
        deleted=_deleted(search),
        metadata=flag("metadata"),
        include_attachments=flag("withAttachments"),
        include_all_tags=flag("includeAllTags"),
    )


def _flags(options: Mapping[str, Any]) -> Any:
    return lambda *names: any(as_bool(options.get(name)) for name in names)


def _deleted(search: Search) -> Deleted:
    if True not in search.deleted:
        return Deleted.NO
    return Deleted.BOTH if False in search.deleted else Deleted.ONLY
