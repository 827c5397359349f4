"""Creating objects from existing attributes, as in MISP's UI: propose, review, create."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import (
    Anything,
    Attributes,
    Mandatory,
    Reference,
    Seen,
    Texts,
    decoded,
    listed,
)
from vardkase.api.inputs import Params, field
from vardkase.api.object_templates.templates import fits_of, template_body
from vardkase.api.problems import PartRequestProblem
from vardkase.api.request import Call
from vardkase.api.saved_rows import object_body
from vardkase.api.shared_inputs import PartBody
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid, NotFound
from vardkase.formats.misp_json import object_list
from vardkase.identity.access.permissions import Permission
from vardkase.intel.kernel.locking import own_event
from vardkase.intel.models import Attribute
from vardkase.intel.queries.find import find_event
from vardkase.intel.services.bulk_tagging import attributes_by_event
from vardkase.intel.services.object_grouping import group_attributes, object_of_findings
from vardkase.intel.services.object_revision import revise_object
from vardkase.knowledge.object_templates.matching import relations_for
from vardkase.knowledge.object_templates.queries import find_active_template, find_template
from vardkase.misp.flags import as_int

GROUP = "/objects/groupAttributesIntoObject"
FREETEXT = "/objects/createFromFreetext"
CREATED = "Object created from attributes."
SIMILAR_SHOWN = 15
MOST_SIMILAR = 100


class ChosenAttributes(Params, kw_only=True):
    ids: Mandatory[Texts] = field(name="selectedAttributeIds", default=[])


class GroupedAttributes(PartBody, kw_only=True):
    model = "Object"

    template: Mandatory[Reference] = field(name="selectedTemplateId", default="")
    attribute_ids: Mandatory[Texts] = field(name="selectedAttributeIds", default=[])
    mapping: Mandatory[Anything] = field(name="selectedObjectRelationMapping", default=None)


class FindingsBody(PartBody, kw_only=True):
    model = "MispObject"

    template: Mandatory[Reference] = field(name="selectedTemplateId", default="")
    attributes: Mandatory[Anything] = None
    mapping: Mandatory[Anything] = field(name="selectedObjectRelationMapping", default=None)


class RevisedObject(PartBody, kw_only=True):
    model = "Object"

    first_seen: Seen = None
    last_seen: Seen = None
    attributes: Mandatory[Attributes] = field(name="Attribute", default=None)


@endpoint(
    "objects/proposeObjectsFromAttributes",
    describes=Description(
        "The templates that have a place for chosen attributes of an event.",
        url="/objects/proposeObjectsFromAttributes/[event_id]/[attribute_ids]",
    ),
)
def propose_objects(call: Call, event_id: str, attribute_ids: str = "", *, params: ChosenAttributes) -> Json:
    """List templates in use that fit the given loose attributes, best match first."""
    event = find_event(call.actor, event_id)
    chosen = attributes_by_event(call.actor, listed(attribute_ids) or params.ids).get(event.id, [])
    loose = Attribute.objects.filter(pk__in=chosen, object=None, deleted=False)
    return Json(fits_of(list(loose.values_list("type", flat=True))))


@endpoint(
    "objects/groupAttributesIntoObject",
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Put attributes of an event into a new object; each is made anew in it, and deleted outside.",
        url=f"{GROUP}/[event_id]/[template_id]/[attribute_ids]",
    ),
)
def group_attributes_into_object(
    call: Call, event_id: str, template_id: str = "", attribute_ids: str = "", *, body: GroupedAttributes
) -> Saved:
    """Group attributes into an object; the mapping (attribute id → relation) gives each one's relation."""
    event = find_event(call.actor, event_id)
    where = f"{GROUP}/{event.id}"
    try:
        relations = _relations(body.attribute_ids or listed(attribute_ids), _mapping(body.mapping))
        template = body.template or template_id
        object_id = group_attributes(call.actor, event.id, template, relations, body.sent)
    except Invalid as refused:
        raise SaveFailed("create Object from Attributes", where, refused.errors) from refused
    return saved(CREATED, where, id=str(object_id))


@endpoint(
    "objects/createFromFreetext",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Make an object of values that were found in a text.",
        url=f"{FREETEXT}/[event_id]",
    ),
)
def create_from_freetext(call: Call, event_id: str, *, body: FindingsBody) -> Json | Saved:
    """Create an object from ``attributes``; without a mapping (position → relation), only return the possible
    relations."""
    event = own_event(call.actor, event_id)
    values = decoded(body.attributes)
    if not isinstance(values, list) or not values:
        raise SaveFailed("createFromFreetext Object", FREETEXT, {"attributes": ["A list is needed."]})
    if body.mapping is None:
        return Json(_choices(body.template, values))
    mapping = _mapping(body.mapping)
    findings = [(_with_tags(part), str(mapping.get(str(place), ""))) for place, part in enumerate(values)]
    try:
        object_id = object_of_findings(call.actor, event.id, body.template, findings, body.sent)
    except Invalid as refused:
        raise SaveFailed("createFromFreetext Object", FREETEXT, refused.errors) from refused
    return saved(CREATED, f"{FREETEXT}/{event.id}", id=str(object_id))


@endpoint(
    "objects/revise_object",
    requires=(Permission.ADD,),
    methods=("POST", "PUT"),
    describes=Description(
        "Check an object before it is added or saved, and show those of the event that are like it.",
        url="/objects/revise_object/[add|edit]/[event_id]/[template_id]/[object_id]/[similar_objects]",
    ),
)
def revise(
    call: Call,
    add_or_edit: str,
    event_id: str,
    template_id: str,
    object_id: str = "",
    similar_objects: str = "",
    *,
    body: RevisedObject,
) -> Json:
    """Preview an object; nothing is stored."""
    try:
        template = find_template(template_id)
    except NotFound:
        raise MispError(404, "Invalid template.") from None
    if add_or_edit not in ("add", "edit"):
        raise MispError(405, "Invalid action.")
    limit = min(max(as_int(similar_objects, SIMILAR_SHOWN) or 0, 0), MOST_SIMILAR)
    stored = object_id if add_or_edit == "edit" else ""
    try:
        revision = revise_object(call.actor, event_id, template, body.sent, object_ref=stored, limit=limit)
    except Invalid as refused:
        raise SaveFailed("revise_object Object", "/objects/revise_object", refused.errors) from refused
    similar = msgspec.json.decode(b"".join(object_list(call.actor, list(revision.similar))))
    counted = [
        {**document, "similarity_amount": revision.similar[int(document["Object"]["id"])]}
        for document in similar
    ]
    answer: dict[str, Any] = {
        "Object": object_body(revision.row, revision.row.attributes),
        "similar_objects": counted,
    }
    if revision.newest is not None:
        answer["newer_template"] = template_body(revision.newest)
        answer["not_in_newer_template"] = revision.outside
    return Json(answer)


def _mapping(sent: Any) -> dict[str, Any]:
    mapping = decoded(sent)
    if isinstance(mapping, list):
        mapping = {str(place): relation for place, relation in enumerate(mapping)}
    if not isinstance(mapping, dict):
        raise Invalid({"selectedObjectRelationMapping": [PartRequestProblem.NO_RELATIONS()]})
    return mapping


def _relations(chosen: Sequence[str], mapping: Mapping[str, Any]) -> dict[int, str]:
    named = chosen or list(mapping)
    numbers = {name: as_int(name) for name in named}
    wanting = [name for name, number in numbers.items() if number is None or not mapping.get(name)]
    if wanting or not named:
        lacking = PartRequestProblem.RELATIONS_MISSING(names=wanting)
        problem = lacking if named else PartRequestProblem.NO_ATTRIBUTES()
        raise Invalid({"selectedObjectRelationMapping": [problem]})
    return {number: str(mapping[name]) for name, number in numbers.items() if number is not None}


def _choices(reference: str, values: list[Any]) -> dict[str, Any]:
    template = find_active_template(reference)
    parts = [part for part in values if isinstance(part, dict)]
    return {
        "ObjectTemplate": template_body(template),
        "Attribute": [
            {**part, "object_relations": relations_for(template, str(part.get("type")))} for part in parts
        ],
    }


def _with_tags(part: Any) -> Any:
    """MISP's page sends tags as comma-separated names."""
    if not isinstance(part, dict) or not isinstance(part.get("tags"), str):
        return part
    names = [name for part_name in part["tags"].split(",") if (name := part_name.strip())]
    return {**part, "Tag": [{"name": name} for name in names]}
