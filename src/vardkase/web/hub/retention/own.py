"""What retention has changed of the reader's own organisation."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from vardkase.hub.retention.models import RetentionItem, RetentionPlace
from vardkase.hub.retention.own_items import own_items, readable_events_of
from vardkase.identity.access.permissions import Permission
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page

SORTS = {"done_at", "run"}


@page(Permission.ADMIN, allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponseBase:
    items = own_items(request.actor)
    if form := wanted_file(request):
        rows = in_order(request, items, SORTS, "-done_at")
        return list_file(
            request, form, "own-retention", gettext("Disposal of our personal data"), _columns(), rows
        )
    context = listed(request, items, SORTS, "-done_at")
    opens = readable_events_of(request.actor, context["rows"])
    context["rows"] = [
        (item, RetentionPlace(item.place).label, item.event_id in opens) for item in context["rows"]
    ]
    return render(request, "retention/own.html", context | file_links(request))


def _columns() -> Columns[RetentionItem]:
    return {
        gettext("Run"): lambda item: item.run.number,
        gettext("Rule"): lambda item: f"{item.rule.reference} {item.rule.title}",
        gettext("Where"): lambda item: str(RetentionPlace(item.place).label),
        gettext("Event"): lambda item: item.event_id or None,
        gettext("Status"): lambda item: item.get_state_display(),
        pgettext("retention item", "Done"): lambda item: item.done_at,
    }
