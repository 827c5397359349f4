"""What all loaders do: skip unchanged sources, one transaction, progress reports."""

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
class LoadResult:
    """The result of a loader: the number of lists (taxonomies, galaxies, …) that were new or newer, of how
    many."""

    name: str
    updated: int
    total: int


def quiet(_name: str, _done: int, _total: int) -> None:
    pass


def forget(name: str) -> None:
    KnowledgeSource.objects.filter(name=name).delete()


def load_changed(
    name: str, paths: Sequence[Path], load: Callable[[], int], *, count: int | None = None
) -> LoadResult:
    """Run `load` in one transaction unless `paths` are unchanged since the last time.

    `load` returns how many of `count` (by default one per path) were new or newer.
    """
    total = len(paths) if count is None else count
    state = fingerprint(paths)
    if KnowledgeSource.objects.filter(name=name, fingerprint=state).exists():
        return LoadResult(name, 0, total)
    with transaction.atomic():
        lock(name)
        # Another process may have loaded the files while this one waited; then nothing is newer.
        updated = load()
        KnowledgeSource.objects.update_or_create(name=name, defaults={"fingerprint": state})
    return LoadResult(name, updated, total)
