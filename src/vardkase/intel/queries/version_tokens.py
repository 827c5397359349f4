"""Version tokens: hash what a form shows, so that a later save can detect concurrent changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from vardkase.core.sql import cursor
from vardkase.intel.columns import changeable
from vardkase.intel.models import Attribute, EventReport, Object


def event_mark(event_id: int) -> str:
    """Hashes the event's own editable columns; changes inside the event do not affect it."""
    return _marks(EVENT, [event_id])[event_id]


def attribute_mark(attribute_id: int) -> str:
    return attribute_marks([attribute_id])[attribute_id]


def object_mark(object_id: int) -> str:
    return object_marks([object_id])[object_id]


def report_mark(report_id: int) -> str:
    return _marks(REPORT, [report_id])[report_id]


def attribute_marks(attribute_ids: Sequence[int]) -> dict[int, str]:
    return _marks(ATTRIBUTE, attribute_ids)


def object_marks(object_ids: Sequence[int]) -> dict[int, str]:
    return _marks(OBJECT, object_ids)


def _marks(sql: str, ids: Sequence[int]) -> dict[int, str]:
    """By id; what does not exist has one, too."""
    rows: dict[int, list[tuple[object, ...]]] = {number: [] for number in ids}
    for number, *content in cursor().execute(sql, {"ids": list(ids)}):
        rows[number].append(tuple(content))
    return {
        number: hashlib.blake2b(repr(content).encode(), digest_size=9).hexdigest()
        for number, content in rows.items()
    }


EVENT = """
SELECT id, info, date, threat_level_id, analysis, distribution, sharing_group_id, extends_uuid, disable_correlation
FROM event WHERE id = ANY(%(ids)s::bigint[])
"""

# Without timestamps, which also move when nothing that a form shows has changed.
CONTENT_OF_ATTRIBUTE, CONTENT_OF_OBJECT, CONTENT_OF_REPORT = (
    ", ".join(name for name in changeable(entity) if name not in ("timestamp", "private_timestamp"))
    for entity in (Attribute, Object, EventReport)
)

ATTRIBUTE = f"SELECT id, {CONTENT_OF_ATTRIBUTE} FROM attribute WHERE id = ANY(%(ids)s::bigint[])"
REPORT = f"SELECT id, {CONTENT_OF_REPORT} FROM event_report WHERE id = ANY(%(ids)s::bigint[])"
OBJECT = f"""
SELECT id AS object, 0 AS id, ROW({CONTENT_OF_OBJECT})::text FROM object WHERE id = ANY(%(ids)s::bigint[])
UNION ALL
SELECT object_id, id, ROW({CONTENT_OF_ATTRIBUTE})::text FROM attribute WHERE object_id = ANY(%(ids)s::bigint[])
ORDER BY object, id
"""
