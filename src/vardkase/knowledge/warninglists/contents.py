"""Where the entries of a list are: in the database, or in its package as long as the list is disabled.

The packages hold 2.5 million values, which take 360 MB in the database, and most of them are in lists that hardly
any hub enables. A list with an `entry_count` and without rows is in its package.
"""

from __future__ import annotations

from collections.abc import Iterable

from vardkase.core.errors import Conflict
from vardkase.core.sql import cursor
from vardkase.knowledge.warninglists.entries import Entries, count_entries, remove_entries, write_entries
from vardkase.knowledge.warninglists.models import Warninglist, WarninglistEntry
from vardkase.knowledge.warninglists.packaged import WarninglistFile, packaged_list
from vardkase.knowledge.warninglists.problems import WarninglistProblem


def is_stored(warninglist: Warninglist) -> bool:
    return not warninglist.entry_count or WarninglistEntry.objects.filter(warninglist=warninglist).exists()


def entries_in_package(name: str) -> Entries:
    """None of them if the package is no longer on this machine."""
    file = packaged_list(name)
    return file.entries() if file else {}


def take_file(warninglist: Warninglist, file: WarninglistFile) -> None:
    """Make the list what its file says; only the entries of an enabled one are stored."""
    warninglist.type, warninglist.description = file.type, file.description
    warninglist.version, warninglist.category = file.version, file.category
    warninglist.matching_attributes = file.matching_attributes
    warninglist.save()
    if warninglist.enabled:
        write_entries(warninglist, file.entries())
    else:
        remove_entries(warninglist)
        count_entries(warninglist, len(file.entries()))


def keep_what_is_needed(warninglist: Warninglist) -> bool:
    """Store the entries of an enabled list that lacks them, and remove those of a disabled one that its package has.

    Returns whether anything was removed. The caller holds the lock of the list. Raises Conflict if an enabled list has
    no entries here and its package is gone.
    """
    if warninglist.enabled:
        if not is_stored(warninglist):
            file = packaged_list(warninglist.name)
            if file is None:
                raise Conflict(WarninglistProblem.PACKAGE_MISSING(name=warninglist.name))
            take_file(warninglist, file)
        return False
    if not warninglist.default or not warninglist.entry_count:
        return False
    file = packaged_list(warninglist.name)
    # Compared whole: someone may have imported other entries under the name and version of a packaged list.
    if file is None or file.version != warninglist.version or _stored(warninglist) != file.entries():
        return False
    remove_entries(warninglist)
    return True


def in_package(lists: Iterable[int]) -> set[int]:
    return {number for (number,) in cursor().execute(NOT_STORED, (list(lists),)).fetchall()}


def _stored(warninglist: Warninglist) -> Entries:
    return dict(WarninglistEntry.objects.filter(warninglist=warninglist).values_list("value", "comment"))


NOT_STORED = """
SELECT w.id FROM warninglist w WHERE w.id = ANY(%s::bigint[]) AND w.entry_count > 0
AND NOT EXISTS (SELECT FROM warninglist_entry e WHERE e.warninglist_id = w.id)
"""
