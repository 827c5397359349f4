"""Parameters of each scope, in the order in which a path may give them (restsearch.md §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vardkase.analysis.search.filters import Scope

EVENTS = """
returnFormat value type category org tags searchall from to last eventid withAttachments metadata uuid
publish_timestamp timestamp event_timestamp event_tags published enforceWarninglist sgReferenceOnly limit page
requested_attributes includeContext headerless includeWarninglistHits attackGalaxy to_ids deleted
excludeLocalTags date includeSightingdb tag object_relation threat_level_id eventinfo sharinggroup idList
includeAllTags includeAttachments event_uuid distribution sharing_group_id disableSiteAdmin flatten
blockedAttributeTags eventsExtendingUuid extended extensionList excludeGalaxy includeAnalystData
includeRelatedTags includeDecayScore includeScoresOnEvent includeFeedCorrelations includeServerCorrelations
noEventReports noShadowAttributes order protected includeGranularCorrelations policy walled_garden ns email
serial refresh retry expiry minimum_ttl ttl allow_proposal_blocking org.sector org.local org.nationality
"""

ATTRIBUTES = """
returnFormat value value1 value2 type category org tags from to last eventid withAttachments uuid
publish_timestamp published timestamp enforceWarninglist to_ids deleted includeEventUuid event_timestamp
threat_level_id includeEventTags includeProposals limit page requested_attributes includeContext headerless
includeWarninglistHits attackGalaxy object_relation includeSightings includeCorrelations includeDecayScore
decayingModel excludeDecayed modelOverrides includeFullModel score attribute_timestamp first_seen last_seen
eventinfo sharinggroup allow_proposal_blocking flatten list event_ids includeAllTags includeAttributeUuid
includeGalaxy order policy walled_garden ns email serial refresh retry expiry minimum_ttl ttl after_id
"""

OBJECTS = """
returnFormat value type category org tags first_seen last_seen from to last eventid withAttachments uuid
publish_timestamp published timestamp enforceWarninglist to_ids deleted includeEventUuid event_timestamp
threat_level_id includeEventTags includeProposals limit page requested_attributes includeContext headerless
includeWarninglistHits attackGalaxy object_relation metadata includeAllTags object_name object_template_uuid
object_template_version
"""

PARAMETERS: dict[Scope, tuple[str, ...]] = {
    Scope.EVENTS: tuple(EVENTS.split()),
    Scope.ATTRIBUTES: tuple(ATTRIBUTES.split()),
    Scope.OBJECTS: tuple(OBJECTS.split()),
}

FORMAT_PARAMETERS = frozenset(
    (
        "escapeFormulas",
        "hash_type",
        "ip_address",
        "netfilter_action",
        "requested_obj_attributes",
        "stix-version",
    )
)
"""What formats read besides; MISP takes them only from the user's defaults, and does not know the first."""

SKIPPED = frozenset(("null", "0", "false", ""))
"""Path parts that only hold a place."""


def accepted(scope: Scope, given: Mapping[str, Any]) -> dict[str, Any]:
    known = PARAMETERS[scope]
    return {
        name: value
        for name, value in given.items()
        if value is not None
        and (
            name in known
            or name in FORMAT_PARAMETERS
            or (scope is Scope.EVENTS and name.startswith("galaxy."))
        )
    }


def from_path(scope: Scope, parts: Sequence[str]) -> dict[str, Any]:
    """Positional parameters of a path; `;` represents the `:` that a path cannot contain."""
    places = zip(PARAMETERS[scope], parts, strict=False)
    return {name: part.replace(";", ":") for name, part in places if part not in SKIPPED}
