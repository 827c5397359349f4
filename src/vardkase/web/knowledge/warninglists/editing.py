"""Own warninglists: create, edit, add entries, delete; and new versions of the packaged ones."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Forbidden
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.warninglists import queries, services
from vardkase.knowledge.warninglists.models import Warninglist
from vardkase.knowledge.warninglists.problems import WarninglistProblem
from vardkase.web.knowledge.library import parents
from vardkase.web.knowledge.warninglists.forms import AddEntriesForm, WarninglistForm
from vardkase.web.knowledge.warninglists.views import warninglist_page
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices


@page(Permission.WARNINGLIST, writes=True, body=BodyLimits.FILES)
def create(request: PageRequest) -> HttpResponse:
    form = form_with_pickers(request, WarninglistForm)
    if form.is_valid():
        with errors_shown_in(form):
            made = services.add_warninglist(request.actor, form.cleaned_data)
            messages.success(request, gettext("The warninglist has been created."))
            return redirect("warninglist", made.pk)
    return edit_page(
        request,
        form,
        gettext("New warninglist"),
        _parents(),
        save=gettext("Create the warninglist"),
        find_url=reverse("warninglist_find"),
    )


@page(Permission.WARNINGLIST, writes=True, body=BodyLimits.FILES)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    stored = _own(pk)
    form = form_with_pickers(request, lambda data: WarninglistForm(data, stored=stored))
    if form.is_valid():
        with errors_shown_in(form):
            mark = form.cleaned_data["mark"]
            services.edit_warninglist(request.actor, pk, form.cleaned_data, mark=mark)
            messages.success(request, gettext("The warninglist has been changed."))
            return redirect("warninglist", pk)
    return edit_page(
        request,
        form,
        gettext("Edit %(name)s") % {"name": stored.name},
        _parents(stored),
        intro=""
        if "entries" in form.fields
        else gettext("This list is too long to be edited here. Its entries stay as they are."),
        find_url=reverse("warninglist_find"),
    )


@page(Permission.WARNINGLIST, writes=True, body=BodyLimits.FILES)
@require_POST
def add_entries(request: PageRequest, pk: int) -> HttpResponse:
    stored = _own(pk)
    form = AddEntriesForm(request.POST, type_=stored.type)
    if form.is_valid():
        with errors_shown_in(form):
            added = services.add_entries(request.actor, pk, form.cleaned_data["entries"])
            message = ngettext("%(n)s entry added.", "%(n)s entries added.", added)
            messages.success(request, message % {"n": thin(added)})
            return redirect("warninglist", pk)
    return warninglist_page(request, stored, form)


@page(Permission.WARNINGLIST, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    stored = _own(pk)
    if request.method != "POST":
        words = gettext(
            "Its values no longer trigger a warning unless another list contains them. This cannot be undone."
        )
        heading = gettext("Delete %(name)s") % {"name": stored.name}
        return confirm_page(request, heading, _parents(stored), words)
    services.delete_warninglist(request.actor, pk)
    messages.success(request, gettext("The warninglist has been deleted."))
    return redirect("warninglists")


@page(Permission.WARNINGLIST)
def find(request: PageRequest) -> HttpResponse:
    return found_choices(request, WarninglistForm(None))


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def update(request: PageRequest) -> HttpResponse:
    updated = services.update_warninglists(request.actor).updated
    message = ngettext("%(n)s warninglist was updated.", "%(n)s warninglists were updated.", updated)
    messages.success(
        request, message % {"n": thin(updated)} if updated else gettext("All warninglists are up to date.")
    )
    return redirect("warninglists")


def _own(pk: int) -> Warninglist:
    stored = queries.find_warninglist(pk)
    if stored.default:
        raise Forbidden(WarninglistProblem.PACKAGED())
    return stored


def _parents(stored: Warninglist | None = None) -> list[Crumb]:
    above = parents((gettext("Warninglists"), "warninglists"))
    return [*above, (stored.name, reverse("warninglist", args=[stored.pk]))] if stored else above
