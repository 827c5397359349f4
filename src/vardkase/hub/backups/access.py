"""Who is let in, kept beside the backups: a restored hub does not let in again whom somebody shut out later.

Not the acts are kept but their result, as it is at each transfer of the log: so nothing depends on how a key, an
account or a membership was withdrawn. A restore only takes away; what was given later is not given again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from vardkase.audit.models import AuditEntry
from vardkase.core.backup.catalogue import access_lists, every_log_run
from vardkase.core.backup.names import ACCESS, AccessList, stamp
from vardkase.core.backup.problems import BackupFailed
from vardkase.core.backup.restoring import Restore
from vardkase.core.backup.sealing import seal
from vardkase.core.backup.taking import Hub
from vardkase.core.backup.tars import as_stream
from vardkase.core.schedules import services as schedules
from vardkase.hub.backups.journal import TRANSFER_LOG

KEPT = 3
"""Lists that are not removed, the newest included."""

type Rows = dict[str, Any]
"""What is let in, by the id of its row; the values are compared by whoever made them."""


@dataclass(frozen=True)
class AccessPart:
    """`capture` tells what is let in now; `withdraw` takes away what goes beyond what was let in later, of rows made
    before a moment, and returns how many it changed. `unsettled`, asked before, tells in words what people have to
    settle afterwards.
    """

    name: str
    capture: Callable[[], Rows]
    withdraw: Callable[[Rows, datetime], int]
    unsettled: Callable[[Rows, datetime], list[str]] = lambda _rows, _at: []


_parts: dict[str, AccessPart] = {}


def register_access(*parts: AccessPart) -> None:
    for part in parts:
        if _parts.setdefault(part.name, part) != part:
            raise RuntimeError(f"{part.name} is registered twice")


SHUT_OUT = frozenset(
    {
        *("auth_key.deleted", "auth_key.edited", "auth_key.ended", "auth_key.reset"),
        *("user.deleted", "user.edited", "user.switched_off", "user.password_changed", "user.password_reset"),
        *("role.deleted", "role.edited"),
        *("membership.suspended", "membership.terminated", "membership.restricted"),
        *("content_grant.ended", "content_grant.withdrawn", "officer_key.withdrawn"),
    }
)
"""Actions after which the list is taken to the backups at once, and not with the next transfer."""


def order_transfer(entry: AuditEntry) -> None:
    if settings.BACKUP_STORAGE and entry.action in SHUT_OUT:
        schedules.order(TRANSFER_LOG)


def let_in() -> dict[str, Rows]:
    return {name: part.capture() for name, part in sorted(_parts.items())}


def send_access(hub: Hub) -> bool:
    """Store who is let in, unless nothing has changed since the last time; True if it was stored."""
    at = timezone.now()
    content = msgspec.json.encode(let_in())
    digest = hashlib.sha256(content).hexdigest()
    known = hub.state.access(hub.storage_address)
    if known is not None and known.digest == digest:
        return False
    name = f"{ACCESS}{stamp(at)}"
    with hub.storage.create(f"{name}.age") as writer:
        seal(as_stream(content), writer, hub.recipients)
    made = AccessList(hub=hub.uuid, at=at, stored=writer.stored(f"{name}.age"))
    made.sign(hub.key)
    with hub.storage.create(f"{name}.json") as writer:
        writer.write(msgspec.json.encode(made))
    hub.state.remember_access(hub.storage_address, digest, at)
    return True


def forget_access(hub: Hub) -> None:
    for each in access_lists(hub.storage)[:-KEPT]:
        name = each.stored.name.removesuffix(".age")
        hub.storage.remove(f"{name}.json")
        hub.storage.remove(f"{name}.age")


@dataclass(frozen=True)
class Withdrawn:
    # By part.
    counts: dict[str, int]
    left: list[str]


def withdraw_again(restore: Restore, since: datetime) -> Withdrawn:
    newest, left = _newest(restore, since)
    if newest is None or newest.at <= since:
        return Withdrawn({}, left)
    with restore.opened(newest.stored) as plain:
        content = plain.read()
    done = withdraw_rows(msgspec.json.decode(content, type=dict[str, Rows]), newest.at)
    return Withdrawn(done.counts, [*left, *done.left])


@transaction.atomic
def withdraw_rows(later: dict[str, Rows], at: datetime) -> Withdrawn:
    """Take away what goes beyond who was let in at a later moment."""
    counts, left = dict[str, int](), list[str]()
    for name, part in _parts.items():
        if name in later:
            left += part.unsettled(later[name], at)
            if count := part.withdraw(later[name], at):
                counts[name] = count
    return Withdrawn(counts, left)


def _newest(restore: Restore, since: datetime) -> tuple[AccessList | None, list[str]]:
    """The newest list that is whole; and in words what a missing one means."""
    whole: list[AccessList] = []
    for each in access_lists(restore.storage):
        if restore.public_key and not each.is_signed_by(restore.public_key):
            continue
        try:
            with restore.opened(each.stored) as plain:
                plain.read()
        except BackupFailed:
            continue
        whole.append(each)
    runs = [
        run
        for run in every_log_run(restore.storage)
        if not restore.public_key or run.is_signed_by(restore.public_key)
    ]
    expected = max((run.access for run in runs if run.access), default=None)
    until = max((run.until for run in runs), default=since)
    newest = whole[-1] if whole else None
    reached = newest.at if newest else None
    if (expected and (reached is None or reached < expected)) or (expected is None and until > since):
        since_text = date_format(timezone.localtime(max(since, reached or since)), "DATETIME_FORMAT")
        return newest, [
            gettext(
                "Who was shut out after %(moment)s is not known: a list of it is missing or was changed. Compare the "
                "accounts, keys and memberships with the audit log of the former hub."
            )
            % {"moment": since_text}
        ]
    return newest, []
