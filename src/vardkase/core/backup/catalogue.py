"""What is in the storage of backups, and which of it is kept."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from vardkase.core.backup.names import (
    ACCESS,
    DELETIONS,
    MANIFEST,
    VERIFIED,
    AccessList,
    DeletionList,
    LogRun,
    Manifest,
    Verification,
    log_folder,
    moment_of,
)
from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.backup.storage import Storage

LONGEST_LIST = 16 << 20


@dataclass(frozen=True)
class Chain:
    """A full backup and what builds on it. `until`: the latest moment that can be restored."""

    id: str
    backups: list[Manifest]
    until: datetime
    log_bytes: int

    @property
    def size(self) -> int:
        return self.log_bytes + sum(each.size for each in self.backups)


def manifests(storage: Storage) -> list[Manifest]:
    """Every backup, the oldest first. What is unreadable is none: it was cut off, or somebody else's."""
    found = []
    for name in storage.names():
        if name.endswith(f"/{MANIFEST}"):
            manifest = _read(storage, name, Manifest)
            if name == f"{manifest.folder}/{MANIFEST}":
                found.append(manifest)
    return sorted(found, key=lambda each: each.id)


def log_runs(storage: Storage, chain: str) -> list[LogRun]:
    names = [name for name in storage.names(log_folder(chain)) if name.endswith(".json")]
    return sorted((_read(storage, name, LogRun) for name in names), key=lambda each: each.until)


def every_log_run(storage: Storage) -> list[LogRun]:
    names = [name for name in storage.names() if "/log/" in name and name.endswith(".json")]
    return [_read(storage, name, LogRun) for name in names]


def list_chains(storage: Storage) -> list[Chain]:
    by_chain: dict[str, list[Manifest]] = {}
    for manifest in manifests(storage):
        by_chain.setdefault(manifest.chain, []).append(manifest)
    found = []
    for name, backups in sorted(by_chain.items()):
        runs = log_runs(storage, name)
        until = max([backups[-1].ended, *(each.until for each in runs)])
        found.append(Chain(name, backups, until, sum(each.size for each in runs)))
    return found


def deletion_lists(storage: Storage) -> list[DeletionList]:
    names = [name for name in storage.names(DELETIONS) if name.endswith(".json")]
    return sorted((_read(storage, name, DeletionList) for name in names), key=lambda each: each.number)


def access_lists(storage: Storage) -> list[AccessList]:
    names = [name for name in storage.names(ACCESS) if name.endswith(".json")]
    return sorted((_read(storage, name, AccessList) for name in names), key=lambda each: each.at)


def chains(storage: Storage) -> set[str]:
    return {each.chain for each in manifests(storage)}


def verifications(storage: Storage) -> dict[str, Verification]:
    names = [name for name in storage.names(VERIFIED) if name.endswith(".json")]
    return {each.id: each for each in (_read(storage, name, Verification) for name in sorted(names))}


def note_verification(storage: Storage, verification: Verification) -> None:
    with storage.create(f"{VERIFIED}{verification.id}.json") as writer:
        writer.write(msgspec.json.encode(verification))


def surplus(every: Sequence[Chain], days: int, least: int, now: datetime) -> list[Chain]:
    """The chains that are no longer kept: not needed to go back `days`, and not among the `least` newest.

    A chain is needed for a day after the last moment that it alone can restore, which is when the next one began.
    """
    edge = now - timedelta(days=days)
    return [
        chain
        for chain, after in itertools.pairwise(every)
        if moment_of(after.id) < edge and chain not in every[-max(1, least) :]
    ]


def remove_chain(storage: Storage, chain: Chain) -> None:
    """Remove a chain; the lists first, so that what is half removed is no backup any more."""
    names = sorted(storage.names(f"{chain.id}/"), key=lambda name: not name.endswith(MANIFEST))
    for name in names:
        storage.remove(name)
    for backup in chain.backups:
        storage.remove(f"{VERIFIED}{backup.id}.json")


def _read[T](storage: Storage, name: str, kind: type[T]) -> T:
    with storage.open(name) as file:
        content = file.read(LONGEST_LIST)
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise BackupFailed(BackupProblem.DAMAGED(name=name)) from None
