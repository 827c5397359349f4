"""What one follows: the list, following from the page of a thing, how one is notified, and ending it."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import NotFound
from vardkase.core.mail.services import can_send
from vardkase.exchange.subscriptions.models import FollowedKind
from vardkase.exchange.subscriptions.problems import SubscriptionProblem
from vardkase.exchange.subscriptions.queries import (
    described,
    find_subscription,
    subscription_to,
    subscriptions,
)
from vardkase.exchange.subscriptions.services import (
    MOST_FOLLOWED,
    Channels,
    change_channels,
    follow,
    unfollow,
)
from vardkase.misp.flags import as_int
from vardkase.web.exchange.subscriptions.forms import ChannelForm, now
from vardkase.web.exchange.subscriptions.presenters import KINDS, notified_how, url_of
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.undo import say_with_undo

IN_LISTS: Mapping[str, str] = {FollowedKind.TAG: "tags", FollowedKind.SEARCH: "saved_searches"}
"""The lists with such a button in each row."""


@page()
def index(request: PageRequest) -> HttpResponse:
    listing = listed(request, subscriptions(request.actor), {"pk"}, "-pk")
    rows = [
        {"line": line, "kind": KINDS[line.kind], "url": url_of(line), "notified": notified_how(line)}
        for line in described(request.actor, listing["rows"])
    ]
    context = {**listing, "rows": rows, "sends_mail": can_send(), "most": MOST_FOLLOWED}
    return render(request, "subscriptions/index.html", context)


@require_POST
@page(writes=True)
def create(request: PageRequest) -> HttpResponse:
    """Follow a thing; `channels` only where an ended subscription is taken back."""
    try:
        kind = FollowedKind(posted.text(request, "kind"))
    except ValueError:
        raise NotFound(SubscriptionProblem.NO_SUCH_THING()) from None
    sent = posted.text(request, "thing")
    thing = sent if kind is FollowedKind.VALUE else (as_int(sent) or 0)
    channels = None
    if posted.text(request, "channels"):
        form = ChannelForm(request.POST)
        channels = form.chosen() if form.is_valid() else Channels()
    _follow(request, kind, thing, channels)
    return redirect(_back(request))


@require_POST
@page(writes=True)
def toggle(request: PageRequest, kind: str, thing: int) -> HttpResponse:
    """Follow a thing, or end it: the button in a list."""
    if kind not in IN_LISTS:
        raise NotFound(SubscriptionProblem.NO_SUCH_THING())
    found = subscription_to(request.actor, FollowedKind(kind), thing)
    if found is None:
        _follow(request, FollowedKind(kind), thing)
    else:
        _unfollow(request, found.pk)
    return redirect(f"{reverse(IN_LISTS[kind])}?{request.GET.urlencode()}#row-{thing}")


def _follow(
    request: PageRequest, kind: FollowedKind, thing: int | str, channels: Channels | None = None
) -> None:
    with errors_shown_as_message(request):
        made = follow(request.actor, kind, thing, channels)
        address, choose = reverse("subscription_edit", args=[made.pk]), gettext("Choose how you are notified")
        said = format_html('{} <a href="{}">{}</a>', gettext("You follow this now."), address, choose)
        messages.success(request, said)


@page(writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    found = find_subscription(request.actor, pk)
    form = ChannelForm(request.POST if request.method == "POST" else None, initial=now(found))
    if request.method == "POST" and form.is_valid():
        with errors_shown_in(form):
            change_channels(request.actor, pk, form.chosen())
        if not form.errors:
            messages.success(request, gettext("Saved."))
            return redirect("subscriptions")
    (line,) = described(request.actor, [found])
    parents = [(gettext("What you follow"), reverse("subscriptions"))]
    intro = "" if can_send() else gettext("This hub sends no e-mail at the moment.")
    return edit_page(request, form, line.name or str(KINDS[line.kind]), parents, intro=intro)


@require_POST
@page(writes=True)
def unfollow_one(request: PageRequest, pk: int) -> HttpResponse:
    _unfollow(request, pk)
    return redirect(_back(request))


def _unfollow(request: PageRequest, pk: int) -> None:
    was = unfollow(request.actor, pk)
    undone = {"kind": was.kind, "thing": was.value or was.thing_id, **now(was)}
    say_with_undo(request, gettext("You no longer follow this."), "subscription_create", **undone)


def _back(request: PageRequest) -> str:
    """The page of the thing, where the button was."""
    sent = posted.text(request, "next")
    is_here = url_has_allowed_host_and_scheme(sent, allowed_hosts=None) and sent.startswith("/")
    return sent if is_here else reverse("subscriptions")
