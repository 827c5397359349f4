"""Advanced search: a form over the parameters of restSearch, its results, and the same call of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from vardkase.analysis.saved_searches.models import SavedSearch, SearchKind
from vardkase.analysis.saved_searches.queries import find_saved_search
from vardkase.analysis.saved_searches.rules import SCOPES, may_change
from vardkase.analysis.search.filters import Scope, Search
from vardkase.analysis.search.found_objects import objects_by_id
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.result_list import COUNTED, DEFAULT, Results, results
from vardkase.analysis.search.value_search import attributes_by_id
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.event_index import index_rows
from vardkase.web.analysis.search.advanced_filters import Filters, filters_of, form_data_of
from vardkase.web.analysis.search.advanced_form import SECTIONS, AdvancedForm, fields_in
from vardkase.web.analysis.search.api_call import api_call
from vardkase.web.analysis.search.hits import hits_of, object_hits_of
from vardkase.web.analysis.search.not_searched import not_searched
from vardkase.web.intel.events.rows import ListedEvent
from vardkase.web.ui.display import thin
from vardkase.web.ui.exports import export_search, offered_for
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page, page_links, wanted_place, wanted_size
from vardkase.web.ui.picker_views import found_choices

OF_THE_LIST = frozenset(("scope", "saved", "sort", "after", "before", "rows"))
"""Parameters of the address that are no conditions."""
FIELDS = {
    "from": "date_from",
    "to": "date_until",
    "publish_timestamp": "published_from",
    "event_timestamp": "event_from",
    "timestamp": "changed_from",
    "first_seen": "first_seen_from",
    "last_seen": "last_seen_from",
    "event_tags": "tags",
}
"""Parameter → field of the form, where it is named otherwise."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. `search` is None without conditions, and if they cannot be searched for."""

    scope: Scope
    form: AdvancedForm
    filters: Filters
    search: Search | None
    saved: SavedSearch | None
    is_as_saved: bool


def asked(request: PageRequest) -> Asked:
    """Read the address; one that names only a saved search asks for what that says. Raises NotFound."""
    saved = find_saved_search(request.actor, request.GET["saved"]) if request.GET.get("saved") else None
    given = set(request.GET) - OF_THE_LIST
    scope = _scope(request, saved)
    if saved is not None and not given and saved.kind == scope.value:
        form = _form_of(request.actor, saved, scope)
    else:
        form = AdvancedForm(request.actor, scope, request.GET)
    search: Search | None = None
    filters: Filters = {}
    if form.is_valid():
        filters = filters_of(form.cleaned_data)
        with errors_shown_in(form, fields=FIELDS):
            search = parse(scope, filters) if filters else None
    return Asked(scope, form, filters, search, saved, _is_as_saved(request.actor, saved, scope, filters))


def _form_of(actor: Actor, saved: SavedSearch, scope: Scope) -> AdvancedForm:
    return AdvancedForm(actor, scope, form_data_of(fields_in(scope), saved.filters))


def _is_as_saved(actor: Actor, saved: SavedSearch | None, scope: Scope, filters: Filters) -> bool:
    """As the form writes both: the same search can be written in several ways."""
    if saved is None or saved.kind != scope.value:
        return False
    form = _form_of(actor, saved, scope)
    return form.is_valid() and filters_of(form.cleaned_data) == filters


@page(from_replica=True)
def advanced(request: PageRequest) -> HttpResponse:
    kept = _without_empty(request.GET)
    if kept != request.GET and "HX-Request" not in request.headers:
        return redirect(f"{request.path}?{kept.urlencode()}")  # So that the address can be read and shared.
    request.GET = kept  # type: ignore[assignment]  # Its links and the address repeat it.
    question = asked(request)
    context = {
        "asked": question,
        "choices_url": f"{reverse('advanced_search_choices')}?scope={question.scope.value}",
        "form": question.form,
        "scopes": _scopes(),
        "sections": _sections(question),
        "searched": request.GET.get("find", ""),
        "text": request.GET.get(f"q_{request.GET.get('find', '')}", ""),
        "query": request.GET.urlencode(),
        **_found(request, question),
    }
    answer = render(request, "search/advanced.html", context)
    if "HX-Request" in request.headers:
        answer["HX-Push-Url"] = f"{request.path}?{request.GET.urlencode()}"
    return answer


@page()
def choices(request: PageRequest) -> HttpResponse:
    """What a picker of the form offers."""
    return found_choices(request, AdvancedForm(request.actor, _scope(request, None)))


@page()
def advanced_formats(request: PageRequest) -> HttpResponse:
    """Every format in which the results can be downloaded, and what each is for."""
    question = _downloadable(request)
    context = {
        "heading": gettext("Download search results"),
        "about": gettext("What the advanced search finds."),
        "base": reverse("advanced_search_formats"),
        "groups": offered_for(question.scope),
        "back": f"{reverse('advanced_search')}{first_page(request)}",
    }
    return render(request, "search/downloads.html", context)


@page(from_replica=True)
def advanced_file(request: PageRequest, format: str) -> HttpResponseBase:
    question = _downloadable(request)
    return export_search(request, format, question.scope, question.filters, f"misp.{question.scope.value}")


def _downloadable(request: PageRequest) -> Asked:
    if (question := asked(request)).search is None:
        raise Http404
    return question


def _scope(request: PageRequest, saved: SavedSearch | None) -> Scope:
    wanted = request.GET.get("scope", "")
    if wanted in set(Scope):
        return Scope(wanted)
    return SCOPES.get(SearchKind(saved.kind), Scope.EVENTS) if saved else Scope.EVENTS


def _scopes() -> list[tuple[str, str]]:
    return [
        (Scope.EVENTS.value, gettext("Events")),
        (Scope.ATTRIBUTES.value, gettext("Attributes")),
        (Scope.OBJECTS.value, gettext("Objects")),
    ]


def _sections(question: Asked) -> list[dict[str, Any]]:
    """The parts of the form: open are the first, and those with a condition or an error; of a saved search only
    those with an error, so that its results can be seen.
    """
    form = question.form
    folded = question.is_as_saved and question.search is not None
    sections = []
    for number, section in enumerate(SECTIONS):
        fields = [form[name] for name in section.fields if name in form.fields]
        used = sum(1 for field in fields if field.value() not in (None, "", [], False))
        wrong = any(field.errors for field in fields)
        is_open = wrong or (not folded and (number == 0 or used > 0))
        sections.append({"title": section.title, "fields": fields, "used": used, "open": is_open})
    return sections


def _found(request: PageRequest, question: Asked) -> dict[str, Any]:
    base_url = request.build_absolute_uri("/").rstrip("/")
    context: dict[str, Any] = {
        "call": api_call(base_url, question.scope, question.filters),
        "may_change_saved": bool(question.saved and may_change(request.actor, question.saved)),
        "default_sort": DEFAULT,
    }
    if question.search is None:
        return context
    place, size = wanted_place(request), wanted_size(request)
    found = results(request.actor, question.search, request.GET.get("sort", DEFAULT), place, size)
    return context | {
        "found": found,
        "not_searched": not_searched(request.actor),
        "rows": _rows(request.actor, question.search, found),
        "count": _count_words(question.scope, found.count),
        "sorted": found.sort,
        **page_links(request, found.page),
    }


def _rows(actor: Actor, search: Search, found: Results) -> list[Any]:
    ids = found.page.rows
    match search.scope:
        case Scope.EVENTS:
            return [ListedEvent(row) for row in index_rows(actor, ids)]
        case Scope.ATTRIBUTES:
            places = {number: place for place, number in enumerate(ids)}
            attributes = attributes_by_id(actor, ids, size=len(ids), deleted=search.deleted)
            return hits_of(actor, sorted(attributes, key=lambda each: places[each.id]))
        case Scope.OBJECTS:
            return object_hits_of(actor, objects_by_id(actor, ids, search.deleted))


def _count_words(scope: Scope, count: int) -> str:
    shown = {"n": thin(min(count, COUNTED))}
    if count > COUNTED:
        many = {
            Scope.EVENTS: gettext("More than %(n)s events"),
            Scope.ATTRIBUTES: gettext("More than %(n)s attributes"),
            Scope.OBJECTS: gettext("More than %(n)s objects"),
        }
        return many[scope] % shown
    few = {
        Scope.EVENTS: ngettext("%(n)s event", "%(n)s events", count),
        Scope.ATTRIBUTES: ngettext("%(n)s attribute", "%(n)s attributes", count),
        Scope.OBJECTS: ngettext("%(n)s object", "%(n)s objects", count),
    }
    return few[scope] % shown


def _without_empty(given: QueryDict) -> QueryDict:
    """The address without fields that are not filled in, and without the search inside a picker unless it was sent."""
    kept = QueryDict(mutable=True)
    find = given.get("find", "")
    for name, values in given.lists():
        if name.startswith("q_") and name != f"q_{find}":
            continue
        if filled := [value for value in values if value.strip()]:
            kept.setlist(name, filled)
    return QueryDict(kept.urlencode())
