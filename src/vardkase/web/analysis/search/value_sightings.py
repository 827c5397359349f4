"""Reporting from the page of a value that it was seen, was a false positive, or has expired."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.analysis.search.value_page import EXAMINED, occurrence_ids
from vardkase.core.clock import now_seconds
from vardkase.identity.access.permissions import Permission
from vardkase.intel.sightings import taking_back
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.services import SightingReport
from vardkase.misp.flags import as_int
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.intel.sightings.views import REPORTED, say_taken_back
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.SIGHTING, writes=True)
@require_POST
def report(request: PageRequest) -> HttpResponse:
    """Of the occurrence `attribute`, or of all that the reader may see."""
    value, kind = posted.text(request, "v"), posted.text(request, "type")
    if not value or kind not in map(str, SightingType.values):
        raise Http404
    ids = occurrence_ids(request.actor, value)
    if chosen := posted.text(request, "attribute"):
        ids = [pk for pk in ids if pk == as_int(chosen)]
    back = value_url(value)
    if not ids:
        messages.error(request, gettext("The value no longer occurs where you may report on it."))
        return redirect(back)
    if len(ids) >= EXAMINED:
        messages.error(
            request,
            gettext("The value occurs in too many events to report on all of them. Choose one of them."),
        )
        return redirect(back)
    with errors_shown_as_message(request):
        done = taking_back.report(request.actor, ids, SightingReport(int(kind), now_seconds(), ""))
        said = str(REPORTED[SightingType(int(kind))])
        if done.count > 1:
            where = ngettext("It concerns %(n)s attribute.", "It concerns %(n)s attributes.", done.count)
            said = f"{said} {where % {'n': thin(done.count)}}"
        say_taken_back(request, said, done.token, back)
    return redirect(back)
