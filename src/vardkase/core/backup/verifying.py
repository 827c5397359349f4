"""Verifies a backup: restores it into a scratch instance and compares what is there with what was backed up."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import psycopg.sql
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vardkase.core.backup.adopting import adopt
from vardkase.core.backup.catalogue import note_verification
from vardkase.core.backup.contents import differences, tables_of
from vardkase.core.backup.importing import import_export
from vardkase.core.backup.names import BackupKind, Verification
from vardkase.core.backup.restoring import (
    Plan,
    Restore,
    contents_of,
    finish,
    plan,
    restore_cluster,
    restore_files,
)
from vardkase.core.backup.tools import owned_by_us
from vardkase.core.database import EmbeddedPostgres
from vardkase.core.database.accounts import server_account
from vardkase.core.database.layout import Layout, close_to_others
from vardkase.core.file_columns import declared

type AuditCheck = Callable[[psycopg.Connection[Any]], str]
"""Verifies the audit log of a restored database; returns a sentence, and raises ValueError with what is wrong."""


def no_audit_check(_connection: psycopg.Connection[Any]) -> str:
    return ""


def verify(
    restore: Restore,
    backup_id: str,
    scratch: Path,
    *,
    key: Ed25519PrivateKey,
    audit: AuditCheck = no_audit_check,
) -> Verification:
    """Restore a backup into `scratch`, an empty folder, compare, and note the result beside the backup, signed with
    `key`. Raises BackupFailed if it cannot be restored.
    """
    started = time.monotonic()
    wanted = plan(restore.storage, backup_id=backup_id)
    contents = contents_of(restore, wanted.last)
    wanted = Plan(backups=wanted.backups, position=contents.position, alone=True, scratch=True)
    files_dir = scratch / "files"
    files = restore_files(restore, wanted, files_dir)
    rows = tables = 0
    said: list[str] = []
    server: EmbeddedPostgres | None = None
    try:
        server = _start(restore, wanted, scratch)
        with _connected(server) as connection, connection.transaction():
            found = tables_of(connection)
            rows, tables = sum(each.rows for each in found.values()), len(found)
            if contents.tables:
                said += differences(contents.tables, found)
            said += _missing_files(connection, files_dir, found.keys())
            audited = _audit(audit, connection, said)
    finally:
        if server is not None:
            server.stop()
        remove_scratch(scratch)
    verification = Verification(
        id=backup_id, at=datetime.now(UTC), seconds=round(time.monotonic() - started, 1), tables=tables, rows=rows,
        files=files, audit=audited, differences=said, compared=bool(contents.tables),
    )  # fmt: skip
    verification.sign(key)
    note_verification(restore.storage, verification)
    return verification


def _start(restore: Restore, wanted: Plan, scratch: Path) -> EmbeddedPostgres:
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    if wanted.last.kind != BackupKind.EXPORT:
        restore_cluster(restore, wanted, scratch)
        if wanted.last.database:
            adopt(scratch, wanted.last.database)
    server = EmbeddedPostgres(scratch).start()
    try:
        if wanted.last.kind == BackupKind.EXPORT:
            _import(restore, wanted, server, scratch)
        else:
            finish(scratch)
    except BaseException:
        server.stop()
        raise
    return server


def _import(restore: Restore, wanted: Plan, server: EmbeddedPostgres, scratch: Path) -> None:
    import_export(restore, wanted, owned_by_us(scratch), scratch)


def _connected(server: EmbeddedPostgres) -> psycopg.Connection[Any]:
    return owned_by_us(server.layout.data_dir).connect()


def _missing_files(connection: psycopg.Connection[Any], files_dir: Path, tables: Any) -> list[str]:
    said = []
    for table, column in sorted(declared()):
        if table not in tables:
            continue
        named = psycopg.sql.SQL("SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''").format(
            column=psycopg.sql.Identifier(column), table=psycopg.sql.Identifier(table)
        )
        lost = [name for (name,) in connection.execute(named) if not (files_dir / name[:2] / name).exists()]
        if lost:
            said.append(f"files named by {table}.{column}: {len(lost)} are missing")
    return said


def _audit(audit: AuditCheck, connection: psycopg.Connection[Any], said: list[str]) -> str:
    try:
        return audit(connection)
    except ValueError as error:
        said.append(f"audit log: {error}")
        return ""


def scratch_folder(data_dir: Path) -> Path:
    folder = data_dir / "backup" / "scratch"
    close_to_others(folder.parent, server_account(Layout(data_dir).cluster))
    remove_scratch(folder)
    return folder


def remove_scratch(folder: Path) -> None:
    """Remove it, also where the server's account could not enter it and has its files elsewhere."""
    home = Layout(folder).home
    shutil.rmtree(folder, ignore_errors=True)
    if home != folder:
        shutil.rmtree(home, ignore_errors=True)
