"""Attaching tags to and detaching them from any object with a UUID, listing its tags, and relationship types."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Local, Segment, Text, Texts, listed
from vardkase.api.finding import event_or_404
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.formats.misp_json.knowledge import tag_dict
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.tagging import Tagged, set_relationship
from vardkase.intel.models import AttributeTag, EventTag
from vardkase.intel.queries.attached_tags import exclusiveness_of_event, links_of
from vardkase.intel.queries.find import find_attribute
from vardkase.intel.services.bulk_tagging import attach_anywhere, detach_anywhere
from vardkase.knowledge.tag_collections.queries import without_collections
from vardkase.knowledge.taxonomies.colours import show_own_colours
from vardkase.knowledge.taxonomies.queries import ExclusiveConflict
from vardkase.misp.flags import as_bool, as_int

ATTACH = "/tags/attachTagToObject"
INVALID_TARGET = "Invalid Target."
RELATE = "/tags/modifyTagRelationship"


class Attachment(Params, kw_only=True):
    uuid: Text = ""
    tag: Texts = []
    local: Local | None = None


class NewAttachment(Attachment, kw_only=True):
    relationship_type: Text = ""


class RelationshipBody(Body, kw_only=True):
    model = "Tag"

    relationship_type: Text = ""


@endpoint("tags/attach_tag_to_object", requires=(Permission.TAGGER,), writes=True)
def attach(
    call: Call, uuid: Segment = "", tag: Segment = "", local: Segment = "", *, params: NewAttachment
) -> Saved:
    """Add one tag, or a list of tags, to the event, attribute, object or report with the given uuid."""
    target, tags = _attachment(call.actor, params.uuid or uuid, params.tag or listed(tag))
    is_local = as_bool(local) if params.local is None else params.local
    attached: list[Tagged] = []
    reasons: list[str] = []
    for name in tags:
        try:
            attached.append(
                attach_anywhere(
                    call.actor, target, name, local=is_local, relationship_type=params.relationship_type
                )
            )
        except NotFound:
            raise MispError(404, INVALID_TARGET) from None
        except Invalid as error:
            reasons.append(error.wire)
    if reasons:
        numbered = {str(number): reason for number, reason in enumerate(reasons)}
        raise SaveFailed(
            "Could not attachTagToObject Tag",
            ATTACH,
            f"Failed to attach {len(reasons)} tags. Reasons: {json.dumps(numbered, separators=(',', ':'))}",
        )
    return saved(_attached(attached), ATTACH)


@endpoint("tags/remove_tag_from_object", requires=(Permission.TAGGER,), writes=True)
def remove(call: Call, uuid: Segment = "", tag: Segment = "", *, params: Attachment) -> Saved:
    """Remove a tag from the event, attribute, object or report with the given uuid."""
    target, tags = _attachment(call.actor, params.uuid or uuid, params.tag or listed(tag))
    try:
        removed = detach_anywhere(call.actor, target, tags[0])
    except NotFound:
        raise MispError(404, INVALID_TARGET) from None
    except Conflict as error:
        raise MispError(404, error.wire) from None
    except Invalid:
        raise MispError(405, "Invalid Tag.") from None
    scope = "Local" if removed.local else "Global"
    where = f"{removed.target.kind}({removed.target.id})"
    text = f"{scope} tag {removed.tag.name} ({removed.tag.pk}) successfully removed from {where}."
    return saved(text, "/tags/removeTagFromObject")


@endpoint(
    "tags/modify_tag_relationship",
    requires=(Permission.TAGGER,),
    writes=True,
)
def modify_relationship(
    call: Call, event_or_attribute: str, link_id: str, *, body: RelationshipBody
) -> Saved:
    """Set the relationship type of an attached tag."""
    kind = event_or_attribute.lower()
    if kind not in ("event", "attribute"):
        raise MispError(404, "Invalid scope.")
    try:
        set_relationship(call.actor, kind, as_int(link_id) or 0, body.relationship_type)
    except NotFound:
        raise MispError(404, "Invalid Tag.") from None
    return saved("Relationship type updated.", RELATE)


@endpoint("tags/show_event_tag")
def show_event_tag(call: Call, event_id: str) -> Json:
    """List the tags of an event, each with the id of its link."""
    return _links(call.actor, "event", event_or_404(call.actor, event_id).id)


@endpoint("tags/show_attribute_tag")
def show_attribute_tag(call: Call, attribute_id: str) -> Json:
    """List the tags of an attribute, each with the id of its link."""
    try:
        return _links(call.actor, "attribute", find_attribute(call.actor, attribute_id).id)
    except NotFound:
        raise MispError(404, "Invalid attribute") from None


@endpoint("events/run_taxonomy_exclusivity_check")
def exclusivity_check(call: Call, event_id: str) -> Json:
    """Return the tags of an event and its attributes that violate a taxonomy's exclusivity."""
    event = event_or_404(call.actor, event_id)
    conflicts_by_attribute = exclusiveness_of_event(call.actor, event.id)
    return Json(
        {
            "Event": _conflicts(conflicts_by_attribute.pop(None, [])),
            "Attribute": {
                str(attribute): _conflicts(conflicts)
                for attribute, conflicts in conflicts_by_attribute.items()
            },
        }
    )


def _conflicts(conflicts: Sequence[ExclusiveConflict]) -> list[dict[str, Any]]:
    return [
        {"taxonomy": conflict.namespace, "predicate": conflict.predicate, "tags": list(conflict.tags)}
        for conflict in conflicts
    ]


def _links(actor: Actor, kind: str, identifier: int) -> Json:
    links: list[EventTag | AttributeTag] = list(links_of(actor, kind, identifier))
    show_own_colours(actor, [link.tag for link in links])
    return Json(
        [
            {
                "id": str(link.pk),
                "tag_id": str(link.tag_id),
                "local": link.local,
                "relationship_type": link.relationship_type or None,
                "Tag": tag_dict(link.tag),
            }
            for link in links
        ]
    )


def _attachment(actor: Actor, uuid: str, tags: list[str]) -> tuple[UUID, list[str]]:
    if not uuid:
        # 405 for a call without a target, 404 for a target that is not found: both as in MISP.
        raise MispError(405, "Invalid object uuid")
    try:
        chosen = without_collections(actor, tags)
    except NotFound as error:
        raise MispError(404, error.wire) from None
    if not chosen:
        raise MispError(405, "Invalid tag")
    try:
        return UUID(uuid), chosen
    except ValueError:
        raise MispError(404, INVALID_TARGET) from None


def _attached(attached: Sequence[Tagged]) -> str:
    target = attached[0].target
    if len(attached) > 1:
        return f"Successfully attached {len(attached)} tags to {target.kind} ({target.id})"
    tag = attached[0].tag
    if not attached[0].changed:
        return (
            f"{target.kind} already has the requested tag attached, "
            f"no changes had to be made for tag {tag.name}."
        )
    scope = "Local" if attached[0].local else "Global"
    return f"{scope} tag {tag.name}({tag.pk}) successfully attached to {target.kind}({target.id})."
