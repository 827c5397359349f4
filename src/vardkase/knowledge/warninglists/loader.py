"""Warninglists from their list.json files: 2.5 million values, one list in memory at a time."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from django.db import transaction

from vardkase.core.sql import cursor
from vardkase.knowledge.sources.bulk import copy_rows, lock
from vardkase.knowledge.sources.files import files, fingerprint, read
from vardkase.knowledge.sources.loading import Loaded, Progress, quiet
from vardkase.knowledge.sources.models import KnowledgeSource
from vardkase.knowledge.warninglists.models import Warninglist

NAME = "warninglists"


class WarninglistFile(msgspec.Struct):
    """A list.json; `values` maps to comments when the list has such."""

    name: str
    type: str
    version: int
    values: list[str] | dict[str, str] = msgspec.field(name="list")
    description: str = ""
    category: str = "false_positive"
    matching_attributes: list[str] = []

    def entries(self) -> Iterable[tuple[str, str | None]]:
        """Every value once, with its comment."""
        if isinstance(self.values, dict):
            return self.values.items()
        return ((value, None) for value in dict.fromkeys(self.values))


class WarninglistHead(msgspec.Struct):
    """What tells whether a list is newer, read without keeping its values."""

    name: str
    version: int


def load(progress: Progress = quiet) -> Loaded:
    """Store every list that is new or newer. Each is a transaction of its own: a list is whole or as before.

    So an interrupted load goes on with the next list, and the first lists are of use before the last.
    """
    paths = files("misp-warninglists", "lists/*/list.json")
    state = fingerprint(paths)
    if KnowledgeSource.objects.filter(name=NAME, fingerprint=state).exists():
        return Loaded(NAME, 0, len(paths))
    updated = _load_newer(paths, progress)
    KnowledgeSource.objects.update_or_create(name=NAME, defaults={"fingerprint": state})
    return Loaded(NAME, updated, len(paths))


def _load_newer(paths: Sequence[Path], progress: Progress) -> int:
    """Smallest files first: most lists are there within seconds, the two of a million values come last."""
    updated = 0
    for done, path in enumerate(sorted(paths, key=lambda path: path.stat().st_size), start=1):
        head = read(path, WarninglistHead)
        if not Warninglist.objects.filter(name=head.name, version__gte=head.version).exists():
            updated += store(read(path, WarninglistFile))
        progress(NAME, done, len(paths))
    return updated


@transaction.atomic
def store(file: WarninglistFile) -> bool:
    """Write one list over its earlier version; False when another process has done so meanwhile."""
    lock(NAME)
    if Warninglist.objects.filter(name=file.name, version__gte=file.version).exists():
        return False
    warninglist, _ = Warninglist.objects.update_or_create(
        name=file.name,
        defaults={
            "type": file.type,
            "description": file.description,
            "version": file.version,
            "category": file.category,
            "matching_attributes": file.matching_attributes,
        },
    )
    cursor().execute("DELETE FROM warninglist_entry WHERE warninglist_id = %s", (warninglist.pk,))
    rows = _rows(warninglist.pk, file)
    warninglist.entry_count = copy_rows(
        "warninglist_entry", ("warninglist_id", "value", "comment", "network"), rows
    )
    warninglist.save(update_fields=["entry_count"])
    return True


def _rows(number: int, file: WarninglistFile) -> Iterator[tuple[int, str, str | None, str | None]]:
    for value, comment in file.entries():
        yield number, value, comment, _network(value) if file.type == "cidr" else None


def _network(value: str) -> str | None:
    """`value` as a network in its normal form; None when it is none, and so can match nothing."""
    try:
        return str(ipaddress.ip_network(value.strip(), strict=False))
    except ValueError:
        return None
