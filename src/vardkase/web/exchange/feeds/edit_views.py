"""Adding, editing and deleting external feeds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.feeds import services
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.feeds.queries import find_feed
from vardkase.identity.access.permissions import Permission
from vardkase.web.exchange.feeds.forms import FeedForm
from vardkase.web.ui.chips import INHERIT
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page

FIELDS = {"settings": "columns", "rules": "changed", "tag_id": "tag"}
"""What a service calls something → the field where it was written."""
AS_THE_FEED_SAYS = _("as the feed specifies; for lists: only us")


@page(Permission.SITE_ADMIN, writes=True)
def create(request: PageRequest) -> HttpResponse:
    return _write(request, None)


@page(Permission.SITE_ADMIN, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    return _write(request, find_feed(request.actor, pk))


@page(Permission.SITE_ADMIN, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    feed = find_feed(request.actor, pk)
    if request.method != "POST":
        words = gettext(
            "Its settings, cached values and run history are removed. Events that came from it are kept. This "
            "cannot be undone."
        )
        return confirm_page(
            request,
            gettext("Remove %(name)s") % {"name": feed.name},
            [(feed.name, reverse("feed", args=[pk]))],
            words,
            act=gettext("Remove the feed"),
        )
    services.delete_feed(request.actor, pk)
    messages.success(request, gettext("The feed has been removed. Events that came from it are kept."))
    return redirect("feeds")


def _write(request: PageRequest, feed: Feed | None) -> HttpResponse:
    form = (
        FeedForm(request.actor, feed, request.POST)
        if request.method == "POST"
        else FeedForm(request.actor, feed)
    )
    version = ShownVersion(request, feed)
    if form.is_valid():
        with errors_shown_in(form, fields=FIELDS), version.saving(form):
            saved = (
                services.edit_feed(request.actor, feed.pk, form.wire())
                if feed
                else services.add_feed(request.actor, form.wire())
            )
            said = (
                gettext("Saved. Preview it to check that it is readable.")
                if saved.enabled
                else gettext("Saved. Preview it, then enable it to fetch.")
            )
            messages.success(request, said)
            return redirect("feed", saved.pk)
    context: dict[str, Any] = {
        "form": form,
        "version": version,
        "feed": feed,
        "groups": form.groups,
        "counts": {INHERIT: AS_THE_FEED_SAYS},
    }
    return render(request, "feeds/form.html", context, status=version.status(form))
