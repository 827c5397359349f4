"""correlations/*: most frequent values, and rebuilding the correlation keys."""

from __future__ import annotations

from vardkase.analysis.correlation.queries import over_correlating_values, top_values
from vardkase.analysis.correlation.services import recorrelate, remove_orphans
from vardkase.analysis.correlation.tasks import order_rebuild
from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import endpoint
from vardkase.api.paging import Paging
from vardkase.api.request import Call

PAGE = 60


@endpoint("correlations/top", site_admin=True)
def top(call: Call, *, params: Paging) -> Json:
    """List the values with the most correlations."""
    limit, offset = params.limit_and_offset(PAGE)
    values = top_values(call.actor, limit=limit, offset=offset)
    return Json([{"Correlation": {"value": value.value, "count": str(value.count)}} for value in values])


@endpoint("correlations/over_correlations", site_admin=True)
def over_correlations(call: Call, *, params: Paging) -> Json:
    """List the over-correlating values, for which no correlations are shown."""
    limit, offset = params.limit_and_offset(PAGE)
    values = over_correlating_values(call.actor, limit=limit, offset=offset)
    return Json(
        [{"OverCorrelatingValue": {"value": value.value, "occurrence": str(value.count)}} for value in values]
    )


@endpoint("events/recorrelate", site_admin=True, writes=True)
def recorrelate_event(call: Call, event_id: str) -> Saved:
    """Rebuild the correlation keys of an event's attributes, as a repair; they are normally kept up to date."""
    number = recorrelate(call.actor, event_id)
    return saved("Event recorrelated.", f"/events/recorrelate/{event_id}", id=str(number))


@endpoint(
    "attributes/generateCorrelation",
    site_admin=True,
    writes=True,
)
def generate_correlation(call: Call) -> Saved:
    """Rebuild the correlation keys of all attributes in a background job, as a repair; they are normally kept
    up to date."""
    number = order_rebuild(call.actor)
    return saved(f"Job queued. Job ID: {number}", "/attributes/generateCorrelation", id=str(number))


@endpoint("servers/removeOrphanedCorrelations", site_admin=True, writes=True)
def remove_orphaned_correlations(call: Call) -> Saved:
    """Remove correlation keys derived from attributes that no longer exist."""
    removed = remove_orphans(call.actor)
    return saved(f"{removed} orphaned correlations removed.", "/servers/removeOrphanedCorrelations")
