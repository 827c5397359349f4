"""What is deleted for good, kept beside the backups so that a restore deletes it again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.core.backup.catalogue import deletion_lists, every_log_run, manifests
from vardkase.core.backup.names import DELETIONS, DeletionList, LogRun, Manifest, Signed, moment_of, stamp
from vardkase.core.backup.problems import BackupFailed
from vardkase.core.backup.restoring import Restore
from vardkase.core.backup.sealing import seal
from vardkase.core.backup.storage import Storage
from vardkase.core.backup.taking import Hub
from vardkase.core.backup.tars import as_stream
from vardkase.core.schedules import services as schedules
from vardkase.core.sql import cursor
from vardkase.hub.backups.models import DeletedContent
from vardkase.intel.hooks import AttributesRemoved

TRANSFER_LOG = "backups.transfer_log"
AT_ONCE = 50_000
Kind = DeletedContent.Kind


type Details = dict[str, Any]


class Deletion(msgspec.Struct, kw_only=True):
    """An entry as it is kept beside the backups. `details`: what is needed to repeat it, of what has a number."""

    kind: str
    uuid: UUID | None
    number: str
    at: datetime
    details: Details = msgspec.field(default_factory=dict)


type Replay = Callable[[Deletion], str]
"""Deletes it again, if it is there; returns what is left for people to do, or nothing."""

type Describe = Callable[[str], Details]
"""What is needed to repeat a deletion, by its number, asked when it is taken to the backups."""

_replays: dict[str, Replay] = {}
_describes: dict[str, Describe] = {}


def register(kind: Kind, replay: Replay, describe: Describe | None = None) -> None:
    if _replays.setdefault(kind, replay) is not replay:
        raise RuntimeError(f"{kind} is registered twice")
    if describe:
        _describes[kind] = describe


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


def send(hub: Hub) -> int:
    """Take new entries beside the backups; returns how many. What is cut off is sent again."""
    storage, count = hub.storage, 0
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
            entries = [_entry(row) for row in rows]
            with hub.state.counting_deletions(lambda: _last_number(storage)) as number:
                name = f"{DELETIONS}{stamp(now)}"
                with storage.create(f"{name}.age") as writer:
                    seal(as_stream(msgspec.json.encode(entries)), writer, hub.recipients)
                made = DeletionList(hub=hub.uuid, number=number, stored=writer.stored(f"{name}.age"))
                made.sign(hub.key)
                with storage.create(f"{name}.json") as writer:
                    writer.write(msgspec.json.encode(made))
            DeletedContent.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=now)
            count += len(rows)


def _entry(row: DeletedContent) -> Deletion:
    describe = _describes.get(row.kind)
    details = describe(row.number) if describe else {}
    return Deletion(kind=row.kind, uuid=row.uuid, number=row.number, at=row.at, details=details)


def entries_after(moment: datetime) -> Iterator[Deletion]:
    return (_entry(row) for row in DeletedContent.objects.filter(at__gt=moment).order_by("pk"))


def _last_number(storage: Storage) -> int:
    return max((each.number for each in deletion_lists(storage)), default=0)


def kept(restore: Restore, since: datetime) -> Iterator[Deletion]:
    """The entries after a moment, in order, of the lists that are whole. Raises BackupFailed."""
    for each in deletion_lists(restore.storage):
        if _moment(each.stored.name) < since or not _is_signed(restore, each):
            continue
        try:
            with restore.opened(each.stored) as plain:
                content = plain.read()
        except BackupFailed:
            continue  # Named by `missing`.
        entries = msgspec.json.decode(content, type=list[Deletion])
        yield from (entry for entry in entries if entry.at > since)


def missing(restore: Restore, since: datetime) -> list[str]:
    """In words, the lists after a moment that are not there or were changed: what they say is not deleted again."""
    whole = set()
    for each in deletion_lists(restore.storage):
        if _is_signed(restore, each):
            with contextlib.suppress(BackupFailed), restore.opened(each.stored) as plain:
                plain.read()
                whole.add(each.number)
    before, last = _counted(restore, since)
    return [
        gettext("List %(number)s of the journal of deletions is missing or was changed.") % {"number": number}
        for number in range(before + 1, last + 1)
        if number not in whole
    ]


def _counted(restore: Restore, since: datetime) -> tuple[int, int]:
    """The number of the last list at a moment, and of the last of all, as backups and transfers of the log say."""
    known: list[tuple[datetime, int, Manifest | LogRun]]
    known = [(each.started, each.deletions, each) for each in manifests(restore.storage)]
    known += [(each.until, each.deletions, each) for each in every_log_run(restore.storage)]
    signed = [(at, number) for at, number, each in known if _is_signed(restore, each)]
    earlier = [number for at, number in signed if at <= since]
    return max(earlier, default=0), max((number for _at, number in signed), default=0)


def _is_signed(restore: Restore, signed: Signed) -> bool:
    return not restore.public_key or signed.is_signed_by(restore.public_key)


def _moment(name: str) -> datetime:
    return moment_of(name.rsplit("/", 1)[-1].removesuffix(".age").removesuffix(".json"))


def repeat(deletions: Iterator[Deletion]) -> tuple[int, list[str]]:
    """Carry out deletions again, each in a transaction of its own; returns how many, and what is left to do."""
    count, left = 0, list[str]()
    for each in _once(deletions):
        with transaction.atomic():
            said = _replays[each.kind](each) if each.kind in _replays else f"{each.kind} {each.number}"
        if not said:
            count += 1
        elif said not in left:
            left.append(said)
    return count, left


def _once(deletions: Iterator[Deletion]) -> Iterator[Deletion]:
    """What has a number once, as it was entered last, and after the rest."""
    numbered: dict[tuple[str, UUID | None, str], Deletion] = {}
    for each in deletions:
        if each.number:
            numbered[each.kind, each.uuid, each.number] = each
        else:
            yield each
    yield from numbered.values()


def forget(storage: Storage, oldest_backup: datetime) -> int:
    for name in list(storage.names(DELETIONS)):
        if _moment(name) < oldest_backup:
            storage.remove(name)
    deleted, _each = DeletedContent.objects.filter(at__lt=oldest_backup).exclude(sent_at=None).delete()
    return deleted
