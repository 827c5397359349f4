"""What lies where in the storage of backups, and the lists of what is in each.

CHAIN/ID/manifest.json         what is in the backup, in clear: times, sizes, digests; no content
CHAIN/ID/database.age          base backup (tar) or export, zstd, encrypted with age
CHAIN/ID/contents.age          what has to be there after a restore: rows and digests of each table, files
CHAIN/ID/files.age             files stored since the backup before it (tar)
CHAIN/log/SEGMENT.age          a segment of the write-ahead log
CHAIN/log/TIME.json            how far the log reaches
CHAIN/log/TIME.files.age       files stored since
deletions/TIME.age             what was deleted for good since
verified/ID.json               the result of a restore into a scratch instance
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


class Manifest(msgspec.Struct, kw_only=True):
    """A backup. `parent`: the one that an incremental backup builds on. `start`, `stop`: positions in the log.

    `recipients` are public keys. `signature` is the hub's, over everything else.
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
    signature: str = ""

    @property
    def size(self) -> int:
        return sum(each.size for each in self.objects)

    @property
    def folder(self) -> str:
        return f"{self.chain}/{self.id}"

    def sign(self, key: Ed25519PrivateKey) -> None:
        self.signature = base64.b64encode(key.sign(self._signed_part())).decode()

    def is_signed_by(self, public: str) -> bool:
        return is_signed_by(public, self.signature, self._signed_part())

    def _signed_part(self) -> bytes:
        return msgspec.json.encode(msgspec.structs.replace(self, signature=""))


class LogRun(msgspec.Struct, kw_only=True):
    """One transfer of the log. `until`: the moment to which a restore can go; `segments` what it stored."""

    until: datetime
    position: str
    segments: list[Stored]
    files: list[Stored]
    size: int


class Verification(msgspec.Struct, kw_only=True):
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
