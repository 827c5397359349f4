"""All tags that can be attached to an event: existing tags, enabled taxonomies, and clusters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.galaxies.queries import clusters_by_tag, search_clusters
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.queries import favourites, meanings, named_tags, visible_tags
from vardkase.knowledge.taxonomies.rules import is_possible_name
from vardkase.knowledge.taxonomies.services import resolve_tags
from vardkase.knowledge.taxonomies.tlp import OBSOLETE, meaning

SHOWN = 25
"""Choices of each kind in an answer."""
MOST_TERMS = 20
TECHNIQUE = re.compile(r"T[0-9]{4}(\.[0-9]{3})?", re.IGNORECASE)
"""A number of MITRE ATT&CK, such as T1486 or T1059.001."""


@dataclass(frozen=True, slots=True)
class TagChoice:
    name: str
    title: str
    description: str
    source: str


def tag_choices(actor: Actor, text: str) -> list[TagChoice]:
    """The choices for a text, or for each of several that are separated by commas or are technique numbers."""
    choices: dict[str, TagChoice] = {}
    for term in _terms(text):
        choices |= _choices_for(actor, term)
    return list(choices.values())


def favourite_choices(actor: Actor) -> list[TagChoice]:
    names = visible_tags(actor).filter(pk__in=favourites(actor)).values_list("name", flat=True)[:MOST_TERMS]
    return [TagChoice(name, "", "", "") for name in names]


def _terms(text: str) -> list[str]:
    terms = [term.strip() for term in text.split(",")]
    if all(TECHNIQUE.fullmatch(word) for word in text.split()):
        terms = text.split()
    return [term for term in dict.fromkeys(terms) if term][:MOST_TERMS]


def _choices_for(actor: Actor, wanted: str) -> dict[str, TagChoice]:
    # The wildcards of ILIKE are taken as they are written.
    pattern = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = cursor().execute(ENTRIES, {"pattern": pattern, "limit": SHOWN}).fetchall()
    entries = [_of_entry(*row) for row in rows]
    clusters = [
        TagChoice(cluster.tag_name, "", cluster.description, cluster.galaxy.name)
        for cluster in search_clusters(actor, wanted, limit=SHOWN)
    ]
    known = clusters + entries if TECHNIQUE.fullmatch(wanted) else entries + clusters
    # A tag in several kinds keeps the entry that says the most about it: taxonomies, clusters, bare tags.
    choices: dict[str, TagChoice] = {}
    for choice in known:
        choices.setdefault(choice.name.lower(), choice)
    tags = visible_tags(actor).filter(name__icontains=wanted, hide_tag=False, is_galaxy=False)
    for tag in tags[:SHOWN]:
        choices.setdefault(tag.name.lower(), TagChoice(tag.name, "", "", ""))
    return {
        name: choice for name, choice in choices.items() if name not in OBSOLETE or name == wanted.lower()
    }


def _of_entry(name: str, title: str, description: str, source: str) -> TagChoice:
    if said := meaning(name):
        return TagChoice(name, "", said, source)
    # Many taxonomies begin the description with the title, or repeat it.
    is_said = title.strip().lower() in description.lower()
    return TagChoice(name, "" if is_said else title, description, source)


def unusable_tags(actor: Actor, names: Sequence[str]) -> list[str]:
    usable = resolve_tags(actor, [{"name": name} for name in names], may_create=False)
    missing = [name for name in names if name.lower() not in usable]
    if not missing:
        return []
    # An existing tag that the actor knows but may not use is reserved for others.
    reserved = {
        tag.lower() for tag in named_tags(actor).filter(name__in=missing).values_list("name", flat=True)
    }
    creatable = _creatable(actor, missing)
    return [name for name in missing if name.lower() in reserved or name.lower() not in creatable]


def usable_tag(actor: Actor, name: str) -> Tag | None:
    """The tag of this name; created if it is in an enabled vocabulary, or the actor may create tags."""
    may_create = not unusable_tags(actor, [name])
    return resolve_tags(actor, [{"name": name}], may_create=may_create).get(name.lower())


def _creatable(actor: Actor, names: Sequence[str]) -> set[str]:
    possible = [name for name in names if is_possible_name(name)]
    if actor.may(Permission.TAG_EDITOR):
        return {name.lower() for name in possible}
    if not actor.may(Permission.TAGGER):
        return set()
    known = {name.lower() for name, meaning in meanings(possible).items() if meaning.taxonomy.enabled}
    return known | set(clusters_by_tag(actor, possible))


ENTRIES = """
WITH entry AS (
    SELECT t.namespace, p.id AS predicate, 0 AS place, t.namespace || ':' || p.value AS name,
           coalesce(nullif(p.expanded, ''), p.value) AS title, p.description
    FROM taxonomy t JOIN taxonomy_predicate p ON p.taxonomy_id = t.id
    WHERE t.enabled AND NOT EXISTS (SELECT 1 FROM taxonomy_entry e WHERE e.predicate_id = p.id)
    UNION ALL
    SELECT t.namespace, p.id, e.id, t.namespace || ':' || p.value || '="' || e.value || '"',
           coalesce(nullif(e.expanded, ''), e.value), e.description
    FROM taxonomy t JOIN taxonomy_predicate p ON p.taxonomy_id = t.id
    JOIN taxonomy_entry e ON e.predicate_id = p.id
    WHERE t.enabled
)
SELECT name, title, description, namespace FROM entry
WHERE name ILIKE %(pattern)s OR title ILIKE %(pattern)s
ORDER BY predicate, place LIMIT %(limit)s
"""
