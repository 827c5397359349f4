"""Services for saved event graphs. They may show data only their makers see: other organisations never get them."""

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
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.event_graphs.models import EventGraph
from vardkase.intel.hooks import AttributesRemoved
from vardkase.intel.problems import EventGraphProblem, IntelProblem
from vardkase.intel.queries.find import Reference, find_event
from vardkase.intel.services.locking import lock_event
from vardkase.misp.flags import as_int

LARGEST = 1024 * 1024
"""Bytes of a drawing, and of its picture."""
MOST_GRAPHS = 100
"""Graphs of one event that one organisation keeps."""
DATA_URL = "data:image/png;base64,"


def graphs_of(actor: Actor, event: Reference, graph: Reference | None = None) -> list[EventGraph]:
    kept = _own(actor).filter(event=find_event(actor, event).id).order_by("-pk")
    if graph is None:
        return list(kept[:MOST_GRAPHS])
    found = list(kept.filter(pk=as_int(graph) or 0))
    if not found:
        raise NotFound(EventGraphProblem.NOT_FOUND())
    return found


@transaction.atomic
def keep_graph(actor: Actor, event: Reference, data: Mapping[str, Any]) -> EventGraph:
    actor.require(Permission.ADD)
    actor.require_writing()
    found = lock_event(actor, find_event(actor, event).id)
    errors: dict[str, list[Problem]] = {}
    kept = EventGraph(
        event=found,
        org_id=actor.organisation_id,
        user_id=actor.user_id or 0,
        timestamp=now_seconds(),
        network_name=_name(data.get("network_name"), errors),
        network_json=_drawing(data.get("network_json"), errors),
        preview=_picture(data.get("preview_img"), errors),
    )
    if EventGraph.objects.filter(event=found, org=actor.organisation_id).count() >= MOST_GRAPHS:
        errors["event_id"] = [EventGraphProblem.TOO_MANY(most=MOST_GRAPHS)]
    if errors:
        raise Invalid(errors)
    kept.save()
    record(actor, IntelAction.EVENT_GRAPH_ADDED, _target(kept), {"event": str(found.uuid)})
    return kept


@transaction.atomic
def delete_graph(actor: Actor, graph: Reference) -> int:
    actor.require(Permission.MODIFY)
    actor.require_writing()
    found = _own(actor).select_for_update().filter(pk=as_int(graph) or 0).first()
    if found is None:
        raise NotFound(EventGraphProblem.NOT_FOUND())
    find_event(actor, found.event_id)
    if not (actor.is_site_admin or actor.may(Permission.MODIFY_ORG) or found.user_id == actor.user_id):
        raise Forbidden(IntelProblem.NOT_AUTHORISED())
    number = found.pk
    record(actor, IntelAction.EVENT_GRAPH_DELETED, _target(found), {"event": str(found.event.uuid)})
    found.delete()
    return int(number)


def forget_of_removed(removed: AttributesRemoved) -> None:
    if removed.attribute_ids is None:
        EventGraph.objects.filter(event=removed.event_id).delete()


def _own(actor: Actor) -> QuerySet[EventGraph]:
    every = EventGraph.objects.all()
    return every if actor.is_site_admin else every.filter(org=actor.organisation_id)


def _name(given: Any, errors: dict[str, list[Problem]]) -> str:
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > 255 or "\0" in given:
        errors["network_name"] = [EventGraphProblem.BAD_NAME()]
        return ""
    return given


def _drawing(given: Any, errors: dict[str, list[Problem]]) -> str:
    try:
        decoded = json_limits.decoded(given) if isinstance(given, str) else given
        text = json.dumps(decoded, ensure_ascii=False, allow_nan=False)
    except ValueError:
        decoded, text = None, ""
    if not isinstance(decoded, dict | list):
        errors["network_json"] = [EventGraphProblem.NOT_JSON()]
    elif len(text.encode("utf-8", "replace")) > LARGEST:
        errors["network_json"] = [EventGraphProblem.TOO_LARGE(most=LARGEST)]
    return text


def _picture(given: Any, errors: dict[str, list[Problem]]) -> bytes:
    if given in (None, ""):
        return b""
    try:
        content = b64decode(str(given).removeprefix(DATA_URL), validate=True)
    except ValueError:
        content = b""
    if len(content) > LARGEST or not is_png(content):
        errors["preview_img"] = [EventGraphProblem.BAD_PICTURE(most=LARGEST)]
        return b""
    return content


def _target(graph: EventGraph) -> Target:
    return Target("event_graph", graph.pk, title=graph.network_name)
