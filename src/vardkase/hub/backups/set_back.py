"""Going back to the data from before an upgrade of PostgreSQL lets nobody in again who was shut out since, and brings
nothing back that was deleted.

Both are at hand when it is decided, in the database that is set aside: they are written beside the data, and repeated
before the hub is opened, with the former version of Vårdkase, as after a restore.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from django.contrib.sessions.models import Session
from django.utils import timezone

from vardkase.audit.chain.models import AuditLink
from vardkase.audit.models import AuditEntry
from vardkase.core.backup.state import State
from vardkase.hub.backups.access import Rows, let_in, withdraw_rows
from vardkase.hub.backups.journal import Deletion, entries_after, repeat

FILE = "set-back.json"


class SetBack(msgspec.Struct, kw_only=True):
    """`since`: when the data were copied; `at`: when they were put back. `entries` of the audit log between them are
    in the database set aside, where the log's last link has `position` and `digest`."""

    since: datetime
    at: datetime
    access: dict[str, Rows]
    deletions: list[Deletion]
    entries: int
    position: int
    digest: str


@dataclass(frozen=True)
class Repeated:
    withdrawn: dict[str, int]
    deletions: int
    sessions: int
    left: list[str]


def entries_since(since: datetime) -> int:
    return AuditEntry.objects.filter(created__gt=since).count()


def taken_note(since: datetime) -> SetBack:
    newest = AuditLink.objects.order_by("-position").first()
    return SetBack(
        since=since,
        at=timezone.now(),
        access=let_in(),
        deletions=list(entries_after(since)),
        entries=entries_since(since),
        position=newest.position if newest else 0,
        digest=bytes(newest.digest).hex() if newest else "",
    )


def keep(data_dir: Path, note: SetBack) -> None:
    path = _path(data_dir)
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(note))


def kept(data_dir: Path) -> SetBack | None:
    try:
        return msgspec.json.decode(_path(data_dir).read_bytes(), type=SetBack)
    except FileNotFoundError:
        return None


def forget(data_dir: Path) -> None:
    _path(data_dir).unlink(missing_ok=True)


def repeat_since(note: SetBack) -> Repeated:
    """In the data that were put back: withdraw and delete again, and end every session."""
    deletions, left = repeat(iter(note.deletions))
    withdrawn = withdraw_rows(note.access, note.at)
    sessions, _each = Session.objects.all().delete()
    return Repeated(withdrawn.counts, deletions, sessions, [*withdrawn.left, *left])


def _path(data_dir: Path) -> Path:
    return State(data_dir).folder / FILE
