"""Help: where to read and ask, and a short tour of the hub that new people are offered once."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.queries import find_user
from vardkase.identity.user_settings.models import UserSetting
from vardkase.identity.user_settings.services import set_user_setting
from vardkase.web.hub.guide.tasks import tasks_for
from vardkase.web.ui.navigation import address_of
from vardkase.web.ui.pages import PageRequest, page

ENDED = "tour_ended"
MOST_STEPS = 6


@dataclass(frozen=True, slots=True)
class TourStep:
    """`views`: names of the pages that it shows, each with its label."""

    title: str | Promise
    words: str | Promise
    views: tuple[tuple[str, str | Promise], ...]
    is_content: bool = False
    requires: Permission | None = None


STEPS = (
    TourStep(
        _("Find what others have shared"),
        _(
            "Type or paste a value, a hash, an address or a word in the search box at the top of every page. A "
            "value’s page shows where it occurs, who has seen it and whether it is probably harmless."
        ),
        (("search", _("Search")), ("lookup", _("Look up many values"))),
        is_content=True,
    ),
    TourStep(
        _("Read events"),
        _(
            "An event holds everything about one incident or campaign: attributes, objects, tags and reports. Its "
            "header says who can see it."
        ),
        (("events", _("Events")), ("collections", _("Collections"))),
        is_content=True,
    ),
    TourStep(
        _("Share what you know"),
        _(
            "Create an event from scratch, from a file or text, or from a template. It is unpublished until you "
            "publish it, and the page where you do says who will receive it."
        ),
        (
            ("event_create", _("New event")),
            ("event_import", _("Import")),
            ("event_templates", _("Event templates")),
        ),
        is_content=True,
        requires=Permission.ADD,
    ),
    TourStep(
        _("Work together"),
        _(
            "On other organisations’ events you can report sightings, propose changes, write notes and ask the "
            "creator. What concerns your own events is listed for you."
        ),
        (
            ("proposals", pgettext_lazy("event", "Proposals")),
            ("notes", pgettext_lazy("analyst data", "Notes")),
        ),
        is_content=True,
        requires=Permission.ADD,
    ),
    TourStep(
        _("Make it yours"),
        _("Choose which e-mail you get, and which figures you see on the overview."),
        (
            ("account_notifications", _("E-mail notifications")),
            ("dashboard", _("My widgets")),
            ("account", _("Your account and keys")),
        ),
    ),
    TourStep(
        _("Get help"),
        _(
            "Press ? on any page for the keyboard shortcuts. The help page leads to Getting started, the API and "
            "support, and starts this tour again."
        ),
        (("help", _("Help")), ("guide", _("Getting started")), ("support", _("Support"))),
    ),
)
READING = (
    (
        "guide",
        _("Getting started"),
        _("The steps from reading about the hub to sharing on it, and how far you are."),
    ),
    ("public", _("Questions and answers"), _("What the hub is for, and what membership means.")),
    ("account", _("Your account and keys"), _("Password, second factor and API keys.")),
    ("api_docs", _("About the API"), _("Every endpoint, what it accepts and what it returns.")),
    ("api_client", _("API client"), _("Put together and send requests in the browser.")),
    ("support", _("Support"), _("Ask the hub’s staff.")),
)


def steps_for(actor: Actor) -> list[TourStep]:
    return [
        step
        for step in STEPS
        if not (step.is_content and actor.may_not_read_content)
        and (step.requires is None or actor.may(step.requires))
    ]


def offers_tour(actor: Actor) -> bool:
    """Whether the actor has not taken or declined the tour yet."""
    if actor.user_id is None or not actor.may_write:
        return False
    return not UserSetting.objects.filter(user=actor.user_id, setting=ENDED, value=1).exists()


@page(allowed_while_suspended=True)
def help_page(request: PageRequest) -> HttpResponse:
    reading = [(url, label, words) for view, label, words in READING if (url := address_of(view))]
    context = {
        "reading": reading,
        "tasks": tasks_for(request.actor),
        "may_write": request.actor.may_write,
    }
    return render(request, "guide/help.html", context)


@page(allowed_while_suspended=True)
def step(request: PageRequest, step: int) -> HttpResponse:
    steps = steps_for(request.actor)
    if not 1 <= step <= len(steps):
        raise Http404
    shown = steps[step - 1]
    context = {
        "step": shown,
        "number": step,
        "count": len(steps),
        "before": step - 1,
        "after": step + 1 if step < len(steps) else 0,
        "links": [(url, label) for view, label in shown.views if (url := address_of(view))],
        "may_write": request.actor.may_write,
    }
    return render(request, "guide/tour.html", context)


@page(writes=True)
@require_POST
def end(request: PageRequest) -> HttpResponse:
    set_user_setting(request.actor, find_user(request.actor, "me"), ENDED, 1)
    messages.success(request, gettext("You can take the tour again from the help page."))
    return redirect("home")


@page(writes=True)
@require_POST
def again(request: PageRequest) -> HttpResponse:
    set_user_setting(request.actor, find_user(request.actor, "me"), ENDED, 0)
    return redirect("tour", 1)
