"""Exact lookups: events that contain a value, locations of samples by hash, new values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from vardkase.analysis.correlation.keys import keys_of
from vardkase.analysis.correlation.queries import attributes_with_value
from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters
from vardkase.misp.values import normalise

FAST_LOOKUP = Setting(
    "MISP.fast_lookup_enabled",
    True,
    _("Answer attributes/fastLookup. MISP keeps it off until a cache is filled; here no cache is needed."),
    level=2,
    changed_by=ChangedBy.OPERATOR,
)
MOST_EVENTS = 1_000
"""Events named for one value: the oldest of them."""
MOST_SAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class FoundSample:
    """A malware sample. The archive is in `core.files` under `data_sha256`, None if it was never transferred."""

    attribute_id: int
    event_id: int
    event_info: str
    filename: str
    md5: str
    data_sha256: str | None


def events_with_values(actor: Actor, values: Sequence[str]) -> dict[str, list[int]]:
    """Each known value (or part of a composite; case and surrounding space are ignored) → ids of its events.

    Only readable attributes count. One statement for all values.
    """
    # As written, and as an address would be stored.
    texts = [
        (place, text)
        for place, value in enumerate(map(str.strip, values))
        for text in dict.fromkeys((value, normalise("ip-dst", value)))
    ]
    given = {
        "places": [place for place, _ in texts],
        "texts": [text for _, text in texts],
        "keys": keys_of(text for _, text in texts),
        "most": MOST_EVENTS,
    }
    rows = _rows(actor, WITH_VALUES, given)
    return {values[place]: events for place, events in rows}


def samples_with_md5(actor: Actor, md5: str, event_id: int | None = None) -> list[FoundSample]:
    given = {"ids": attributes_with_value(actor, md5), "md5": md5.lower(), "event": event_id}
    return _samples(actor, "a.id = ANY(%(ids)s::bigint[]) AND lower(a.value2) = %(md5)s", given)


def samples_beside(actor: Actor, digest: str, event_id: int | None = None) -> list[FoundSample]:
    """All samples of the events that contain this hash; without a hash, those of `event_id`."""
    of_event = "a.event_id = %(event)s::bigint"
    if not digest:
        return _samples(actor, of_event, {"event": event_id})
    given = {"ids": attributes_with_value(actor, digest), "event": event_id}
    return _samples(
        actor, "a.event_id IN (SELECT h.event_id FROM attribute h WHERE h.id = ANY(%(ids)s::bigint[]))", given
    )


def attributes_after(actor: Actor, last_id: int, limit: int) -> list[int]:
    """Ids of the undeleted attributes with an id above `last_id`, in ascending order."""
    return [row[0] for row in _rows(actor, AFTER, {"last": last_id, "limit": limit})]


def _samples(actor: Actor, which: str, given: dict[str, Any]) -> list[FoundSample]:
    rows = _rows(actor, SAMPLES.replace("{which}", which), given | {"limit": MOST_SAMPLES})
    return [FoundSample(*row) for row in rows]


def _rows(actor: Actor, sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    visible = sql.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    return cursor().execute(visible, {**given, **reader_parameters(actor)}).fetchall()


# Keys first; the texts are compared on the rows that are read anyway: two values may share a key.
WITH_VALUES = r"""
SELECT given.place, (array_agg(DISTINCT a.event_id))[1:%(most)s]
FROM unnest(%(places)s::int[], %(texts)s::text[], %(keys)s::bigint[]) AS given (place, text, key)
JOIN attribute_key k ON k.key = given.key
JOIN attribute a ON a.id = k.attribute_id JOIN event e ON e.id = a.event_id
WHERE NOT a.deleted AND {event} AND {attribute}
  AND lower(given.text) IN (lower(btrim(a.value1, E' \t\r\n')), lower(btrim(a.value2, E' \t\r\n')))
GROUP BY given.place ORDER BY given.place
"""

SAMPLES = """
SELECT a.id, a.event_id, e.info, a.value1, COALESCE(a.value2, ''), a.data_sha256
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.type = 'malware-sample' AND NOT a.deleted AND {which} AND a.event_id = COALESCE(%(event)s::bigint, a.event_id)
  AND {event} AND {attribute}
ORDER BY a.id LIMIT %(limit)s
"""

AFTER = """
SELECT a.id FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.id > %(last)s AND NOT a.deleted AND {event} AND {attribute}
ORDER BY a.id LIMIT %(limit)s
"""
