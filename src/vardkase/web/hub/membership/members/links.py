"""Pages behind private links, without sign-in: setting a first password, or showing a key once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from vardkase.core.errors import NotFound
from vardkase.hub.membership.onboarding import links
from vardkase.hub.membership.onboarding.links import Purpose
from vardkase.identity.accounts.key_days import last_day
from vardkase.web.hub.membership.members.connecting import the_hub
from vardkase.web.identity.accounts.forms import PasswordForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import public_page, visitor_of
from vardkase.web.ui.private_links import PrivateLink, open_private_link, private_page

PASSWORD = PrivateLink("welcome_password", "welcome_password_choose")
KEY = PrivateLink("welcome_key", "welcome_key_show")


def gone(request: HttpRequest, error: NotFound) -> HttpResponse:
    return render(request, "members/gone.html", {"why": str(error)}, status=404)


@public_page
def open_password(request: HttpRequest) -> HttpResponse:
    return open_private_link(
        request, PASSWORD, lambda secret: links.find_link(Purpose.PASSWORD, secret), gone
    )


@private_page(PASSWORD, gone)
def password(request: HttpRequest, secret: str) -> HttpResponse:
    link = links.find_link(Purpose.PASSWORD, secret)
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            links.choose_password(visitor_of(request), secret, form.cleaned_data["password"])
            return PASSWORD.forget(redirect("account_login"))
    context = {"form": form, "email": link.user.email, "organisation": link.user.org}
    return render(request, "members/welcome.html", context, status=422 if form.errors else 200)


@public_page
def open_key(request: HttpRequest) -> HttpResponse:
    return open_private_link(request, KEY, lambda secret: links.find_link(Purpose.KEY, secret), gone)


@private_page(KEY, gone)
def key(request: HttpRequest, secret: str) -> HttpResponse:
    """Show the new key only on POST, so that a mail scanner that follows links does not use it up."""
    link = links.find_link(Purpose.KEY, secret)
    if request.method != "POST":
        return render(request, "members/key.html", {"link": link, "hub": the_hub()})
    made, raw = links.show_key(visitor_of(request), secret)
    context = {"link": link, "key": made, "raw": raw, "last_day": last_day(made.expiration), "hub": the_hub()}
    return KEY.forget(render(request, "members/key.html", context))
