"""savedSearches/*: searches with a name, of a person, an organisation or everyone. Not in MISP; the names are ours."""

from __future__ import annotations

from typing import Annotated, Any

from vardkase.analysis.saved_searches import services
from vardkase.analysis.saved_searches.models import SavedSearch, SearchKind
from vardkase.analysis.saved_searches.queries import event_ids_query, find_saved_search, saved_searches
from vardkase.analysis.saved_searches.rules import SCOPES
from vardkase.analysis.search.filters import Scope
from vardkase.api.answers import Json, Saved, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import ANYTHING, CODE, WORDS, Anything, Limit, Mandatory, Page, ReturnFormat, Text
from vardkase.api.inputs import Body, Params, field
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.api.rest_search import INVALID_FORMAT, export
from vardkase.formats.misp_json import chosen_ids
from vardkase.formats.registry import format_for
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

PAGE = 100
KINDS = ", ".join(SearchKind.values)
Kind = Annotated[Any, WORDS.described(f"What `filters` is written for: {KINDS}")]
SharedWith = Annotated[Any, CODE.described("0: nobody, 1: your organisation, 2: everyone on the hub")]
SearchFilters = Annotated[
    Any, ANYTHING.described("Those of restSearch in the scope, or of the pages' list, by name")
]


class SavedSearchBody(Body, kw_only=True):
    model = "SavedSearch"

    name: Text = ""
    description: Text = ""
    kind: Kind = None
    filters: SearchFilters = None
    shared_with: SharedWith = None


class NewSavedSearch(Body, kw_only=True):
    model = "SavedSearch"

    name: Mandatory[Anything] = None
    kind: Mandatory[Kind] = None
    filters: Mandatory[SearchFilters] = None
    description: Text = ""
    shared_with: SharedWith = None


class RunOptions(Params, kw_only=True):
    return_format: ReturnFormat = field(name="returnFormat", default="json")
    limit: Limit = None
    page: Page = None


@endpoint("savedSearches/index")
def index(call: Call, *, params: Paging) -> Json:
    """List the caller's saved searches and those that are shared with the caller, oldest first."""
    limit, offset = params.limit_and_offset(PAGE)
    found = saved_searches(call.actor).order_by("pk")[offset : offset + limit]
    return Json([_search_dict(search) for search in found])


@endpoint("savedSearches/view")
def view(call: Call, search_id: str) -> Json:
    """Return one saved search."""
    return Json(_search_dict(find_saved_search(call.actor, search_id)))


@endpoint(
    "savedSearches/add",
    writes=True,
    describes=Description(f"`kind` is one of {KINDS}; `filters` an object."),
)
def add(call: Call, *, body: NewSavedSearch) -> Json:
    """Save a search."""
    return Json(_search_dict(services.save_search(call.actor, body.sent)))


@endpoint("savedSearches/edit", writes=True, describes=Description(url="/savedSearches/edit/[search_id]"))
def edit(call: Call, search_id: str, *, body: SavedSearchBody) -> Json:
    """Change the given fields of a saved search."""
    return Json(_search_dict(services.change_search(call.actor, search_id, body.sent)))


@endpoint("savedSearches/delete", writes=True)
def delete(call: Call, search_id: str) -> Saved:
    """Delete a saved search; on the pages this can be undone for 30 days."""
    services.delete_search(call.actor, search_id)
    return saved("Saved search deleted.", f"/savedSearches/delete/{search_id}", id=search_id)


@endpoint(
    "savedSearches/rest_search",
    describes=Description(
        "Run a saved search as the caller, and write what is found in the format that returnFormat names."
    ),
)
def run(call: Call, search_id: str, *, params: RunOptions) -> Stream:
    """Run a saved search. One of a list of the pages answers with whole events."""
    search = find_saved_search(call.actor, search_id)
    scope = SCOPES.get(SearchKind(search.kind), Scope.EVENTS)
    name = str(params.return_format or "json")
    if (output := format_for(scope, name)) is None:
        raise MispError(404, INVALID_FORMAT)
    filters = search.filters
    if search.kind not in SCOPES:
        # No event has the number 0: an empty list would be no restriction.
        filters = {"idList": list(chosen_ids(event_ids_query(call.actor, search))) or [0]}
    paging = {"limit": params.limit, "page": params.page}
    return export(call, scope, {**filters, **paging}, name, output)


def _search_dict(search: SavedSearch) -> dict[str, Any]:
    return {
        "SavedSearch": {
            "id": str(search.pk),
            "uuid": str(search.uuid),
            "user_id": None if search.user_id is None else str(search.user_id),
            "org_id": str(search.org_id),
            "name": search.name,
            "description": search.description,
            "kind": search.kind,
            "filters": search.filters,
            "shared_with": int(search.shared_with),
            "created": search.created.isoformat(),
            "changed": search.changed.isoformat(),
        }
    }
