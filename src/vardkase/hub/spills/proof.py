"""The proof that a deleted event is gone: a search over every table and the files, with counts.

What it looked for is never written down: only where something was found, and how often.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from psycopg import sql

from vardkase.audit.services import Target, record
from vardkase.core import files
from vardkase.core.clock import now_seconds
from vardkase.core.jobs.progress import report
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import SpillAction
from vardkase.hub.spills.models import Spill
from vardkase.hub.spills.needles import Needles, opened
from vardkase.identity.access.job_actors import hub_actor

TEXTUAL = ("text", "varchar", "bpchar", "json", "jsonb", "_text", "_varchar", "xml", "name")
"""Types of columns that are searched for the texts."""
PACKED = ("bytea",)
"""Types that cannot be searched: compressed or encrypted."""


def prove(spill: Spill) -> bool:
    """Search, and store the result; once nothing is left, what was looked for is forgotten. Returns whether so."""
    needles = opened(spill.needles)
    _remove_files(needles)
    spill.proof = searched(needles)
    spill.proved_at = timezone.now()
    is_gone = not spill.proof["left"]
    if is_gone:
        spill.needles = ""
    spill.save(update_fields=["proof", "proved_at", "needles"])
    counts = {"left": spill.proof["left"], "tables": spill.proof["tables"]}
    record(hub_actor(), SpillAction.SPILL_SEARCHED, Target("spill", spill.pk, title=spill.number), counts)
    return is_gone


def searched(needles: Needles) -> dict[str, Any]:
    """`found`: tables with something of the content; `references`: with numbers and UUIDs only, which are kept on
    purpose; `packed`: columns that cannot be searched. `digest` is that of all that was looked for."""
    executor = cursor()
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in executor.execute(COLUMNS).fetchall():
        tables.setdefault(table, []).append((column, kind))
    found: list[dict[str, Any]] = []
    references: list[dict[str, Any]] = []
    packed = rows = 0
    for number, (table, columns) in enumerate(sorted(tables.items()), 1):
        packed += len([kind for _, kind in columns if kind in PACKED])
        content, named, total = _counts(table, columns, needles)
        rows += total
        if content:
            found.append({"table": table, "count": content})
        if named:
            references.append({"table": table, "count": named})
        report(number, len(tables))
    left_files = [digest for digest in needles.files if files.size(digest)]
    feed_files = len(list(_feed_files(needles)))
    return {
        "tables": len(tables),
        "rows": rows,
        "texts": len(needles.texts),
        "uuids": len(needles.uuids),
        "files": len(needles.files),
        "found": found,
        "references": references,
        "files_left": len(left_files) + feed_files,
        "packed": packed,
        "left": sum(each["count"] for each in found) + len(left_files) + feed_files,
        "digest": hashlib.sha256("\n".join((*needles.uuids, *needles.texts)).encode()).hexdigest(),
    }


def _counts(table: str, columns: list[tuple[str, str]], needles: Needles) -> tuple[int, int, int]:
    """Rows with some of the texts, rows with some of the UUIDs, all rows: in one pass over the table."""
    texts = [sql.SQL("{}::text").format(sql.Identifier(name)) for name, kind in columns if kind in TEXTUAL]
    ids = [sql.Identifier(name) for name, kind in columns if kind == "uuid"]
    joined = sql.SQL("concat_ws(chr(31), {})").format(sql.SQL(", ").join(texts)) if texts else sql.SQL("''")
    # chr(31) separates, so that no text is found across two columns.
    content = sql.SQL("EXISTS (SELECT 1 FROM unnest(%(texts)s::text[]) n WHERE strpos(row_text.said, n) > 0)")
    matching = [sql.SQL("{} = ANY(%(uuids)s::uuid[])").format(column) for column in ids]
    named = sql.SQL(" OR ").join(matching) if matching else sql.SQL("FALSE")
    statement = sql.SQL(
        "SELECT count(*) FILTER (WHERE {content}), count(*) FILTER (WHERE {named}), count(*) "
        "FROM {table} t CROSS JOIN LATERAL (SELECT {joined} AS said OFFSET 0) row_text"
    ).format(content=content, named=named, joined=joined, table=sql.Identifier(table))
    values = {"texts": list(needles.texts), "uuids": list(needles.uuids)}
    row = cursor().execute(statement, values).fetchone()
    return (int(row[0]), int(row[1]), int(row[2])) if row else (0, 0, 0)


def _remove_files(needles: Needles) -> None:
    """Remove its files, which no other row names, and its documents in the folders of the hub's feeds."""
    named = {row[0] for row in cursor().execute(NAMED, {"files": list(needles.files)})}
    for digest in needles.files:
        if digest not in named:
            files.remove(digest, now_seconds() + 60)
    for path in _feed_files(needles):
        path.unlink(missing_ok=True)


def _feed_files(needles: Needles) -> list[Path]:
    uuids = needles.uuids[:1]  # The event's own.
    folder = Path(settings.DATA_DIR) / "feeds"
    return [path for uuid in uuids for path in folder.glob(f"*/{uuid}.json*")]


COLUMNS = """
SELECT c.relname, a.attname, t.typname FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
JOIN pg_type t ON t.oid = a.atttypid
WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum
"""
NAMED = "SELECT data_sha256 FROM attribute WHERE data_sha256 = ANY(%(files)s::text[])"
