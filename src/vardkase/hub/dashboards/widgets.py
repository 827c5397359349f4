"""Dashboard widgets; each computes its figures over what the reader may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from vardkase.analysis.statistics import queries
from vardkase.analysis.statistics.periodic import PERIODS, Summary, summary
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.hub.instance import workers
from vardkase.hub.problems import DashboardProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.queries import find_role
from vardkase.misp.flags import as_int

type Config = Mapping[str, Any]
MOST = 100
"""Lines that a widget shows, whatever its config says."""
PERIOD = {"period": "daily, weekly (by default) or monthly.", "limit": "How many are shown."}


@dataclass(frozen=True, slots=True)
class Widget:
    """One widget. `render` is MISP's name for how its data is drawn, `params` the keys its config can have."""

    name: str
    title: str
    description: str
    render: str
    data: Callable[[Actor, Config], Any]
    params: Mapping[str, str] = field(default_factory=dict)
    site_admin: bool = False


def widgets(actor: Actor) -> list[Widget]:
    return [widget for widget in WIDGETS if actor.is_site_admin or not widget.site_admin]


def find_widget(actor: Actor, name: str) -> Widget:
    widget = next((widget for widget in WIDGETS if widget.name == name), None)
    if widget is None:
        raise NotFound(DashboardProblem.NO_SUCH_WIDGET())
    if widget not in widgets(actor):
        raise Forbidden
    return widget


def status_data(actor: Actor, config: Config) -> list[dict[str, Any]]:
    today = datetime.fromtimestamp(now_seconds(), UTC)
    month = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    totals = queries.totals(actor, int(month.timestamp()))
    lines = (
        ("Events", totals.events),
        ("Events this month", totals.events_month),
        ("Attributes", totals.attributes),
        ("Attributes this month", totals.attributes_month),
        ("Organisations", totals.organisations),
    )
    return [{"title": title, "value": count} for title, count in lines]


def whoami_data(actor: Actor, config: Config) -> list[dict[str, Any]]:
    role = find_role(actor.role_id or 0).name if actor.role_id else ""
    lines = (("Email", actor.name), ("Role", role), ("Organisation", actor.organisation_name))
    return [{"title": title, "value": value} for title, value in lines]


def stream_data(actor: Actor, config: Config) -> dict[str, Any]:
    return {"data": [asdict(event) for event in _recent(actor, config).events[: _limit(config)]]}


def type_data(actor: Actor, config: Config) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for by_type in queries.attribute_histogram(actor).values():
        for kind, count in by_type.items():
            counts[kind] = counts.get(kind, 0) + count
    return {"data": dict(sorted(counts.items(), key=lambda item: -item[1])[: _limit(config)])}


def worker_data(actor: Actor, config: Config) -> list[dict[str, Any]]:
    return [
        {"title": name, "value": f"{len(queue['workers'])} workers, {queue['jobCount']} jobs"}
        for name, queue in workers.queues(actor).items()
    ]


def _recent(actor: Actor, config: Config) -> Summary:
    period = str(config.get("period") or "weekly")
    if period not in PERIODS:
        raise Invalid({"period": [DashboardProblem.UNKNOWN_PERIOD(choices=list(PERIODS))]})
    filters = config.get("filters")
    return summary(actor, period, now_seconds(), filters if isinstance(filters, dict) else {})


def _limit(config: Config) -> int:
    return min(max(as_int(config.get("limit")) or 10, 1), MOST)


WIDGETS = (
    Widget("MispStatusWidget", "Status", "How much there is.", "SimpleList", status_data),
    Widget("WhoamiWidget", "Whoami", "Who you are here.", "SimpleList", whoami_data),
    Widget(
        "TrendingTagsWidget",
        "Trending tags",
        "Tags of published events.",
        "BarChart",
        lambda actor, config: {"data": dict(_recent(actor, config).tags[: _limit(config)])},
        PERIOD,
    ),
    Widget(
        "OrgContributionToplistWidget",
        "Contributors",
        "Organisations by published events.",
        "BarChart",
        lambda actor, config: {"data": dict(_recent(actor, config).organisations[: _limit(config)])},
        PERIOD,
    ),
    Widget("EventStreamWidget", "Event stream", "What was published last.", "Index", stream_data, PERIOD),
    Widget(
        "AttributeTypesWidget",
        "Types",
        "Attributes by type.",
        "BarChart",
        type_data,
        {"limit": PERIOD["limit"]},
    ),
    Widget(
        "MispAdminWorkerWidget",
        "Workers",
        "Who works on the queues.",
        "SimpleList",
        worker_data,
        site_admin=True,
    ),
)
