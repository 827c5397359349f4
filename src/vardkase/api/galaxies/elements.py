"""galaxy_elements/*: the keys and values of a cluster."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.galaxies.clusters import find_cluster
from vardkase.api.paging import LARGEST, paged
from vardkase.api.request import Call
from vardkase.core import json_limits
from vardkase.formats.misp_json.knowledge import element_dict
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.galaxies.services import add_flattened, delete_element
from vardkase.misp.flags import as_int

EDITOR = (Permission.GALAXY_EDITOR,)


@endpoint("galaxy_elements/index")
def index(call: Call) -> Answer:
    """List the elements of one cluster, optionally those that contain ``searchall``."""
    elements = find_cluster(call).elements.order_by("pk")
    if word := call.param("searchall"):
        elements = elements.filter(value__icontains=str(word)) | elements.filter(key__icontains=str(word))
    chosen = paged(call, list(elements.values_list("pk", flat=True)), LARGEST)
    rows = elements.in_bulk(list(chosen))
    return Json([{"GalaxyElement": element_dict(rows[number])} for number in chosen])


@endpoint("galaxy_elements/delete", requires=EDITOR, writes=True)
def delete(call: Call) -> Answer:
    """Delete an element."""
    number = as_int(call.arg(0), 0) or 0
    delete_element(call.actor, number)
    return saved("GalaxyElement deleted", f"/galaxy_elements/delete/{number}", id=str(number))


@endpoint("galaxy_elements/flatten_json", requires=EDITOR, writes=True)
def flatten_json(call: Call) -> Answer:
    """Add nested JSON to a cluster as elements, with keys joined by dots."""
    cluster = find_cluster(call)
    add_flattened(call.actor, str(cluster.pk), _json(call))
    return saved(
        "GalaxyElement flattenJsoned", f"/galaxy_elements/flattenJson/{cluster.pk}", id=str(cluster.pk)
    )


def _json(call: Call) -> Any:
    data = call.data("GalaxyElement").get("jsonData", call.body)
    if not isinstance(data, str):
        return data
    try:
        return json_limits.decoded(data)
    except ValueError:
        raise MispError(405, "Error while decoding JSON") from None
