"""Loads taxonomies from their machinetag.json files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from vardkase.core.sql import cursor, reserve_ids
from vardkase.knowledge.sources.bulk import copy_rows, lock
from vardkase.knowledge.sources.files import files, read
from vardkase.knowledge.sources.load_changed import LoadResult, Progress, load_changed, quiet
from vardkase.knowledge.taxonomies.models import Taxonomy

NAME = "taxonomies"
OFFERED = frozenset({"tlp"})
"""Switched on when they are first loaded: nobody can say what receivers may do with an event without TLP."""


class EntryFile(msgspec.Struct):
    value: str
    expanded: str = ""
    description: str = ""
    colour: str = ""
    numerical_value: float | None = None


class PredicateFile(EntryFile):
    """A predicate; `exclusive`: at most one of its values per object."""

    exclusive: bool = False


class ValuesFile(msgspec.Struct):
    predicate: str
    entry: list[EntryFile] = []


class TaxonomyFile(msgspec.Struct):
    namespace: str
    predicates: list[PredicateFile]
    version: int = 0
    description: str = ""
    exclusive: bool = False
    values: list[ValuesFile] | None = None


def load(progress: Progress = quiet) -> LoadResult:
    """Store every taxonomy that is new or newer than the stored one; enabled ones stay enabled."""
    paths = files("misp-taxonomies", "*/machinetag.json")

    def newer() -> int:
        taxonomies = [read(path, TaxonomyFile) for path in paths]
        stored = dict(Taxonomy.objects.values_list("namespace", "version"))
        wanted = [file for file in taxonomies if file.version > stored.get(file.namespace, -1)]
        store(wanted)
        progress(NAME, len(wanted), len(wanted))
        return len(wanted)

    return load_changed(NAME, paths, newer)


def store(taxonomies: Sequence[TaxonomyFile]) -> None:
    lock(NAME)
    ids = _upsert_taxonomies(taxonomies)
    # Predicates and entries are replaced: nothing refers to them, because tags are looked up by name.
    taxonomy_ids = list(ids.values())
    cursor().execute(
        "DELETE FROM taxonomy_entry e USING taxonomy_predicate p "
        "WHERE p.id = e.predicate_id AND p.taxonomy_id = ANY(%s)",
        (taxonomy_ids,),
    )
    cursor().execute("DELETE FROM taxonomy_predicate WHERE taxonomy_id = ANY(%s)", (taxonomy_ids,))
    predicates = [(ids[file.namespace], predicate) for file in taxonomies for predicate in file.predicates]
    numbers = reserve_ids("taxonomy_predicate", len(predicates))
    copy_rows(
        "taxonomy_predicate",
        ("id", "taxonomy_id", *ENTRY_COLUMNS, "exclusive"),
        (
            (number, taxonomy, *_entry_values(predicate), predicate.exclusive)
            for number, (taxonomy, predicate) in zip(numbers, predicates, strict=True)
        ),
    )
    by_name = {
        (taxonomy, predicate.value): number
        for number, (taxonomy, predicate) in zip(numbers, predicates, strict=True)
    }
    copy_rows("taxonomy_entry", ("predicate_id", *ENTRY_COLUMNS), _entry_rows(taxonomies, ids, by_name))


ENTRY_COLUMNS = ("value", "expanded", "description", "colour", "numerical_value")


def _entry_rows(
    taxonomies: Iterable[TaxonomyFile], ids: dict[str, int], predicates: dict[tuple[int, str], int]
) -> Iterator[tuple[Any, ...]]:
    for file in taxonomies:
        for values in file.values or ():
            predicate = predicates.get((ids[file.namespace], values.predicate))
            if predicate is not None:
                yield from ((predicate, *_entry_values(entry)) for entry in values.entry)


def _entry_values(entry: EntryFile) -> tuple[Any, ...]:
    number = None if entry.numerical_value is None else round(entry.numerical_value)
    colour = entry.colour if len(entry.colour) <= 7 else ""
    return entry.value, entry.expanded, entry.description, colour, number


def _upsert_taxonomies(taxonomies: Sequence[TaxonomyFile]) -> dict[str, int]:
    rows = Taxonomy.objects.bulk_create(
        [
            Taxonomy(
                namespace=file.namespace,
                description=file.description,
                version=file.version,
                exclusive=file.exclusive,
                enabled=file.namespace in OFFERED,
            )
            for file in taxonomies
        ],
        update_conflicts=True,
        unique_fields=["namespace"],
        # Not `enabled`: that is the administrator's choice.
        update_fields=["description", "version", "exclusive"],
    )
    return {row.namespace: row.pk for row in rows}
