"""Makes backups of a hub: base backups, full and incremental, of its database, or exports; and of its files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from pyrage.x25519 import Identity, Recipient

import vardkase
from vardkase.core.backup.adopting import embedded_major
from vardkase.core.backup.catalogue import chains, manifests
from vardkase.core.backup.contents import Contents, quiet_snapshot, tables_of
from vardkase.core.backup.log import Reached, ensure_slot, fetch_log, is_lost, store_log
from vardkase.core.backup.names import MANIFEST, BackupKind, LogRun, Manifest, Stored, stamp
from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.backup.sealing import seal
from vardkase.core.backup.signing import own_key
from vardkase.core.backup.state import Known, State
from vardkase.core.backup.storage import Storage
from vardkase.core.backup.tars import FilesTar, Followed, as_stream
from vardkase.core.backup.tools import Source, output_of
from vardkase.core.files import BACKUP_LOCK, StoredFile, all_files
from vardkase.core.files.folder import FolderFiles

POSTGRES_MANIFEST = "backup_manifest"
ANNOUNCED = {
    "database.age": "The database is backed up.",
    "files.age": "Stored files are backed up.",
    "contents.age": "What has to be there after a restore is noted.",
}


@dataclass(frozen=True, kw_only=True)
class Hub:
    """What is backed up, and for whom. `storage_address` names the storage in what the hub remembers."""

    uuid: str
    data_dir: Path
    files_dir: Path
    source: Source
    storage: Storage
    storage_address: str
    recipients: Sequence[Recipient]
    announce: Callable[[str], None] = lambda _message: None
    state: State = field(init=False)
    key: Ed25519PrivateKey = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", State(self.data_dir))
        object.__setattr__(self, "key", own_key(self.data_dir))

    def check(self) -> None:
        """Raises BackupFailed if nobody could read the backups, or another hub's are there."""
        if not self.recipients:
            raise BackupFailed(BackupProblem.NO_RECIPIENTS())
        newest = next(iter(reversed(manifests(self.storage))), None)
        if newest is not None and newest.hub != self.uuid:
            raise BackupFailed(BackupProblem.OTHER_HUB())


def take(hub: Hub, *, full: bool = False, export: bool = False, once: Identity | None = None) -> Manifest:
    """Make a backup: incremental, if there is something to build on and the server can, else full.

    `once` is an identity that is forgotten after the backup has been verified. Raises BackupFailed.
    """
    hub.check()
    started, deletions = datetime.now(UTC), hub.state.deletions()
    with hub.state.exclusive(), hub.source.connect() as connection, files_kept(connection):
        if export or not _may_copy(hub.source, connection):
            return _export(hub, connection, started, deletions, once)
        known = None if full else _base(hub, connection)
        earlier = hub.state.known(hub.storage_address) if known is None else None
        ensure_slot(connection)
        identifier = stamp(started)
        backup = _Backup(hub, known.chain if known else identifier, identifier, once)
        start, stop = backup.database(known)
        with quiet_snapshot(connection) as position:
            tables = tables_of(connection) if position else {}
        sent = hub.state.files() if known else set()
        stored = backup.files(sent)
        backup.contents(Contents(position=position, tables=tables, files=len(stored)))
        manifest = backup.finish(
            kind=BackupKind.INCREMENTAL if known else BackupKind.FULL,
            parent=known.last if known else "",
            started=started,
            deletions=deletions,
            start=start,
            stop=stop,
            connection=connection,
        )
        made = Known(storage=hub.storage_address, chain=backup.chain, last=identifier)
        hub.state.remember(made, backup.manifest_of_server, sent | stored)
        # What happened meanwhile is in the log of the chain before as well, which so has no gap at its end.
        _log(hub, connection, [backup.chain, *_still_there(hub, earlier)], once)
        return manifest


def take_log(hub: Hub) -> LogRun:
    """Bring the chain up to now. Raises BackupFailed, LOG_LOST if it cannot go on."""
    hub.check()
    known = hub.state.known(hub.storage_address)
    if known is None:
        raise BackupFailed(BackupProblem.NO_BACKUP())
    with hub.state.exclusive(), hub.source.connect() as connection, files_kept(connection):
        return _log(hub, connection, [known.chain])


def _log(
    hub: Hub, connection: psycopg.Connection[Any], into: Sequence[str], once: Identity | None = None
) -> LogRun:
    deletions, access = hub.state.deletions(), hub.state.access(hub.storage_address)
    until, position = fetch_log(hub.source, connection, hub.state.spool)
    sent = hub.state.files()
    new = [(name, path) for name, path in stored_files(hub.files_dir) if name not in sent]
    recipients = [*hub.recipients, *([once.to_public()] if once else [])]
    reached = Reached(
        hub=hub.uuid,
        until=until,
        position=position,
        deletions=deletions,
        access=access.at if access else None,
    )
    done = store_log(hub.storage, hub.state, into, recipients, hub.key, reached, new)
    hub.state.remember_files(sent | ({name for name, _ in new} - set(done.damaged)))
    return done


def _base(hub: Hub, connection: psycopg.Connection[Any]) -> Known | None:
    known = hub.state.known(hub.storage_address)
    if known is None or not hub.state.manifest.exists() or is_lost(connection):
        return None
    if not _summarizes(connection) or known.chain not in chains(hub.storage):
        return None
    return known


def _still_there(hub: Hub, earlier: Known | None) -> list[str]:
    return [earlier.chain] if earlier and earlier.chain in chains(hub.storage) else []


def _summarizes(connection: psycopg.Connection[Any]) -> bool:
    found = "SELECT FROM pg_settings WHERE name = 'summarize_wal' AND setting = 'on'"
    return bool(connection.execute(found).rowcount)


def _may_copy(source: Source, connection: psycopg.Connection[Any]) -> bool:
    """Whether the cluster can be copied: its programs are ours, and the account may replicate."""
    if not source.is_embedded and connection.info.server_version // 10_000 != embedded_major():
        return False
    try:
        with psycopg.connect(
            f"{source.address()} replication=database", password=source.password, autocommit=True
        ) as link:
            link.execute("IDENTIFY_SYSTEM")
    except psycopg.Error:
        return False
    return True


@contextlib.contextmanager
def files_kept(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Keep the hub from removing unused files for the duration of a block."""
    connection.execute("SELECT pg_advisory_lock_shared(%s)", [BACKUP_LOCK])
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock_shared(%s)", [BACKUP_LOCK])


def stored_files(files_dir: Path) -> Iterator[tuple[str, StoredFile]]:
    """Those of the hub, wherever it keeps them; or of a folder, if that is not the hub's. Raises BackupFailed."""
    found = all_files() if files_dir == Path(settings.FILES_DIR) else FolderFiles(files_dir).all()
    try:
        yield from found
    except OSError as error:
        raise BackupFailed(BackupProblem.FILES_UNREADABLE(said=str(error))) from None


class _Backup:
    """One backup while it is being stored."""

    def __init__(self, hub: Hub, chain: str, identifier: str, once: Identity | None) -> None:
        self._hub, self.chain, self._id = hub, chain, identifier
        self._recipients = [*hub.recipients, *([once.to_public()] if once else [])]
        self._objects: list[Stored] = []
        self._damaged: list[str] = []
        self.manifest_of_server = b""

    def database(self, known: Known | None) -> tuple[str, str]:
        """Store a base backup; returns the positions in the log where it starts and is consistent."""
        source = self._hub.source
        command: list[str | Path] = [source.program("pg_basebackup"), "-D", "-", "-F", "tar", "-X", "fetch"]
        command += ["-c", "fast", "-l", f"vardkase {self._id}", "-d", source.address(), "--no-password"]
        if known:
            command += ["--incremental", self._hub.state.manifest]
        with output_of(command, source.environment(), self._hub.state.errors) as output:
            followed = Followed(output, POSTGRES_MANIFEST)
            self._store("database.age", followed)
        self.manifest_of_server = followed.content
        ranges = msgspec.json.decode(self.manifest_of_server)["WAL-Ranges"]
        return ranges[0]["Start-LSN"], ranges[-1]["End-LSN"]

    def export(self, snapshot: str) -> None:
        source = self._hub.source
        command: list[str | Path] = [source.program("pg_dump"), "-F", "custom", "-Z", "none"]
        command += ["--snapshot", snapshot, "-d", source.address(), "--no-password"]
        with output_of(command, source.environment(), self._hub.state.errors) as output:
            self._store("database.age", output)

    def files(self, sent: set[str]) -> set[str]:
        """Store what was not sent yet; returns the names of all that are stored now, here or by a backup before."""
        present = dict(stored_files(self._hub.files_dir))
        new = [(name, path) for name, path in present.items() if name not in sent]
        if not new:
            return set(present)
        tar = FilesTar(new)
        self._store("files.age", tar)
        self._damaged = tar.damaged
        return present.keys() - set(tar.damaged) - set(tar.missing)

    def contents(self, contents: Contents) -> None:
        self._store("contents.age", as_stream(msgspec.json.encode(contents)))

    def finish(
        self, *, kind: BackupKind, parent: str, started: datetime, deletions: int, start: str, stop: str,
        connection: psycopg.Connection[Any],
    ) -> Manifest:  # fmt: skip
        """Write the list of what is in it, last: without one it is no backup."""
        row = connection.execute(
            "SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'"
        ).fetchone()
        manifest = Manifest(
            hub=self._hub.uuid,
            vardkase=vardkase.__version__,
            chain=self.chain,
            id=self._id,
            kind=kind,
            parent=parent,
            started=started,
            ended=datetime.now(UTC),
            postgresql=connection.info.server_version // 10_000,
            start=start,
            stop=stop,
            segment_bytes=int(row[0]) if row else 0,
            objects=self._objects,
            deletions=deletions,
            recipients=[str(each) for each in self._hub.recipients],
            database=""
            if self._hub.source.is_embedded or kind == BackupKind.EXPORT
            else self._hub.source.database,
            damaged=self._damaged,
        )
        manifest.sign(self._hub.key)
        with self._hub.storage.create(f"{manifest.folder}/{MANIFEST}") as writer:
            writer.write(msgspec.json.encode(manifest))
        return manifest

    def _store(self, what: str, source: Any) -> None:
        name = f"{self.chain}/{self._id}/{what}"
        self._hub.announce(ANNOUNCED.get(what, what))
        with self._hub.storage.create(name) as writer:
            seal(source, writer, self._recipients)
        self._objects.append(writer.stored(name))


def _export(
    hub: Hub, connection: psycopg.Connection[Any], started: datetime, deletions: int, once: Identity | None
) -> Manifest:
    identifier = stamp(started)
    backup = _Backup(hub, identifier, identifier, once)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        backup.export(str(snapshot))
        tables = tables_of(connection)
    stored = backup.files(set())
    backup.contents(Contents(position="", tables=tables, files=len(stored)))
    return backup.finish(
        kind=BackupKind.EXPORT, parent="", started=started, deletions=deletions, start="", stop="",
        connection=connection,
    )  # fmt: skip
