"""Links committed entries to the chain, beside whoever writes them: writers never wait for each other.

An entry may be committed after one with a higher number. Positions are therefore given when an entry is first seen, and
what is new is found by the number of the transaction that wrote it: below the oldest one that still ran when the
sealer last looked, everything has been seen.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import transaction

from vardkase.audit.chain.digests import COLUMNS, START, content_digest, entry_of, link_digest
from vardkase.audit.chain.guard import prove_hub
from vardkase.core.sql import copy_rows, cursor

LOCK = 0x4155_4454
"""Of the advisory lock: one process seals at a time, and nothing is removed from entries meanwhile."""
BATCH = 2_000
NONCE = 16


@dataclass(slots=True)
class Sealer:
    """Seals what is new; one that lives on does not look at everything again."""

    seen_below: int = 0
    """All entries of transactions with lower numbers are sealed."""

    def seal(self) -> int:
        """Link everything that is committed; returns how many entries. 0 also while another process does."""
        total = 0
        while True:
            sealed, complete = self._seal_some()
            total += sealed
            if complete:
                return total

    @transaction.atomic
    def _seal_some(self) -> tuple[int, bool]:
        executor = cursor()
        if not executor.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,)).fetchall()[0][0]:
            return 0, True
        ((position, digest),) = executor.execute(LAST).fetchall() or [(0, START)]
        # Looked up first: what commits in between has a higher number, or is seen.
        ((running,),) = executor.execute(OLDEST_RUNNING).fetchall()
        rows = executor.execute(NEW, {"from": self.seen_below, "limit": BATCH}).fetchall()
        links = []
        for row in rows:
            entry, nonce = entry_of(row), secrets.token_bytes(NONCE)
            content = content_digest(nonce, entry)
            position += 1
            digest = link_digest(digest, position, entry, content)
            links.append((position, entry["id"], nonce, content, digest))
        if links:
            prove_hub()
            copy_rows(APPEND, links)
        if len(rows) < BATCH:
            self.seen_below = running
        return len(rows), len(rows) < BATCH


LAST = "SELECT position, digest FROM audit_link ORDER BY position DESC LIMIT 1"
OLDEST_RUNNING = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
NEW = f"""
SELECT {COLUMNS} FROM audit_entry e
WHERE e.written_in >= %(from)s AND NOT EXISTS (SELECT FROM audit_link l WHERE l.entry_id = e.id)
ORDER BY e.written_in, e.id LIMIT %(limit)s
"""
APPEND = "COPY audit_link (position, entry_id, nonce, content, digest) FROM STDIN"
