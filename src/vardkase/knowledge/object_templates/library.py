"""What belongs to everybody: packaged templates, the names and relations in them, and types of relationships."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vardkase.knowledge.object_templates.models import (
    ObjectRelationship,
    ObjectTemplate,
    ObjectTemplateElement,
)
from vardkase.misp.fields import UUID_IN_ANY_CASE


@dataclass(frozen=True, slots=True)
class Library:
    templates: frozenset[str]
    names: frozenset[str]
    relations: frozenset[str]
    relationships: frozenset[str]


def library_among(words: Iterable[str]) -> Library:
    """Those of `words` (UUIDs and names of templates, relations, types of relationships) that are packaged."""
    said = set(words)
    uuids = [word for word in said if UUID_IN_ANY_CASE.fullmatch(word)]
    packaged = ObjectTemplate.objects.filter(fixed=True)
    elements = ObjectTemplateElement.objects.filter(object_template__fixed=True, object_relation__in=said)
    relationships = ObjectRelationship.objects.filter(org_id=0, name__in=said)
    return Library(
        frozenset(map(str, packaged.filter(uuid__in=uuids).values_list("uuid", flat=True))),
        frozenset(packaged.filter(name__in=said).values_list("name", flat=True)),
        frozenset(elements.values_list("object_relation", flat=True).distinct()),
        frozenset(relationships.values_list("name", flat=True)),
    )
