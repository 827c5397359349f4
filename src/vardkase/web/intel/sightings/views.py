"""Sightings of an attribute: reporting one with a click, listing them, and deleting one's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.core.clock import now_seconds
from vardkase.core.errors import NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import AttributeRow, EventRow
from vardkase.intel.queries.find import find_attribute_of, find_event
from vardkase.intel.sightings import taking_back
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.queries import attribute_sightings, counts_by_type, find_sighting, weekly_counts
from vardkase.intel.sightings.services import SightingReport
from vardkase.web.intel.events.presenters import WEEKS, SightingCounts
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size
from vardkase.web.ui.undo import say_with_undo

REPORTED = {
    SightingType.SEEN: _("Your sighting has been recorded."),
    SightingType.FALSE_POSITIVE: _("The value has been reported as a false positive."),
    SightingType.EXPIRATION: _("The value has been reported as expired."),
}


@page()
def index(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    event = find_event(request.actor, reference)
    attribute = find_attribute_of(request.actor, event, attribute_id)
    found = attribute_sightings(request.actor, attribute.id, wanted_place(request), wanted_size(request))
    context = {
        **_counted(request, event, attribute),
        "heading": gettext("Sightings"),
        "attribute": attribute,
        "sightings": found.rows,
        **page_links(request, found),
    }
    return render(request, "sightings/index.html", context)


@page(Permission.SIGHTING, writes=True)
@require_POST
def add(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    """Report a sighting of the kind `type` now; answers htmx with the counts of the row."""
    event = find_event(request.actor, reference)
    attribute = find_attribute_of(request.actor, event, attribute_id)
    kind = posted.text(request, "type")
    if kind not in map(str, SightingType.values):
        raise Http404
    report = SightingReport(int(kind), now_seconds(), "")
    with errors_shown_as_message(request):
        reported = taking_back.report(request.actor, [attribute.id], report)
        back = reverse("sightings", args=[event.id, attribute.id])
        token = "" if request.headers.get("HX-Request") else reported.token
        say_taken_back(request, REPORTED[SightingType(report.type)], token, back)
    if request.headers.get("HX-Request"):
        # Announced with the new counts; shown on no later page.
        said = " ".join(map(str, messages.get_messages(request)))
        return render(request, "sightings/counts.html", {**_counted(request, event, attribute), "said": said})
    return redirect("sightings", event.id, attribute.id)


@page(Permission.SIGHTING, Permission.MODIFY_ORG, writes=True)
@require_POST
def delete(request: PageRequest, reference: str, attribute_id: int, sighting_id: int) -> HttpResponse:
    event = find_event(request.actor, reference)
    attribute = find_attribute_of(request.actor, event, attribute_id)
    if find_sighting(request.actor, sighting_id).attribute_id != attribute.id:
        raise Http404
    token = taking_back.delete(request.actor, sighting_id)
    back = reverse("sightings", args=[event.id, attribute.id])
    say_taken_back(request, gettext("Sighting deleted."), token, back)
    return redirect(back)


@page(Permission.SIGHTING, writes=True)
@require_POST
def take_back(request: PageRequest) -> HttpResponse:
    """Undoes a report, or the deletion of one."""
    with errors_shown_as_message(request):
        try:
            taking_back.take_back(request.actor, posted.text(request, "token"))
        except NotFound as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, gettext("The sightings are as they were before."))
    back = posted.text(request, "back")
    is_own = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_own else reverse("sightings_every"))


def say_taken_back(request: PageRequest, said: object, token: str, back: str) -> None:
    """With a button that undoes it, if it can be undone; `back` is the page that then follows."""
    if token:
        say_with_undo(request, str(said), "sightings_undo", token=token, back=back)
    else:
        messages.success(request, str(said))


def _counted(request: PageRequest, event: EventRow, attribute: AttributeRow) -> dict[str, Any]:
    counts = counts_by_type(request.actor, [attribute.id]).get(attribute.id, {})
    weeks = weekly_counts(request.actor, [attribute.id], WEEKS, now_seconds()).get(attribute.id, ())
    return {"event": event, "line": attribute, "sighted": SightingCounts(counts, weeks)}
