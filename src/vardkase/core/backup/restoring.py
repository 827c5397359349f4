"""Restores a backup: a cluster in a folder, brought to a position or a point in time by the log; and files."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from pyrage.x25519 import Identity

from vardkase.core.backup.catalogue import list_chains, log_runs
from vardkase.core.backup.contents import Contents
from vardkase.core.backup.log import SEGMENT
from vardkase.core.backup.names import (
    MANIFEST,
    BackupKind,
    LogRun,
    Manifest,
    Signed,
    Stored,
    log_folder,
    lsn_number,
    segment_number,
    stamp,
)
from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.backup.sealing import unsealed
from vardkase.core.backup.storage import Storage
from vardkase.core.backup.tars import copied, unpack, unpack_files
from vardkase.core.backup.tools import program, run
from vardkase.core.database import binaries, cluster
from vardkase.core.database.accounts import ServerAccount, server_account
from vardkase.core.database.layout import Layout, close_to_others, settle

RESTORING = "database.restoring"


@dataclass(frozen=True, kw_only=True)
class Restore:
    """What is restored from where. `announce` gets messages for the user.

    `public_key`: that of the hub, which must have signed every list; empty, if anybody may have written them.
    """

    storage: Storage
    identities: Sequence[Identity]
    public_key: str
    announce: Callable[[str], None] = lambda _message: None

    def require_signed(self, signed: Signed, name: str) -> None:
        """Raises BackupFailed."""
        if self.public_key and not signed.is_signed_by(self.public_key):
            raise BackupFailed(BackupProblem.WRONG_SIGNATURE(name=name))

    def log_runs(self, chain: str) -> list[LogRun]:
        """Raises BackupFailed."""
        runs = log_runs(self.storage, chain)
        for each in runs:
            self.require_signed(each, f"{log_folder(chain)}{stamp(each.until)}.json")
            if each.chain != chain:
                raise BackupFailed(BackupProblem.DAMAGED(name=log_folder(chain)))
        return runs

    def opened(self, stored: Stored) -> contextlib.AbstractContextManager[BinaryIO]:
        """What was stored, in clear. Nothing may be made of it before the block is over, which raises BackupFailed if
        it is not what the list of it says: anybody can encrypt to the recipients."""
        return self._opened(stored)

    @contextlib.contextmanager
    def _opened(self, stored: Stored) -> Iterator[BinaryIO]:
        try:
            file = self.storage.open(stored.name)
        except FileNotFoundError:
            raise BackupFailed(BackupProblem.DAMAGED(name=stored.name)) from None
        with file:
            hashed = Hashed(file)
            try:
                with unsealed(hashed, self.identities, stored.name) as plain:
                    yield plain
            except tarfile.TarError:
                raise BackupFailed(BackupProblem.DAMAGED(name=stored.name)) from None
            if hashed.whole() != (stored.size, stored.sha256):
                raise BackupFailed(BackupProblem.DAMAGED(name=stored.name))


class Hashed:
    """Reads from a file, and counts and hashes what was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._size, self._digest = file, 0, hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self._size += len(data)
        self._digest.update(data)
        return data

    def whole(self) -> tuple[int, str]:
        """Size and SHA-256 of the whole file, what was not asked for included."""
        while self.read(1 << 20):
            pass
        return self._size, self._digest.hexdigest()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The backups to unpack, the oldest first, and how far to go; `position` goes before `moment`.

    Without either, to the end of the log, or, with `alone`, to where the last backup is consistent. A `scratch`
    instance is made to be read once, and may be lost.
    """

    backups: list[Manifest]
    moment: datetime | None = None
    position: str = ""
    alone: bool = False
    scratch: bool = False

    @property
    def last(self) -> Manifest:
        return self.backups[-1]

    @property
    def is_enough(self) -> bool:
        """Whether the backups hold everything that is needed: the log of the time of each is part of it."""
        return self.alone and not self.position


def plan(storage: Storage, moment: datetime | None = None, backup_id: str = "") -> Plan:
    """With `backup_id` alone, no log after that backup is replayed. Raises BackupFailed if nothing reaches there."""
    every = list_chains(storage)
    if not every:
        raise BackupFailed(BackupProblem.NO_BACKUP())
    if backup_id:
        chain = next((each for each in every if any(one.id == backup_id for one in each.backups)), None)
        if chain is None:
            raise BackupFailed(BackupProblem.NO_SUCH_BACKUP(id=backup_id))
        chosen = next(one for one in chain.backups if one.id == backup_id)
    else:
        ended = [
            (one, chain) for chain in every for one in chain.backups if not moment or one.ended <= moment
        ]
        if not ended:
            first = every[0].backups[0].ended
            raise BackupFailed(BackupProblem.NO_BACKUP_BEFORE(moment=moment, first=first))
        chosen, chain = ended[-1]
    if moment and chosen.kind != BackupKind.EXPORT and moment > chain.until:
        raise BackupFailed(BackupProblem.LOG_ENDS(until=chain.until, moment=moment))
    if moment and chosen.ended > moment:
        raise BackupFailed(BackupProblem.NO_BACKUP_BEFORE(moment=moment, first=chosen.ended))
    backups = _with_parents(chosen, chain.backups)
    return Plan(backups=backups, moment=moment, alone=bool(backup_id) and moment is None)


def _with_parents(chosen: Manifest, backups: list[Manifest]) -> list[Manifest]:
    by_id = {each.id: each for each in backups}
    needed = [chosen]
    while parent := needed[-1].parent:
        if parent not in by_id:
            raise BackupFailed(BackupProblem.NO_SUCH_BACKUP(id=parent))
        needed.append(by_id[parent])
    return needed[::-1]


def contents_of(restore: Restore, manifest: Manifest) -> Contents:
    with restore.opened(stored_object(restore, manifest, "contents.age")) as plain:
        content = plain.read()
    return msgspec.json.decode(content, type=Contents)


def stored_object(restore: Restore, manifest: Manifest, what: str) -> Stored:
    restore.require_signed(manifest, f"{manifest.folder}/{MANIFEST}")
    found = manifest.stored(what)
    if found is None:
        raise BackupFailed(BackupProblem.DAMAGED(name=f"{manifest.folder}/{what}"))
    return found


def restore_cluster(restore: Restore, wanted: Plan, data_dir: Path) -> None:
    """Put the cluster into a data directory without one, ready to replay the log at its first start.

    Raises BackupFailed. Nothing is left behind then.
    """
    layout = Layout(data_dir.absolute())
    if layout.cluster.exists():
        raise BackupFailed(BackupProblem.NOT_EMPTY(folder=data_dir))
    account = server_account(layout.cluster)
    close_to_others(layout.data_dir, account)
    settle(layout, account)
    binaries.install(layout.binaries)
    work = layout.home / RESTORING
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    try:
        restored = _base(restore, wanted, work, data_dir)
        fetched = work / "log"
        _fetch_log(restore, wanted, fetched)
        _own(work, account)
        log = layout.home / "database.log"
        shutil.rmtree(log, ignore_errors=True)
        fetched.rename(log)
        _recover(restored, wanted, log, account)
        restored.rename(layout.cluster)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _base(restore: Restore, wanted: Plan, work: Path, data_dir: Path) -> Path:
    folders: list[Path] = []
    for each in wanted.backups:
        restore.announce(f"Backup {each.id} is restored.")
        folder = work / each.id
        folder.mkdir(mode=0o700)
        with restore.opened(stored_object(restore, each, "database.age")) as plain:
            unpack(plain, folder)
        # The log that came with it is parsed too: `-n` would skip it.
        run([program("pg_verifybackup", data_dir), "--exit-on-error", "--quiet", folder])
        folders.append(folder)
    if len(folders) == 1:
        return folders[0]
    whole = work / "whole"
    run([program("pg_combinebackup", data_dir), "--no-sync", *folders, "-o", whole])
    run([program("pg_verifybackup", data_dir), "--exit-on-error", "--quiet", whole])
    for folder in folders:
        shutil.rmtree(folder)
    return whole


def _fetch_log(restore: Restore, wanted: Plan, folder: Path) -> None:
    """Fetch the segments from the start of the last backup to the first transfer that reaches far enough."""
    folder.mkdir(mode=0o700)
    last = wanted.last
    if wanted.is_enough:
        return
    first = lsn_number(last.start) // last.segment_bytes
    numbers: set[int] = set()
    for run_ in restore.log_runs(last.chain):
        for stored in run_.segments:
            segment = stored.name.rsplit("/", 1)[-1].removesuffix(".age")
            if not SEGMENT.fullmatch(segment):
                raise BackupFailed(BackupProblem.DAMAGED(name=stored.name))
            if not segment.endswith(".history"):
                if (number := segment_number(segment, last.segment_bytes)) < first:
                    continue
                numbers.add(number)
            with restore.opened(stored) as plain:
                copied(plain, folder / segment)
        if _reaches(wanted, run_.until, run_.position):
            break
    # PostgreSQL would take a missing segment for the end of the log.
    if numbers and len(numbers) != max(numbers) - first + 1:
        raise BackupFailed(BackupProblem.LOG_INCOMPLETE())


def _reaches(wanted: Plan, until: datetime, position: str) -> bool:
    if wanted.position:
        return lsn_number(position) > lsn_number(wanted.position)
    return wanted.moment is not None and until >= wanted.moment


def _recover(restored: Path, wanted: Plan, log: Path, account: ServerAccount) -> None:
    """Leave a note for the first start: where the log is, and how far to replay it."""
    settings = [f'restore_command = \'cp "{log}/%f" "%p"\'', "recovery_target_action = 'promote'"]
    # Or the server takes connections, which cannot write, as soon as what it has replayed is consistent.
    settings.append("hot_standby = off")
    if wanted.position:
        settings += [f"recovery_target_lsn = '{wanted.position}'", "recovery_target_inclusive = off"]
    elif wanted.alone:
        settings.append("recovery_target = 'immediate'")
    elif wanted.moment:
        settings.append(f"recovery_target_time = '{wanted.moment.isoformat()}'")
    if wanted.scratch:
        settings += ["fsync = off", "autovacuum = off", "summarize_wal = off"]
    if not (restored / "postgresql.conf").exists():  # Debian keeps it elsewhere.
        cluster.write_configuration(restored, account)
    (restored / cluster.RECOVERY).write_text("\n".join(settings) + "\n")
    (restored / "recovery.signal").touch()
    # Written anew at each start; included there already.
    (restored / "vardkase.conf").write_text("")
    for name in (cluster.RECOVERY, "recovery.signal", "vardkase.conf"):
        if account.switch:
            os.chown(restored / name, account.uid, account.gid)


def _own(folder: Path, account: ServerAccount) -> None:
    if account.switch:
        os.chown(folder, account.uid, account.gid)
        for path in folder.rglob("*"):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)


def finish(data_dir: Path) -> None:
    """Remove what the first start needed. Call once the server has become ready."""
    layout = Layout(data_dir.absolute())
    (layout.cluster / cluster.RECOVERY).unlink(missing_ok=True)
    shutil.rmtree(layout.home / "database.log", ignore_errors=True)


def restore_files(restore: Restore, wanted: Plan, files_dir: Path) -> int:
    """Unpack every file that the chain has until then; returns how many. Raises BackupFailed."""
    packs: list[Stored] = []
    for each in wanted.backups:
        restore.require_signed(each, f"{each.folder}/{MANIFEST}")
        packs += [one for one in each.objects if one.name.endswith("/files.age")]
    for run_ in [] if wanted.is_enough else restore.log_runs(wanted.last.chain):
        packs += run_.files
        if _reaches(wanted, run_.until, run_.position):
            break
    found: set[str] = set()
    for pack in dict.fromkeys(packs):
        with restore.opened(pack) as plain:
            found.update(unpack_files(plain, files_dir))
    return len(found)
