"""Own feeds: content, readers and URL of each."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.exchange.own_feeds import services, tasks
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.identity.access.permissions import Permission
from vardkase.web.exchange.feeds.views import tabs
from vardkase.web.exchange.own_feeds.forms import OwnFeedForm
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices, searched_for

FIELDS = {"filters": "since", "open": "readers"}
"""What the service calls something → the field where it was chosen."""


@page(Permission.SITE_ADMIN)
def index(request: PageRequest) -> HttpResponse:
    context = {"feeds": services.own_feeds(request.actor), "tabs": tabs("own_feeds")}
    return render(request, "own_feeds/index.html", context)


@page(Permission.SITE_ADMIN)
def view(request: PageRequest, name: str) -> HttpResponse:
    return _shown(request, services.find_own_feed(request.actor, name))


@page(Permission.SITE_ADMIN, writes=True)
def create(request: PageRequest) -> HttpResponse:
    return _write(request, None)


@page(Permission.SITE_ADMIN, writes=True)
def edit(request: PageRequest, name: str) -> HttpResponse:
    return _write(request, services.find_own_feed(request.actor, name))


@page(Permission.SITE_ADMIN)
def find(request: PageRequest) -> HttpResponse:
    return found_choices(request, OwnFeedForm(request.actor, None))


@page(Permission.SITE_ADMIN, writes=True)
def delete(request: PageRequest, name: str) -> HttpResponse:
    feed = services.find_own_feed(request.actor, name)
    if request.method != "POST":
        words = gettext(
            "Nobody will be able to fetch the feed, and its key will stop working. The events stay on the hub. This"
            " cannot be undone."
        )
        return confirm_page(
            request,
            gettext("Remove %(name)s") % {"name": feed.name},
            [(feed.name, reverse("own_feed", args=[feed.name]))],
            words,
            act=gettext("Remove the feed"),
        )
    services.delete_own_feed(request.actor, name)
    messages.success(request, gettext("The feed and its files have been removed."))
    return redirect("own_feeds")


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def refresh(request: PageRequest, name: str) -> HttpResponse:
    tasks.order_by(request.actor, name)
    messages.success(request, gettext("The feed will be written in a moment."))
    return redirect("own_feed", name)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def make_token(request: PageRequest, name: str) -> HttpResponse:
    token = services.make_token(request.actor, name)
    return _shown(request, services.find_own_feed(request.actor, name), token)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def remove_token(request: PageRequest, name: str) -> HttpResponse:
    services.remove_token(request.actor, name)
    messages.success(request, gettext("The feed’s key no longer works."))
    return redirect("own_feed", name)


def _shown(request: PageRequest, feed: OwnFeed, token: str = "") -> HttpResponse:
    context = {
        "feed": feed,
        "groups": [
            "" if request.actor.may_not_read_content else group.name for group in feed.sharing_groups.all()
        ],
        "address": request.build_absolute_uri(f"/feed/{feed.name}/"),
        "token": token,
    }
    return render(request, "own_feeds/own_feed.html", context)


def _write(request: PageRequest, feed: OwnFeed | None) -> HttpResponse:
    version = ShownVersion(request, feed)
    form = form_with_pickers(request, lambda data: OwnFeedForm(request.actor, feed, data))
    if form.is_valid():
        with errors_shown_in(form, fields=FIELDS), version.saving(form):
            data, name = form.data_for_service(), feed.name if feed else ""
            saved = services.save_own_feed(request.actor, data, name)
            tasks.order(saved.pk, whole=True)
            messages.success(request, gettext("Saved. The feed will be written in a moment."))
            return redirect("own_feed", saved.name)
    context = {"form": form, "version": version, "feed": feed, **searched_for(request)}
    return render(request, "own_feeds/form.html", context, status=version.status(form))
