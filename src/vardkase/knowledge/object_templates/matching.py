"""Finds object templates that accept values of given types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.core.errors import FieldErrors
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.knowledge.object_templates.problems import ObjectTemplateProblem
from vardkase.misp.types import TYPES

type Element = Mapping[str, Any]
"""One entry of ``attributes`` in a definition.json."""

TOGETHER = "/"
"""Between types of which a value found in a text may be either: ``ip-src/ip-dst``."""


@dataclass(frozen=True, slots=True)
class TemplateFit:
    """How well a template fits some types.

    `missing` are required types that are absent; `foreign` those it has no place for; `crowded` those that
    occur more often than it has places for.
    """

    template: ObjectTemplate
    missing: list[str]
    foreign: list[str]
    crowded: list[str]

    @property
    def is_complete(self) -> bool:
        return not self.missing


def fitting_templates(types: Iterable[str]) -> list[TemplateFit]:
    """The active templates with a place for any of `types`, best first, with their elements."""
    counts = Counter(types)
    templates = ObjectTemplate.objects.filter(active=True, elements__type__in=list(counts)).distinct()
    fits = [fit(template, counts) for template in templates.prefetch_related("elements")]
    # Complete ones first, then those that leave out the fewest values.
    return sorted(
        fits,
        key=lambda found: (
            not found.is_complete,
            len(found.foreign) + len(found.crowded),
            found.template.name,
        ),
    )


def fit(template: ObjectTemplate, counts: Mapping[str, int]) -> TemplateFit:
    places: dict[str, float] = {}
    for element in _elements(template).values():
        kind = str(element.get("misp-attribute"))
        places[kind] = places.get(kind, 0) + (float("inf") if element.get("multiple") else 1)
    required = [type_of(template, name) or name for name in template.definition.get("required") or []]
    one_of = [type_of(template, name) or name for name in template.definition.get("requiredOneOf") or []]
    missing = [kind for kind in required if kind not in counts]
    if one_of and not any(kind in counts for kind in one_of):
        missing += one_of
    return TemplateFit(
        template,
        missing=list(dict.fromkeys(missing)),
        foreign=[kind for kind in counts if kind not in places],
        crowded=[kind for kind, count in counts.items() if kind in places and count > places[kind]],
    )


def relations_for(template: ObjectTemplate, kind: str) -> list[str]:
    """The relations that accept a value of this type; for ``ip-src/ip-dst``, a value of either."""
    kinds = {kind} if kind in TYPES else {*kind.split(TOGETHER)}
    return [name for name, element in _elements(template).items() if element.get("misp-attribute") in kinds]


def type_of(template: ObjectTemplate, relation: str) -> str | None:
    element = _elements(template).get(relation)
    return str(element.get("misp-attribute")) if element else None


def misplaced(template: ObjectTemplate, relation: str, kind: str) -> FieldErrors | None:
    """Why a value of this type cannot be stored under `relation`; None if it can."""
    if relation in relations_for(template, kind):
        return None
    wanted = type_of(template, relation)
    if wanted is None:
        unknown = ObjectTemplateProblem.UNKNOWN_RELATION(template=template.name, relation=relation)
        return {"object_relation": [unknown]}
    return {"object_relation": [ObjectTemplateProblem.MISPLACED(relation=relation, wanted=wanted, type=kind)]}


def _elements(template: ObjectTemplate) -> Mapping[str, Element]:
    elements: Mapping[str, Element] = template.definition.get("attributes") or {}
    return elements
