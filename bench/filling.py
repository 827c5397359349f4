"""Fills a store in SQL, a hundred times as fast as through the API, with what the API would have stored.

The values are those of `bench.corpus`: a quarter are drawn by Zipf's law from the pool that its events share, with
the keys that the hub gives them, so that events that come through the API correlate with the filled ones. The rest
are seen once, under keys that nobody looks for. All indexes are there while rows come in. What a search, a list or
an event's page does not read is left out: audit entries, versions, marks of personal data.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import django
from django.db import connection, transaction

from bench.corpus import CAMPAIGNS, EVENT_SIZES, KINDS, POOL, SHARED, SPAN, START, TAGGED, TLP

ROUNDS = 15
"""Events of every size in one transaction."""
BATCH = ROUNDS * sum(EVENT_SIZES)

type Batch = tuple[int, float]
"""Attributes in the store after a transaction, and the seconds that it took."""


def prepare(data_dir: Path) -> None:
    """Connect to the server that runs on `data_dir`, and make the pool of values."""
    os.environ["VARDKASE_DATA_DIR"] = str(data_dir)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vardkase.config.settings")
    django.setup()
    from vardkase.analysis.correlation.keys import keys_of  # noqa: PLC0415 - needs the settings
    from vardkase.core.sql import cursor  # noqa: PLC0415 - the same

    connection.ensure_connection()
    cursor().execute("SET synchronous_commit = off")
    with suppress(PermissionError):  # Others that measure on the machine come first.
        os.setpriority(os.PRIO_PROCESS, _number("SELECT pg_backend_pid()"), 19)
    cursor().execute(
        "CREATE TEMPORARY TABLE pool (kind int, rank int, value1 text, value2 text, keys bigint[])"
    )
    with cursor().copy("COPY pool FROM STDIN") as copy:
        for number, kind in enumerate(KINDS):
            for rank in range(POOL):
                first, _bar, second = kind.value(rank).partition("|")
                keys = keys_of((first, second) if second else (first,))
                copy.write_row((number, rank, first, second or None, keys))
    cursor().execute("CREATE UNIQUE INDEX ON pool (kind, rank)")
    cursor().execute("ANALYZE pool")


def stored() -> int:
    """Attributes in the store."""
    return _number("SELECT coalesce(sum(attribute_count), 0) FROM event")


def fill(total: int) -> Iterator[Batch]:
    """Fill the store up to about `total` attributes."""
    now = stored()
    while now < total:
        started = time.perf_counter()
        _add_batch()
        now = stored()
        yield now, time.perf_counter() - started


@transaction.atomic
def _add_batch() -> None:
    from vardkase.core.sql import cursor  # noqa: PLC0415 - needs the settings

    parameters: dict[str, Any] = {
        "rounds": ROUNDS,
        "sizes": list(EVENT_SIZES),
        "shares": [share for number, kind in enumerate(KINDS) for share in [number] * kind.share],
        "types": [kind.type for kind in KINDS],
        "categories": [kind.category for kind in KINDS],
        "to_ids": [kind.to_ids for kind in KINDS],
        "shared": SHARED,
        "tagged": TAGGED,
        "pool": POOL,
        "start": START,
        "span": SPAN,
        "tlp": list(TLP),
        "campaigns": list(CAMPAIGNS),
    }
    for statement in STATEMENTS:
        cursor().execute(statement, parameters)


def _number(query: str) -> int:
    from vardkase.core.sql import cursor  # noqa: PLC0415 - needs the settings

    return int(cursor().execute(query).fetchall()[0][0])


EVENTS = """
CREATE TEMPORARY TABLE new_event ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('event', 'id')) AS id, size,
    %(start)s::bigint + floor(random() * %(span)s::int)::bigint AS timestamp
FROM generate_series(1, %(rounds)s::int), unnest(%(sizes)s::int[]) AS size
"""
STORE_EVENTS = """
INSERT INTO event (id, uuid, org_id, orgc_id, user_id, date, info, threat_level_id, analysis, distribution, timestamp,
    publish_timestamp, sighting_timestamp, published, locked, proposal_email_lock, disable_correlation, attribute_count)
SELECT n.id, gen_random_uuid(), o.id, o.id, 1, to_timestamp(n.timestamp)::date, 'Bench event ' || n.id,
    1 + floor(random() * 4), 2, 1, n.timestamp, 0, 0, false, false, false, false, n.size
FROM new_event n, (SELECT min(id) AS id FROM organisation) o
"""
STORE_TAGS_OF_EVENTS = """
INSERT INTO event_tag (event_id, tag_id, local, relationship_type)
SELECT n.id, t.id, false, '' FROM new_event n
JOIN tag t ON t.name IN (
    (%(tlp)s::text[])[1 + n.id %% array_length(%(tlp)s::text[], 1)],
    (%(campaigns)s::text[])[1 + n.id %% array_length(%(campaigns)s::text[], 1)])
"""
# Each draws by Zipf's law: the n-th of N ranks has the probability 1/n, so their logarithms are spread evenly.
DRAWN = """
CREATE TEMPORARY TABLE drawn ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('attribute', 'id')) AS id, d.*
FROM (
    SELECT n.id AS event_id, n.timestamp - floor(random() * 2592000)::bigint AS timestamp,
        (%(shares)s::int[])[1 + floor(random() * array_length(%(shares)s::int[], 1))] AS kind,
        CASE WHEN random() < %(shared)s THEN floor(exp(random() * ln(%(pool)s::int + 1)))::int - 1 END AS rank
    FROM new_event n, generate_series(1, n.size)
    ORDER BY n.id
) d
"""
# An event holds a value once: a second draw of it becomes one that is seen once.
MADE = """
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
SELECT d.id, d.event_id, d.kind, d.timestamp, p.rank IS NOT NULL AS shared,
    coalesce(p.value1, u.value1) AS value1,
    coalesce(p.value2, CASE WHEN p.rank IS NULL AND u.type = 'filename|sha256' THEN u.sha256 END) AS value2, p.keys
FROM (SELECT drawn.*, row_number() OVER (PARTITION BY event_id, kind, rank ORDER BY id) AS nth FROM drawn) d
LEFT JOIN pool p ON d.nth = 1 AND p.kind = d.kind AND p.rank = d.rank
CROSS JOIN LATERAL (SELECT md5('filled ' || d.id) AS md5) m
CROSS JOIN LATERAL (
    SELECT (%(types)s::text[])[d.kind + 1] AS type, m.md5 || md5(m.md5) AS sha256,
        'host-' || left(m.md5, 10) || '.example' || d.id %% 97 || '.net' AS domain
) k
CROSS JOIN LATERAL (
    SELECT k.type, k.sha256, CASE k.type
        WHEN 'ip-dst' THEN host('10.0.0.0'::inet + (('x' || left(m.md5, 8))::bit(32)::bigint & 2147483647))
        WHEN 'domain' THEN k.domain
        WHEN 'url' THEN 'https://' || k.domain || '/' || substr(m.md5, 11, 6) || '.php'
        WHEN 'sha256' THEN k.sha256
        WHEN 'md5' THEN m.md5
        WHEN 'hostname' THEN 'mail.' || k.domain
        WHEN 'filename' THEN 'invoice_' || left(m.md5, 8) || '.docm'
        WHEN 'filename|sha256' THEN d.id %% 9999 || '.exe'
        WHEN 'email-src' THEN 'sender' || d.id || '@' || k.domain
        ELSE 'Seen at ' || left(m.md5, 12) || ' in the logs of sensor ' || d.id %% 400
    END AS value1
) u
ORDER BY d.id
"""
STORE_ATTRIBUTES = """
INSERT INTO attribute (id, uuid, event_id, type, category, value1, value2, to_ids, distribution, timestamp, comment,
    deleted, disable_correlation)
SELECT id, gen_random_uuid(), event_id, (%(types)s::text[])[kind + 1], (%(categories)s::text[])[kind + 1],
    value1, value2, (%(to_ids)s::boolean[])[kind + 1], 5, timestamp, '', false, false
FROM made ORDER BY id
"""
STORE_KEYS = """
INSERT INTO attribute_key (key, attribute_id, event_id, distribution, correlates)
SELECT k.key, m.id, m.event_id, 5, true
FROM made m CROSS JOIN LATERAL (
    SELECT unnest(coalesce(m.keys, ARRAY[('x' || left(md5('key ' || m.id), 16))::bit(64)::bigint]
        || CASE WHEN m.value2 IS NOT NULL THEN ('x' || left(md5('second ' || m.id), 16))::bit(64)::bigint END)) AS key
) k
WHERE k.key IS NOT NULL ORDER BY m.event_id, m.id
"""
STORE_SHARED = """
INSERT INTO shared_key (event_id, key)
SELECT DISTINCT m.event_id, k.key FROM made m CROSS JOIN LATERAL unnest(m.keys) AS k (key)
WHERE m.shared ORDER BY 1, 2
"""
STORE_NETWORKS = """
INSERT INTO attribute_network (attribute_id, event_id, net)
SELECT id, event_id, value1::inet FROM made WHERE (%(types)s::text[])[kind + 1] = 'ip-dst'
"""
STORE_TAGS = """
INSERT INTO attribute_tag (attribute_id, event_id, tag_id, local, relationship_type)
SELECT m.id, m.event_id, t.id, false, '' FROM made m
JOIN tag t ON t.name = (%(campaigns)s::text[])[1 + m.id %% array_length(%(campaigns)s::text[], 1)]
WHERE random() < %(tagged)s
"""
STATEMENTS = (
    EVENTS,
    STORE_EVENTS,
    STORE_TAGS_OF_EVENTS,
    DRAWN,
    MADE,
    STORE_ATTRIBUTES,
    STORE_KEYS,
    STORE_SHARED,
    STORE_NETWORKS,
    STORE_TAGS,
)
