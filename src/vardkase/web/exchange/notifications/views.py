"""One's own notifications: the list, opening what one is about, and marking them as read."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import NotFound
from vardkase.exchange.notifications.problems import NotificationProblem
from vardkase.exchange.notifications.queries import Shown, find_notification, notifications
from vardkase.exchange.notifications.services import (
    mark_all_read,
    mark_read,
    mark_unread,
    take_back_all_read,
)
from vardkase.web.exchange.notifications.presenters import shown
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page, page_links, wanted_place, wanted_size
from vardkase.web.ui.undo import say_with_undo

MOST_MARKED = 200


@page(allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponse:
    unread = request.GET.get("show") != Shown.ALL
    wanted = Shown.UNREAD if unread else Shown.ALL
    found = notifications(request.actor, wanted, wanted_place(request), wanted_size(request))
    context = {
        "rows": shown(request.actor, found.rows),
        "unread_only": unread,
        "tabs": [
            {"label": gettext("Unread"), "url": first_page(request, show=None), "current": unread},
            {"label": gettext("All"), "url": first_page(request, show=Shown.ALL), "current": not unread},
        ],
        **page_links(request, found),
    }
    return render(request, "notifications/index.html", context)


@page(allowed_while_suspended=True)
def open_notification(request: PageRequest, pk: int) -> HttpResponse:
    """Mark a notification as read, and go to what it is about."""
    line = find_notification(request.actor, pk)
    mark_read(request.actor, [pk])
    return redirect(shown(request.actor, [line])[0].url)


@require_POST
@page(allowed_while_suspended=True)
def mark(request: PageRequest) -> HttpResponse:
    ids = posted.numbers(request, "pk")[:MOST_MARKED]
    if not ids:
        raise NotFound(NotificationProblem.NOT_FOUND())
    if posted.flag(request, "unread"):
        mark_unread(request.actor, ids)
        messages.success(request, gettext("Marked as unread."))
    else:
        mark_read(request.actor, ids)
        say_with_undo(request, gettext("Marked as read."), "notifications_mark", pk=ids, unread="1")
    return _back(request)


@require_POST
@page(allowed_while_suspended=True)
def mark_all(request: PageRequest) -> HttpResponse:
    marked = mark_all_read(request.actor)
    said = ngettext("%(n)s notification marked as read.", "%(n)s notifications marked as read.", marked.count)
    moment = marked.at.isoformat()
    say_with_undo(request, said % {"n": thin(marked.count)}, "notifications_unmark_all", at=moment)
    return _back(request)


@require_POST
@page(allowed_while_suspended=True)
def unmark_all(request: PageRequest) -> HttpResponse:
    try:
        moment = parse_datetime(posted.text(request, "at"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise NotFound(NotificationProblem.NOT_FOUND())
    take_back_all_read(request.actor, moment)
    messages.success(request, gettext("Marked as unread."))
    return _back(request)


def _back(request: PageRequest) -> HttpResponse:
    answer = redirect("notifications")
    if posted.text(request, "show") == Shown.ALL:
        answer["Location"] += f"?show={Shown.ALL.value}"
    return answer
