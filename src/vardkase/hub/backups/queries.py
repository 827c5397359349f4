"""What is known of the backups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from vardkase.hub.backups.models import BackupRecipient, DeletedContent, StoredBackup
from vardkase.hub.backups.settings import BACKUP_DAYS, FULL_DAYS

OLD = timedelta(hours=36)
"""A daily backup that was missed, and half a day."""
UNVERIFIED = timedelta(days=35)
NUMBERED = (DeletedContent.Kind.SPILL, DeletedContent.Kind.ERASURE, DeletedContent.Kind.RETENTION)


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """`last_verified`: the last backup that was restored into a scratch instance without a difference."""

    is_configured: bool
    recipients: int
    last: StoredBackup | None
    last_verified: StoredBackup | None
    until: datetime | None
    size: int
    count: int

    @property
    def is_old(self) -> bool:
        return self.last is not None and timezone.now() - self.last.ended > OLD

    @property
    def is_unverified(self) -> bool:
        verified = self.last_verified.verified_at if self.last_verified else None
        return self.last is not None and (verified is None or timezone.now() - verified > UNVERIFIED)


def status() -> BackupStatus:
    rows = list(StoredBackup.objects.all())
    good = [row for row in rows if row.verified_at and not row.found]
    return BackupStatus(
        is_configured=bool(settings.BACKUP_STORAGE),
        recipients=BackupRecipient.objects.count(),
        last=max(rows, key=lambda row: row.ended, default=None),
        last_verified=max(good, key=lambda row: row.verified_at or row.ended, default=None),
        until=max((row.until for row in rows), default=None),
        size=sum(row.size for row in rows),
        count=len(rows),
    )


def warnings() -> list[str]:
    now = status()
    if now.last is None:
        return [gettext("There is no backup yet (VARDKASE_BACKUP_STORAGE, and recipients under Backups).")]
    said = []
    if now.is_old:
        moment = date_format(timezone.localtime(now.last.ended), "DATETIME_FORMAT")
        said.append(gettext("The last backup ended %(moment)s.") % {"moment": moment})
    if now.is_unverified:
        said.append(gettext("No backup has been verified in the last 35 days: vardkase backup verify."))
    return said


def backups() -> QuerySet[StoredBackup]:
    return StoredBackup.objects.all()


def remains_until(moment: datetime) -> date:
    """The day on which the last backup with what was deleted at a moment is removed.

    A chain goes on until the next full backup, and is kept for `Vardkase.backup_days` after that.
    """
    # Without any of ours, the operator makes backups otherwise, and keeps them as long.
    further = FULL_DAYS.value if StoredBackup.objects.exists() else 0
    return timezone.localdate(moment + timedelta(days=further + BACKUP_DAYS.value))


@dataclass(frozen=True, slots=True)
class Remains:
    """A deletion of which backups still have what was deleted, and how many do."""

    deletion: DeletedContent
    backups: int
    until: date


def remains(limit: int) -> Sequence[Remains]:
    """What spills, erasures and retention removed and backups still have, the latest first."""
    ended = list(StoredBackup.objects.values_list("started", flat=True))
    if not ended:
        return ()
    rows = DeletedContent.objects.filter(kind__in=NUMBERED, at__gte=min(ended)).order_by("-at")[:limit]
    return [Remains(row, sum(started < row.at for started in ended), remains_until(row.at)) for row in rows]
