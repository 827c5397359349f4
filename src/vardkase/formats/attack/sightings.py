"""Sightings of ATT&CK techniques for MITRE's collection: which organisation tagged what, and when it was seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from vardkase.analysis.search.filters import Scope, Search
from vardkase.core.sql import cursor
from vardkase.formats.misp_json.selection import pages_of
from vardkase.formats.misp_json.stream import joined
from vardkase.formats.search_results import PAGE, attributes_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import cluster_predicate, reader_parameters
from vardkase.intel.sightings.queries import sighted_between
from vardkase.knowledge.galaxies.queries import ATTACK
from vardkase.misp.flags import as_bool

TIME = "%Y-%m-%dT%H:%M:%SZ"
# Tags are compared without case, as MISP's database does.
TAGGED = """
SELECT tagged.id, tagged.uuid::text, tagged.timestamp, array_agg(DISTINCT element.value ORDER BY element.value)
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place)
JOIN {table} tagged ON tagged.id = chosen.id
JOIN {table}_tag link ON link.{table}_id = tagged.id
JOIN tag t ON t.id = link.tag_id AND t.is_galaxy AND (t.exportable OR %(all_tags)s)
JOIN galaxy_cluster c ON lower(c.tag_name) = lower(t.name) AND c.type = %(type)s AND NOT c.deleted
JOIN galaxy_element element ON element.galaxy_cluster_id = c.id AND element.key = 'external_id'
WHERE {visible}
GROUP BY chosen.place, tagged.id
ORDER BY chosen.place
"""


def technique_sightings(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """A JSON list with an item for each event and attribute tagged with techniques."""
    yield b"["
    yield from joined(msgspec.json.encode(page)[1:-1] for page in _pages(actor, search, ids))
    yield b"]"


def _pages(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[list[dict[str, Any]]]:
    all_tags = as_bool(search.options.get("includeAllTags"))
    if search.scope is Scope.EVENTS:
        for page in pages_of(ids, PAGE):
            yield _items(actor, "event", page, all_tags=all_tags)
    for page in attributes_of(actor, search, ids):
        yield _items(actor, "attribute", page, all_tags=all_tags)


def _items(actor: Actor, table: str, ids: Sequence[int], *, all_tags: bool) -> list[dict[str, Any]]:
    sql = TAGGED.format(table=table, visible=cluster_predicate(actor))
    parameters = {"ids": list(ids), "type": ATTACK, "all_tags": all_tags, **reader_parameters(actor)}
    rows = cursor().execute(sql, parameters).fetchall()
    seen = sighted_between(actor, f"{table}_id", [row[0] for row in rows]) if rows else {}
    items = []
    for id, uuid, timestamp, techniques in rows:
        # Without sightings the element's own time counts; with them, the span includes it (MISP's rule).
        first, last = seen.get(id, (timestamp, timestamp))
        start, end = (datetime.fromtimestamp(at, UTC) for at in (min(first, timestamp), max(last, timestamp)))
        items.append(
            {
                "id": uuid,
                "sightingType": "direct-technique-sighting",
                "startTime": f"{start:{TIME}}",
                "endTime": f"{end:{TIME}}",
                "detectionType": "raw",
                "techniques": [{"techniqueID": technique} for technique in techniques],
            }
        )
    return items
