"""Aggregated context of events: tags by taxonomy, clusters by galaxy, and ATT&CK techniques."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from vardkase.analysis.search.filters import Search
from vardkase.core.errors import NotFound
from vardkase.formats.attack import matrix_data
from vardkase.formats.context.collected import Context, collect
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
        attack = {}
    clusters = {
        kind: [{"Galaxy": found.galaxy, "GalaxyCluster": found.cluster} for found in each]
        for kind, each in context.clusters.items()
    }
    yield msgspec.json.encode({"attackData": attack, "tags": _tags(context), "clusters": clusters})


def as_markdown(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """The context as Markdown, without the matrix."""
    yield document(collect(actor, search, ids), search.base_url).encode()


def _tags(context: Context) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for tag, meaning in context.tags:
        name = meaning.taxonomy.namespace if meaning else CUSTOM
        said = _said(meaning) if meaning else {}
        found.setdefault(name, []).append({**said, "Tag": tag_dict(tag)})
    return found


def _said(meaning: TagMeaning) -> dict[str, Any]:
    taxonomy = meaning.taxonomy
    members = ("namespace", "description", "enabled", "exclusive", "required", "highlighted")
    about = {"id": str(taxonomy.pk), "version": str(taxonomy.version)}
    said = {
        "Taxonomy": about | {name: getattr(taxonomy, name) for name in members},
        "TaxonomyPredicate": _part(meaning.predicate),
    }
    return said | ({"TaxonomyEntry": _part(meaning.entry)} if meaning.entry else {})


def _part(part: TaxonomyPredicate | TaxonomyEntry) -> dict[str, Any]:
    members = ("value", "expanded", "description", "colour", "numerical_value")
    return {"id": str(part.pk), **{name: getattr(part, name) for name in members}}
