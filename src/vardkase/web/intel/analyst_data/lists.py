"""Lists of analyst data: on an event, all that concerns the reader’s organisation, and one with its replies."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from vardkase.core.paging import Page
from vardkase.intel.analyst_data.queries import find_analyst_data
from vardkase.intel.analyst_data.targets import find_targets
from vardkase.intel.analyst_data.threads import AnalystLine, ThreadFilter, root_of, threads, whole_line
from vardkase.intel.queries.find import UUID_FORM
from vardkase.web.intel.analyst_data.presenters import ShownAnalystData, ShownTarget, may_write, shown
from vardkase.web.intel.events.layout import shell_context, shell_of
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page, page_links, wanted_place, wanted_size


@page()
def of_event(request: PageRequest, reference: str) -> HttpResponse:
    """All of them, or with `about` only those on the part with this uuid."""
    shell = shell_of(request.actor, reference)
    about = request.GET.get("about", "").lower()
    object_uuid = about if UUID_FORM.fullmatch(about) else None
    wanted = ThreadFilter(event_id=shell.event.id, object_uuid=object_uuid)
    found = threads(request.actor, wanted, wanted_place(request), wanted_size(request))
    context = {
        **shell_context(shell, "event_notes"),
        **_listed(request, found),
        "is_of_one": object_uuid is not None,
        "all_url": first_page(request, about=None),
    }
    return render(request, "analyst_data/of_event.html", context)


@page()
def every(request: PageRequest) -> HttpResponse:
    own = request.actor.organisation_id
    is_made = request.GET.get("show") == "made"
    wanted = ThreadFilter(creator_id=own) if is_made else ThreadFilter(concerns=own)
    found = threads(request.actor, wanted, wanted_place(request), wanted_size(request))
    context = {
        **_listed(request, found),
        "heading": pgettext("analyst data", "Notes"),
        "is_made": is_made,
        "tabs": [
            {"label": gettext("About our events"), "url": "?", "current": not is_made},
            {"label": gettext("Made by us"), "url": "?show=made", "current": is_made},
        ],
    }
    return render(request, "analyst_data/every.html", context)


@page()
def one(request: PageRequest, reference: str) -> HttpResponse:
    """One with its whole text, and a page of replies to it."""
    line = line_of(request, reference)
    replies = threads(
        request.actor, ThreadFilter(object_uuid=line.uuid), wanted_place(request), wanted_size(request)
    )
    root = root_of(request.actor, line)
    context = {
        **_listed(request, replies),
        "heading": ShownAnalystData(request.actor, line, {}).type_name,
        "thread": shown(request.actor, [line])[0],
        "root": ShownTarget(*root, find_targets(request.actor, [root]).get(root)),
    }
    return render(request, "analyst_data/thread.html", context)


def line_of(request: PageRequest, reference: str) -> AnalystLine:
    """Raises NotFound."""
    line = whole_line(request.actor, find_analyst_data(request.actor, None, reference).uuid)
    # Deleted between the two queries: as if it had been before.
    return line or line_of(request, reference)


def _listed(request: PageRequest, found: Page[AnalystLine]) -> dict[str, Any]:
    return {
        "threads": shown(request.actor, found.rows),
        "may_write": may_write(request.actor),
        **page_links(request, found),
    }
