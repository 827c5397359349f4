"""users/statistics/*: usage statistics of the instance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from vardkase.analysis.statistics import queries
from vardkase.analysis.statistics.queries import Contribution
from vardkase.api.answers import Json
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Text
from vardkase.api.inputs import Params
from vardkase.api.request import Call
from vardkase.core.clock import now_seconds
from vardkase.identity.access.actor import Actor
from vardkase.intel.proposals.queries import count_open
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.queries import counts_by_source

ALL = "All organisations"
A_YEAR = 365
NO_SOURCE = "Undefined"
KINDS = {
    SightingType.SEEN: "sighting",
    SightingType.FALSE_POSITIVE: "false-positive",
    SightingType.EXPIRATION: "expiration",
}
LINE = "\\n"
"""MISP writes the two characters between the lines of a CSV that is to stand in a script."""


class StatisticsQuery(Params, kw_only=True):
    scope: Text = ""


@endpoint("users/statistics")
def statistics(call: Call, page: str = "data", *, params: StatisticsQuery) -> Json:
    """Return usage statistics, by page: data, orgs, users, tags, attributehistogram or sightings."""
    if page.lower() == "orgs":
        since = _today() - timedelta(days=A_YEAR)
        return Json(
            {
                contribution.organisation.name: _contribution(contribution, since)
                for contribution in queries.contributions(call.actor, params.scope or "local", since)
            }
        )
    figures = PAGES.get(page.lower())
    if figures is None:
        raise MispError(404, "Invalid page.")
    return Json(figures(call.actor))


@endpoint("users/attributehistogram")
@endpoint("users/histogram")
def attribute_histogram(call: Call) -> Json:
    """Return the number of attributes of each type per organisation."""
    return Json(histogram_page(call.actor))


@endpoint("users/tagStatisticsGraph")
def tag_statistics_graph(call: Call) -> Json:
    """Return how often each tag is used."""
    return Json(tags_page(call.actor))


def data_page(actor: Actor) -> Any:
    # A month begins in UTC, whatever the time zone of the hub.
    month = datetime.combine(_today().replace(day=1), datetime.min.time(), UTC)
    totals = queries.totals(actor, int(month.timestamp()))
    stats = {
        "event_count": totals.events,
        "event_count_month": totals.events_month,
        "attribute_count": totals.attributes,
        "attribute_count_month": totals.attributes_month,
        "attributes_per_event": round(totals.attributes / totals.events) if totals.events else 0,
        "correlation_count": totals.correlations,
        "proposal_count": count_open(actor),
        "user_count": totals.users,
        "user_count_pgp": totals.users_with_key,
        "org_count": totals.organisations,
        "local_org_count": totals.local_organisations,
        "contributing_org_count": totals.contributing_organisations,
        "average_user_per_org": f"{totals.users / max(totals.local_organisations, 1):.1f}".removesuffix(".0"),
        **dict.fromkeys(("thread_count", "thread_count_month", "post_count", "post_count_month"), 0),
    }
    return {"stats": {name: str(value) for name, value in stats.items()}}


def _contribution(contribution: Contribution, since: date) -> dict[str, Any]:
    organisation = contribution.organisation
    row: dict[str, Any] = {
        "id": str(organisation.pk),
        "name": organisation.name,
        "description": organisation.description or None,
        "local": organisation.local,
        "contacts": organisation.contacts or None,
        "type": organisation.type,
        "sector": organisation.sector,
        "nationality": organisation.nationality,
    }
    if contribution.users:
        row["userCount"] = str(contribution.users)
    if contribution.events:
        counts = contribution.attributes_by_day
        days = (since + timedelta(days=number) for number in range(A_YEAR + 1))
        csv = "".join(["Date,Close", *(f"{LINE}{day},{counts.get(day, 0)}" for day in days)])
        row |= {
            "eventCount": str(contribution.events),
            "attributeCount": str(contribution.attributes),
            "orgActivity": {
                "csv": csv,
                "data": {str(day): str(count) for day, count in counts.items()},
                "orgId": str(organisation.pk),
            },
        }
    return row


def users_page(actor: Actor) -> Any:
    today = _today()
    growth_by_kind = queries.growth(actor, today.replace(day=1), today.replace(month=1, day=1))
    return {
        name: {"data": {"total": growth.total, "month": growth.month, "year": growth.year}}
        for name, growth in growth_by_kind.items()
    }


def tags_page(actor: Actor) -> Any:
    flat = {
        taxonomy: {name: {"name": name, "size": str(count)} for name, count in tags.items()}
        for taxonomy, tags in queries.event_tags(actor).items()
    }
    children = [{"name": taxonomy, "children": list(tags.values())} for taxonomy, tags in flat.items()]
    return {"flatData": flat, "treemap": {"name": "tags", "children": children}}


def histogram_page(actor: Actor) -> Any:
    by_organisation = queries.attribute_histogram(actor)
    everything: dict[str, int] = {}
    for counts in by_organisation.values():
        for kind, count in counts.items():
            everything[kind] = everything.get(kind, 0) + count
    named = {ALL: dict(sorted(everything.items())), **by_organisation}
    return [
        {
            "data": {kind: str(count) for kind, count in counts.items()},
            "org_name": name,
            "total": sum(counts.values()),
        }
        for name, counts in named.items()
    ]


def sightings_page(actor: Actor) -> Any:
    totals: Counter[str] = Counter()
    events: dict[str, dict[str, list[str]]] = {}
    for source, kind, count, event_ids in counts_by_source(actor):
        name = source or NO_SOURCE
        totals[name] += count
        events.setdefault(name, {})[KINDS[SightingType(kind)]] = [str(id) for id in event_ids]
    return {"toplist": dict(totals.most_common()) or [], "eventids": events or []}


def _today() -> date:
    return datetime.fromtimestamp(now_seconds(), UTC).date()


PAGES: dict[str, Callable[[Actor], Any]] = {
    "data": data_page,
    "users": users_page,
    "tags": tags_page,
    "attributehistogram": histogram_page,
    "sightings": sightings_page,
}
