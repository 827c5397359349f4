"""Aggregated context of events: tags by taxonomy, clusters by galaxy, and ATT&CK techniques."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from vardkase.analysis.search.filters import Search
from vardkase.core.errors import NotFound
from vardkase.formats.attack import matrix_data
from vardkase.formats.context.collected import collect
from vardkase.formats.context.markdown import document
from vardkase.formats.misp_json.knowledge import tag_dict
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.galaxies.matrix import matrix_galaxy
from vardkase.knowledge.taxonomies.models import TaxonomyEntry, TaxonomyPredicate
from vardkase.knowledge.taxonomies.queries import TagMeaning

CUSTOM = "Custom Tags"
"""What the tags are under that no taxonomy has."""


def as_json(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    context = collect(actor, search, ids)
    try:
        attack = matrix_data(actor, matrix_galaxy(actor), ids)
    except NotFound:
        attack = {}  # The galaxy is not loaded, or hidden.
    clusters = {
        kind: [{"Galaxy": row.galaxy, "GalaxyCluster": row.cluster} for row in rows]
        for kind, rows in context.clusters.items()
    }
    by_namespace: dict[str, list[dict[str, Any]]] = {}
    for tag, meaning in context.tags:
        name = meaning.taxonomy.namespace if meaning else CUSTOM
        taxonomy = _meaning_members(meaning) if meaning else {}
        by_namespace.setdefault(name, []).append({**taxonomy, "Tag": tag_dict(tag)})
    yield msgspec.json.encode({"attackData": attack, "tags": by_namespace, "clusters": clusters})


def as_markdown(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """The context as Markdown, without the matrix."""
    yield document(collect(actor, search, ids), search.base_url).encode()


def _meaning_members(meaning: TagMeaning) -> dict[str, Any]:
    taxonomy = meaning.taxonomy
    members = ("namespace", "description", "enabled", "exclusive", "required", "highlighted")
    numbers = {"id": str(taxonomy.pk), "version": str(taxonomy.version)}
    document = {
        "Taxonomy": numbers | {name: getattr(taxonomy, name) for name in members},
        "TaxonomyPredicate": _wording(meaning.predicate),
    }
    return document | ({"TaxonomyEntry": _wording(meaning.entry)} if meaning.entry else {})


def _wording(part: TaxonomyPredicate | TaxonomyEntry) -> dict[str, Any]:
    members = ("value", "expanded", "description", "colour", "numerical_value")
    return {"id": str(part.pk), **{name: getattr(part, name) for name in members}}
