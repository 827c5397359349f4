"""Loads warninglists from their list.json files: 2.5 million values, one list in memory at a time."""

from __future__ import annotations

import msgspec
from django.db import transaction

from vardkase.knowledge.sources.bulk import lock
from vardkase.knowledge.sources.files import files, fingerprint, read
from vardkase.knowledge.sources.load_changed import LoadResult, Progress, quiet
from vardkase.knowledge.sources.models import KnowledgeSource
from vardkase.knowledge.warninglists.entries import Entries, write_entries
from vardkase.knowledge.warninglists.models import Warninglist

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


class WarninglistFile(msgspec.Struct):
    """A list.json; `values` maps to comments if the list has them."""

    name: str
    type: str
    version: int
    values: list[str] | dict[str, str] = msgspec.field(name="list")
    description: str = ""
    category: str = "false_positive"
    matching_attributes: list[str] = []

    def entries(self) -> Entries:
        return dict(self.values) if isinstance(self.values, dict) else dict.fromkeys(self.values)


class WarninglistHead(msgspec.Struct):
    """What decides whether a list is newer, read without its values."""

    name: str
    version: int


def load(progress: Progress = quiet) -> LoadResult:
    """Store every list that is new or newer, each in its own transaction.

    An interrupted load resumes with the next list, and the first lists are usable before the last.
    """
    paths = files("misp-warninglists", "lists/*/list.json")
    state = fingerprint(paths)
    if KnowledgeSource.objects.filter(name=NAME, fingerprint=state).exists():
        return LoadResult(NAME, 0, len(paths))
    updated = 0
    # Smallest first: most lists can be used within seconds, and the two with a million values come last.
    for done, path in enumerate(sorted(paths, key=lambda path: path.stat().st_size), start=1):
        head = read(path, WarninglistHead)
        if not Warninglist.objects.filter(name=head.name, version__gte=head.version).exists():
            updated += store(read(path, WarninglistFile), enabled=path.parent.name in ENABLED_AT_FIRST)
        progress(NAME, done, len(paths))
    # Last, so that an interrupted load is not taken for a complete one.
    KnowledgeSource.objects.update_or_create(name=NAME, defaults={"fingerprint": state})
    return LoadResult(NAME, updated, len(paths))


@transaction.atomic
def store(file: WarninglistFile, *, enabled: bool = False) -> bool:
    """Replace one list; False if another process has done so meanwhile. `enabled` is for a list that is new here."""
    lock(NAME)
    if Warninglist.objects.filter(name=file.name, version__gte=file.version).exists():
        return False  # Another process stored it while this one waited for the lock.
    contents = {
        "type": file.type,
        "description": file.description,
        "version": file.version,
        "category": file.category,
        "matching_attributes": file.matching_attributes,
    }
    warninglist, _ = Warninglist.objects.update_or_create(
        name=file.name, defaults=contents, create_defaults={**contents, "enabled": enabled}
    )
    write_entries(warninglist, file.entries())
    return True
