"""tagCollections/*: sets of tags that are attached together."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, Toggled, not_toggled, saved, toggled
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Anything, Mandatory, Reference, Segment, Text, Texts, Uuid, listed
from vardkase.api.inputs import Body, field
from vardkase.api.paging import LARGEST, Paging
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.formats.misp_json.knowledge import tag_dict
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.problems import TagCollectionProblem
from vardkase.knowledge.tag_collections import queries, services
from vardkase.knowledge.tag_collections.models import TagCollection
from vardkase.knowledge.taxonomies.colours import show_own_colours

PROFILES = EVERY

EDITOR = (Permission.TAG_EDITOR,)
ABOUT_ADD = Description("POST a tag collection in JSON to make it.")


class TagCollectionList(Paging, kw_only=True):
    filter: Text = ""
    value: Text = ""


class TagCollectionFields(Body, kw_only=True):
    model = "TagCollection"

    description: Anything = None
    all_orgs: Anything = None


class NewTagCollection(TagCollectionFields, kw_only=True):
    name: Mandatory[Anything] = None
    uuid: Uuid = None
    links: Anything = field(name="TagCollectionTag", default=None)


class TagCollectionChanges(TagCollectionFields, kw_only=True):
    name: Anything = None


class CollectionTag(Body, kw_only=True):
    model = "TagCollection"

    tag_collection: Reference = ""
    id: Reference = ""
    tag: Texts = []


@endpoint("tag_collections/index")
def index(call: Call, *, params: TagCollectionList) -> Json:
    """List the tag collections of the caller's organisation and those for everyone; ``filter`` searches name
    and description."""
    collections = queries.visible_collections(call.actor)
    if word := params.filter or params.value:
        collections = collections.filter(name__icontains=word)
    chosen = params.of(list(collections.values_list("pk", flat=True)), LARGEST)
    return Json([_document(call.actor, collection) for collection in collections.filter(pk__in=chosen)])


@endpoint("tag_collections/view")
def view(call: Call, collection_id: str) -> Json:
    """Return one tag collection by id or uuid."""
    return Json(_document(call.actor, queries.find_collection(call.actor, collection_id)))


@endpoint("tag_collections/add", requires=EDITOR, writes=True, describes=ABOUT_ADD)
def add(call: Call, *, body: NewTagCollection) -> Json:
    """Add a tag collection, optionally with its tags."""
    return Json(_document(call.actor, _add(call.actor, body.sent, "add")))


@endpoint("tag_collections/import", requires=EDITOR, writes=True)
def import_collections(call: Call) -> Saved:
    """Import tag collections as returned by index or view of another instance; existing and invalid ones are
    reported."""
    body = call.body.get("json", call.body) if isinstance(call.body, dict) else call.body
    documents = body if isinstance(body, list) else [body]
    count, errors = 0, {}
    for number, document in enumerate(documents):
        try:
            _add(call.actor, _unwrapped(document), "import")
            count += 1
        except SaveFailed as refused:
            errors[str(number)] = refused.errors
    if not count:
        raise SaveFailed("import TagCollection", "/tag_collections/import", errors)
    text = f"{count} new tag collections added."
    return saved(text, "/tag_collections/import", **({"errors": errors} if errors else {}))


@endpoint("tag_collections/edit", requires=EDITOR, writes=True)
def edit(call: Call, collection_id: str, *, body: TagCollectionChanges) -> Json:
    """Edit the name, description and all_orgs of a tag collection; fields left out keep their values."""
    try:
        return Json(_document(call.actor, services.edit_collection(call.actor, collection_id, body.sent)))
    except Invalid as error:
        raise SaveFailed("edit TagCollection", "/tag_collections/edit", error.errors) from None


@endpoint("tag_collections/delete", requires=EDITOR, writes=True)
def delete(call: Call, collection_id: str) -> Saved:
    """Delete a tag collection; its tags remain."""
    services.delete_collection(call.actor, collection_id)
    return saved("Tag collection deleted.", f"/tag_collections/delete/{collection_id}", id=collection_id)


@endpoint("tag_collections/add_tag", requires=EDITOR, writes=True)
def add_tag(call: Call, collection_id: Segment = "", tag: Segment = "", *, body: CollectionTag) -> Toggled:
    """Add a tag, or a list of tags, to a tag collection."""
    reference = collection_id or body.tag_collection or body.id
    names = listed(tag) or body.tag
    try:
        new = services.add_tags(call.actor, reference, [_mention(name) for name in names])
    except (Forbidden, Invalid) as error:
        return not_toggled(error.wire)
    if not new:
        return not_toggled("Tag is already attached, nothing to change.")
    return toggled("Tag added.", check_publish=True)


@endpoint("tag_collections/remove_tag", requires=EDITOR, writes=True)
def remove_tag(call: Call, collection_id: Segment = "", tag: Segment = "", *, body: CollectionTag) -> Toggled:
    """Remove a tag from a tag collection."""
    reference = collection_id or body.tag_collection or body.id
    names = listed(tag) or body.tag
    try:
        services.remove_tag(call.actor, reference, _mention(names[0] if names else ""))
    except (Forbidden, Conflict) as error:
        return not_toggled(error.wire)
    return toggled("Tag removed.", check_publish=True)


def _add(actor: Actor, data: dict[str, Any], action: str) -> TagCollection:
    try:
        tags = data.get("TagCollectionTag", data.get("Tag", data.get("tags"))) or []
        if not isinstance(tags, list):
            raise Invalid({"Tag": [TagCollectionProblem.NOT_A_LIST()]})
        return services.add_collection(
            actor,
            data,
            [_mention(tag) if isinstance(tag, str | int) else _tag_of(tag) for tag in tags],
        )
    except Invalid as error:
        raise SaveFailed(f"{action} TagCollection", f"/tag_collections/{action}", error.errors) from None


def _tag_of(link: Any) -> dict[str, Any]:
    tag = link.get("Tag", link) if isinstance(link, dict) else None
    if not isinstance(tag, dict):
        raise Invalid({"Tag": [TagCollectionProblem.NOT_TAGS()]})
    return {"id": tag.get("id")} if not tag.get("name") else {**tag, "id": None}


def _mention(name: str | int) -> dict[str, Any]:
    text = str(name)
    # An id has at most 18 digits here: 19 may exceed a bigint, and such a text is the name of a tag.
    return {"id": text} if text.isascii() and text.isdigit() and len(text) < 19 else {"name": text}


def _unwrapped(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise SaveFailed(
            "import TagCollection", "/tag_collections/import", "Each collection has to be an object."
        )
    inner = document.get("TagCollection")
    if not isinstance(inner, dict):
        return document
    beside = {name: document[name] for name in ("TagCollectionTag", "Tag") if name in document}
    return {**inner, **beside}


def _document(actor: Actor, collection: TagCollection) -> dict[str, Any]:
    members = list(collection.members.all())
    show_own_colours(actor, [member.tag for member in members])
    links = [
        {
            "id": str(member.pk),
            "tag_collection_id": str(collection.pk),
            "tag_id": str(member.tag_id),
            "Tag": tag_dict(member.tag),
        }
        for member in members
    ]
    return {
        "TagCollection": {
            "id": str(collection.pk),
            "uuid": str(collection.uuid),
            "user_id": str(collection.user_id),
            "org_id": str(collection.org_id),
            "name": collection.name,
            "description": collection.description,
            "all_orgs": collection.all_orgs,
        },
        "TagCollectionTag": links,
        "Organisation": {
            "id": str(collection.org_id),
            "name": collection.org.name,
            "uuid": str(collection.org.uuid),
        },
    }
