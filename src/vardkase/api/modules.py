"""Modules of a misp-modules server: list, query, and add results to events."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.events.added_parts import added
from vardkase.api.fields import decoded
from vardkase.api.request import Call
from vardkase.core.settings.instance import BACKGROUND_JOBS
from vardkase.exchange.modules.enriching import WHOLE, attributes_for, modules_for
from vardkase.exchange.modules.errors import ModuleFailed, ModulesUnreachable
from vardkase.exchange.modules.module_requests import (
    ask_about,
    configured,
    enriched,
    enrichment,
    usable_module,
    usable_modules,
)
from vardkase.exchange.modules.server import Module, ModuleKind, ask, modules
from vardkase.exchange.modules.settings import TIMEOUTS
from vardkase.exchange.modules.tasks import order_enrichment
from vardkase.formats.misp_json import attribute_dict
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.intel.queries.rows import EventRow
from vardkase.misp.flags import as_bool

PROFILES = EVERY

NOBODY = "No modules were named."
QUEUED = "Enrichment task queued for background processing. Check back later to see the results."


def reaching(answer: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
    @wraps(answer)
    def reached(call: Call) -> Answer:
        try:
            return answer(call)
        except ModulesUnreachable as unreachable:
            raise MispError(404, unreachable.wire) from unreachable
        except ModuleFailed as failed:
            raise MispError(400, failed.wire) from failed

    return reached


@endpoint("modules/index", requires=(Permission.AUTH,))
@reaching
def index(call: Call) -> Answer:
    """List the modules as the module server describes them; a type (``/expansion``) filters the list."""
    kind_name = call.arg(0)
    kinds = {kind.value for kind in ModuleKind}
    if kind_name and kind_name not in kinds:
        raise MispError(404, f"Invalid type: {', '.join(sorted(kinds))} are known.")
    return Json(
        [module.told for module in modules() if not kind_name or ModuleKind(kind_name) in module.kinds]
    )


@endpoint("modules/queryEnrichment", requires=(Permission.AUTH,), methods=("POST", "PUT"))
@reaching
def query(call: Call) -> Answer:
    """Query a module and return its response unchanged; the configuration is the hub's."""
    request = {key: value for key, value in call.data("Module").items() if key not in ("config", "timeout")}
    name = str(request.pop("module", ""))
    usable = usable_modules(call.actor, ModuleKind.EXPANSION) + usable_modules(call.actor, ModuleKind.HOVER)
    module = next((each for each in usable if each.name == name), None)
    if module is None:
        raise MispError(405, "Module not found or not enabled.")
    return Json(ask(module, {**request, **configured(module)}, TIMEOUTS[ModuleKind.EXPANSION].value))


@endpoint(
    "attributes/enrich",
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Have modules enrich an attribute: send each one's name with true.",
        ["module"],
        url="/attributes/enrich/[attribute_id]",
    ),
)
@reaching
def enrich_attribute(call: Call) -> Answer:
    """Query modules about an attribute and add the results to its event."""
    attribute = find_attribute(call.actor, call.arg(0))
    chosen = modules_for(call.actor, attribute.event, _named_modules(call, "Attribute"))
    return _enrich(call, attribute.event, chosen, [attribute_dict(call.actor, attribute.id, WHOLE)])


@endpoint(
    "events/enrichEvent",
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Have modules enrich all attributes of an event: send each one's name with true.",
        ["module"],
        url="/events/enrichEvent/[event_id]",
    ),
)
@reaching
def enrich_event(call: Call) -> Answer:
    """Enrich an event: query modules about every suitable attribute and add the results, as a background job.

    With ``disable_background_processing:1``, or where background jobs are off, it runs immediately.
    """
    event = find_event(call.actor, call.arg(0))
    names = _named_modules(call, "Event")
    chosen = modules_for(call.actor, event, names)
    if chosen and BACKGROUND_JOBS.value and not as_bool(call.named.get("disable_background_processing")):
        order_enrichment(call.actor, event.id, names)
        return saved(QUEUED, f"/events/enrichEvent/{call.arg(0)}", id=str(event.id))
    return _enrich(call, event, chosen, attributes_for(call.actor, event, chosen))


@endpoint("attributes/hoverEnrichment", requires=(Permission.ADD,))
@reaching
def hover(call: Call) -> Answer:
    """Return the results of all hover modules for an attribute; nothing is stored."""
    found = find_attribute(call.actor, call.arg(0))
    attribute = attribute_dict(call.actor, found.id, WHOLE)
    usable = usable_modules(call.actor, ModuleKind.HOVER)
    return Json(
        {module.name: _hover_result(module, attribute) for module in usable if found.type in module.inputs}
    )


@endpoint(
    "events/queryEnrichment",
    requires=(Permission.ADD,),
    writes=True,
    methods=("GET", "POST", "PUT"),
    describes=Description(url="/events/queryEnrichment/[attribute_id]/[module]"),
)
@reaching
def query_enrichment(call: Call) -> Answer:
    """Return a module's results for an attribute as parts of an event; ``save`` adds them to it."""
    attribute = find_attribute(call.actor, call.arg(0))
    module = usable_module(call.actor, ModuleKind.EXPANSION, call.arg(1))
    if attribute.type not in module.inputs:
        raise MispError(405, f"The module {module.name} takes no attributes of type {attribute.type}.")
    storing = as_bool(call.param("save"))
    if storing:
        # Refuses callers who may not change the event before a module is asked about it.
        modules_for(call.actor, attribute.event, [])
    document = enrichment(module, attribute_dict(call.actor, attribute.id, WHOLE))
    return added(call, attribute.event, document) if storing else Json(document)


@endpoint(
    "events/handleModuleResults",
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Add what a module found, and somebody has looked through, to an event.",
        ["data"],
        ["default_comment"],
        url="/events/handleModuleResults/[event_id]",
    ),
)
def handle_results(call: Call) -> Answer:
    """Store selected parts of a module's results: ``data`` contains them, as JSON or as text."""
    event = find_event(call.actor, call.arg(0))
    body = call.data("Event")
    document = decoded(body.get("data", body))
    if not isinstance(document, dict):
        raise SaveFailed(
            "handleModuleResults Event", "/events/handleModuleResults", {"data": ["An object is needed."]}
        )
    comment = body.get("default_comment")
    for name in ("Attribute", "Object") if isinstance(comment, str) else ():
        parts = document.get(name)
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict):
                part["comment"] = part.get("comment") or comment
    return added(call, event, document)


def _named_modules(call: Call, model: str) -> list[str]:
    return [name for name, flag in call.data(model).items() if as_bool(flag)]


def _enrich(call: Call, event: EventRow, chosen: list[Module], attributes: Any) -> Answer:
    where = f"/{call.controller}/{call.action}/{call.arg(0)}"
    if not chosen:
        raise SaveFailed(
            f"{call.action} {'Event' if call.controller == 'events' else 'Attribute'}", where, NOBODY
        )
    result = enriched(chosen, attributes)
    errors: dict[str, Any] = dict(result.errors)
    if result.left:
        errors["time"] = f"{result.left} questions were not asked: the modules took too long."
    if errors and not any(result.parts.values()):
        raise SaveFailed(
            f"{call.action} {'Event' if call.controller == 'events' else 'Attribute'}", where, errors
        )
    return added(call, event, result.parts, errors)


def _hover_result(module: Module, attribute: dict[str, Any]) -> Any:
    try:
        return ask_about(module, attribute, ModuleKind.HOVER).get("results", [])
    except (ModuleFailed, ModulesUnreachable) as failed:
        return {"error": failed.wire}
