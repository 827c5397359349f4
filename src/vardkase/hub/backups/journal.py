"""What is deleted for good, kept beside the backups so that a restore deletes it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone
from pyrage.x25519 import Recipient

from vardkase.core.backup.names import DELETIONS, moment_of, stamp
from vardkase.core.backup.restoring import Restore
from vardkase.core.backup.sealing import seal
from vardkase.core.backup.storage import Storage
from vardkase.core.backup.tars import as_stream
from vardkase.core.schedules import services as schedules
from vardkase.core.sql import cursor
from vardkase.hub.backups.models import DeletedContent
from vardkase.intel.hooks import AttributesRemoved

TRANSFER_LOG = "backups.transfer_log"
AT_ONCE = 50_000
Kind = DeletedContent.Kind


class Deletion(msgspec.Struct, kw_only=True):
    """An entry as it is kept beside the backups."""

    kind: str
    uuid: UUID | None
    number: str
    at: datetime


type Replay = Callable[[Deletion], str]
"""Deletes it again, if it is there; returns what is left for people to do, or nothing."""

_replays: dict[str, Replay] = {}


def register(kind: Kind, replay: Replay) -> None:
    if _replays.setdefault(kind, replay) is not replay:
        raise RuntimeError(f"{kind} is registered twice")


def enter(kind: Kind, uuid: UUID | None = None, number: str = "") -> None:
    """Enter a deletion, in its transaction. What must not come back is taken beside the backups at once.

    What goes on is entered again as it ends: it is one deletion, of the later moment.
    """
    again = {"at": timezone.now(), "sent_at": None}
    DeletedContent.objects.update_or_create(kind=kind, uuid=uuid, number=number, defaults=again)
    if kind not in (Kind.EVENT, Kind.ATTRIBUTE):
        schedules.order(TRANSFER_LOG)


def enter_removed(removed: AttributesRemoved) -> None:
    """Enter attributes that are removed, or the event with all of its own, whose rows are still there."""
    values = {"event": removed.event_id, "ids": list(removed.attribute_ids or ()), "now": timezone.now()}
    cursor().execute(ENTER_EVENT if removed.attribute_ids is None else ENTER_ATTRIBUTES, values)


ENTER_EVENT = """
INSERT INTO deleted_content (kind, uuid, number, at) SELECT 'event', uuid, '', %(now)s FROM event WHERE id = %(event)s
"""
ENTER_ATTRIBUTES = """
INSERT INTO deleted_content (kind, uuid, number, at)
SELECT 'attribute', uuid, '', %(now)s FROM attribute WHERE id = ANY(%(ids)s)
"""


def send(storage: Storage, recipients: Sequence[Recipient]) -> int:
    """Take new entries beside the backups; returns how many. What is cut off is sent again."""
    count = 0
    while True:
        with transaction.atomic():
            rows = list(
                DeletedContent.objects.select_for_update(skip_locked=True)
                .filter(sent_at=None)
                .order_by("pk")[:AT_ONCE]
            )
            if not rows:
                return count
            now = timezone.now()
            entries = [Deletion(kind=row.kind, uuid=row.uuid, number=row.number, at=row.at) for row in rows]
            with storage.create(f"{DELETIONS}{stamp(now)}.age") as writer:
                seal(as_stream(msgspec.json.encode(entries)), writer, recipients)
            DeletedContent.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=now)
            count += len(rows)


def kept(restore: Restore, since: datetime) -> Iterator[Deletion]:
    """The entries after a moment, in order. Raises BackupFailed."""
    for name in restore.storage.names(DELETIONS):
        if moment_of(name.rsplit("/", 1)[-1].removesuffix(".age")) < since:
            continue
        with restore.opened(name) as plain:
            entries = msgspec.json.decode(plain.read(), type=list[Deletion])
        yield from (each for each in entries if each.at > since)


def repeat(deletions: Iterator[Deletion]) -> tuple[int, list[str]]:
    """Carry out deletions again, each in a transaction of its own; returns how many, and what is left to do."""
    count, left = 0, list[str]()
    for each in deletions:
        with transaction.atomic():
            said = _replays[each.kind](each) if each.kind in _replays else f"{each.kind} {each.number}"
        if not said:
            count += 1
        elif said not in left:
            left.append(said)
    return count, left


def forget(storage: Storage, oldest_backup: datetime) -> int:
    for name in list(storage.names(DELETIONS)):
        if moment_of(name.rsplit("/", 1)[-1].removesuffix(".age")) < oldest_backup:
            storage.remove(name)
    deleted, _each = DeletedContent.objects.filter(at__lt=oldest_backup).exclude(sent_at=None).delete()
    return deleted
