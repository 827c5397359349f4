"""Pages behind mailed account links: confirming or cancelling an address change, setting a password."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.core.errors import Invalid, NotFound
from vardkase.identity.accounts.services import account_links, addresses
from vardkase.identity.accounts.services.account_links import Purpose
from vardkase.web.identity.accounts.forms import PasswordForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import public_page, visitor_of
from vardkase.web.ui.private_links import PrivateLink, open_private_link, private_page

ADDRESS = PrivateLink("account_link_address", "account_link_address_confirm")
CANCEL = PrivateLink("account_link_cancel", "account_link_cancel_confirm")
PASSWORD = PrivateLink("account_link_password", "account_link_password_choose")


def gone(request: HttpRequest, error: NotFound) -> HttpResponse:
    return render(request, "members/gone.html", {"why": str(error)}, status=404)


def _landing(link: PrivateLink, purpose: str) -> Callable[[HttpRequest], HttpResponse]:
    def landing(request: HttpRequest) -> HttpResponse:
        return open_private_link(request, link, lambda secret: account_links.find_link(purpose, secret), gone)

    return public_page(landing)  # type: ignore[return-value]


open_address = _landing(ADDRESS, Purpose.CONFIRM_ADDRESS)
open_cancel = _landing(CANCEL, Purpose.CANCEL_ADDRESS)
open_password = _landing(PASSWORD, Purpose.SET_PASSWORD)


@private_page(ADDRESS, gone)
def address(request: HttpRequest, secret: str) -> HttpResponse:
    """Confirm only on POST, so that a mail scanner that follows links confirms nothing."""
    link = account_links.find_link(Purpose.CONFIRM_ADDRESS, secret)
    wrong = ""
    if request.method == "POST":
        try:
            addresses.confirm_address(visitor_of(request), secret)
            messages.success(request, gettext("The new e-mail address has been confirmed."))
            return ADDRESS.forget(redirect("account_login"))
        except Invalid as error:
            wrong = str(error)
    context = {"link": link, "wrong": wrong}
    return render(request, "account/address_confirm.html", context, status=422 if wrong else 200)


@private_page(CANCEL, gone)
def cancel(request: HttpRequest, secret: str) -> HttpResponse:
    link = account_links.find_link(Purpose.CANCEL_ADDRESS, secret)
    if request.method == "POST":
        addresses.cancel_address(visitor_of(request), secret)
        message = gettext(
            "Your address was not changed. All sessions have been ended and all API keys revoked. Choose a "
            "new password."
        )
        messages.success(request, message)
        return CANCEL.forget(redirect("account_login"))
    return render(request, "account/address_cancel.html", {"link": link})


@private_page(PASSWORD, gone)
def password(request: HttpRequest, secret: str) -> HttpResponse:
    link = account_links.find_link(Purpose.SET_PASSWORD, secret)
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            account_links.choose_password(visitor_of(request), secret, form.cleaned_data["password"])
            return PASSWORD.forget(redirect("account_login"))
    context = {"form": form, "link": link}
    return render(request, "account/password_link.html", context, status=422 if form.errors else 200)
