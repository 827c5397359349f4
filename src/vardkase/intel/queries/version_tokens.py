"""Version tokens: hash what a form shows, so that a later save can detect concurrent changes."""

from __future__ import annotations

import hashlib

from vardkase.core.sql import cursor
from vardkase.intel.columns import changeable
from vardkase.intel.models import Attribute, EventReport, Object


def event_mark(event_id: int) -> str:
    """Hashes the event's own editable columns; changes inside the event do not affect it."""
    return _mark(EVENT, event_id)


def attribute_mark(attribute_id: int) -> str:
    return _mark(f"SELECT {CONTENT_OF_ATTRIBUTE} FROM attribute WHERE id = %(id)s", attribute_id)


def object_mark(object_id: int) -> str:
    return _mark(OBJECT, object_id)


def report_mark(report_id: int) -> str:
    return _mark(f"SELECT {CONTENT_OF_REPORT} FROM event_report WHERE id = %(id)s", report_id)


def _mark(sql: str, thing_id: int) -> str:
    rows = cursor().execute(sql, {"id": thing_id}).fetchall()
    return hashlib.blake2b(repr(rows).encode(), digest_size=9).hexdigest()


EVENT = """
SELECT info, date, threat_level_id, analysis, distribution, sharing_group_id, extends_uuid, disable_correlation
FROM event WHERE id = %(id)s
"""

# Without timestamps, which also move when nothing that a form shows has changed.
CONTENT_OF_ATTRIBUTE, CONTENT_OF_OBJECT, CONTENT_OF_REPORT = (
    ", ".join(name for name in changeable(entity) if name not in ("timestamp", "private_timestamp"))
    for entity in (Attribute, Object, EventReport)
)

OBJECT = f"""
SELECT 0 AS id, ROW({CONTENT_OF_OBJECT})::text FROM object WHERE id = %(id)s
UNION ALL
SELECT id, ROW({CONTENT_OF_ATTRIBUTE})::text FROM attribute WHERE object_id = %(id)s
ORDER BY id
"""
