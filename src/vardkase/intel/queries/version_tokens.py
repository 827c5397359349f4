"""Version tokens: hash what a form shows, so that a later save can detect concurrent changes."""

from __future__ import annotations

import hashlib

from vardkase.core.sql import cursor


def event_mark(event_id: int) -> str:
    """Hashes the event's own editable columns; changes inside the event do not affect it."""
    return _mark(EVENT, event_id)


def attribute_mark(attribute_id: int) -> str:
    return _mark(ATTRIBUTE, attribute_id)


def object_mark(object_id: int) -> str:
    return _mark(OBJECT, object_id)


def _mark(sql: str, thing_id: int) -> str:
    rows = cursor().execute(sql, {"id": thing_id}).fetchall()
    return hashlib.blake2b(repr(rows).encode(), digest_size=9).hexdigest()


EVENT = """
SELECT info, date, threat_level_id, analysis, distribution, sharing_group_id, extends_uuid, disable_correlation
FROM event WHERE id = %(id)s
"""

ATTRIBUTE = """
SELECT type, category, value1, value2, to_ids, distribution, sharing_group_id, comment, deleted,
       disable_correlation, first_seen, last_seen, data_sha256
FROM attribute WHERE id = %(id)s
"""

OBJECT = """
SELECT 0, distribution, sharing_group_id, comment, deleted, first_seen, last_seen, '', ''
FROM object WHERE id = %(id)s
UNION ALL
SELECT id, distribution, sharing_group_id, comment, deleted, first_seen, last_seen, value1, value2
FROM attribute WHERE object_id = %(id)s
ORDER BY 1
"""
