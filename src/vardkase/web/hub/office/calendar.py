"""The calendar of deadlines, and its private feed for calendar programs."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from vardkase.core.errors import NotFound
from vardkase.hub.office.calendar import queries, services
from vardkase.hub.office.staff import DESKS
from vardkase.web.ui.pages import PageRequest, page, public_page

LONGEST_CODE = 64


@page(staff=DESKS)
def index(request: PageRequest) -> HttpResponse:
    return _page(request)


@require_POST
@page(writes=True, staff=DESKS)
def create_link(request: PageRequest) -> HttpResponse:
    code = services.create_calendar_link(request.actor)
    address = settings.BASE_URL or request.build_absolute_uri("/").rstrip("/")
    return _page(request, link=address + reverse("calendar_feed", args=(code,)))


@require_POST
@page(writes=True, staff=DESKS)
def revoke_link(request: PageRequest) -> HttpResponse:
    services.revoke_calendar_link(request.actor)
    messages.success(request, gettext("The calendar link no longer works."))
    return redirect("calendar")


@require_safe
@public_page
def feed(_request: HttpRequest, code: str) -> HttpResponse:
    try:
        with translation.override(settings.LANGUAGE_CODE):
            content = services.fetch_calendar(code[:LONGEST_CODE])
    except NotFound as error:
        raise Http404(str(error)) from error
    headers = {
        "Content-Disposition": 'inline; filename="vardkase.ics"',
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


def _page(request: PageRequest, link: str = "") -> HttpResponse:
    context = {
        "days": queries.deadlines(request.actor).items(),
        "today": timezone.localdate(),
        "link": link,
        "has_link": queries.calendar_link(request.actor),
    }
    return render(request, "office/calendar.html", context)
