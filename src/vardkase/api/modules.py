"""Modules of a misp-modules server: list, query, and add results to events."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.events.added_parts import added
from vardkase.api.fields import Anything, Flag, Mandatory, Reference, decoded
from vardkase.api.inputs import Body, Params, UploadOptions
from vardkase.api.request import Call
from vardkase.core.settings.instance import BACKGROUND_JOBS
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch
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
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.misp.flags import as_bool

PROFILES = EVERY

NOBODY = "No modules were named."
QUEUED = "Enrichment task queued for background processing. Check back later to see the results."


class ModuleBody(Body, kw_only=True):
    """What is sent to the module, with its name."""

    model = "Module"

    module: Reference = ""


class AttributeModules(Body, kw_only=True):
    """The names of modules, each with a flag."""

    model = "Attribute"


class EventModules(AttributeModules, kw_only=True):
    model = "Event"


class EnrichmentOptions(UploadOptions, kw_only=True):
    disable_background_processing: Flag = False


class SaveOption(Params, kw_only=True):
    save: Flag = False


class ResultsBody(Body, kw_only=True):
    model = "Event"

    data: Mandatory[Anything] = None
    default_comment: Anything = None


def reaching[**P, T](answer: Callable[P, T]) -> Callable[P, T]:
    @wraps(answer)
    def reached(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return answer(*args, **kwargs)
        except ModulesUnreachable as unreachable:
            raise MispError(404, unreachable.wire) from unreachable
        except ModuleFailed as failed:
            raise MispError(400, failed.wire) from failed

    return reached


@endpoint("modules/index", requires=(Permission.AUTH,))
@reaching
def index(_call: Call, type: str = "") -> Json:
    """List the modules as the module server describes them; a type (``/expansion``) filters the list."""
    kinds = {kind.value for kind in ModuleKind}
    if type and type not in kinds:
        raise MispError(404, f"Invalid type: {', '.join(sorted(kinds))} are known.")
    return Json([module.description for module in modules() if not type or ModuleKind(type) in module.kinds])


@endpoint("modules/queryEnrichment", requires=(Permission.AUTH,), methods=("POST", "PUT"))
@reaching
def query(call: Call, *, body: ModuleBody) -> Json:
    """Query a module and return its response unchanged; the configuration is the hub's."""
    request = {key: value for key, value in body.sent.items() if key not in ("module", "config", "timeout")}
    usable = usable_modules(call.actor, ModuleKind.EXPANSION) + usable_modules(call.actor, ModuleKind.HOVER)
    module = next((each for each in usable if each.name == body.module), None)
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
def enrich_attribute(call: Call, attribute_id: str, *, body: AttributeModules) -> Saved:
    """Query modules about an attribute and add the results to its event."""
    attribute = find_attribute(call.actor, attribute_id)
    chosen = modules_for(call.actor, attribute.event, _chosen(body))
    where = f"/{call.controller}/{call.action}/{attribute_id}"
    return _enrich(call, where, attribute.event, chosen, [attribute_dict(call.actor, attribute.id, WHOLE)])


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
def enrich_event(call: Call, event_id: str, *, body: EventModules, options: EnrichmentOptions) -> Saved:
    """Enrich an event: query modules about every suitable attribute and add the results, as a background job.

    With ``disable_background_processing:1``, or where background jobs are off, it runs immediately.
    """
    event = find_event(call.actor, event_id)
    names = _chosen(body)
    chosen = modules_for(call.actor, event, names)
    if chosen and BACKGROUND_JOBS.value and not options.disable_background_processing:
        order_enrichment(call.actor, event.id, names)
        return saved(QUEUED, f"/events/enrichEvent/{event_id}", id=str(event.id))
    where = f"/{call.controller}/{call.action}/{event_id}"
    return _enrich(call, where, event, chosen, attributes_for(call.actor, event, chosen))


@endpoint("attributes/hoverEnrichment", requires=(Permission.ADD,))
@reaching
def hover(call: Call, attribute_id: str) -> Json:
    """Return the results of all hover modules for an attribute; nothing is stored."""
    found = find_attribute(call.actor, attribute_id)
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [found.event_id])
    attribute = attribute_dict(call.actor, found.id, WHOLE)
    usable = usable_modules(call.actor, ModuleKind.HOVER)
    return Json(
        {module.name: _hover_result(module, attribute) for module in usable if found.type in module.inputs}
    )


@endpoint("events/queryEnrichment", requires=(Permission.ADD,), writes=True, methods=("GET", "POST", "PUT"))
@reaching
def query_enrichment(call: Call, attribute_id: str, module: str, *, params: SaveOption) -> Json | Saved:
    """Return a module's results for an attribute as parts of an event; ``save`` adds them to it."""
    attribute = find_attribute(call.actor, attribute_id)
    asked = usable_module(call.actor, ModuleKind.EXPANSION, module)
    if attribute.type not in asked.inputs:
        raise MispError(405, f"The module {asked.name} takes no attributes of type {attribute.type}.")
    if params.save:
        # Refuses callers who may not change the event before a module is asked about it.
        modules_for(call.actor, attribute.event, [])
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [attribute.event_id])
    document = enrichment(asked, attribute_dict(call.actor, attribute.id, WHOLE))
    return added(call, attribute.event, document) if params.save else Json(document)


@endpoint(
    "events/handleModuleResults",
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Add what a module found, and somebody has looked through, to an event.",
        url="/events/handleModuleResults/[event_id]",
    ),
)
def handle_results(call: Call, event_id: str, *, body: ResultsBody) -> Saved:
    """Store selected parts of a module's results: ``data`` contains them, as JSON or as text."""
    event = find_event(call.actor, event_id)
    document = decoded(body.sent.get("data", body.sent))
    if not isinstance(document, dict):
        raise SaveFailed(
            "handleModuleResults Event", "/events/handleModuleResults", {"data": ["An object is needed."]}
        )
    comment = body.default_comment
    for name in ("Attribute", "Object") if isinstance(comment, str) else ():
        parts = document.get(name)
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict):
                part["comment"] = part.get("comment") or comment
    return added(call, event, document)


def _chosen(body: AttributeModules) -> list[str]:
    return [name for name, flag in body.sent.items() if as_bool(flag)]


def _enrich(call: Call, where: str, event: EventRow, chosen: list[Module], attributes: Any) -> Saved:
    what = f"{call.action} {'Event' if call.controller == 'events' else 'Attribute'}"
    if not chosen:
        raise SaveFailed(what, where, NOBODY)
    result = enriched(chosen, attributes)
    errors: dict[str, Any] = dict(result.errors)
    if result.left:
        errors["time"] = f"{result.left} questions were not asked: the modules took too long."
    if errors and not any(result.parts.values()):
        raise SaveFailed(what, where, errors)
    return added(call, event, result.parts, errors)


def _hover_result(module: Module, attribute: dict[str, Any]) -> Any:
    try:
        return ask_about(module, attribute, ModuleKind.HOVER).get("results", [])
    except (ModuleFailed, ModulesUnreachable) as failed:
        return {"error": failed.wire}
