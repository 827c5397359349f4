"""Queries for tags and taxonomies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat, Lower

from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.tag_names import hidden_cluster_predicate, tag_name_predicate
from vardkase.identity.access.visibility import numbers_written_in
from vardkase.knowledge.taxonomies.colours import show_own_colours
from vardkase.knowledge.taxonomies.models import (
    FavouriteTag,
    Tag,
    TagMaker,
    Taxonomy,
    TaxonomyEntry,
    TaxonomyPredicate,
)
from vardkase.knowledge.taxonomies.problems import TagProblem, TaxonomyProblem
from vardkase.knowledge.taxonomies.rules import MachineTag, colour_of, parse_machine_tag
from vardkase.knowledge.taxonomies.vocabulary import vocabulary_among
from vardkase.misp.flags import is_id


@dataclass(frozen=True, slots=True)
class Entry:
    """A tag of a taxonomy. `exclusive` is None if the predicate itself is the tag."""

    tag: str
    expanded: str
    description: str
    colour: str
    numerical_value: int | None
    exclusive: bool | None

    @property
    def shown_colour(self) -> str:
        return self.colour or colour_of(self.tag)


@dataclass(frozen=True, slots=True)
class TaxonomyCount:
    taxonomy: Taxonomy
    total: int
    current: int


@dataclass(frozen=True, slots=True)
class TagMeaning:
    """The meaning of a tag; `entry` is None if it has no value, or one that is not in the taxonomy."""

    taxonomy: Taxonomy
    predicate: TaxonomyPredicate
    entry: TaxonomyEntry | None


@dataclass(frozen=True, slots=True)
class ExclusiveConflict:
    """Mutually exclusive tags: of one taxonomy, or of one predicate of it."""

    namespace: str
    predicate: str | None
    tags: tuple[str, ...]


def visible_tags(actor: Actor) -> QuerySet[Tag]:
    tags = carried_tags(actor)
    if actor.is_site_admin and actor.may_read:
        return tags
    return tags.filter(pk__in=_ids(tag_name_predicate(actor), actor))


def named_tags(actor: Actor) -> QuerySet[Tag]:
    return Tag.objects.filter(pk__in=_ids(tag_name_predicate(actor), actor))


def _ids(predicate: str, actor: Actor) -> RawSQL:
    condition = numbers_written_in(predicate, actor)
    return RawSQL(f"SELECT t.id FROM tag t WHERE {condition}", ())  # noqa: S611 - it contains no input


def carried_tags(actor: Actor) -> QuerySet[Tag]:
    """Tags on visible data, by name; without those reserved for others or of hidden clusters."""
    tags = Tag.objects.order_by("name")
    if actor.is_site_admin and actor.may_read:
        return tags
    own = tags.filter(org_id__in=(0, actor.organisation_id), user_id__in=(0, actor.user_id or 0))
    return own.exclude(pk__in=_ids(hidden_cluster_predicate(actor), actor))


def hidden_tag_ids(actor: Actor) -> list[int]:
    """Tags that would reveal hidden clusters to the actor."""
    if actor.is_site_admin and actor.may_read:
        return []
    hidden = Tag.objects.filter(pk__in=_ids(hidden_cluster_predicate(actor), actor))
    return list(hidden.values_list("pk", flat=True))


def hidden_tag_names(actor: Actor, names: Iterable[str]) -> set[str]:
    """Those of `names` that would reveal hidden clusters to the actor."""
    if actor.is_site_admin and actor.may_read:
        return set()
    hidden = Tag.objects.filter(name__in=names, pk__in=_ids(hidden_cluster_predicate(actor), actor))
    return set(hidden.values_list("name", flat=True))


def favourites(actor: Actor) -> set[int]:
    own = FavouriteTag.objects.filter(user=actor.user_id)
    return set(own.values_list("tag_id", flat=True))


def find_tag(actor: Actor, reference: str) -> Tag:
    tags = visible_tags(actor)
    matches = tags.filter(pk=int(reference)) if is_id(reference) else tags.filter(name__iexact=reference)
    return first_or_not_found(matches, TagProblem.NOT_FOUND())


def search_tags(actor: Actor, words: Sequence[str], *, strict: bool) -> list[Tag]:
    """Tags named like one of `words`, in which ``%`` is a wildcard unless `strict`."""
    condition = Q()
    for word in words:
        condition |= Q(name__iexact=word) if strict or "%" not in word else Q(name__iregex=_pattern(word))
    return list(visible_tags(actor).filter(condition)) if words else []


def suggested_tags(actor: Actor, text: str, most: int) -> list[str]:
    existing = list(visible_tags(actor).filter(name__icontains=text).values_list("name", flat=True)[:most])
    if len(existing) == most:
        return existing
    start = Concat("taxonomy__namespace", Value(":"), "value", output_field=TextField())
    predicates = TaxonomyPredicate.objects.filter(entries=None).annotate(tag=start)
    entry = (
        "predicate__taxonomy__namespace",
        Value(":"),
        "predicate__value",
        Value('="'),
        "value",
        Value('"'),
    )
    entries = TaxonomyEntry.objects.annotate(tag=Concat(*entry, output_field=TextField()))
    named = [rows.filter(tag__icontains=text).values_list("tag", flat=True) for rows in (predicates, entries)]
    of_taxonomies = named[0].union(named[1]).order_by("tag")[:most]
    return list(dict.fromkeys([*existing, *of_taxonomies]))[:most]


def _pattern(word: str) -> str:
    # MISP's wildcards are those of LIKE; all other signs are taken as they are written.
    wildcards = {"%": ".*", "_": "."}
    return "^" + "".join(wildcards.get(c) or (c if c.isalnum() else f"\\{c}") for c in word) + "$"


def find_taxonomy(reference: str) -> Taxonomy:
    taxonomies = Taxonomy.objects.all()
    matches = (
        taxonomies.filter(pk=int(reference)) if is_id(reference) else taxonomies.filter(namespace=reference)
    )
    return first_or_not_found(matches, TaxonomyProblem.NOT_FOUND())


def taxonomy_entries(taxonomy: Taxonomy) -> list[Entry]:
    return entries_of([taxonomy])[taxonomy.pk]


def entries_of(taxonomies: Iterable[Taxonomy]) -> dict[int, list[Entry]]:
    by_id = {taxonomy.pk: taxonomy for taxonomy in taxonomies}
    entries: dict[int, list[Entry]] = {number: [] for number in by_id}
    predicates = TaxonomyPredicate.objects.filter(taxonomy__in=by_id).order_by("pk")
    values: dict[int, list[TaxonomyEntry]] = defaultdict(list)
    for entry in TaxonomyEntry.objects.filter(predicate__taxonomy__in=by_id).order_by("pk"):
        values[entry.predicate_id].append(entry)
    for predicate in predicates:
        namespace = by_id[predicate.taxonomy_id].namespace
        entries[predicate.taxonomy_id] += _entries(namespace, predicate, values[predicate.pk])
    return entries


def _entries(namespace: str, predicate: TaxonomyPredicate, values: Sequence[TaxonomyEntry]) -> list[Entry]:
    title = predicate.expanded or predicate.value
    if not values:
        tag = str(MachineTag(namespace, predicate.value))
        colour = predicate.colour
        return [Entry(tag, title, predicate.description, colour, predicate.numerical_value, None)]
    return [
        Entry(
            str(MachineTag(namespace, predicate.value, value.value)),
            f"{title}: {value.expanded or value.value}",
            value.description,
            value.colour,
            value.numerical_value,
            predicate.exclusive,
        )
        for value in values
    ]


def taxonomy_counts(value: str = "", *, enabled: bool | None = None) -> list[TaxonomyCount]:
    chosen = Taxonomy.objects.filter(Q(namespace__icontains=value) | Q(description__icontains=value))
    if enabled is not None:
        chosen = chosen.filter(enabled=enabled)
    taxonomies = {taxonomy.pk: taxonomy for taxonomy in chosen}
    rows = cursor().execute(COUNTS, {"ids": list(taxonomies)}).fetchall()
    counts = [TaxonomyCount(taxonomies[number], total, current) for number, total, current in rows]
    return sorted(counts, key=lambda count: count.taxonomy.namespace)


COUNTS = """
WITH tag_of AS (
    SELECT p.taxonomy_id, t.namespace || ':' || p.value || coalesce('="' || e.value || '"', '') AS name
    FROM taxonomy t
    JOIN taxonomy_predicate p ON p.taxonomy_id = t.id
    LEFT JOIN taxonomy_entry e ON e.predicate_id = p.id
)
SELECT t.id, count(o.name), count(tag.id)
FROM taxonomy t
LEFT JOIN tag_of o ON o.taxonomy_id = t.id
LEFT JOIN tag ON lower(tag.name) = lower(o.name)
WHERE t.id = ANY(%(ids)s)
GROUP BY t.id
"""


def tags_named(actor: Actor, names: Iterable[str]) -> dict[str, Tag]:
    """Tags that the actor may know, by their names in lower case."""
    lower = [name.lower() for name in names]
    tags = list(named_tags(actor).annotate(lower_name=Lower("name")).filter(lower_name__in=lower))
    show_own_colours(actor, tags)
    return {tag.name.lower(): tag for tag in tags}


def correctable(actor: Actor, tags: Iterable[Tag]) -> set[int]:
    """Ids of those for everyone that the actor's organisation made, outside taxonomies and galaxies: it may take them
    back while they are unused."""
    if actor.is_site_admin or not actor.may(Permission.TAG_EDITOR):
        return set()
    for_all = {tag.pk: tag.name for tag in tags if not tag.org_id and not tag.user_id}
    common = vocabulary_among(for_all.values())
    made = TagMaker.objects.filter(org_id=actor.organisation_id, tag__in=list(for_all))
    return {pk for pk in made.values_list("tag_id", flat=True) if for_all[pk] not in common}


def meanings(names: Iterable[str]) -> dict[str, TagMeaning]:
    machines = {name: machine for name in names if (machine := parse_machine_tag(name))}
    predicates = {
        (predicate.taxonomy.namespace, predicate.value): predicate
        for predicate in TaxonomyPredicate.objects.select_related("taxonomy").filter(
            taxonomy__namespace__in={machine.namespace for machine in machines.values()},
            value__in={machine.predicate for machine in machines.values()},
        )
    }
    wanted = {machine.value for machine in machines.values() if machine.value is not None}
    entries = {
        (entry.predicate_id, entry.value): entry
        for entry in TaxonomyEntry.objects.filter(predicate__in=predicates.values(), value__in=wanted)
    }
    return {
        name: TagMeaning(predicate.taxonomy, predicate, entries.get((predicate.pk, machine.value or "")))
        for name, machine in machines.items()
        if (predicate := predicates.get((machine.namespace, machine.predicate)))
    }


def exclusive_conflicts(names: Iterable[str]) -> list[ExclusiveConflict]:
    """The violations of exclusive taxonomies or predicates among `names`, the tags of one object."""
    return exclusive_conflicts_in({None: names})[None]


def exclusive_conflicts_in[Thing](
    things: Mapping[Thing, Iterable[str] | None],
) -> dict[Thing, list[ExclusiveConflict]]:
    by_object = {thing: _tags_by_scope(names or ()) for thing, names in things.items()}
    # One query for all objects, whose tags come from the same few taxonomies.
    exclusive = _exclusive({namespace for groups in by_object.values() for namespace, _ in groups})
    return {
        thing: [
            ExclusiveConflict(namespace, predicate, tuple(tags))
            for (namespace, predicate), tags in groups.items()
            if (namespace, predicate) in exclusive
        ]
        for thing, groups in by_object.items()
    }


def _tags_by_scope(names: Iterable[str]) -> dict[tuple[str, str | None], list[str]]:
    groups: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for name in sorted(set(names)):
        if machine := parse_machine_tag(name):
            groups[machine.namespace, None].append(name)
            groups[machine.namespace, machine.predicate].append(name)
    return {key: tags for key, tags in groups.items() if len(tags) > 1}


def exclusive_scope(name: str) -> str:
    """The lower-case prefix of tag names that `name` excludes; "" if none."""
    if (machine := parse_machine_tag(name)) is None:
        return ""
    exclusive = _exclusive({machine.namespace})
    # The whole taxonomy first: it excludes more.
    scopes = {None: f"{machine.namespace}:", machine.predicate: f"{machine.namespace}:{machine.predicate}="}
    prefixes = (text.lower() for part, text in scopes.items() if (machine.namespace, part) in exclusive)
    return next(prefixes, "")


def _exclusive(namespaces: set[str]) -> set[tuple[str, str | None]]:
    whole = Taxonomy.objects.filter(namespace__in=namespaces, exclusive=True)
    predicates = TaxonomyPredicate.objects.filter(taxonomy__namespace__in=namespaces, exclusive=True)
    return {(taxonomy.namespace, None) for taxonomy in whole} | set(
        predicates.values_list("taxonomy__namespace", "value")
    )


def missing_required(names: Iterable[str]) -> list[str]:
    """Namespaces of required, enabled taxonomies of which `names` has no tag."""
    present = {machine.namespace for name in names if (machine := parse_machine_tag(name))}
    required = Taxonomy.objects.filter(required=True, enabled=True).exclude(namespace__in=present)
    return list(required.order_by("namespace").values_list("namespace", flat=True))
