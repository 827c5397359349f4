"""tags/*: tags, and putting them on things."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Call, Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.paging import paged
from vardkase.api.tag_wire import predicate_dict, taxonomy_dict
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.formats.misp_json.knowledge import cluster_dict, tag_dict
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.tag_counts import tag_counts
from vardkase.intel.services.tagging import Tagged, attach_tag, detach_tag
from vardkase.knowledge.galaxies.queries import clusters_by_tag
from vardkase.knowledge.taxonomies import queries, services
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.misp.flags import as_bool

ATTACH = "/tags/attachTagToObject"
INVALID_TAG = "Invalid Tag"
INVALID_TARGET = "Invalid Target."
OPTIONAL_FIELDS = [
    "colour",
    "exportable",
    "hide_tag",
    "org_id",
    "user_id",
    "numerical_value",
    "local_only",
]
ABOUT_ADD = Description(
    "POST a Tag object in JSON format to this API to create a Tag.", ["name"], OPTIONAL_FIELDS
)
ABOUT_EDIT = Description(
    "POST or PUT a Tag object in JSON format to this API to edit an existing Tag.",
    [],
    ["name", *OPTIONAL_FIELDS],
    "/tags/edit/[tag_id]",
)


@endpoint("tags/index")
def index(call: Call) -> Answer:
    """Every tag the caller may see, with how often it is used."""
    tags = queries.visible_tags(call.actor)
    if word := call.param("searchall"):
        tags = tags.filter(name__icontains=word)
    if word := call.param("filter"):
        tags = tags.filter(name__iexact=word)
    chosen = paged(call, list(tags.values_list("pk", flat=True)))
    rows = tags.in_bulk(chosen)
    counts = tag_counts(call.actor, chosen)
    return Json({"Tag": [_listed(rows[number], counts) for number in chosen]})


@endpoint("tags/view")
def view(call: Call) -> Answer:
    """One tag by id or name."""
    tag = _find(call)
    counts = tag_counts(call.actor, [tag.pk])
    return Json(tag_dict(tag) | _counts(tag, counts))


@endpoint("tags/add", requires=(Permission.TAG_EDITOR,), writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    """Make a tag; the existing one is the answer when the name is taken."""
    try:
        return Json({"Tag": tag_dict(services.create_tag(call.actor, call.data("Tag")))})
    except Invalid as error:
        raise _not_saved(error) from None


@endpoint("tags/edit", site_admin=True, writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    """Change what the body has."""
    try:
        tag = services.edit_tag(call.actor, _find(call).pk, call.data("Tag"))
    except Conflict as error:
        raise MispError(405, f"Could not add the Tag. [name]: {error}") from None
    except Invalid as error:
        raise _not_saved(error) from None
    return Json({"Tag": tag_dict(tag)})


@endpoint("tags/delete", site_admin=True, writes=True)
def delete(call: Call) -> Answer:
    """Delete a tag, also from what carries it."""
    services.delete_tag(call.actor, _find(call).pk)
    text = "Tag deleted."
    return Json({"name": text, "message": text, "url": call.base_url + call.path})


@endpoint("tags/search")
def search(call: Call) -> Answer:
    """Tags by name, with the taxonomy or the cluster they stand for. ``%`` stands for anything."""
    names = call.param("tag") or call.param("tagname") or call.arg(0)
    strict = as_bool(call.param("strict_tagname", call.param("strict", call.arg(1) or None)))
    words = [str(name) for name in (names if isinstance(names, list) else [names]) if name]
    tags = queries.search_tags(call.actor, words, strict=strict)
    clusters = clusters_by_tag(call.actor, [tag.name for tag in tags if tag.is_galaxy])
    meanings = queries.meanings([tag.name for tag in tags if not tag.is_galaxy])
    return Json([_found(tag, meanings, clusters) for tag in tags])


@endpoint("tags/attach_tag_to_object", requires=(Permission.TAGGER,), writes=True)
def attach(call: Call) -> Answer:
    """Put one tag, or each of a list, on the event or attribute with a uuid."""
    target, tags, local = _attachment(call)
    relationship = str(call.param("relationship_type") or "")
    done: list[Tagged] = []
    reasons: list[str] = []
    for tag in tags:
        try:
            done.append(attach_tag(call.actor, target, tag, local=local, relationship_type=relationship))
        except NotFound:
            raise MispError(404, INVALID_TARGET) from None
        except Invalid as error:
            reasons.append(str(error))
    if reasons:
        raise SaveFailed("Could not attachTagToObject Tag", ATTACH, _reasons(reasons))
    return saved(_attached(done), ATTACH)


@endpoint("tags/remove_tag_from_object", requires=(Permission.TAGGER,), writes=True)
def remove(call: Call) -> Answer:
    """Take a tag off the event or attribute with a uuid."""
    target, tags, _ = _attachment(call)
    try:
        done = detach_tag(call.actor, target, tags[0])
    except NotFound:
        raise MispError(404, INVALID_TARGET) from None
    except Conflict as error:
        raise MispError(404, str(error)) from None
    except Invalid:
        raise MispError(405, "Invalid Tag.") from None
    scope = "Local" if done.local else "Global"
    where = f"{done.target.kind}({done.target.id})"
    text = f"{scope} tag {done.tag.name} ({done.tag.pk}) successfully removed from {where}."
    return saved(text, "/tags/removeTagFromObject")


def _find(call: Call) -> Tag:
    reference = str(call.param("id") or "") if not call.segments else call.segments[0]
    try:
        return queries.find_tag(call.actor, reference)
    except NotFound:
        raise MispError(405, INVALID_TAG) from None


def _listed(tag: Tag, counts: dict[int, tuple[int, int]]) -> dict[str, Any]:
    return tag_dict(tag) | {"favourite": False} | _counts(tag, counts)


def _counts(tag: Tag, counts: dict[int, tuple[int, int]]) -> dict[str, int]:
    events, attributes = counts.get(tag.pk, (0, 0))
    return {"count": events, "attribute_count": attributes}


def _not_saved(error: Invalid) -> MispError:
    errors = error.errors if not isinstance(error.errors, str) else {"name": [error.errors]}
    field, messages = next(iter(errors.items()))
    return MispError(405, f"Could not add the Tag. [{field}]: {messages[0]}")


def _found(tag: Tag, meanings: dict[str, queries.Meaning], clusters: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"Tag": tag_dict(tag)}
    if meaning := meanings.get(tag.name):
        found["Taxonomy"] = taxonomy_dict(meaning.taxonomy)
        found["TaxonomyPredicate"] = predicate_dict(meaning.predicate, meaning.entry)
    if cluster := clusters.get(tag.name.lower()):
        found["GalaxyCluster"] = cluster_dict(cluster)
    return found


def _attachment(call: Call) -> tuple[UUID, list[str], bool]:
    """What goes where, from the body or from ``/uuid/tag/local`` in the path."""
    path = [*call.segments, "", "", ""]
    uuid = call.param("uuid") or path[0]
    tags = call.param("tag") or path[1]
    if not uuid:
        raise MispError(405, "Invalid object uuid")
    chosen = [str(tag) for tag in (tags if isinstance(tags, list) else [tags]) if tag]
    if not chosen:
        raise MispError(405, "Invalid tag")
    try:
        return UUID(str(uuid)), chosen, as_bool(call.param("local", path[2] or None))
    except ValueError:
        raise MispError(404, INVALID_TARGET) from None


def _attached(done: Sequence[Tagged]) -> str:
    target = done[0].target
    if len(done) > 1:
        return f"Successfully attached {len(done)} tags to {target.kind} ({target.id})"
    tag = done[0].tag
    if not done[0].changed:
        return (
            f"{target.kind} already has the requested tag attached, "
            f"no changes had to be made for tag {tag.name}."
        )
    scope = "Local" if done[0].local else "Global"
    return f"{scope} tag {tag.name}({tag.pk}) successfully attached to {target.kind}({target.id})."


def _reasons(reasons: Sequence[str]) -> str:
    numbered = {str(number): reason for number, reason in enumerate(reasons)}
    return f"Failed to attach {len(reasons)} tags. Reasons: {json.dumps(numbered, separators=(',', ':'))}"
