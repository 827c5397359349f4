"""Search for clusters: galaxy_clusters/restSearch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster, GalaxyElement
from vardkase.knowledge.galaxies.problems import GalaxyClusterProblem
from vardkase.knowledge.galaxies.queries import visible_clusters
from vardkase.misp.fields import UUID_IN_ANY_CASE as UUID_FORM
from vardkase.misp.flags import as_bool, as_int

NUMBERS = ("id", "version", "distribution", "sharing_group_id")
WORDS = ("type", "value", "tag_name", "source", "collection_uuid")
UUIDS = ("uuid", "extends_uuid")
FLAGS = ("default", "published", "locked")
ORGANISATIONS = ("org_id", "orgc_id")
FILTERS = frozenset(
    (
        *NUMBERS,
        *WORDS,
        *UUIDS,
        *FLAGS,
        *ORGANISATIONS,
        "galaxy_id",
        "galaxy_uuid",
        "custom",
        "deleted",
        "elements",
    )
)


MOST_ELEMENTS = 30
"""Each takes a subquery: the time to plan them grows with their square."""


def search(actor: Actor, filters: Mapping[str, Any]) -> QuerySet[GalaxyCluster]:
    """Readable clusters that match all `filters` (those of FILTERS; others are ignored), by id.

    A filter is a value or a list of alternatives; ``elements`` is ``{key: value or list}``. Deleted clusters
    only with ``deleted``. Raises Invalid for malformed values.
    """
    clusters = visible_clusters(actor).order_by("pk")
    condition = Q(deleted=as_bool(filters.get("deleted")))
    for key, value in filters.items():
        if key in FILTERS and value not in (None, "", []):
            condition &= _condition(key, value)
    return clusters.filter(condition)


def _condition(key: str, value: Any) -> Q:
    if key in FLAGS or key == "custom":
        return Q(default=not as_bool(value)) if key == "custom" else Q(**{key: as_bool(value)})
    if key == "deleted":
        return Q()  # `search` has applied it.
    if key == "elements":
        return _with_elements(value)
    values = _values(key, value)
    if key in WORDS:
        return Q(**{f"{key}__in": values})
    if key in UUIDS:
        return Q(**{f"{key}__in": [text for text in values if UUID_FORM.fullmatch(text)]})
    if key in NUMBERS:
        condition = Q(**{f"{key}__in": [number for text in values if (number := as_int(text)) is not None]})
        uuids = [text for text in values if UUID_FORM.fullmatch(text)] if key == "id" else []
        return condition | Q(uuid__in=uuids) if uuids else condition
    uuids = [text for text in values if UUID_FORM.fullmatch(text)]
    numbers = [number for text in values if (number := as_int(text)) is not None]
    model: Any = Organisation if key in ORGANISATIONS else Galaxy
    ids = [*numbers, *model.objects.filter(uuid__in=uuids).values_list("pk", flat=True)]
    return Q(**{f"{key if key in ORGANISATIONS else 'galaxy_id'}__in": ids})


def _values(key: str, value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if any(isinstance(entry, list | dict) for entry in values):
        raise Invalid({key: [GalaxyClusterProblem.BAD_FILTER()]})
    return [str(entry) for entry in values]


def _with_elements(wanted: Any) -> Q:
    if not isinstance(wanted, dict):
        raise Invalid({"elements": [GalaxyClusterProblem.BAD_ELEMENT_FILTER()]})
    if len(wanted) > MOST_ELEMENTS:
        raise Invalid({"elements": [GalaxyClusterProblem.TOO_MANY_ELEMENT_FILTERS(most=MOST_ELEMENTS)]})
    condition = Q()
    for key, value in wanted.items():
        having = GalaxyElement.objects.filter(key=key, value__in=_values("elements", value))
        condition &= Q(pk__in=having.values("galaxy_cluster_id"))
    return condition
