"""Contents of a collection: its events in order of publication, each expanded into STIX objects.

An object is added when its event is published; a page goes on where the last one ended, by the event's time of
publication, its id and the object's place in it. Only the events of a page are rendered.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vardkase.analysis.search.sql import query
from vardkase.core.sql import SqlQuery, cursor
from vardkase.exchange.taxii.collections import as_member, search_of
from vardkase.exchange.taxii.filters import ALL, END_OF_EVENT, FIRST, LAST, Match, TimeMark
from vardkase.exchange.taxii.models import Collection
from vardkase.exchange.taxii.renderings import renderings
from vardkase.formats.search_options import event_options
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_publish_timestamp, event_published

EVENTS_AT_ONCE = 50
ATTRIBUTES_AT_ONCE = 2_000
"""Rendered together before checking whether the page is full; a single event may have more."""
SECONDS = 20.0
"""A page that takes longer ends with what it has, even if empty, and with a mark to continue from."""
HOLDERS = 100
"""How many of the newest events are searched for an object by its id."""


@dataclass(frozen=True, slots=True)
class FoundObject:
    """One object: `added` is Unix seconds, `version` as STIX writes it, `body` its JSON ("" if not
    requested)."""

    stix_id: str
    added: int
    version: str
    body: str
    mark: TimeMark


@dataclass(slots=True)
class Contents:
    """A page. `more`: where the next one starts, None at the end."""

    objects: list[FoundObject] = field(default_factory=list)
    more: TimeMark | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    event_id: int
    added: int
    size: int


def contents(actor: Actor, collection: Collection, match: Match, *, bodies: bool = True) -> Contents:
    """A page of what the actor may read of a collection."""
    if match.asks_for_others:
        return Contents()
    return _Reader(as_member(actor), collection, match, bodies).page()


@dataclass(slots=True)
class _Reader:
    actor: Actor
    collection: Collection
    match: Match
    bodies: bool

    def page(self) -> Contents:
        page = Contents()
        # What was published only, without later additions or local data.
        options = replace(
            event_options(self.actor, search_of(self.collection)),
            include_event_correlations=False,
            no_sightings=True,
            no_shadow_attributes=True,
            exclude_local_tags=True,
        )
        until = time.monotonic() + SECONDS
        for batch in self._batches():
            known = renderings(self.actor, [entry.event_id for entry in batch], options)
            wanted = self.match.limit - len(page.objects)
            # One more than wanted, which shows whether there is a next page.
            found = self._objects([entry for entry in batch if entry.event_id in known], known, wanted + 1)
            page.objects += found[:wanted]
            if len(found) > wanted:
                page.more = page.objects[-1].mark
                return page
            if time.monotonic() > until:
                page.more = TimeMark(batch[-1].added, batch[-1].event_id, END_OF_EVENT)
                return page
        return page

    def _batches(self) -> Iterator[list[_Entry]]:
        """The events after the mark; requests for specific objects get all candidates at once, as their
        versions compete."""
        if self.match.ids:
            if batch := self._entries(self.match.mark, HOLDERS):
                yield batch
            return
        mark = self.match.mark
        while batch := _first_within_size(self._entries(mark, EVENTS_AT_ONCE)):
            yield batch
            mark = TimeMark(batch[-1].added, batch[-1].event_id, END_OF_EVENT)

    def _entries(self, mark: TimeMark | None, most: int) -> list[_Entry]:
        found = query(self.actor, search_of(self.collection))
        conditions, parameters = self._conditions(found, mark)
        sql = entries_sql(self.actor, conditions, newest_first=bool(self.match.ids))
        rows = cursor().execute(sql, {**parameters, "most": most}).fetchall()
        return sorted((_Entry(*row) for row in rows), key=lambda entry: (entry.added, entry.event_id))

    def _conditions(self, found: SqlQuery, mark: TimeMark | None) -> tuple[list[str], dict[str, Any]]:
        conditions = [f"e.id IN ({found.sql})", SETTLED]
        parameters = dict(found.parameters)
        if self.match.added_after is not None:
            conditions.append(f"{ADDED} > %(added_after)s")
            parameters["added_after"] = self.match.added_after
        if mark is not None:
            # A mark inside an event asks for that event again, for the rest of its objects.
            sign = ">" if mark.place == END_OF_EVENT else ">="
            conditions.append(f"({ADDED}, e.id) {sign} (%(mark_added)s, %(mark_event)s)")
            parameters |= {"mark_added": mark.added, "mark_event": mark.event_id}
        if self.match.ids:
            conditions.append(f"e.id IN ({HOLDING})")
            ids = list(self.match.ids)
            uuids = [uuid for stix_id in ids if (uuid := uuid_of(stix_id))]
            parameters |= {"stix_ids": ids, "stix_uuids": uuids}
        return conditions, parameters

    def _objects(self, batch: Sequence[_Entry], known: dict[int, int], most: int) -> list[FoundObject]:
        match, mark = self.match, self.match.mark
        inside = bool(mark and batch and batch[0].event_id == mark.event_id and batch[0].added == mark.added)
        conditions = ["o.stix_id = ANY(%(ids)s)"] if match.ids else []
        conditions += ["o.type = ANY(%(types)s)"] if match.types else []
        parameters = {
            "renderings": [known[entry.event_id] for entry in batch],
            "added": [entry.added for entry in batch],
            "events": [entry.event_id for entry in batch],
            "ids": list(match.ids),
            "types": list(match.types),
            "first": FIRST in match.versions,
            "last": LAST in match.versions,
            "all": ALL in match.versions,
            "moments": match.moments,
            "beyond": mark.place if mark and inside else 0,
            "most": most,
        }
        sql = OBJECTS.format(
            conditions=" AND ".join(conditions or ["TRUE"]), body="o.body" if self.bodies else "''"
        )
        rows = cursor().execute(sql, parameters)
        return [
            FoundObject(stix_id, added, version, body, TimeMark(added, event_id, place))
            for stix_id, version, body, added, event_id, place in rows
        ]


def entries_sql(actor: Actor, conditions: Sequence[str], *, newest_first: bool) -> str:
    """SQL for id, time of publication and size of published events, in that order; `conditions` name that ADDED."""
    wanted = " AND ".join(conditions)
    known = event_publish_timestamp(actor)
    return ENTRIES.format(
        conditions=wanted.replace(ADDED, "e.publish_timestamp"),
        conditions_known=wanted.replace(ADDED, known),
        known=known,
        published=event_published(actor),
        newest="DESC" if newest_first else "ASC",
    )


def uuid_of(stix_id: str) -> str:
    uuid = stix_id.rpartition("--")[2]
    # Before it reaches PostgreSQL, whose cast would fail the whole statement.
    return uuid if len(uuid) == 36 and set(uuid) <= set("0123456789abcdefABCDEF-") else ""


def _first_within_size(entries: Sequence[_Entry]) -> list[_Entry]:
    """The first entries, as many as are rendered together: at least one."""
    total = 0
    for count, entry in enumerate(entries):
        total += entry.size
        if count and total > ATTRIBUTES_AT_ONCE:
            return list(entries[:count])
    return list(entries)


ADDED = "{added}"
"""Placeholder in conditions for the time of publication that the reader knows."""

# What is being published right now may be committed after something newer, and a client that has seen the newer would
# never ask for it. So a second is served only when no open transaction could still publish in it: such a transaction
# holds these locks from before it reads the clock.
SETTLED = f"""
{ADDED} < floor(extract(epoch FROM least(clock_timestamp(), (
    SELECT min(writing.xact_start) FROM pg_locks held JOIN pg_stat_activity writing ON writing.pid = held.pid
    WHERE held.relation = 'event'::regclass AND writing.datname = current_database()
      AND held.mode IN ('RowShareLock', 'RowExclusiveLock') AND held.pid <> pg_backend_pid()))))
"""
# The few events whose time depends on the reader are queried separately: an index has the others in order.
ENTRIES = """
SELECT * FROM (
    (SELECT e.id, e.publish_timestamp AS added, e.attribute_count FROM event e
     WHERE NOT e.has_group_times AND e.published AND e.publish_timestamp > 0 AND {conditions}
     ORDER BY e.publish_timestamp {newest}, e.id {newest} LIMIT %(most)s)
    UNION ALL
    (SELECT e.id, {known}, e.attribute_count FROM event e
     WHERE e.has_group_times AND {published} AND {known} > 0 AND {conditions_known}
     ORDER BY {known} {newest}, e.id {newest} LIMIT %(most)s)
) found
ORDER BY added {newest}, id {newest} LIMIT %(most)s
"""
# Where an object may be found: its uuid is that of something in the event, or an earlier rendering contained it.
HOLDING = """
SELECT id FROM event WHERE uuid = ANY(%(stix_uuids)s::uuid[])
UNION ALL SELECT event_id FROM attribute WHERE uuid = ANY(%(stix_uuids)s::uuid[])
UNION ALL SELECT event_id FROM object WHERE uuid = ANY(%(stix_uuids)s::uuid[])
UNION ALL SELECT r.event_id FROM taxii_object o JOIN taxii_rendering r ON r.id = o.rendering_id
    WHERE o.stix_id = ANY(%(stix_ids)s)
"""
# The same version of an object may be in several events: it is served once, with the first of them. STIX
# objects without a version (a marking, an observable) count as of the time of publication.
OBJECTS = """
WITH chosen AS (
    SELECT o.id, o.stix_id, o.place, r.added, r.event_id, r.event_place,
           coalesce(o.version::timestamptz, to_timestamp(r.added)) AS moment
    FROM unnest(%(renderings)s::bigint[], %(added)s::bigint[], %(events)s::bigint[])
         WITH ORDINALITY AS r (id, added, event_id, event_place)
    JOIN taxii_object o ON o.rendering_id = r.id
    WHERE {conditions}
), ranked AS (
    SELECT *, min(moment) OVER same AS first, max(moment) OVER same AS last,
           row_number() OVER (PARTITION BY stix_id, moment ORDER BY event_place) AS time
    FROM chosen WINDOW same AS (PARTITION BY stix_id)
)
SELECT k.stix_id, coalesce(o.version, ''), {body}, k.added, k.event_id, k.place
FROM ranked k JOIN taxii_object o ON o.id = k.id
WHERE k.time = 1 AND (k.event_place > 1 OR k.place > %(beyond)s)
  AND (%(all)s OR %(first)s AND k.moment = k.first OR %(last)s AND k.moment = k.last
       OR k.moment = ANY(%(moments)s::timestamptz[]))
ORDER BY k.event_place, k.place LIMIT %(most)s
"""
