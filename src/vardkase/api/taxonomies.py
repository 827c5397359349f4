"""taxonomies/*: taxonomies of tags."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Redirect, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Flag, Mandatory, Reference, Text, Texts
from vardkase.api.inputs import Body, Params, field
from vardkase.api.paging import LARGEST, Paging
from vardkase.api.request import Call
from vardkase.api.tags.documents import taxonomy_dict
from vardkase.core.errors import Invalid, NotFound
from vardkase.formats.misp_json.knowledge import tag_dict
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.services.normalise_tags import normalise_tags
from vardkase.knowledge.taxonomies import queries, services
from vardkase.knowledge.taxonomies.documents import taxonomy_document
from vardkase.knowledge.taxonomies.models import Tag, Taxonomy

PROFILES = EVERY

ABOUT_IMPORT = Description("POST a taxonomy in the form of machinetag.json to store it.")
UP_TO_DATE = "All taxonomy libraries are up to date already."


class TaxonomyList(Paging, kw_only=True):
    value: Text = ""
    enabled: Flag | None = None


class TaxonomyQuery(Params, kw_only=True):
    """Names the taxonomy where the path does not."""

    taxonomy_id: Reference = ""


class TagNames(TaxonomyQuery, kw_only=True):
    name: Texts | None = None


class Required(Body, kw_only=True):
    model = "Taxonomy"

    required: Flag | None = None


class Highlighted(Body, kw_only=True):
    model = "Taxonomy"

    highlighted: Flag | None = None


class HiddenTags(Body, kw_only=True):
    model = "Taxonomy"

    name_list: Texts | None = field(name="nameList", default=None)
    name: Texts | None = None


class TaxonomyDocument(Body, kw_only=True):
    model = "Taxonomy"

    namespace: Mandatory[Anything] = None
    predicates: Mandatory[Anything] = None
    description: Anything = None
    version: Anything = None
    exclusive: Anything = None
    values: Anything = None


@endpoint("taxonomies/index", answers="[Taxonomy]")
def index(call: Call, *, params: TaxonomyList) -> Json:
    """List the taxonomies, each with the number of its tags and of those that exist on this instance."""
    counts = {count.taxonomy.pk: count for count in queries.taxonomy_counts()}
    if word := params.value.lower():
        counts = {
            number: count
            for number, count in counts.items()
            if word in count.taxonomy.namespace.lower() or word in count.taxonomy.description.lower()
        }
    if params.enabled is not None:
        counts = {
            number: count for number, count in counts.items() if count.taxonomy.enabled == params.enabled
        }
    return Json(
        [
            {
                "Taxonomy": taxonomy_dict(counts[number].taxonomy),
                "total_count": counts[number].total,
                "current_count": counts[number].current,
            }
            for number in params.of(list(counts), LARGEST)
        ]
    )


@endpoint("taxonomies/view")
def view(call: Call, taxonomy_id: str = "", *, params: TaxonomyQuery) -> Json:
    """Return one taxonomy by id or namespace, with all its tags."""
    return Json(_with_tags(call.actor, _find(taxonomy_id, params)))


@endpoint("taxonomies/taxonomy_tags")
def taxonomy_tags(call: Call, taxonomy_id: str = "", *, params: TaxonomyQuery) -> Json:
    """List the tags of one taxonomy."""
    return Json(_with_tags(call.actor, _find(taxonomy_id, params))["entries"])


@endpoint("taxonomies/enable", site_admin=True, writes=True)
def enable(call: Call, taxonomy_id: str = "", *, params: TaxonomyQuery) -> Saved:
    """Enable a taxonomy, so that its tags are offered."""
    taxonomy = services.set_enabled(call.actor, _find(taxonomy_id, params).pk, enabled=True)
    return saved("Taxonomy enabled", call.path, id=str(taxonomy.pk))


@endpoint("taxonomies/disable", site_admin=True, writes=True)
def disable(call: Call, taxonomy_id: str = "", *, params: TaxonomyQuery) -> Saved:
    """Disable a taxonomy, so that its tags are no longer offered."""
    taxonomy = services.set_enabled(call.actor, _find(taxonomy_id, params).pk, enabled=False)
    return saved("Taxonomy disabled", call.path, id=str(taxonomy.pk))


@endpoint("taxonomies/add_tag", site_admin=True, writes=True)
def add_tag(call: Call, taxonomy_id: str = "", *, params: TagNames) -> Saved:
    """Create the taxonomy's tags: all of them, or those in ``name``."""
    taxonomy = _find(taxonomy_id, params)
    try:
        services.create_taxonomy_tags(call.actor, taxonomy.pk, params.name)
    except Invalid as error:
        raise SaveFailed("Could not addTag Taxonomy", "/taxonomies/addTag", error.errors) from None
    return saved("The tag(s) has been saved.", call.path, id=str(taxonomy.pk))


@endpoint("taxonomies/disable_tag", site_admin=True, writes=True)
def disable_tag(call: Call, taxonomy_id: str = "", *, params: TaxonomyQuery) -> Redirect:
    """Hide the taxonomy's tags; redirects as MISP does."""
    services.hide_taxonomy_tags(call.actor, _find(taxonomy_id, params).pk)
    return Redirect("/")


@endpoint("taxonomies/toggle_required", site_admin=True, writes=True)
def toggle_required(call: Call, taxonomy_id: str = "", *, body: Required, params: TaxonomyQuery) -> Saved:
    """Toggle whether published events require a tag of this taxonomy."""
    taxonomy = _find(taxonomy_id, params)
    required = not taxonomy.required if body.required is None else body.required
    services.set_required(call.actor, taxonomy.pk, required=required)
    # Not a slip of ours: MISP adds “ed” to the name of the action.
    return saved("Taxonomy toggleRequireded", call.path, id=str(taxonomy.pk))


@endpoint("taxonomies/toggle_highlighted", site_admin=True, writes=True)
def toggle_highlighted(
    call: Call, taxonomy_id: str = "", *, body: Highlighted, params: TaxonomyQuery
) -> Saved:
    """Toggle whether the tags of this taxonomy are listed first."""
    taxonomy = _find(taxonomy_id, params)
    highlighted = not taxonomy.highlighted if body.highlighted is None else body.highlighted
    services.set_highlighted(call.actor, taxonomy.pk, highlighted=highlighted)
    return saved("Taxonomy toggleHighlighteded", call.path, id=str(taxonomy.pk))


@endpoint("taxonomies/hide_tag", requires=(Permission.TAGGER,), writes=True)
def hide_tag(call: Call, taxonomy_id: str = "", *, body: HiddenTags, params: TagNames) -> Saved:
    """Hide one tag of a taxonomy, or a list of tags, so that they cannot be selected."""
    return _set_hidden(call.actor, _find(taxonomy_id, params), _names(body, params), "hideTag", hidden=True)


@endpoint("taxonomies/unhide_tag", requires=(Permission.TAGGER,), writes=True)
def unhide_tag(call: Call, taxonomy_id: str = "", *, body: HiddenTags, params: TagNames) -> Saved:
    """Unhide one tag of a taxonomy, or a list of tags."""
    return _set_hidden(
        call.actor, _find(taxonomy_id, params), _names(body, params), "unhideTag", hidden=False
    )


@endpoint("taxonomies/taxonomy_mass_hide", requires=(Permission.TAGGER,), writes=True)
def mass_hide(call: Call, taxonomy_id: str = "", *, body: HiddenTags, params: TagNames) -> Saved:
    """Hide a list of tags, so that they cannot be selected."""
    return _set_hidden(
        call.actor, _find(taxonomy_id, params), _names(body, params), "taxonomyMassHide", hidden=True
    )


@endpoint("taxonomies/taxonomy_mass_unhide", requires=(Permission.TAGGER,), writes=True)
def mass_unhide(call: Call, taxonomy_id: str = "", *, body: HiddenTags, params: TagNames) -> Saved:
    """Unhide a list of tags."""
    return _set_hidden(
        call.actor, _find(taxonomy_id, params), _names(body, params), "taxonomyMassUnhide", hidden=False
    )


@endpoint("taxonomies/delete", site_admin=True, writes=True)
def delete(call: Call, taxonomy_id: str = "", *, params: TaxonomyQuery) -> Saved:
    """Delete a taxonomy; its tags remain."""
    taxonomy = _find(taxonomy_id, params)
    services.delete_taxonomy(call.actor, taxonomy.pk)
    return saved("Taxonomy deleted", call.path, id=str(taxonomy.pk))


@endpoint("taxonomies/export")
def export(call: Call, taxonomy_id: str = "", *, params: TaxonomyQuery) -> Json:
    """Export a taxonomy as machinetag.json."""
    return Json(taxonomy_document(_find(taxonomy_id, params)))


@endpoint("taxonomies/import", site_admin=True, writes=True, describes=ABOUT_IMPORT)
def import_taxonomy(call: Call, *, body: TaxonomyDocument) -> Json:
    """Import a machinetag.json; returns the taxonomy with its tags."""
    try:
        return Json(_with_tags(call.actor, services.import_taxonomy(call.actor, body.sent)))
    except Invalid as error:
        raise SaveFailed("import Taxonomy", "/taxonomies/import", error.errors) from None


@endpoint("taxonomies/normalize_custom_tags_to_taxonomy_format", site_admin=True, writes=True)
def normalise(call: Call) -> Saved:
    """Rename tags that differ from a taxonomy's tags only in case, spaces or quotation marks to the
    taxonomy's spelling."""
    renamed = normalise_tags(call.actor)
    return saved(f"{len(renamed)} tags have been normalised.", call.path, data=renamed)


@endpoint("taxonomies/update", site_admin=True, writes=True)
def update(call: Call) -> Saved:
    """Load new versions from the files."""
    updated = services.update_taxonomies(call.actor).updated
    text = f"Successfully updated {updated} taxonomies." if updated else UP_TO_DATE
    return saved(text, call.path)


def _find(taxonomy_id: str, params: TaxonomyQuery) -> Taxonomy:
    try:
        return queries.find_taxonomy(taxonomy_id or params.taxonomy_id)
    except NotFound:
        raise MispError(404, "Taxonomy not found.") from None


def _with_tags(actor: Actor, taxonomy: Taxonomy) -> dict[str, Any]:
    entries = queries.taxonomy_entries(taxonomy)
    existing = queries.tags_named(actor, (entry.tag for entry in entries))
    return {
        "Taxonomy": taxonomy_dict(taxonomy),
        "entries": [_entry(entry, existing.get(entry.tag.lower())) for entry in entries],
    }


def _names(body: HiddenTags, params: TagNames) -> list[str]:
    return next((names for names in (body.name_list, body.name, params.name) if names is not None), [])


def _set_hidden(actor: Actor, taxonomy: Taxonomy, names: list[str], action: str, *, hidden: bool) -> Saved:
    try:
        changed = services.set_tags_hidden(actor, taxonomy.pk, names, hidden=hidden)
    except Invalid as error:
        raise SaveFailed(f"{action} Taxonomy", f"/taxonomies/{action}", error.errors) from None
    word = "hidden" if hidden else "unhidden"
    return saved(f"{changed} tag(s) {word}.", f"/taxonomies/{action}")


def _entry(entry: queries.Entry, tag: Tag | None) -> dict[str, Any]:
    body: dict[str, Any] = {"tag": entry.tag, "expanded": entry.expanded}
    if entry.exclusive is not None:
        body["exclusive_predicate"] = entry.exclusive
    body["description"] = entry.description
    if entry.colour:
        body["colour"] = entry.colour
    if entry.numerical_value is not None:
        body["numerical_value"] = entry.numerical_value
    return body | {"existing_tag": {"Tag": tag_dict(tag)} if tag else False}
