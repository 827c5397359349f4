"""tags/*: tags themselves; `attachment` attaches them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from vardkase.api.answers import Json, Saved, named, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Anything, Colour, Flag, Mandatory, Reference, Segment, Text, Texts, listed
from vardkase.api.inputs import Body, Params, field
from vardkase.api.paging import STREAMED, Paging
from vardkase.api.request import Call
from vardkase.api.tags.documents import predicate_dict, taxonomy_dict
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.problems import Problem
from vardkase.formats.misp_json.knowledge import cluster_dict, tag_dict
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.tag_counts import event_tag_counts, tag_counts
from vardkase.knowledge.galaxies.queries import clusters_by_tag
from vardkase.knowledge.taxonomies import queries, services
from vardkase.knowledge.taxonomies.colours import show_own_colours
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.misp.flags import as_bool

INVALID_TAG = "Invalid Tag"
ABOUT_ADD = Description("POST a Tag object in JSON format to this API to create a Tag.")
ABOUT_EDIT = Description(
    "POST or PUT a Tag object in JSON format to this API to edit an existing Tag.", url="/tags/edit/[tag_id]"
)


class TagList(Paging, kw_only=True):
    favourites_only: Flag = field(name="favouritesOnly", default=False)
    searchall: Text = ""
    filter: Text = ""


class TagFields(Body, kw_only=True):
    model = "Tag"

    colour: Colour = None
    exportable: Anything = None
    hide_tag: Anything = None
    org_id: Anything = None
    user_id: Anything = None
    numerical_value: Anything = None
    local_only: Anything = None


class NewTag(TagFields, kw_only=True):
    name: Mandatory[Anything] = None


class TagChanges(TagFields, kw_only=True):
    name: Anything = None


class TagName(Body, kw_only=True):
    model = "Tag"

    name: Anything = None


class TagReference(Params, kw_only=True):
    id: Reference = ""


class TagSearch(Params, kw_only=True):
    tag: Texts = []
    tagname: Texts = []
    strict_tagname: Flag | None = None
    strict: Flag | None = None


@endpoint("tags/index", answers="Tag[]")
def index(call: Call, favourites_only: str = "", *, params: TagList) -> Json:
    """List the tags visible to the caller, or their favourites (``/1``), with usage counts."""
    tags = queries.visible_tags(call.actor)
    favourites = queries.favourites(call.actor)
    if as_bool(favourites_only) or params.favourites_only:
        tags = tags.filter(pk__in=favourites)
    if params.searchall:
        tags = tags.filter(name__icontains=params.searchall)
    if params.filter:
        tags = tags.filter(name__iexact=params.filter)
    chosen = params.of(list(tags.values_list("pk", flat=True)), STREAMED)
    rows = tags.in_bulk(chosen)
    show_own_colours(call.actor, rows.values())
    counts = tag_counts(call.actor, chosen)
    return Json(
        {
            "Tag": [
                tag_dict(rows[number]) | {"favourite": number in favourites} | _counts(rows[number], counts)
                for number in chosen
            ]
        }
    )


@endpoint("tags/view_tag")  # As MISP's pages call it.
@endpoint("tags/view")
def view(call: Call, tag_id: Segment = "", *, params: TagReference) -> Json:
    """Return one tag by id or name."""
    tag = _find(call.actor, tag_id or params.id)
    show_own_colours(call.actor, [tag])
    counts = tag_counts(call.actor, [tag.pk])
    return Json(tag_dict(tag) | _counts(tag, counts))


@endpoint("tags/add", requires=(Permission.TAG_EDITOR,), writes=True, describes=ABOUT_ADD, answers="Tag")
def add(call: Call, *, body: NewTag) -> Json:
    """Add a tag; if the name is taken, returns the existing tag."""
    try:
        return Json({"Tag": tag_dict(services.create_tag(call.actor, body.sent))})
    except Invalid as error:
        raise _not_saved(error) from None


@endpoint("tags/quick_add", requires=(Permission.TAG_EDITOR,), writes=True)
def quick_add(call: Call, name: str = "", *, body: TagName) -> Saved:
    """Add a tag by name only."""
    try:
        tag = services.create_tag(call.actor, {"name": body.name or name})
    except Invalid as error:
        raise _not_saved(error) from None
    return saved("Tag added.", "/tags/quickAdd", id=str(tag.pk), data={"Tag": tag_dict(tag)})


@endpoint("tags/edit", requires=(Permission.TAG_EDITOR,), writes=True, describes=ABOUT_EDIT, answers="Tag")
def edit(call: Call, tag_id: Segment = "", *, body: TagChanges, params: TagReference) -> Json:
    """Edit a tag: any as a site administrator, otherwise one that is reserved for one's organisation, or that it made
    and that is unused; fields left out stay, and the id of an unused one may change."""
    try:
        tag = services.edit_tag(call.actor, _find(call.actor, tag_id or params.id).pk, body.sent)
    except Conflict as error:
        raise MispError(405, f"Could not add the Tag. [name]: {error.wire}") from None
    except Invalid as error:
        raise _not_saved(error) from None
    return Json({"Tag": tag_dict(tag)})


@endpoint("tags/delete", requires=(Permission.TAG_EDITOR,), writes=True)
def delete(call: Call, tag_id: Segment = "", *, params: TagReference) -> Json:
    """Delete a tag that one may edit; it is removed from everything that carries it."""
    try:
        services.delete_tag(call.actor, _find(call.actor, tag_id or params.id).pk)
    except Conflict as error:
        raise MispError(405, error.wire) from None
    return named("Tag deleted.", call.base_url + call.path)


@endpoint("tags/search")
def search(call: Call, tag: str = "", strict: str = "", *, params: TagSearch) -> Json:
    """Search tags by name, with their taxonomy or cluster; ``%`` is a wildcard."""
    patterns = params.tag or params.tagname or listed(tag)
    choices = (params.strict_tagname, params.strict, as_bool(strict))
    # The last is never None.
    is_strict = next(choice for choice in choices if choice is not None)
    tags = queries.search_tags(call.actor, patterns, strict=is_strict)
    show_own_colours(call.actor, tags)
    clusters = clusters_by_tag(call.actor, [tag.name for tag in tags if tag.is_galaxy])
    meanings = queries.meanings([tag.name for tag in tags if not tag.is_galaxy])
    return Json([_document(tag, meanings, clusters) for tag in tags])


@endpoint("tags/tag_statistics")
def tag_statistics(call: Call, percentage: str = "", namesort: str = "") -> Json:
    """Return how many events carry each tag, and the tags of each enabled taxonomy."""
    counts = event_tag_counts(call.actor)
    taxonomies = Counter[str]()
    for name, meaning in queries.meanings(counts).items():
        if meaning.taxonomy.enabled:
            taxonomies[meaning.taxonomy.namespace] += counts[name]
    ways = {"percentage": as_bool(percentage), "by_name": as_bool(namesort)}
    return Json({"tags": _figures(counts, **ways), "taxonomies": _figures(taxonomies, **ways)})


def _find(actor: Actor, reference: str) -> Tag:
    try:
        return queries.find_tag(actor, reference)
    except NotFound:
        raise MispError(405, INVALID_TAG) from None


def _figures(counts: Mapping[str, int], *, percentage: bool, by_name: bool) -> dict[str, str] | list[Any]:
    """Name → count or share of the total, as text; an empty map becomes a list, as in PHP."""
    total = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda item: item[0] if by_name else -item[1])
    if percentage:
        return {name: f"{round(count / total * 100, 2):g}%" for name, count in ordered} or []
    return {name: str(count) for name, count in ordered} or []


def _counts(tag: Tag, counts: dict[int, tuple[int, int]]) -> dict[str, int]:
    events, attributes = counts.get(tag.pk, (0, 0))
    return {"count": events, "attribute_count": attributes}


def _not_saved(error: Invalid) -> MispError:
    field = "name" if isinstance(error.errors, Problem) else next(iter(error.errors))
    return MispError(405, f"Could not add the Tag. [{field}]: {error.wire}")


def _document(tag: Tag, meanings: dict[str, queries.TagMeaning], clusters: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {"Tag": tag_dict(tag)}
    if meaning := meanings.get(tag.name):
        document["Taxonomy"] = taxonomy_dict(meaning.taxonomy)
        document["TaxonomyPredicate"] = predicate_dict(meaning.predicate, meaning.entry)
    if cluster := clusters.get(tag.name.lower()):
        document["GalaxyCluster"] = cluster_dict(cluster)
    return document
