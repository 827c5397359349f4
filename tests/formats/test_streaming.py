"""Large events are streamed with bounded memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterable

import pytest
from django.db import connection

from tests.factories import make_event
from tests.factories.seed import Seed
from vardkase.core.sql import SqlQuery
from vardkase.formats.misp_json import attributes_document, event_document
from vardkase.intel.models import Attribute, Event, Object

ATTRIBUTES = 100_000
MEBIBYTE = 1024 * 1024
BOUND = 12 * MEBIBYTE

ROWS = """
INSERT INTO attribute (uuid, event_id, object_id, type, category, value1, to_ids, distribution, timestamp,
                       comment, deleted, disable_correlation)
SELECT gen_random_uuid(), %s, %s, 'text', 'Other', 'value ' || number, false, 5, 1, repeat('x', 50), false, false
FROM generate_series(1, %s) AS number
"""


@pytest.fixture
def big(seed: Seed) -> Event:
    event = make_event(seed.org_a)
    event.save()
    with connection.cursor() as rows:
        rows.execute(ROWS, [event.pk, None, ATTRIBUTES])
        # As autovacuum does soon after a commit; a plan cached for an empty table would scan it all for every
        # page.
        rows.execute("ANALYZE attribute")
    return event


def consumed(pieces: Iterable[bytes]) -> tuple[int, int, int]:
    """Total bytes, the largest chunk, and peak memory meanwhile."""
    tracemalloc.start()
    try:
        sizes = [len(piece) for piece in pieces]
        return sum(sizes), max(sizes), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_of_event_is_bounded(seed: Seed, big: Event) -> None:
    total, biggest, peak = consumed(event_document(seed.analyst.actor, big.pk))
    assert total > 30 * MEBIBYTE
    assert biggest < 2 * MEBIBYTE
    assert peak < BOUND


def test_memory_of_search_is_bounded(seed: Seed, big: Event) -> None:
    query = SqlQuery("SELECT id FROM attribute ORDER BY id", {})
    total, biggest, peak = consumed(attributes_document(seed.analyst.actor, query))
    assert total > 30 * MEBIBYTE
    assert biggest < 2 * MEBIBYTE
    assert peak < BOUND


def test_every_attribute_appears_once_across_pages(seed: Seed) -> None:
    event = make_event(seed.org_a)
    event.save()
    holder = Object.objects.create(event=event, name="file", meta_category="file", timestamp=1)
    with connection.cursor() as rows:
        rows.execute(ROWS, [event.pk, None, 2001])
        rows.execute(ROWS, [event.pk, holder.pk, 2001])
    found = json.loads(b"".join(event_document(seed.analyst.actor, event.pk)))["Event"]
    plain = [int(each["id"]) for each in found["Attribute"]]
    inside = [int(each["id"]) for each in found["Object"][0]["Attribute"]]
    assert len(found["Object"]) == 1
    assert sorted(plain + inside) == sorted(Attribute.objects.values_list("id", flat=True))
