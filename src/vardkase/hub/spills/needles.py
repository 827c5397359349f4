"""What the search for remains of a deleted event looks for: samples of its content, kept encrypted until it is done."""

from __future__ import annotations

import msgspec
from django.conf import settings

from vardkase.analysis.correlation.keys import keys_of
from vardkase.core.secrets import SecretStore
from vardkase.core.sql import cursor

STORE = SecretStore("spill needles")
SHORTEST = 8
"""Characters: shorter texts occur by chance."""
MOST_TEXTS = 80
MOST_UUIDS = 500


class Needles(msgspec.Struct, frozen=True):
    """`texts` occur in nothing else on the hub; `uuids` are the event's and its parts'; `files` (SHA-256) no other
    event has."""

    event_id: int
    uuids: tuple[str, ...]
    texts: tuple[str, ...]
    files: tuple[str, ...]


def sealed(needles: Needles) -> str:
    return STORE.encrypt(msgspec.json.encode(needles).decode())


def opened(text: str) -> Needles:
    return msgspec.json.decode(STORE.decrypt(text), type=Needles)


def needles_of(event_id: int) -> Needles:
    """Sampled before the event is deleted. Its correlation keys are gone already, so that a key is another's."""
    values = {"event": event_id, "shortest": SHORTEST, "uuids": MOST_UUIDS}
    executor = cursor()
    uuids = [str(row[0]) for row in executor.execute(UUIDS, values)]
    found = [row[0] for row in executor.execute(VALUES, values)]
    keys = dict(zip(found, keys_of(found), strict=True))
    taken = {row[0] for row in executor.execute(TAKEN, {"keys": list(keys.values())})}
    own = [value for value in found if keys[value] not in taken][:MOST_TEXTS]
    said = [row[0] for row in executor.execute(TEXTS, values)][:MOST_TEXTS]
    # The search finds parts of longer texts as well: 192.0.2.1 in 192.0.2.10.
    asked = {"event": event_id, "texts": [*own, *said], "hub": settings.BASE_URL}
    others = {row[0] for row in executor.execute(ELSEWHERE, asked)}
    own = [text for text in own if text not in others][: MOST_TEXTS // 2]
    said = [text for text in said if text not in others][: MOST_TEXTS // 2]
    files = [row[0] for row in executor.execute(FILES, values)]
    return Needles(event_id, tuple(uuids), tuple(dict.fromkeys((*own, *said))), tuple(files))


UUIDS = """
SELECT uuid FROM event WHERE id = %(event)s
UNION ALL (SELECT uuid FROM attribute WHERE event_id = %(event)s ORDER BY id LIMIT %(uuids)s)
UNION ALL (SELECT uuid FROM object WHERE event_id = %(event)s ORDER BY id LIMIT %(uuids)s)
UNION ALL (SELECT uuid FROM event_report WHERE event_id = %(event)s ORDER BY id LIMIT %(uuids)s)
"""
# Spread over the whole event, however it is ordered.
VALUES = """
SELECT DISTINCT value1 FROM (
    SELECT value1 FROM attribute WHERE event_id = %(event)s AND length(value1) BETWEEN %(shortest)s AND 400
    ORDER BY md5(id::text) LIMIT 400) sample
"""
TAKEN = "SELECT DISTINCT key FROM attribute_key WHERE key = ANY(%(keys)s::bigint[])"
# Only texts that no other event has: a common title would be found in what may stay.
TEXTS = """
SELECT text FROM (
    SELECT e.info AS text FROM event e WHERE e.id = %(event)s
        AND NOT EXISTS (SELECT 1 FROM event o WHERE o.id <> e.id AND o.info = e.info)
    UNION
    SELECT left(r.name, 400) FROM event_report r WHERE r.event_id = %(event)s
        AND NOT EXISTS (SELECT 1 FROM event_report o WHERE o.event_id <> r.event_id AND o.name = r.name)
    UNION
    SELECT substr(btrim(line), 1, 120) FROM (
        SELECT r.content FROM event_report r WHERE r.event_id = %(event)s ORDER BY r.id LIMIT 20) report,
        regexp_split_to_table(report.content, '[\\n\\r]+') AS line WHERE length(btrim(line)) >= 30
) said WHERE length(text) >= %(shortest)s LIMIT 200
"""
FIRST = """
SELECT coalesce(min(created), now()) AS at FROM audit_entry
WHERE target_kind = 'event' AND target_id = %(event)s
"""
"""When the hub has first dealt with an event: what is older says nothing of it."""
ELSEWHERE = f"""
WITH first AS ({FIRST})
SELECT DISTINCT wanted.text
FROM (
    SELECT concat_ws(chr(31), value1, value2, comment) AS said FROM attribute WHERE event_id <> %(event)s
    UNION ALL SELECT info FROM event WHERE id <> %(event)s
    UNION ALL SELECT concat_ws(chr(31), name, content) FROM event_report WHERE event_id <> %(event)s
    -- Or whoever names an event like somebody would have removed what was written about them.
    UNION ALL SELECT email FROM account
    UNION ALL SELECT name FROM organisation
    UNION ALL SELECT %(hub)s
    UNION ALL SELECT title FROM audit_entry WHERE created < (SELECT at FROM first)
    UNION ALL SELECT concat_ws(chr(31), subject, thing_title, text) FROM sent_mail WHERE at < (SELECT at FROM first)
) other JOIN unnest(%(texts)s::text[]) AS wanted (text) ON strpos(other.said, wanted.text) > 0
"""
FILES = """
SELECT DISTINCT a.data_sha256 FROM attribute a WHERE a.event_id = %(event)s AND a.data_sha256 IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM attribute o WHERE o.data_sha256 = a.data_sha256 AND o.event_id <> a.event_id)
"""
