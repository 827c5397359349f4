"""Attachments and samples, of attributes and of proposals. A sample stays in its zip with the password “infected”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import batched

from vardkase.core import files
from vardkase.core.sql import cursor
from vardkase.hub.move_in.taking import Step, Taking

PLACES = (
    ("attribute", "attachments", re.compile(r"([1-9][0-9]{0,17})/([1-9][0-9]{0,17})")),
    ("proposal", "attachments of proposals", re.compile(r"shadow/([1-9][0-9]{0,17})/([1-9][0-9]{0,17})")),
)
"""Our table, what its files are, and their paths below `app/files`: event, then attribute or proposal."""
AT_ONCE = 200
NO_FILE = "The file is not among MISP’s files, or is larger than 512 MB."
NO_FILES = "No files of MISP were given (--files)."


def take_attachments(taking: Taking) -> None:
    for table, kind, path in PLACES:
        wanted = _wanted(table) if taking.files.are_given else {}
        for group in batched(_found(taking, path, wanted), AT_ONCE):
            numbers, digests = [number for number, _ in group], [digest for _, digest in group]
            taking.execute(kind, STORE.format(table=table), {"ids": numbers, "digests": digests})
        why = NO_FILE if taking.files.are_given else NO_FILES
        taking.leave_out_rows(kind, why, MISSING.format(table=table))


def _wanted(table: str) -> dict[tuple[str, str], int]:
    rows = cursor().execute(WANTED.format(table=table))
    return {(str(event), str(number)): number for number, event in rows}


def _found(
    taking: Taking, pattern: re.Pattern[str], wanted: dict[tuple[str, str], int]
) -> Iterator[tuple[int, str]]:
    for path in taking.files.paths():
        match = pattern.fullmatch(path)
        number = wanted.get((match[1], match[2])) if match else None
        if number is None:
            continue
        content = taking.files.read(path)
        if content is not None:
            yield number, files.store(content)


WITH_FILE = "type IN ('attachment', 'malware-sample')"
WANTED = f"""
SELECT id, event_id FROM {{table}} WHERE {WITH_FILE} AND event_id IN (SELECT id FROM move_in.events)
"""
STORE = """
UPDATE {table} here SET data_sha256 = found.digest
FROM unnest(%(ids)s::bigint[], %(digests)s::text[]) AS found(id, digest)
WHERE here.id = found.id AND here.data_sha256 IS DISTINCT FROM found.digest
"""
MISSING = f"""
SELECT id::text FROM {{table}} WHERE {WITH_FILE} AND NOT deleted AND data_sha256 IS NULL
AND event_id IN (SELECT id FROM move_in.events) ORDER BY id
"""

ATTACHMENT_STEP = Step("attachments", (), take_attachments)
