"""Loads all knowledge libraries at startup, most useful first."""

from __future__ import annotations

from collections.abc import Callable

from vardkase.knowledge.decaying_models import loader as decaying_models
from vardkase.knowledge.galaxies import loader as galaxies
from vardkase.knowledge.noticelists import loader as noticelists
from vardkase.knowledge.object_templates import loader as object_templates
from vardkase.knowledge.sources.load_changed import LoadResult, Progress, quiet
from vardkase.knowledge.taxonomies import loader as taxonomies
from vardkase.knowledge.warninglists import loader as warninglists

type Loader = Callable[[Progress], LoadResult]

QUICK: tuple[Loader, ...] = (
    object_templates.load,
    taxonomies.load,
    noticelists.load,
    decaying_models.load,
    galaxies.load,
)
"""Loaded before a new installation answers requests; takes seconds."""


def load(progress: Progress = quiet) -> list[LoadResult]:
    return [loader(progress) for loader in QUICK]


def load_warninglists(progress: Progress = quiet) -> LoadResult:
    return warninglists.load(progress)


def update_all(progress: Progress = quiet) -> list[LoadResult]:
    return [*load(progress), load_warninglists(progress)]
