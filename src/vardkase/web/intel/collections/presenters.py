"""Collections and what is in them, as the reader sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.collections.models import Collection, CollectionElement, CollectionType, ElementType
from vardkase.intel.collections.queries import readable_events
from vardkase.intel.rules import may_modify_created
from vardkase.knowledge.galaxies.queries import visible_clusters

TYPES: dict[str, str | Promise] = {
    CollectionType.CAMPAIGN: _("Campaign"),
    CollectionType.INTRUSION_SET: _("Intrusion set"),
    CollectionType.NAMED_THREAT: _("Named threat"),
    CollectionType.RESEARCH: _("Research"),
    CollectionType.OTHER: pgettext_lazy("type of collection", "Other"),
}
KINDS = {ElementType.EVENT: _("Event"), ElementType.GALAXY_CLUSTER: _("Galaxy cluster")}


@dataclass(frozen=True, slots=True)
class CollectionLine:
    """`url` is empty for what is not here, or hidden from the reader: the two look the same."""

    element: CollectionElement
    kind: str | Promise
    title: str
    detail: str
    url: str


def element_lines(actor: Actor, elements: Sequence[CollectionElement]) -> list[CollectionLine]:
    uuids = [element.element_uuid for element in elements]
    events = readable_events(actor, uuids)
    found = (
        visible_clusters(actor).filter(uuid__in=uuids, deleted=False).select_related("galaxy").order_by("-pk")
    )
    clusters = {str(cluster.uuid): cluster for cluster in found}
    lines = []
    for element in elements:
        key, title, detail, url = str(element.element_uuid), "", "", ""
        if element.element_type == ElementType.EVENT and key in events:
            number, title = events[key]
            detail, url = f"#{number}", reverse("event", args=[number])
        elif element.element_type == ElementType.GALAXY_CLUSTER and key in clusters:
            cluster = clusters[key]
            title, detail, url = cluster.value, cluster.galaxy.name, reverse("cluster", args=[cluster.pk])
        kind = KINDS.get(ElementType(element.element_type), element.element_type)
        lines.append(CollectionLine(element, kind, title, detail, url))
    return lines


def may_edit(actor: Actor, collection: Collection) -> bool:
    return actor.may_write and actor.may(Permission.MODIFY) and may_modify_created(actor, collection)
