"""Tags and taxonomies in MISP's response format."""

from __future__ import annotations

from typing import Any

from vardkase.knowledge.taxonomies.models import Taxonomy, TaxonomyEntry, TaxonomyPredicate


def taxonomy_dict(taxonomy: Taxonomy) -> dict[str, Any]:
    return {
        "id": str(taxonomy.pk),
        "namespace": taxonomy.namespace,
        "description": taxonomy.description,
        "version": str(taxonomy.version),
        "enabled": taxonomy.enabled,
        "exclusive": taxonomy.exclusive,
        "required": taxonomy.required,
        "highlighted": taxonomy.highlighted,
    }


def predicate_dict(predicate: TaxonomyPredicate, entry: TaxonomyEntry | None) -> dict[str, Any]:
    body = {
        "id": str(predicate.pk),
        "taxonomy_id": str(predicate.taxonomy_id),
        "exclusive": predicate.exclusive,
    }
    body |= _wording(predicate)
    if entry is not None:
        own = {"id": str(entry.pk), "taxonomy_predicate_id": str(entry.predicate_id)}
        body["TaxonomyEntry"] = [own | _wording(entry)]
    return body


def _wording(row: TaxonomyPredicate | TaxonomyEntry) -> dict[str, Any]:
    return {
        "value": row.value,
        "expanded": row.expanded,
        "colour": row.colour or None,
        "description": row.description or None,
        "numerical_value": None if row.numerical_value is None else str(row.numerical_value),
    }
