"""The digests of the chain. Everything here is the same for the database and for an exported file.

    content = SHA-256(nonce ‖ JSON of [title, change])
    digest  = SHA-256(digest before ‖ position as 8 bytes ‖ SHA-256(JSON of the other fields) ‖ content)

JSON without spaces, keys sorted, in UTF-8.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FIELDS = (
    "id",
    "created",
    "action",
    "actor_id",
    "actor_name",
    "organisation_id",
    "credential",
    "address",
    "target_kind",
    "target_id",
    "target_uuid",
)
"""The fields of an entry that always stay, in the order in which they are digested."""
START = bytes(32)
"""What comes before the first link."""
COLUMNS = (
    "e.id, e.created, e.action, e.actor_id, e.actor_name, e.organisation_id, e.credential, host(e.address), "
    "e.target_kind, e.target_id, e.target_uuid::text, e.title, e.change::text"
)

type Entry = Mapping[str, Any]


def entry_of(row: tuple[Any, ...]) -> dict[str, Any]:
    """An entry of the `COLUMNS`, as it is digested and exported."""
    id, created, *others, title, change = row
    values = (id, utc(created), *others)
    return {**dict(zip(FIELDS, values, strict=True)), "title": title, "change": json.loads(change)}


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def content_digest(nonce: bytes, entry: Entry) -> bytes:
    return hashlib.sha256(nonce + canonical([entry["title"], entry["change"]])).digest()


def head_digest(entry: Entry) -> bytes:
    return hashlib.sha256(canonical([entry[name] for name in FIELDS])).digest()


def link_digest(previous: bytes, position: int, entry: Entry, content: bytes) -> bytes:
    return digest_of_head(previous, position, head_digest(entry), content)


def digest_of_head(previous: bytes, position: int, head: bytes, content: bytes) -> bytes:
    return hashlib.sha256(previous + position.to_bytes(8) + head + content).digest()
