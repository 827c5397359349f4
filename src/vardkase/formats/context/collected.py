"""Tags and clusters of events and their attributes, deduplicated, with their metadata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vardkase.analysis.search.filters import Search
from vardkase.analysis.search.statement import Statement
from vardkase.analysis.search.trimming import kept_attributes
from vardkase.core.sql import cursor
from vardkase.formats.misp_json.clusters import clusters_by_tag
from vardkase.formats.misp_json.knowledge import galaxy_dict
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.galaxies.models import Galaxy
from vardkase.knowledge.taxonomies.colours import show_own_colours
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.queries import TagMeaning, meanings
from vardkase.misp.flags import as_bool

# Two sub-queries and not a join, because a tag is wanted once however many attributes have it.
CARRIED = """
SELECT t.id FROM tag t
WHERE (t.exportable OR {all_tags}) AND (
    t.id IN (SELECT l.tag_id FROM event_tag l WHERE l.event_id = ANY({ids}) AND (NOT l.local OR {local}))
    OR t.id IN (
        SELECT l.tag_id FROM attribute_tag l
        JOIN attribute a ON a.id = l.attribute_id JOIN event e ON e.id = a.event_id
        WHERE l.event_id = ANY({ids}) AND (NOT l.local OR {local}) AND {kept}
    )
)
"""


@dataclass(frozen=True, slots=True)
class InGalaxy:
    galaxy: dict[str, Any]
    cluster: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """`tags` by name, with their taxonomy data; `clusters` by galaxy type."""

    tags: list[tuple[Tag, TagMeaning | None]]
    clusters: dict[str, list[InGalaxy]]


def collect(actor: Actor, search: Search, event_ids: Sequence[int]) -> Context:
    """The context of readable events, in a constant number of queries."""
    tags = sorted(Tag.objects.filter(pk__in=_tag_ids(actor, search, event_ids)), key=lambda tag: tag.name)
    show_own_colours(actor, tags)
    tag_meanings = meanings(tag.name for tag in tags if not tag.is_galaxy)
    found = clusters_by_tag(actor, [tag.name.lower() for tag in tags if tag.is_galaxy])
    # In the order of the tags. A cluster that the reader may not see is not found, though its tag is.
    clusters = [found[name] for tag in tags if (name := tag.name.lower()) in found]
    galaxies = Galaxy.objects.in_bulk({cluster.galaxy_id for cluster in clusters})
    by_type: dict[str, list[InGalaxy]] = {}
    for cluster in clusters:
        galaxy = galaxies[cluster.galaxy_id]
        members = cluster.members | {"meta": cluster.meta}
        by_type.setdefault(galaxy.type, []).append(InGalaxy(galaxy_dict(galaxy), members))
    return Context([(tag, tag_meanings.get(tag.name)) for tag in tags if not tag.is_galaxy], by_type)


def _tag_ids(actor: Actor, search: Search, event_ids: Sequence[int]) -> list[int]:
    statement = Statement(actor)
    sql = CARRIED.format(
        ids=statement.bind(list(event_ids), "bigint[]"),
        all_tags=statement.bind(as_bool(search.options.get("includeAllTags")), "boolean"),
        local=statement.bind(not as_bool(search.options.get("excludeLocalTags")), "boolean"),
        kept=kept_attributes(statement, search),
    )
    query = statement.query(sql)
    return [row[0] for row in cursor().execute(query.sql, query.parameters).fetchall()]
