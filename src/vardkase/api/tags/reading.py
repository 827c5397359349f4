"""tags/*: tags themselves; `api.tag_attachment` attaches them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.paging import STREAMED, paged
from vardkase.api.request import Call
from vardkase.api.tags.documents import predicate_dict, taxonomy_dict
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.problems import Problem
from vardkase.formats.misp_json.knowledge import cluster_dict, tag_dict
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.tag_counts import event_tag_counts, tag_counts
from vardkase.knowledge.galaxies.queries import clusters_by_tag
from vardkase.knowledge.taxonomies import queries, services
from vardkase.knowledge.taxonomies.colours import show_own_colours
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.misp.flags import as_bool

INVALID_TAG = "Invalid Tag"
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
    """List the tags visible to the caller, or their favourites (``/1``), with usage counts."""
    tags = queries.visible_tags(call.actor)
    favourites = queries.favourites(call.actor)
    if as_bool(call.arg(0)) or as_bool(call.param("favouritesOnly")):
        tags = tags.filter(pk__in=favourites)
    if word := call.param("searchall"):
        tags = tags.filter(name__icontains=str(word))
    if word := call.param("filter"):
        tags = tags.filter(name__iexact=str(word))
    chosen = paged(call, list(tags.values_list("pk", flat=True)), STREAMED)
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


@endpoint("tags/view_tag")
def view_tag(call: Call) -> Answer:
    """Return one tag by id or name; the name that MISP's pages use for tags/view."""
    return view(call)


@endpoint("tags/view")
def view(call: Call) -> Answer:
    """Return one tag by id or name."""
    tag = _find(call)
    show_own_colours(call.actor, [tag])
    counts = tag_counts(call.actor, [tag.pk])
    return Json(tag_dict(tag) | _counts(tag, counts))


@endpoint("tags/add", requires=(Permission.TAG_EDITOR,), writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    """Add a tag; if the name is taken, returns the existing tag."""
    try:
        return Json({"Tag": tag_dict(services.create_tag(call.actor, call.data("Tag")))})
    except Invalid as error:
        raise _not_saved(error) from None


@endpoint("tags/quick_add", requires=(Permission.TAG_EDITOR,), writes=True)
def quick_add(call: Call) -> Answer:
    """Add a tag by name only."""
    name = call.data("Tag").get("name") or call.arg(0)
    try:
        tag = services.create_tag(call.actor, {"name": name})
    except Invalid as error:
        raise _not_saved(error) from None
    return saved("Tag added.", "/tags/quickAdd", id=str(tag.pk), data={"Tag": tag_dict(tag)})


@endpoint("tags/edit", site_admin=True, writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    """Edit a tag; fields left out keep their values."""
    try:
        tag = services.edit_tag(call.actor, _find(call).pk, call.data("Tag"))
    except Conflict as error:
        raise MispError(405, f"Could not add the Tag. [name]: {error.wire}") from None
    except Invalid as error:
        raise _not_saved(error) from None
    return Json({"Tag": tag_dict(tag)})


@endpoint("tags/delete", site_admin=True, writes=True)
def delete(call: Call) -> Answer:
    """Delete a tag; it is removed from everything that carries it."""
    services.delete_tag(call.actor, _find(call).pk)
    text = "Tag deleted."
    return Json({"name": text, "message": text, "url": call.base_url + call.path})


@endpoint("tags/search", describes=Description(url="/tags/search/[tag]/[strict]"))
def search(call: Call) -> Answer:
    """Search tags by name, with their taxonomy or cluster; ``%`` is a wildcard."""
    names = call.param("tag") or call.param("tagname") or call.arg(0)
    strict = as_bool(call.param("strict_tagname", call.param("strict", call.arg(1) or None)))
    patterns = [str(name) for name in (names if isinstance(names, list) else [names]) if name]
    tags = queries.search_tags(call.actor, patterns, strict=strict)
    show_own_colours(call.actor, tags)
    clusters = clusters_by_tag(call.actor, [tag.name for tag in tags if tag.is_galaxy])
    meanings = queries.meanings([tag.name for tag in tags if not tag.is_galaxy])
    return Json([_document(tag, meanings, clusters) for tag in tags])


@endpoint("tags/tag_statistics", describes=Description(url="/tags/tagStatistics/[percentage]/[namesort]"))
def tag_statistics(call: Call) -> Answer:
    """Return how many events carry each tag, and the tags of each enabled taxonomy:
    ``/{percentage}/{namesort}``."""
    counts = event_tag_counts(call.actor)
    taxonomies = Counter[str]()
    for name, meaning in queries.meanings(counts).items():
        if meaning.taxonomy.enabled:
            taxonomies[meaning.taxonomy.namespace] += counts[name]
    ways = {"percentage": as_bool(call.arg(0)), "by_name": as_bool(call.arg(1))}
    return Json({"tags": _figures(counts, **ways), "taxonomies": _figures(taxonomies, **ways)})


def _find(call: Call) -> Tag:
    # `segments`, not `args`: a tag such as tlp:white looks like a named argument.
    reference = str(call.param("id") or "") if not call.segments else call.segments[0]
    try:
        return queries.find_tag(call.actor, reference)
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
