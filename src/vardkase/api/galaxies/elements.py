"""galaxy_elements/*: the keys and values of a cluster."""

from __future__ import annotations

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Anything, Text
from vardkase.api.inputs import Body, field
from vardkase.api.paging import LARGEST, Paging
from vardkase.api.request import Call
from vardkase.core import json_limits
from vardkase.formats.misp_json.knowledge import element_dict
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.galaxies.queries import find_cluster
from vardkase.knowledge.galaxies.services import add_flattened, delete_element
from vardkase.misp.flags import as_int

EDITOR = (Permission.GALAXY_EDITOR,)


class GalaxyElementList(Paging, kw_only=True):
    searchall: Text = ""


class NestedJson(Body, kw_only=True):
    model = "GalaxyElement"

    json_data: Anything = field(name="jsonData", default=None)


@endpoint("galaxy_elements/index")
def index(call: Call, cluster_id: str, *, params: GalaxyElementList) -> Json:
    """List the elements of one cluster, optionally those that contain ``searchall``."""
    elements = find_cluster(call.actor, cluster_id).elements.order_by("pk")
    if word := params.searchall:
        elements = elements.filter(value__icontains=word) | elements.filter(key__icontains=word)
    chosen = params.of(list(elements.values_list("pk", flat=True)), LARGEST)
    rows = elements.in_bulk(list(chosen))
    return Json([{"GalaxyElement": element_dict(rows[number])} for number in chosen])


@endpoint("galaxy_elements/delete", requires=EDITOR, writes=True)
def delete(call: Call, element_id: str) -> Saved:
    """Delete an element."""
    number = as_int(element_id, 0) or 0
    delete_element(call.actor, number)
    return saved("GalaxyElement deleted", f"/galaxy_elements/delete/{number}", id=str(number))


@endpoint("galaxy_elements/flatten_json", requires=EDITOR, writes=True)
def flatten_json(call: Call, cluster_id: str, *, body: NestedJson) -> Saved:
    """Add nested JSON to a cluster as elements, with keys joined by dots."""
    cluster = find_cluster(call.actor, cluster_id)
    data = body.sent.get("jsonData", call.body)
    if isinstance(data, str):
        try:
            data = json_limits.decoded(data)
        except ValueError:
            raise MispError(405, "Error while decoding JSON") from None
    add_flattened(call.actor, str(cluster.pk), data)
    return saved(
        "GalaxyElement flattenJsoned", f"/galaxy_elements/flattenJson/{cluster.pk}", id=str(cluster.pk)
    )
