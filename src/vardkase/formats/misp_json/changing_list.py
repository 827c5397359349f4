"""The events that are being changed in the list of events: filtered by what their last versions were."""

from __future__ import annotations

from collections.abc import Iterator

from vardkase.analysis.search.event_list import EventFilters, EventListView, EventState
from vardkase.formats.misp_json.version_search import threat_levels, versions_with_type
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.last_version import ChangingEvent, changing_events
from vardkase.knowledge.galaxies.queries import cluster_tag_ids
from vardkase.knowledge.taxonomies.models import Tag

SEARCHED = 200
"""Of them are compared with filters, those published last."""


def changing_listed(actor: Actor, filters: EventFilters) -> list[ChangingEvent]:
    """Those that match; the owner's own events are never among them."""
    if filters.view is not EventListView.ALL or filters.state not in (None, EventState.CHANGED):
        return []
    found = [one for one in changing_events(actor, 0, SEARCHED) if _matches(one, filters)]
    if found and filters.cluster:
        names = _cluster_tags(actor, filters.cluster)
        found = [one for one in found if names.intersection(map(str.lower, one.tags))]
    if found and filters.threat is not None:
        levels = threat_levels(found)
        found = [one for one in found if levels.get(one.event_id) == filters.threat]
    return versions_with_type(actor, filters.type, found) if found and filters.type else found


def _matches(one: ChangingEvent, filters: EventFilters) -> bool:
    return all(_answers(one, filters))


def _answers(one: ChangingEvent, filters: EventFilters) -> Iterator[bool]:
    text = filters.text.lower()
    yield any(text in each.lower() for each in (one.info, *one.tags)) or text in (
        str(one.event_id),
        str(one.event_uuid),
    )
    yield filters.organisation.lower() in one.creator.lower()
    yield not filters.tlp or f"tlp:{filters.tlp}" in map(str.lower, one.tags)
    yield filters.reach in (None, one.distribution)
    yield filters.since is None or (one.date is not None and one.date >= filters.since)
    yield filters.until is None or (one.date is not None and one.date <= filters.until)
    yield filters.arrived is None or one.version_published_at >= filters.arrived


def _cluster_tags(actor: Actor, text: str) -> set[str]:
    names = Tag.objects.filter(pk__in=cluster_tag_ids(actor, text)).values_list("name", flat=True)
    return {name.lower() for name in names}
