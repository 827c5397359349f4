"""MISP's logs, as they are: what happened before the move. Posts in discussions are kept beside them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

import brotli

from vardkase.core.sql import copy_rows, cursor
from vardkase.hub.move_in.taking import Step, Taking

BATCH = 5_000
LONGEST = 65_535
"""Characters of a title or a change: MISP’s own columns hold no more, unless it has compressed them."""
COMPRESSED = b"\xce\xb2\xcf\x81"
"""How MISP marks a change that it has compressed with Brotli."""

AUDIT_LOGS = """
SELECT m.id, move_in.moment(m.created), coalesce(u.email, 'user ' || m.user_id), coalesce(o.name, ''), m.ip, m.action,
    m.model, m.model_id, m.model_title, m.change
FROM move_in.audit_logs m
LEFT JOIN move_in.users u ON u.id = m.user_id LEFT JOIN move_in.organisations o ON o.id = m.org_id
WHERE m.id > %s AND move_in.moment(m.created) IS NOT NULL ORDER BY m.id LIMIT %s
"""
LOGS = """
SELECT m.id, move_in.moment(m.created), m.email, m.org, m.ip, m.action, m.model, m.model_id, m.title,
    concat_ws(E'\\n', nullif(m.description, ''), nullif(m.change, ''))
FROM move_in.logs m
WHERE m.id > %s AND move_in.moment(m.created) IS NOT NULL ORDER BY m.id LIMIT %s
"""
POSTS = """
SELECT p.id, coalesce(move_in.moment(p.date_created), to_timestamp(0)), coalesce(u.email, 'user ' || p.user_id),
    coalesce(o.name, ''), NULL, 'post', 'Post', coalesce(nullif(t.event_id, 0), 0), t.title, p.contents
FROM move_in.posts p LEFT JOIN move_in.threads t ON t.id = p.thread_id
LEFT JOIN move_in.users u ON u.id = p.user_id LEFT JOIN move_in.organisations o ON o.id = u.org_id
WHERE p.id > %s ORDER BY p.id LIMIT %s
"""
"""`target_id` is the event of the discussion, 0 without one."""
STORE = """
COPY former_log_entry (source, source_id, created, actor_name, organisation_name, address, action, target_kind,
                       target_id, title, change) FROM STDIN
"""
SOURCES = (
    ("audit_logs", AUDIT_LOGS, "entries of MISP’s log"),
    ("logs", LOGS, "entries of MISP’s log"),
    ("posts", POSTS, "posts in discussions, beside MISP’s log"),
)
KNOWN = "SELECT coalesce(max(source_id), 0) FROM former_log_entry WHERE source = %s"


def take_log(taking: Taking) -> None:
    for source, statement, kind in SOURCES:
        # Logs only grow, so what came last time ends at its greatest id.
        last = cursor().execute(KNOWN, (source,)).fetchall()[0][0]
        while rows := cursor().execute(statement, (last, BATCH)).fetchall():
            copy_rows(STORE, _entries(source, rows))
            taking.count(kind, len(rows))
            last = rows[-1][0]


def _entries(source: str, rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for number, created, actor, organisation, address, action, model, model_id, title, change in rows:
        yield (
            source,
            number,
            created,
            actor[:255],
            organisation[:255],
            _address(address),
            action[:20],
            model[:80],
            model_id,
            (title or "")[:LONGEST],
            _text(change)[:LONGEST],
        )


def _address(given: bytes | str | None) -> str | None:
    try:
        return str(ipaddress.ip_address(given)) if given else None
    except ValueError:
        return None


def _text(change: bytes | str | None) -> str:
    if change is None or isinstance(change, str):
        return change or ""
    if change.startswith(COMPRESSED):
        try:
            # A little at a time, so that what grows without end is not kept.
            unpacked = brotli.Decompressor()
            change = bytes(unpacked.process(change[len(COMPRESSED) :], output_buffer_limit=LONGEST))
        except brotli.error:
            return ""
    return change.decode("utf-8", "replace").replace("\0", "")


STEP = Step("former log", ("audit_logs", "logs", "posts"), take_log)
