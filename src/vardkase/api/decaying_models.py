"""decayingModel/* and decayingModelMapping/*: decaying models and their mappings."""

from __future__ import annotations

from typing import Any

from vardkase.analysis.decay import simulation
from vardkase.analysis.decay.options import decay_options
from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parameters import PARAMETERS, accepted
from vardkase.analysis.search.parse import parse
from vardkase.api.answers import Json, Saved, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Mandatory, Uuid
from vardkase.api.inputs import Body, Filters, with_fields
from vardkase.api.request import Call
from vardkase.core import json_limits
from vardkase.core.errors import Invalid
from vardkase.exchange.fetches.models import FetchChannel
from vardkase.exchange.fetches.services import record_search
from vardkase.formats.misp_json import attributes_document, find_attributes
from vardkase.formats.misp_json.decay import model_document, plain
from vardkase.formats.search_options import attribute_options
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_attribute
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.decaying_models import services
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.decaying_models.queries import find_model, may_edit, types_of, visible_models
from vardkase.misp.flags import as_bool

PROFILES = EVERY

KEEPERS = (Permission.ADMIN, Permission.DECAYING)
URL = "/decaying_models"
PAGE = 50
EXPORTED = (
    "uuid", "name", "description", "formula", "parameters", "attribute_types", "ref", "version", "all_orgs",
)  # fmt: skip
ABOUT_ADD = Description(
    "Add a decaying model of your organisation. `parameters` holds lifetime (days), decay_speed, threshold, "
    "default_base_score and base_score_config."
)
ABOUT_EDIT = Description("Change a decaying model; what is not sent stays.")


class ModelFields(Body, kw_only=True):
    model = "DecayingModel"

    uuid: Uuid = None
    description: Anything = None
    formula: Anything = None
    attribute_types: Anything = None
    ref: Anything = None
    version: Anything = None
    all_orgs: Anything = None
    enabled: Anything = None


class NewModel(ModelFields, kw_only=True):
    name: Mandatory[Anything] = None
    parameters: Mandatory[Anything] = None


class ModelChanges(ModelFields, kw_only=True):
    name: Anything = None
    parameters: Anything = None


class LinkedTypes(Body, kw_only=True):
    model = "DecayingModelMapping"

    attributetypes: Anything = None
    attribute_types: Anything = None


AttributeFilters = with_fields(Filters, (name for name in PARAMETERS[Scope.ATTRIBUTES] if "." not in name))


@endpoint("decayingModel/index")
def index(call: Call) -> Json:
    """List the decaying models available to the caller."""
    return Json([_document(model) for model in visible_models(call.actor)])


@endpoint("decayingModel/view")
def view(call: Call, model_id: str) -> Json:
    """Return one model, and whether the caller may edit it."""
    return Json(_editable_document(call.actor, find_model(call.actor, model_id)))


@endpoint("decayingModel/getAllDecayingModels")
def all_models(call: Call) -> Json:
    """List the models available to the caller, each with whether the caller may edit it."""
    return Json([_editable_document(call.actor, model) for model in visible_models(call.actor)])


@endpoint("decayingModel/export")
def export(call: Call, model_id: str) -> Json:
    """Export one model in the format that decayingModel/import accepts."""
    document = model_document(find_model(call.actor, model_id))
    return Json({name: document[name] for name in EXPORTED})


@endpoint("decayingModel/update", site_admin=True, writes=True)
def update(call: Call, force: str = "") -> Saved:
    """Load the models that ship with the hub; ``/1`` also overwrites stored ones of the same version."""
    services.update_models(call.actor, force=as_bool(force))
    return saved("Default decaying models updated", f"{URL}/update")


@endpoint("decayingModel/add", requires_any=KEEPERS, writes=True, describes=ABOUT_ADD)
def add(call: Call, *, body: NewModel) -> Json:
    """Add a model to the caller's organisation; returns it."""
    try:
        model = services.add_model(call.actor, _decoded_members(body.sent))
    except Invalid as error:
        raise SaveFailed("add decaying model", f"{URL}/add", error.errors) from error
    return Json(_editable_document(call.actor, model))


@endpoint("decayingModel/import", requires_any=KEEPERS, writes=True, describes=ABOUT_ADD)
def import_model(call: Call, *, body: NewModel) -> Saved:
    """Import a model in the format of decayingModel/export, for the caller's organisation."""
    try:
        model = services.add_model(
            call.actor, _decoded_members(body.sent), action=KnowledgeAction.DECAYING_MODEL_IMPORTED
        )
    except Invalid as error:
        raise SaveFailed("import decaying model", f"{URL}/import", error.errors) from error
    return saved(
        "The model has been imported.",
        f"{URL}/import",
        id=str(model.pk),
        data=_editable_document(call.actor, model),
    )


@endpoint("decayingModel/edit", requires_any=KEEPERS, writes=True, describes=ABOUT_EDIT)
def edit(call: Call, model_id: str, *, body: ModelChanges) -> Json:
    """Edit a model; returns it."""
    number = find_model(call.actor, model_id).pk
    try:
        services.edit_model(call.actor, number, _decoded_members(body.sent))
    except Invalid as error:
        raise SaveFailed("edit decaying model", f"{URL}/edit", error.errors) from error
    return Json(_editable_document(call.actor, find_model(call.actor, model_id)))


@endpoint("decayingModel/delete", requires_any=KEEPERS, writes=True)
def delete(call: Call, model_id: str) -> Saved:
    """Delete a model."""
    number = find_model(call.actor, model_id).pk
    services.delete_model(call.actor, number)
    return saved("Decaying Model deleted.", f"{URL}/delete/{number}", id=str(number))


@endpoint("decayingModel/enable", requires_any=KEEPERS, writes=True)
def enable(call: Call, model_id: str) -> Saved:
    """Enable a model: searches that request scores use it."""
    return _set_enabled(call.actor, model_id, enabled=True)


@endpoint("decayingModel/disable", requires_any=KEEPERS, writes=True)
def disable(call: Call, model_id: str) -> Saved:
    """Disable a model: it scores only in searches that name it."""
    return _set_enabled(call.actor, model_id, enabled=False)


@endpoint("decayingModelMapping/viewAssociatedTypes")
def associated_types(call: Call, model_id: str) -> Json:
    """List the attribute types that a model applies to."""
    return Json(types_of(find_model(call.actor, model_id)))


@endpoint("decayingModelMapping/linkAttributeTypeToModel", requires_any=KEEPERS, writes=True)
def link_types(call: Call, model_id: str, *, body: LinkedTypes) -> Saved:
    """Link a model to exactly the ``attributetypes``, in addition to its own types."""
    number = find_model(call.actor, model_id).pk
    url = "/decayingModelMapping/linkAttributeTypeToModel"
    try:
        types = body.attribute_types if body.attributetypes is None else body.attributetypes
        services.map_types(call.actor, number, _decoded(types) if isinstance(types, str) else types)
    except Invalid as error:
        raise SaveFailed("link attribute types to the model", url, error.errors) from error
    return saved(
        "The attribute types have been linked.",
        f"{url}/{number}",
        data=types_of(find_model(call.actor, model_id)),
    )


@endpoint("decayingModel/decayingToolBasescore")
def base_score_taxonomies(_call: Call) -> Json:
    """List the taxonomies whose tags have numerical values, with those values, for base scores."""
    return Json({"taxonomies": simulation.valued_taxonomies()})


@endpoint("decayingModel/decayingToolSimulation")
def simulate(call: Call, model_id: str) -> Json:
    """Return one model, to be tried on attributes with decayingToolComputeSimulation."""
    return Json(_editable_document(call.actor, find_model(call.actor, model_id)))


@endpoint("decayingModel/decayingToolRestSearch", inputs={"filters": AttributeFilters})
def search(call: Call, *, filters: Filters) -> Stream:
    """Return the attributes found by a restSearch, with their scores."""
    parameters = accepted(Scope.ATTRIBUTES, filters.sent)
    parameters = {"limit": PAGE, "page": 1, **parameters, "includeDecayScore": 1}
    try:
        restsearch = parse(Scope.ATTRIBUTES, parameters)
        decay_options(restsearch.options)
    except Invalid as error:
        raise MispError(400, error.wire) from error
    found = find_attributes(call.actor, restsearch)
    record_search(call.actor, FetchChannel.API, Scope.ATTRIBUTES, found)
    return Stream(attributes_document(call.actor, found, attribute_options(restsearch)))


@endpoint("decayingModel/decayingToolComputeSimulation")
def compute(call: Call, model_id: str, attribute_id: str) -> Json:
    """Return the score of an attribute over the model's lifetime."""
    model = find_model(call.actor, model_id)
    attribute = find_attribute(call.actor, attribute_id)
    simulated = simulation.simulate(call.actor, model, attribute.id)
    return Json(
        {
            "csv": [{"date": point.date, "value": plain(point.score)} for point in simulated.course],
            "base_score": plain(simulated.now.base_score),
            "base_score_config": simulated.tags,
            "last_sighting": str(simulated.since),
            "current_score": plain(simulated.now.score),
            "decayed": simulated.now.decayed,
            "Model": model_document(model),
        }
    )


def _set_enabled(actor: Actor, model_id: str, *, enabled: bool) -> Saved:
    number = find_model(actor, model_id).pk
    services.set_enabled(actor, number, enabled=enabled)
    word = "enable" if enabled else "disable"
    data = _editable_document(actor, find_model(actor, model_id))
    return saved(f"Decaying model {word}d", f"{URL}/{word}/{number}", data=data, id=str(number))


def _decoded_members(sent: dict[str, Any]) -> dict[str, Any]:
    data = dict(sent)
    for name in ("parameters", "attribute_types", "ref"):
        if isinstance(data.get(name), str):
            data[name] = _decoded(data[name])
    return data


def _decoded(text: str) -> Any:
    try:
        return json_limits.decoded(text)
    except ValueError:
        # Left as it is: the service then refuses it by the name of the field.
        return text


def _document(model: DecayingModel) -> dict[str, Any]:
    mappings = [
        {"id": str(mapping.pk), "attribute_type": mapping.attribute_type, "model_id": str(model.pk)}
        for mapping in model.mappings.all()
    ]
    return {"DecayingModel": model_document(model), "DecayingModelMapping": mappings}


def _editable_document(actor: Actor, model: DecayingModel) -> dict[str, Any]:
    document = _document(model)
    document["DecayingModel"]["isEditable"] = may_edit(actor, model)
    return document
