"""Loads warninglists from their list.json files, one list in memory at a time."""

from __future__ import annotations

from django.db import connection, transaction

from vardkase.core.sql import cursor
from vardkase.knowledge.sources.bulk import lock
from vardkase.knowledge.sources.files import fingerprint, read
from vardkase.knowledge.sources.load_changed import LoadResult, Progress, quiet
from vardkase.knowledge.sources.models import KnowledgeSource
from vardkase.knowledge.warninglists.contents import is_stored, keep_what_is_needed, take_file
from vardkase.knowledge.warninglists.models import Warninglist
from vardkase.knowledge.warninglists.packaged import WarninglistFile, WarninglistHead, list_files

NAME = "warninglists"

ENABLED_AT_FIRST = frozenset(
    (
        "automated-malware-analysis",
        "captive-portals",
        "common-ioc-false-positive",
        "eicar.com",
        "findip-host",
        "google",
        "ipv6-linklocal",
        "microsoft",
        "microsoft-office365",
        "mozilla-CA",
        "mozilla-IntermediateCA",
        "multicast",
        "public-dns-hostname",
        "public-dns-v4",
        "public-dns-v6",
        "rfc1918",
        "rfc6598",
        "second-level-tlds",
        "security-provider-blogpost",
        "sinkholes",
        "ti-falsepositives",
        "tlds",
        "tranco10k",
        "whats-my-ip",
    )
)
"""Folders of the lists that a hub enables when it stores them for the first time. MISP enables none, so that a pasted
8.8.8.8 is ready for everybody's sensors. Left out are lists of networks in which attackers rent machines as well."""


def load(progress: Progress = quiet) -> LoadResult:
    """Take every list that is new or newer, each in its own transaction; an interrupted load goes on with the next."""
    paths = list_files()
    state = fingerprint(paths)
    if KnowledgeSource.objects.filter(name=NAME, fingerprint=state).exists():
        release_disabled()
        return LoadResult(NAME, 0, len(paths))
    updated = 0
    # Smallest first: most lists can be used at once, and the two with a million values come last.
    for done, path in enumerate(sorted(paths, key=lambda path: path.stat().st_size), start=1):
        head = read(path, WarninglistHead)
        if not Warninglist.objects.filter(name=head.name, version__gte=head.version).exists():
            updated += take(read(path, WarninglistFile), enabled=path.parent.name in ENABLED_AT_FIRST)
        progress(NAME, done, len(paths))
    release_disabled()
    # Last, so that an interrupted load is not taken for a complete one.
    KnowledgeSource.objects.update_or_create(name=NAME, defaults={"fingerprint": state})
    return LoadResult(NAME, updated, len(paths))


def release_disabled() -> int:
    """Remove the stored entries of disabled lists that their package has, and give the disk space back.

    Hubs of earlier versions stored those of all lists. Returns how many lists there were.
    """
    released = 0
    for warninglist in Warninglist.objects.filter(default=True, enabled=False, entry_count__gt=0):
        if is_stored(warninglist):
            released += _release(warninglist.pk)
    # A whole table is locked and written anew, in a second: what is left are the small lists.
    if released and not connection.in_atomic_block:
        cursor().execute("VACUUM (FULL, ANALYZE) warninglist_entry")
    return released


def store_enabled() -> None:
    """For lists that were enabled otherwise than by `services.set_enabled`."""
    with transaction.atomic():
        for warninglist in Warninglist.objects.select_for_update().filter(enabled=True, default=True):
            keep_what_is_needed(warninglist)


@transaction.atomic
def take(file: WarninglistFile, *, enabled: bool) -> bool:
    """Take over one list; False if another process has done so meanwhile. `enabled` is for a list that is new here."""
    lock(NAME)
    warninglist = Warninglist.objects.select_for_update().filter(name=file.name).first()
    if warninglist is None:
        warninglist = Warninglist(name=file.name, enabled=enabled)
    elif warninglist.version >= file.version:
        return False  # Another process stored it while this one waited for the lock.
    take_file(warninglist, file)
    return True


@transaction.atomic
def _release(number: int) -> bool:
    found = Warninglist.objects.select_for_update().filter(pk=number).first()
    return found is not None and not found.enabled and keep_what_is_needed(found)
