"""The service status page, and publishing announcements."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from vardkase.hub.customer_service import publishing_announcements
from vardkase.hub.customer_service.models import Announcement
from vardkase.hub.customer_service.queries import announcements
from vardkase.hub.customer_service.rules import DESKS
from vardkase.web.hub.customer_service.forms import AnnouncementForm
from vardkase.web.hub.public_pages.front import words_at_the_foot
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.markdown import rendered_by_owner
from vardkase.web.ui.pages import PageRequest, page, public_page


@public_page
def status(request: HttpRequest) -> HttpResponse:
    shown = {name: [_in_words(row) for row in rows] for name, rows in announcements(timezone.now()).items()}
    return render(request, "customer_service/status.html", {**shown, **words_at_the_foot()})


@page(staff=DESKS)
def index(request: PageRequest) -> HttpResponse:
    by_time = announcements(timezone.now())
    rows = [(row, name) for name in ("current", "planned", "over") for row in by_time[name]]
    return render(request, "customer_service/announcements.html", {"rows": rows})


@page(writes=True, staff=DESKS)
def write(request: PageRequest, pk: int | None = None) -> HttpResponse:
    row = publishing_announcements.find_announcement(request.actor, pk) if pk else None
    form = AnnouncementForm(request.POST or None, initial=_initial(row))
    if form.is_valid():
        with errors_shown_in(form):
            publishing_announcements.announce(
                request.actor, form.cleaned_data, pk, mail=form.cleaned_data["mail"]
            )
            messages.success(request, gettext("The announcement is on the status page."))
            return redirect("announcements")
    context = {"form": form, "announcement": row}
    return render(
        request, "customer_service/announcement_form.html", context, status=422 if form.errors else 200
    )


@require_POST
@page(writes=True, staff=DESKS)
def end(request: PageRequest, pk: int) -> HttpResponse:
    publishing_announcements.end(request.actor, pk)
    messages.success(request, gettext("The status page now shows it as resolved."))
    return redirect("announcements")


def _initial(row: Announcement | None) -> dict[str, Any]:
    if row is None:
        return {"kind": "planned"}
    return {name: getattr(row, name) for name in (*publishing_announcements.TEXTS, "kind", "begins", "ends")}


def _in_words(row: Announcement) -> dict[str, Any]:
    language = "en" if get_language() == "en" else "sv"
    return {
        "row": row,
        "title": getattr(row, f"title_{language}"),
        "html": rendered_by_owner(getattr(row, f"text_{language}")),
    }
