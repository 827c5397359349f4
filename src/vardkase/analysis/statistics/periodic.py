"""Periodic summary of events published in the last day, week or month, by a user's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_publish_timestamp, event_published
from vardkase.identity.access.visibility import event_predicate, reader_parameters
from vardkase.intel.queries.attribute_counts import visible_attribute_count
from vardkase.knowledge.taxonomies.queries import hidden_tag_ids
from vardkase.misp.flags import as_int

DAY = 86_400
PERIODS = {"daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY}
"""Seconds of each."""
MOST_EVENTS = 1_000
MOST_TAGS = 20
DEFAULT_TRENDING = 2
MOST_TRENDING = 12


@dataclass(frozen=True, slots=True)
class SummaryEvent:
    """A published event; times are in Unix seconds."""

    id: int
    uuid: str
    info: str
    orgc: str
    threat_level_id: int
    distribution: int
    attribute_count: int
    timestamp: int
    publish_timestamp: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The newest events of a period and statistics of all of them; `since` and `until` are Unix seconds.

    `trending`: tag → number of tagged events in this period, in the one before, and so on.
    """

    since: int
    until: int
    events: list[SummaryEvent]
    event_count: int
    attribute_count: int
    organisations: list[tuple[str, int]]
    tags: list[tuple[str, int]]
    trending: dict[str, list[int]]


def summary(actor: Actor, period: str, until: int, filters: Mapping[str, Any]) -> Summary:
    """Summarise what was published in the `period` (of PERIODS) before `until`, as far as `actor` may see it.

    `filters`: the setting periodic_notification_filters.
    """
    length = PERIODS[period]
    condition, parameters = _condition(actor, filters)
    parameters |= {"since": until - length, "until": until, "most": MOST_EVENTS, "tags": MOST_TAGS}
    parameters |= _trending(filters, length) | {"hidden": hidden_tag_ids(actor)}

    known = {
        "condition": condition,
        "attribute_count": visible_attribute_count(actor),
        "published_at": event_publish_timestamp(actor),
    }

    def rows(sql: str) -> list[Any]:
        return cursor().execute(sql.format(**known), parameters).fetchall()

    trending: dict[str, list[int]] = {}
    for name, place, count in rows(TRENDING):
        trending.setdefault(name, [0] * parameters["places"])[place] = count
    [(events, attributes)] = rows(COUNTS)
    return Summary(
        since=until - length,
        until=until,
        events=[SummaryEvent(*row) for row in rows(EVENTS)],
        event_count=events,
        attribute_count=attributes,
        organisations=rows(ORGANISATIONS),
        tags=rows(TAGS),
        trending=trending,
    )


def _condition(actor: Actor, filters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    parts = [event_predicate(actor), event_published(actor)]
    parameters: dict[str, Any] = reader_parameters(actor)
    for name in ("orgc_id", "distribution", "sharing_group_id"):
        if numbers := [
            number for value in _as_list(filters.get(name)) if (number := as_int(value)) is not None
        ]:
            parts.append(f"e.{name} = ANY(%({name})s::bigint[])")
            parameters[name] = numbers
    if info := str(filters.get("event_info") or "").strip("%"):
        parts.append("position(lower(%(info)s) IN lower(e.info)) > 0")
        parameters["info"] = info
    names = [str(value).lower() for value in _as_list(filters.get("tags"))]
    for parameter, excluded, sign in (("with_tags", False, ""), ("without_tags", True, "NOT ")):
        if chosen := [name.removeprefix("!") for name in names if name.startswith("!") is excluded]:
            parts.append(sign + TAGGED.format(names=f"%({parameter})s"))
            parameters[parameter] = chosen
    return " AND ".join(parts), parameters


def _trending(filters: Mapping[str, Any], length: int) -> dict[str, Any]:
    names = [str(value).lower().removesuffix("%") for value in _as_list(filters.get("trending_for_tags"))]
    amount = as_int(filters.get("trending_period_amount")) or DEFAULT_TRENDING
    # The current period and `amount` before it.
    places = min(max(amount, 1), MOST_TRENDING) + 1
    return {"followed": [name for name in names if name], "length": length, "places": places}


def _as_list(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    return value if isinstance(value, list) else [value]


# The first comparison is for the index: only events whose times depend on the reader need the second.
IN_PERIOD = """{condition} AND (e.publish_timestamp > %(since)s OR e.has_group_times)
    AND {published_at} > %(since)s AND {published_at} <= %(until)s"""
TAGGED = (
    "EXISTS (SELECT 1 FROM event_tag et JOIN tag t ON t.id = et.tag_id "
    "WHERE et.event_id = e.id AND lower(t.name) = ANY({names}::text[]))"
)
EVENTS = f"""
SELECT e.id, e.uuid::text, e.info, o.name, e.threat_level_id, e.distribution, {{attribute_count}}, e.timestamp,
       {{published_at}}
FROM event e JOIN organisation o ON o.id = e.orgc_id
WHERE {IN_PERIOD} ORDER BY {{published_at}} DESC, e.id DESC LIMIT %(most)s
"""
COUNTS = f"SELECT count(*), coalesce(sum({{attribute_count}}), 0)::bigint FROM event e WHERE {IN_PERIOD}"
ORGANISATIONS = f"""
SELECT o.name, count(*) FROM event e JOIN organisation o ON o.id = e.orgc_id
WHERE {IN_PERIOD} GROUP BY o.name ORDER BY 2 DESC, 1 LIMIT %(tags)s
"""
TAGS = f"""
SELECT t.name, count(*) FROM event e JOIN event_tag et ON et.event_id = e.id JOIN tag t ON t.id = et.tag_id
WHERE {IN_PERIOD} AND t.id <> ALL(%(hidden)s::bigint[]) GROUP BY t.name ORDER BY 2 DESC, 1 LIMIT %(tags)s
"""
TRENDING = """
SELECT t.name, ((%(until)s - {published_at}) / %(length)s)::int, count(*)
FROM event e JOIN event_tag et ON et.event_id = e.id JOIN tag t ON t.id = et.tag_id
WHERE {condition} AND {published_at} > %(until)s - %(length)s * %(places)s AND {published_at} <= %(until)s
  AND t.id <> ALL(%(hidden)s::bigint[])
  AND EXISTS (SELECT 1 FROM unnest(%(followed)s::text[]) AS wanted (name) WHERE starts_with(lower(t.name), wanted.name))
GROUP BY 1, 2 ORDER BY 1, 2
"""
