"""The last published version of an event that is being changed, for those who may not read it as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from vardkase.analysis.search.event_list import EventFilters
from vardkase.core.errors import NotFound
from vardkase.formats.misp_json.changing_list import SEARCHED, changing_listed
from vardkase.formats.misp_json.published import last_published_event
from vardkase.formats.misp_json.version_search import threat_levels
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.last_version import (
    ChangingEvent,
    LastVersion,
    changing_events,
    find_last_version,
)
from vardkase.web.intel.events.forms import EventFilterForm
from vardkase.web.intel.events.published import published_context
from vardkase.web.intel.events.rows import SHOWN_TAGS, moment
from vardkase.web.ui.chips import is_tlp
from vardkase.web.ui.display import thin
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import with_query

BELOW = ("event/<reference:reference>/", "events/view/<reference:reference>")
"""How the routes of the pages of an event begin."""
A_PAGE = 50
"""Events that are being changed on a page."""
STOP_ASKING = 286
"""htmx swaps what came, and does not ask again."""


def last_version_page(request: PageRequest, reference: str) -> HttpResponse:
    """Raises NotFound, and Conflict if the version is too large."""
    last = find_last_version(request.actor, reference)
    if "HX-Request" in request.headers:
        # A part of a page that shows the event as it was: the whole page changes.
        return HttpResponse(headers={"HX-Redirect": reverse("event", args=[last.event_id])})
    context = {
        "last": last,
        "when": moment(last.published_at),
        **published_context(request, last_published_event(request.actor, last)),
    }
    return render(request, "events/last_version.html", context)


@dataclass(frozen=True, slots=True)
class ChangingRow:
    """An event of the list that is being changed, as its last version was."""

    listed: ChangingEvent
    threat_level_id: int | None = None

    @property
    def title(self) -> str:
        return self.listed.info or gettext("Event %(id)s") % {"id": self.listed.event_id}

    @property
    def published(self) -> datetime:
        return moment(self.listed.version_published_at)

    @property
    def tlp(self) -> str | None:
        return next((tag for tag in self.listed.tags if is_tlp(tag)), None)

    @property
    def tags(self) -> list[str]:
        return [tag for tag in self.listed.tags if not is_tlp(tag)][:SHOWN_TAGS]


def changing_rows(listed: Sequence[ChangingEvent]) -> list[ChangingRow]:
    levels = threat_levels(listed) if listed else {}
    return [ChangingRow(one, levels.get(one.event_id)) for one in listed]


def changing_words(count: int) -> str:
    """How many events others are changing; empty if none."""
    if not count:
        return ""
    if count >= SEARCHED:
        return gettext("%(n)s or more being changed by their owners") % {"n": thin(SEARCHED)}
    return ngettext("%(n)s being changed by its owner", "%(n)s being changed by their owners", count) % {
        "n": thin(count)
    }


@page()
def changing(request: PageRequest) -> HttpResponse:
    """Events that others are changing, each as its last version was; by the filters of the list of events."""
    text = request.GET.get("start", "")
    start = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
    form = EventFilterForm(request.GET)
    filters = replace(form.filters(request.actor), sort=EventFilters().sort)
    if filters == EventFilters():
        listed = changing_events(request.actor, start, A_PAGE)
    else:
        listed = changing_listed(request.actor, filters)[start : start + A_PAGE + 1]
    context = {
        "rows": changing_rows(listed[:A_PAGE]),
        "chips": form.chips(request),
        "newer": with_query(request, start=str(max(0, start - A_PAGE))) if start else "",
        "older": with_query(request, start=str(start + A_PAGE)) if len(listed) > A_PAGE else "",
    }
    return render(request, "events/changing.html", context)


def numbered(actor: Actor, reference: str, number: int) -> LastVersion:
    """Raises NotFound for any other version than the last one."""
    last = find_last_version(actor, reference)
    if last.number != number:
        raise Http404
    return last


@page()
def version_news(request: PageRequest, reference: str) -> HttpResponse:
    """For an open page of a version: nothing while it is the last one (`?seen=`) and the event is being changed."""
    try:
        find_event(request.actor, reference)
        state = "published"
    except NotFound:
        try:
            seen = str(find_last_version(request.actor, reference).published_at)
        except NotFound:
            state = "gone"
        else:
            if seen == request.GET.get("seen"):
                return HttpResponse(status=204)
            state = "published"
    context = {"state": state, "reference": reference}
    return render(request, "events/version_news.html", context, status=STOP_ASKING)


class LeadToLastVersion:
    """Leads from what is not there to read of an event that is being changed to its last version."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        actor = getattr(request, "actor", None)
        if not isinstance(exception, Http404) or actor is None or match is None:
            return None
        # What scripts ask for is a part of the page that they are on.
        if not match.route.startswith(BELOW) or "HX-Request" in request.headers:
            return None
        try:
            last = find_last_version(actor, match.kwargs["reference"])
        except NotFound:
            return None
        if request.method == "POST":
            said = gettext(
                "Nothing was saved, because the owner is changing the event. "
                "You can continue once the changes are published."
            )
        else:
            said = gettext(
                "That page is unavailable while the owner is changing the event. "
                "This is the last published version."
            )
        if match.view_name != "old_event":
            messages.warning(request, said)
        return redirect("event", last.event_id)
