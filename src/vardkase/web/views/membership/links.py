"""What a private link opens, for who is not signed in: a first password, or a key that is shown once."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from vardkase.core.errors import Invalid, NotFound
from vardkase.hub.membership.onboarding import links
from vardkase.hub.membership.onboarding.links import Purpose
from vardkase.identity.access.actor import Actor, visitor
from vardkase.web.forms.errors import take_errors
from vardkase.web.forms.membership import PasswordForm
from vardkase.web.pages import by_private_link, public_page
from vardkase.web.views.membership.connecting import the_hub


@public_page
def password(request: HttpRequest, secret: str) -> HttpResponse:
    """Choose a first password."""
    try:
        link = links.find_link(Purpose.PASSWORD, secret)
        form = PasswordForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            links.choose_password(_visitor(request), secret, form.cleaned_data["password"])
            return redirect("account_login")
    except Invalid as error:
        take_errors(form, error)
    except NotFound as error:
        return _gone(request, error)
    context = {"form": form, "email": link.user.email, "organisation": link.user.org}
    return by_private_link(
        render(request, "membership/welcome.html", context, status=422 if form.errors else 200)
    )


@public_page
def key(request: HttpRequest, secret: str) -> HttpResponse:
    """Show a new key; only when asked to, so that no program that follows links in mail uses it up."""
    try:
        link = links.find_link(Purpose.KEY, secret)
        if request.method != "POST":
            return by_private_link(render(request, "membership/key.html", {"link": link, "hub": the_hub()}))
        made, raw = links.show_key(_visitor(request), secret)
    except NotFound as error:
        return _gone(request, error)
    ends = datetime.fromtimestamp(made.expiration, UTC)
    context = {"link": link, "key": made, "raw": raw, "ends": ends, "hub": the_hub()}
    return by_private_link(render(request, "membership/key.html", context))


def _visitor(request: HttpRequest) -> Actor:
    return visitor(getattr(request, "client_address", None))


def _gone(request: HttpRequest, error: NotFound) -> HttpResponse:
    if request.method not in ("GET", "HEAD", "POST"):
        raise Http404
    return by_private_link(render(request, "membership/gone.html", {"why": str(error)}, status=404))
