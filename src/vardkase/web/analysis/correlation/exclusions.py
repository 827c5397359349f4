"""Values that never correlate, and the jobs that apply such a change to what is stored."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.analysis.correlation import services, tasks
from vardkase.core import json_limits
from vardkase.identity.access.permissions import Permission
from vardkase.web.analysis.correlation.forms import WILDCARDS, ExclusionForm, NewExclusionsForm
from vardkase.web.analysis.correlation.tabs import correlation_tabs
from vardkase.web.knowledge.library import parents
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.undo import say_with_undo

SORTS = {"value", "pk"}


@page(Permission.SITE_ADMIN)
def index(request: PageRequest) -> HttpResponse:
    rows = services.exclusions(request.actor, searched(request))
    context = {
        **listed(request, rows, SORTS, "-pk"),
        "tabs": correlation_tabs("correlation_exclusions"),
        "q": searched(request),
    }
    return render(request, "correlation/exclusions.html", context)


@page(Permission.SITE_ADMIN, writes=True)
def create(request: PageRequest) -> HttpResponse:
    form = NewExclusionsForm(request.POST or None)
    if form.is_valid():
        comment = form.cleaned_data["comment"]
        with errors_shown_in(form, fields={"value": "values"}):
            wanted = dict.fromkeys(form.cleaned_data["values"], comment)
            _say_added(request, services.add_exclusions(request.actor, wanted), len(wanted))
            return redirect("correlation_exclusions")
    heading = gettext("Exclude values from correlation")
    return edit_page(
        request, form, heading, _parents(), save=gettext("Exclude the values"), intro=str(WILDCARDS)
    )


@page(Permission.SITE_ADMIN, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    stored = services.find_exclusion(request.actor, pk)
    form = ExclusionForm(request.POST or None, initial={"value": stored.value, "comment": stored.comment})
    version = ShownVersion(request, stored)
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            services.edit_exclusion(request.actor, stored, **form.cleaned_data)
            messages.success(request, gettext("Saved."))
            return redirect("correlation_exclusions")
    return edit_page(request, form, gettext("Edit the exclusion"), _parents(), version=version)


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def delete(request: PageRequest) -> HttpResponse:
    gone = services.delete_exclusions(request.actor, posted.numbers(request, "pk"))
    if gone:
        said = ngettext("%(n)s value correlates again.", "%(n)s values correlate again.", len(gone))
        undo = {"rows": json.dumps(gone)}
        say_with_undo(request, said % {"n": thin(len(gone))}, "correlation_exclusions_restore", **undo)
    return redirect("correlation_exclusions")


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def restore(request: PageRequest) -> HttpResponse:
    """Undo of `delete`: `rows` maps values to their comments."""
    try:
        rows = json_limits.decoded(posted.text(request, "rows"))
    except ValueError:
        rows = None
    if isinstance(rows, dict) and all(isinstance(comment, str) for comment in rows.values()):
        with errors_shown_as_message(request):
            _say_added(request, services.add_exclusions(request.actor, rows), len(rows))
    return redirect("correlation_exclusions")


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def exclude(request: PageRequest) -> HttpResponse:
    """One value, from the list of those with the most correlations."""
    value = posted.text(request, "value")
    with errors_shown_as_message(request):
        made = services.add_exclusion(request.actor, value)
        said = gettext("%(value)s no longer correlates.") % {"value": value}
        say_with_undo(request, said, "correlation_exclusions_delete", pk=made.pk)
    back = posted.text(request, "back")
    return redirect(back if back == "most_correlating_values" else "over_correlating_values")


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def apply(request: PageRequest) -> HttpResponse:
    return redirect("job", tasks.order_cleaning(request.actor))


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def rebuild(request: PageRequest) -> HttpResponse:
    return redirect("job", tasks.order_rebuild(request.actor))


def _say_added(request: PageRequest, added: int, wanted: int) -> None:
    said = ngettext("%(n)s value is excluded.", "%(n)s values are excluded.", added) % {"n": thin(added)}
    if known := wanted - added:
        already = ngettext("%(n)s was already excluded.", "%(n)s were already excluded.", known)
        said = f"{said} {already % {'n': thin(known)}}"
    messages.success(request, said)


def _parents() -> list[Crumb]:
    return [*parents(), (gettext("Correlations"), reverse("correlation_exclusions"))]
