"""What lies where in the storage of backups, and the lists of what is in each.

CHAIN/ID/manifest.json         what is in the backup, in clear: times, sizes, digests; no content
CHAIN/ID/database.age          base backup (tar) or export, zstd, encrypted with age
CHAIN/ID/contents.age          what has to be there after a restore: rows and digests of each table, files
CHAIN/ID/files.age             files stored since the backup before it (tar)
CHAIN/log/TIME/SEGMENT.age     a segment of the write-ahead log
CHAIN/log/TIME.json            how far the log reaches
CHAIN/log/TIME.files.age       files stored since
deletions/TIME.age             what was deleted for good since
deletions/TIME.json            its number in the journal
access/TIME.age                who was let in at that time, if it differs from the time before
access/TIME.json               that time
openpgp/FINGERPRINT-TIME.pgp   an age identity for who has an OpenPGP key, encrypted to it
verified/ID.json               the result of a restore into a scratch instance

Every .json is signed by the hub, and names size and SHA-256 of the .age beside it.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vardkase.core.backup.signing import is_signed_by

STAMP: Final = "%Y%m%dT%H%M%S.%fZ"
MANIFEST = "manifest.json"
DELETIONS = "deletions/"
ACCESS = "access/"
VERIFIED = "verified/"


class BackupKind(StrEnum):
    FULL = "full"
    INCREMENTAL = "incremental"
    EXPORT = "export"
    """Of an external database that allows no replication: complete, and without a log."""


class Stored(msgspec.Struct, frozen=True):
    """A stored object: its SHA-256 and size are of what is stored, which is encrypted."""

    name: str
    size: int
    sha256: str


class Signed(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`signature` is the hub's, over everything else. New fields need a default: then earlier signatures hold."""

    signature: str = ""

    def sign(self, key: Ed25519PrivateKey) -> None:
        self.signature = base64.b64encode(key.sign(self._signed_part())).decode()

    def is_signed_by(self, public: str) -> bool:
        return is_signed_by(public, self.signature, self._signed_part())

    def _signed_part(self) -> bytes:
        # With its kind: what was signed as one cannot be passed off as another.
        kind = type(self).__name__.encode()
        return kind + b"\n" + msgspec.json.encode(msgspec.structs.replace(self, signature=""))


class Manifest(Signed, kw_only=True):
    """A backup. `parent`: the one that an incremental backup builds on. `start`, `stop`: positions in the log.

    `recipients` are public keys. `deletions`: the number of the last list in the journal when it was begun.
    `database`: the hub's, in the cluster of an external server; empty for our own. `damaged`: stored files that were
    left out because they are not what their names say.
    """

    hub: str
    vardkase: str
    chain: str
    id: str
    kind: BackupKind
    parent: str
    started: datetime
    ended: datetime
    postgresql: int
    start: str
    stop: str
    segment_bytes: int
    objects: list[Stored]
    recipients: list[str]
    deletions: int = 0
    database: str = ""
    damaged: list[str] = []

    @property
    def size(self) -> int:
        return sum(each.size for each in self.objects)

    @property
    def folder(self) -> str:
        return f"{self.chain}/{self.id}"

    def stored(self, what: str) -> Stored | None:
        return next((each for each in self.objects if each.name == f"{self.folder}/{what}"), None)


class LogRun(Signed, kw_only=True):
    """One transfer of the log. `until`: the moment to which a restore can go; `segments` what it stored.

    `deletions`: the number of the last list in the journal at that moment; `access`: the time of the last list of who
    was let in. `damaged`: as of a backup.
    """

    hub: str
    chain: str
    until: datetime
    position: str
    segments: list[Stored]
    files: list[Stored]
    size: int
    deletions: int = 0
    access: datetime | None = None
    damaged: list[str] = []


class DeletionList(Signed, kw_only=True):
    """A list of deletions; `number` counts from 1 without gaps, so that a missing one is noticed."""

    hub: str
    number: int
    stored: Stored


class AccessList(Signed, kw_only=True):
    """Who was let in `at` a time."""

    hub: str
    at: datetime
    stored: Stored


class Verification(Signed, kw_only=True):
    """A restore into a scratch instance: what was compared, and every difference.

    `compared`: whether the tables were. They cannot be if the hub was never quiet while the backup was made.
    """

    id: str
    at: datetime
    seconds: float
    tables: int
    rows: int
    files: int
    audit: str
    differences: list[str]
    compared: bool = False

    @property
    def is_good(self) -> bool:
        return self.compared and not self.differences


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(STAMP)


def moment_of(name: str) -> datetime:
    return datetime.strptime(name, STAMP).replace(tzinfo=UTC)


def log_folder(chain: str) -> str:
    return f"{chain}/log/"


def lsn_number(lsn: str) -> int:
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def segment_number(segment: str, segment_bytes: int) -> int:
    return int(segment[8:16], 16) * (0x1_0000_0000 // segment_bytes) + int(segment[16:24], 16)
