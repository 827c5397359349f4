"""The frame of every loader: skip what has not changed, one transaction, tell how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from vardkase.knowledge.sources.bulk import lock
from vardkase.knowledge.sources.files import fingerprint
from vardkase.knowledge.sources.models import KnowledgeSource

type Progress = Callable[[str, int, int], None]
"""Called with what is being loaded, how many steps are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one loader did: how many lists (taxonomies, galaxies, …) were new or newer, of how many."""

    name: str
    updated: int
    total: int


def quiet(_name: str, _done: int, _total: int) -> None:
    """A Progress for those who do not watch."""


def forget(name: str) -> None:
    """Have the files of one kind of knowledge read again by its next loading, changed or not."""
    KnowledgeSource.objects.filter(name=name).delete()


def load_changed(
    name: str, paths: Sequence[Path], load: Callable[[], int], *, count: int | None = None
) -> Loaded:
    """Run `load` in one transaction unless `paths` are as they were last time.

    `load` returns how many of `count` (by default one for each path) were new or newer.
    """
    total = len(paths) if count is None else count
    state = fingerprint(paths)
    if KnowledgeSource.objects.filter(name=name, fingerprint=state).exists():
        return Loaded(name, 0, total)
    with transaction.atomic():
        lock(name)
        updated = load()
        KnowledgeSource.objects.update_or_create(name=name, defaults={"fingerprint": state})
    return Loaded(name, updated, total)
