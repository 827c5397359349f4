"""Transfer of the write-ahead log, and of the files stored meanwhile: how a restore reaches a point in time.

A replication slot makes PostgreSQL keep what has not been fetched. `pg_receivewal` works alike with the embedded and
an external server, and asks for nothing to be configured there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage.x25519 import Recipient

from vardkase.core.backup.names import LogRun, Stored, log_folder, lsn_number, stamp
from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.backup.sealing import seal
from vardkase.core.backup.state import State
from vardkase.core.backup.storage import Storage
from vardkase.core.backup.tars import FilesTar
from vardkase.core.backup.tools import Source, run
from vardkase.core.files.names import StoredFile

SLOT = "vardkase_backup"
SEGMENT = re.compile(r"[0-9A-F]{24}|[0-9A-F]{8}\.history")


def ensure_slot(connection: psycopg.Connection[Any]) -> None:
    """Make the slot, or make it anew if PostgreSQL gave it up because nothing was fetched for too long.

    Raises BackupFailed if the log could not be fetched later.
    """
    allowed = connection.execute(
        "SELECT has_function_privilege('pg_catalog.pg_switch_wal()', 'EXECUTE')"
    ).fetchone()
    if allowed != (True,):
        said = f"GRANT EXECUTE ON FUNCTION pg_switch_wal TO {connection.info.user}"
        raise BackupFailed(BackupProblem.TOOL_FAILED(tool="pg_switch_wal", said=said))
    if is_lost(connection):
        connection.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])
    if not connection.execute("SELECT FROM pg_replication_slots WHERE slot_name = %s", [SLOT]).rowcount:
        connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", [SLOT])


def is_lost(connection: psycopg.Connection[Any]) -> bool:
    lost = "SELECT FROM pg_replication_slots WHERE slot_name = %s AND wal_status = 'lost'"
    return bool(connection.execute(lost, [SLOT]).rowcount)


def drop_slot(connection: psycopg.Connection[Any]) -> bool:
    drop = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s AND NOT active"
    return bool(connection.execute(drop, [SLOT]).rowcount)


def fetch_log(source: Source, connection: psycopg.Connection[Any], spool: Path) -> tuple[datetime, str]:
    """Fetch what was written until now into `spool`; returns the moment that it reaches, and the position."""
    exists = connection.execute("SELECT FROM pg_replication_slots WHERE slot_name = %s", [SLOT]).rowcount
    if not exists or is_lost(connection):
        raise BackupFailed(BackupProblem.LOG_LOST())
    until, position, segment_bytes = _mark(connection)
    # The last byte of the segment that was ended: what comes after has to wait for the next time.
    end = ((lsn_number(position) - 1) // segment_bytes + 1) * segment_bytes - 1
    spool.mkdir(mode=0o700, exist_ok=True)
    command: list[str | Path] = [source.program("pg_receivewal"), "-D", spool, "--slot", SLOT, "--no-loop"]
    command += ["--endpos", f"{end >> 32:X}/{end & 0xFFFFFFFF:X}", "-d", source.address(), "--no-password"]
    run(command, source.environment())
    return until, position


def _mark(connection: psycopg.Connection[Any]) -> tuple[datetime, str, int]:
    """Commit something, so that a restore finds a commit after the moment, and end the segment of the log."""
    (until,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
    connection.execute("SELECT pg_logical_emit_message(true, 'vardkase', 'backup')")
    row = connection.execute(
        "SELECT pg_switch_wal(), (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size')"
    ).fetchone()
    if row is None or not isinstance(until, datetime):
        raise TypeError
    return until.astimezone(UTC), str(row[0]), int(row[1])


@dataclass(frozen=True, kw_only=True)
class Reached:
    """How far the log of a hub has been fetched; the number of the last list of deletions stored before, and the time
    of the last list of who was let in."""

    hub: str
    until: datetime
    position: str
    deletions: int
    access: datetime | None = None


def store_log(
    storage: Storage, state: State, chains: Sequence[str], recipients: Sequence[Recipient], key: Ed25519PrivateKey,
    reached: Reached, files: Sequence[tuple[str, StoredFile]],
) -> LogRun:  # fmt: skip
    """Store what is in the spool, and new files, in each of `chains`; returns what was stored in the first."""
    segments = sorted(path for path in state.spool.iterdir() if SEGMENT.fullmatch(path.name))
    runs = [_store_in(storage, chain, recipients, key, reached, segments, files) for chain in chains]
    for path in segments:
        path.unlink()
    return runs[0]


def _store_in(
    storage: Storage, chain: str, recipients: Sequence[Recipient], key: Ed25519PrivateKey,
    reached: Reached, segments: Sequence[Path], files: Sequence[tuple[str, StoredFile]],
) -> LogRun:  # fmt: skip
    folder = log_folder(chain)
    stored: list[Stored] = []
    for path in segments:
        # By transfer: PostgreSQL may hand out again what it does not know to be stored.
        name = f"{folder}{stamp(reached.until)}/{path.name}.age"
        with path.open("rb") as plain, storage.create(name) as writer:
            seal(plain, writer, recipients)
        stored.append(writer.stored(name))
    packs: list[Stored] = []
    tar = FilesTar(files)
    if files:
        name = f"{folder}{stamp(reached.until)}.files.age"
        with storage.create(name) as writer:
            seal(tar, writer, recipients)
        packs.append(writer.stored(name))
    size = sum(each.size for each in (*stored, *packs))
    result = LogRun(
        hub=reached.hub, chain=chain, until=reached.until, position=reached.position, segments=stored, files=packs,
        size=size, deletions=reached.deletions, access=reached.access, damaged=tar.damaged,
    )  # fmt: skip
    result.sign(key)
    # Last: the log reaches so far once everything before is stored.
    with storage.create(f"{folder}{stamp(reached.until)}.json") as writer:
        writer.write(msgspec.json.encode(result))
    return result
