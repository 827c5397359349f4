"""Pages on which a spill is declared."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.core.errors import NotFound
from vardkase.hub.spills.declaring import declare
from vardkase.hub.spills.rules import may_handle, require_handler
from vardkase.intel.queries.last_version import event_to_read
from vardkase.web.hub.spills.forms import DeclareAnySpillForm, DeclareSpillForm
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page(writes=True, allowed_while_suspended=True)
def event(request: PageRequest, reference: int) -> HttpResponse:
    number = event_to_read(request.actor, reference)
    parents = [
        (gettext("Events"), reverse("events")),
        (gettext("Event %(number)s") % {"number": number}, reverse("event", args=(number,))),
    ]
    return _declare(request, DeclareSpillForm(request.POST or None), parents, str(number))


@page(writes=True, allowed_while_suspended=True)
def any_event(request: PageRequest) -> HttpResponse:
    """For officers, who need not be able to read the event."""
    require_handler(request.actor)
    parents = [(gettext("Suspected spills"), reverse("spills"))]
    return _declare(request, DeclareAnySpillForm(request.POST or None), parents)


def _declare(
    request: PageRequest, form: DeclareSpillForm, parents: list[Crumb], reference: str = ""
) -> HttpResponse:
    if form.is_valid():
        data = form.cleaned_data
        with errors_shown_in(form):
            try:
                spill = declare(
                    request.actor,
                    reference or data["event"].strip(),
                    kind=data["kind"],
                    reason=data["reason"],
                )
            except NotFound as missing:
                if reference:
                    raise
                form.add_error("event", str(missing))
            else:
                messages.success(request, gettext("The event is in quarantine. Nobody can read it any more."))
                return redirect("spill" if may_handle(request.actor) else "spill_status", spill.pk)
    return edit_page(
        request,
        form,
        gettext("Declare a spill of classified information"),
        parents,
        save=gettext("Put the event in quarantine"),
        intro=gettext(
            "The hub is not for security-classified information. From the moment you declare a spill, nobody can read "
            "the event, you included. The officers of the hub are told, and those who could read it are asked to "
            "delete their copies. Two people then decide whether it is deleted or was a false alarm."
        ),
    )
