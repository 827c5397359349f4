"""Services for saved event graphs. A graph may show data that only its author may read, so other
organisations never get it."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from vardkase.audit.services import Target, record
from vardkase.core import json_limits
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.png import is_png
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.event_graphs.models import EventGraph
from vardkase.intel.hooks import AttributesRemoved
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.problems import EventGraphProblem, IntelProblem
from vardkase.intel.queries.find import Reference, find_event
from vardkase.misp.flags import as_int

LARGEST = 1024 * 1024
"""Bytes of a graph, and of its preview."""
MOST_GRAPHS = 100
"""Graphs of one event that one organisation keeps."""
DATA_URL = "data:image/png;base64,"


def graphs_of(actor: Actor, event: Reference, graph: Reference | None = None) -> list[EventGraph]:
    graphs = _own_graphs(actor).filter(event=find_event(actor, event).id).order_by("-pk")
    if graph is None:
        return list(graphs[:MOST_GRAPHS])
    chosen = list(graphs.filter(pk=as_int(graph) or 0))
    if not chosen:
        raise NotFound(EventGraphProblem.NOT_FOUND())
    return chosen


@transaction.atomic
def keep_graph(actor: Actor, event: Reference, data: Mapping[str, Any]) -> EventGraph:
    actor.require(Permission.ADD)
    actor.require_writing()
    # The lock keeps two requests from passing the limit on the number of graphs together.
    locked = lock_event(actor, find_event(actor, event).id)
    errors: dict[str, list[Problem]] = {}
    graph = EventGraph(
        event=locked,
        org_id=actor.organisation_id,
        user_id=actor.user_id or 0,
        timestamp=now_seconds(),
        network_name=_name(data.get("network_name"), errors),
        network_json=_drawing(data.get("network_json"), errors),
        preview=_picture(data.get("preview_img"), errors),
    )
    if EventGraph.objects.filter(event=locked, org=actor.organisation_id).count() >= MOST_GRAPHS:
        errors["event_id"] = [EventGraphProblem.TOO_MANY(most=MOST_GRAPHS)]
    if errors:
        raise Invalid(errors)
    graph.save()
    record(actor, IntelAction.EVENT_GRAPH_ADDED, _audit_target(graph), {"event": str(locked.uuid)})
    return graph


@transaction.atomic
def delete_graph(actor: Actor, graph: Reference) -> int:
    actor.require(Permission.MODIFY)
    actor.require_writing()
    stored = first_or_not_found(
        _own_graphs(actor).select_for_update().filter(pk=as_int(graph) or 0), EventGraphProblem.NOT_FOUND()
    )
    find_event(actor, stored.event_id)  # Raises NotFound if the actor may no longer read the event.
    if not (actor.is_site_admin or actor.may(Permission.MODIFY_ORG) or stored.user_id == actor.user_id):
        raise Forbidden(IntelProblem.NOT_AUTHORISED())
    number = stored.pk
    record(actor, IntelAction.EVENT_GRAPH_DELETED, _audit_target(stored), {"event": str(stored.event.uuid)})
    stored.delete()
    return int(number)


def forget_of_removed(removed: AttributesRemoved) -> None:
    if removed.attribute_ids is None:
        EventGraph.objects.filter(event=removed.event_id).delete()


def _own_graphs(actor: Actor) -> QuerySet[EventGraph]:
    graphs = EventGraph.objects.all()
    return graphs if actor.is_site_admin else graphs.filter(org=actor.organisation_id)


def _name(value: Any, errors: dict[str, list[Problem]]) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 255 or "\0" in value:
        errors["network_name"] = [EventGraphProblem.BAD_NAME()]
        return ""
    return value


def _drawing(value: Any, errors: dict[str, list[Problem]]) -> str:
    # Clients send the graph as JSON, or as a text that holds JSON.
    try:
        decoded = json_limits.decoded(value) if isinstance(value, str) else value
        # Python would write NaN and Infinity, which are not JSON.
        text = json.dumps(decoded, ensure_ascii=False, allow_nan=False)
    except ValueError:
        decoded, text = None, ""
    if not isinstance(decoded, dict | list):
        errors["network_json"] = [EventGraphProblem.NOT_JSON()]
    elif len(text.encode("utf-8", "replace")) > LARGEST:
        errors["network_json"] = [EventGraphProblem.TOO_LARGE(most=LARGEST)]
    return text


def _picture(value: Any, errors: dict[str, list[Problem]]) -> bytes:
    if value in (None, ""):
        return b""
    try:
        content = b64decode(str(value).removeprefix(DATA_URL), validate=True)
    except ValueError:
        content = b""
    if len(content) > LARGEST or not is_png(content):
        errors["preview_img"] = [EventGraphProblem.BAD_PICTURE(most=LARGEST)]
        return b""
    return content


def _audit_target(graph: EventGraph) -> Target:
    return Target("event_graph", graph.pk, title=graph.network_name)
