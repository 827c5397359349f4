"""Keys of protected events, as MISP's CryptographicKey."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.sql import cursor
from vardkase.formats.misp_json.structs import CryptographicKey
from vardkase.intel.protection.models import CryptographicKey as Stored


def keys_of_events(event_ids: Sequence[int]) -> dict[int, list[CryptographicKey]]:
    """The keys of each event that has any; the caller checks that the events may be read."""
    found: dict[int, list[CryptographicKey]] = {}
    if not event_ids:
        return found
    for row in cursor().execute(KEYS, {"events": list(event_ids)}, binary=True).fetchall():
        key = CryptographicKey(*row)
        found.setdefault(int(key.parent_id), []).append(key)
    return found


def key_document(key: Stored) -> CryptographicKey:
    return CryptographicKey(
        str(key.pk),
        str(key.uuid),
        key.type,
        str(key.timestamp),
        str(key.event_id),
        "Event",
        key.key_data,
        key.revoked,
        key.fingerprint,
    )


KEYS = """
SELECT id::text, uuid::text, type, timestamp::text, event_id::text, 'Event', key_data, revoked, fingerprint
FROM cryptographic_key WHERE event_id = ANY(%(events)s) ORDER BY id
"""
