"""The schedules of backups."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import time
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.change_origin import ChangedBy
from vardkase.core.database.cluster import read_postmaster
from vardkase.core.database.layout import Layout
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.backups.journal import TRANSFER_LOG
from vardkase.hub.backups.models import BackupRecipient, StoredBackup
from vardkase.hub.backups.services import require_whole, transfer_log


def make() -> int:
    """In a process of its own: a scratch instance is started from a main thread, and memory is given back."""
    if not settings.BACKUP_STORAGE or not BackupRecipient.objects.exists():
        return 0
    command = [sys.executable, "-m", "vardkase.cli.main", "backup", "run"]
    # The worker has the address of the embedded server, as a role that may not replicate: the command joins it.
    environment = dict(os.environ)
    if read_postmaster(Layout(Path(settings.DATA_DIR)).cluster):
        environment.pop("DATABASE_URL", None)
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        said = " ".join(result.stderr.split())[-600:]
        raise BackupFailed(BackupProblem.TOOL_FAILED(tool="vardkase backup run", said=said))
    return 1


def transfer() -> int:
    if not settings.BACKUP_STORAGE or not StoredBackup.objects.exclude(kind="export").exists():
        return 0
    done = transfer_log()
    require_whole(done)
    return len(done.segments)


SCHEDULES = (
    Schedule(
        "backups.make",
        _("Make a backup"),
        _(
            "Makes a full or an incremental backup, verifies full ones by restoring them into a scratch instance, and "
            "removes those that are no longer kept."
        ),
        make,
        Interval.DAILY,
        time(1, 30),
        on=True,
        changed_by=ChangedBy.OPERATOR,
    ),
    Schedule(
        TRANSFER_LOG,
        _("Take the log to the backups"),
        _(
            "Takes the database’s log, new files and deletions to the backups. A restore can go to any moment in it."
        ),
        transfer,
        Interval.QUARTERLY,
        on=True,
        changed_by=ChangedBy.OPERATOR,
    ),
)
