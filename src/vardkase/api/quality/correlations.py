"""correlations/*: which values are found most often."""

from __future__ import annotations

from vardkase.analysis.correlation.queries import over_correlating_values, top_values
from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import Call, endpoint
from vardkase.api.paging import limit_and_offset

PAGE = 60


@endpoint("correlations/top", site_admin=True)
def top(call: Call) -> Answer:
    """The values with most correlations."""
    limit, offset = limit_and_offset(call, PAGE)
    found = top_values(call.actor, limit=limit, offset=offset)
    return Json([{"Correlation": {"value": each.value, "count": str(each.count)}} for each in found])


@endpoint("correlations/over_correlations", site_admin=True)
def over_correlations(call: Call) -> Answer:
    """The values that are found too often to be shown as correlations."""
    limit, offset = limit_and_offset(call, PAGE)
    found = over_correlating_values(call.actor, limit=limit, offset=offset)
    return Json(
        [{"OverCorrelatingValue": {"value": each.value, "occurrence": str(each.count)}} for each in found]
    )
