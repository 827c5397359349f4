"""Tags that belong to everybody: those of taxonomies and galaxies, and those that others use."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Lower

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.taxonomies.models import Tag, Taxonomy

GALAXIES = "misp-galaxy"


def vocabulary_among(names: Iterable[str]) -> set[str]:
    """Those of `names` in the namespace of a taxonomy in the library, enabled or not, or of galaxies."""
    by_namespace: dict[str, set[str]] = {}
    for name in names:
        namespace, colon, _ = name.strip().lower().partition(":")
        if colon:
            by_namespace.setdefault(namespace.strip(), set()).add(name)
    known = {GALAXIES}
    if by_namespace.keys() - known:
        lowered = Taxonomy.objects.annotate(lowered=Lower("namespace"))
        known.update(lowered.filter(lowered__in=list(by_namespace)).values_list("lowered", flat=True))
    return {name for namespace in known for name in by_namespace.get(namespace, ())}


def is_used_by_others(actor: Actor, tag: Tag) -> bool:
    """Whether events of other organisations, their attributes or reports have the tag, seen by the actor or not."""
    parameters = {"tag": tag.pk, "org": actor.organisation_id}
    return cursor().execute(USED_BY_OTHERS, parameters).fetchone() is not None


OF_OTHERS = "l.tag_id = %(tag)s AND (e.org_id <> %(org)s OR e.orgc_id <> %(org)s)"
USED_BY_OTHERS = f"""
SELECT 1 FROM event_tag l JOIN event e ON e.id = l.event_id WHERE {OF_OTHERS}
UNION ALL
SELECT 1 FROM attribute_tag l JOIN event e ON e.id = l.event_id WHERE {OF_OTHERS}
UNION ALL
SELECT 1 FROM event_report_tag l JOIN event_report r ON r.id = l.event_report_id
JOIN event e ON e.id = r.event_id WHERE {OF_OTHERS}
LIMIT 1
"""
