"""Deletes stored files that no row references any more, across all declared file columns."""

from __future__ import annotations

import time as clock
from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.change_origin import ChangedBy
from vardkase.core.file_columns import remove_unused
from vardkase.core.schedules import Schedule
from vardkase.identity.access.job_actors import hub_actor
from vardkase.intel.audit_actions import IntelAction

GRACE = timedelta(days=1)
"""A file is stored before the row that names it is committed, and no request stays open for a day."""


def remove_unused_files() -> int:
    """Remove unreferenced files and record the freed space; returns how many files."""
    count, size = remove_unused(clock.time() - GRACE.total_seconds())
    if count:
        record(hub_actor(), IntelAction.FILE_REMOVED_UNUSED, Target("file"), {"count": count, "bytes": size})
    return count


REMOVE_UNUSED_FILES = Schedule(
    "files.remove_unused",
    _("Remove unused files"),
    _(
        "Removes attachments, evidence and other stored files from disk once nothing refers to them and they "
        "are more than a day old."
    ),
    remove_unused_files,
    at=time(4, 10),
    on=True,
    changed_by=ChangedBy.OPERATOR,
)
