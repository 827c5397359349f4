"""Absence and deputies."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.clock import today
from vardkase.hub.office.absence import services
from vardkase.hub.office.absence.models import Absence
from vardkase.hub.office.absence.queries import coming_absences
from vardkase.hub.office.staff import DESKS, colleagues_covered
from vardkase.web.hub.office.forms import AbsenceForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.pages import PageRequest, page


@page(writes=True, staff=DESKS)
def index(request: PageRequest) -> HttpResponseBase:
    absences = coming_absences(request.actor)
    if wanted := wanted_file(request):
        return list_file(request, wanted, "absences", gettext("Absence and deputies"), _columns(), absences)
    form = AbsenceForm(
        request.POST or None,
        initial={"user": request.actor.user_id, "first": today()},
        colleagues=colleagues_covered(request.actor),
    )
    if form.is_valid():
        data = form.cleaned_data
        with errors_shown_in(form):
            services.register_absence(
                request.actor, data["user"], data["deputy"], data["first"], data["last"]
            )
            messages.success(request, gettext("The absence has been registered."))
            return redirect("absences")
    context = {"form": form, "absences": absences, "today": today(), **file_links(request)}
    return render(request, "office/absence.html", context, status=422 if form.errors else 200)


def _columns() -> Columns[Absence]:
    return {
        gettext("Who is away"): lambda absence: absence.user.email,
        gettext("Deputy"): lambda absence: absence.deputy.email if absence.deputy else "",
        gettext("From"): lambda absence: absence.first,
        gettext("Until"): lambda absence: absence.last,
        gettext("Registered by"): lambda absence: absence.noted_by,
    }


@require_POST
@page(writes=True, staff=DESKS)
def end(request: PageRequest, pk: int) -> HttpResponse:
    services.end_absence(request.actor, pk)
    messages.success(request, gettext("The absence has been ended."))
    return redirect("absences")
