"""Starting an application, and returning to it by its private link."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, gettext

from vardkase.core.addresses import counted_as
from vardkase.core.errors import Conflict, NotFound
from vardkase.hub.membership.applications.access import find_link
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services.drafting import begin
from vardkase.hub.membership.applications.throttle import spend
from vardkase.hub.membership.invitations.services import begin_invited, open_invitation
from vardkase.hub.membership.phases.queries import phases
from vardkase.hub.membership.questionnaire.steps import STEPS
from vardkase.web.hub.membership.applications.current_application import (
    no_link,
    open_page,
    own_link,
    page,
    to_home,
)
from vardkase.web.hub.membership.applications.forms import BeginForm
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import refusal_page
from vardkase.web.ui.private_links import INVITATION, OWN_LINK, open_private_link
from vardkase.web.ui.sent_once import handled_once

GUESSES, HOUR = 60, 3600


@open_page
def start(request: HttpRequest) -> HttpResponse:
    try:
        response = cast(HttpResponse, handled_once(request, lambda: _start(request)))
    except Conflict as error:
        return refusal_page(request, error)
    # Of a form that is sent twice, browsers keep the second answer alone.
    if (own := _token_of_form(request)) and "Location" in response.headers:
        OWN_LINK.keep(response, own)
    return response


def _start(request: HttpRequest) -> HttpResponse:
    token = request.COOKIES.get(INVITATION.cookie)
    try:
        invitation = open_invitation(token) if token else None
    except NotFound:
        invitation = None
    initial = {"email": invitation.email} if invitation else {}
    form = BeginForm(request.POST or None, initial=initial)
    if form.is_valid():
        if begun := _begun_before(request):
            return to_home(begun)
        with errors_shown_in(form):
            application, own = _begun(request, form.cleaned_data["email"], by_invitation=bool(invitation))
            return OWN_LINK.keep(to_home(application), own)
    link = own_link(request)
    context = page(
        request,
        form=form,
        steps=[*(step.title for step in STEPS), gettext("Review")],
        phases=phases(timezone.now()),
        invitation=invitation,
        own=link.application if link else None,
    )
    return render(request, "applications/start.html", context, status=422 if form.errors else 200)


def _token_of_form(request: HttpRequest) -> str:
    """The token of the link that this form leads to, however often it is sent; empty if it cannot be told from others.

    Only the visitor who opened the form knows its token against forgery and the cookie that belongs to it.
    """
    form, cookie = posted.text(request, "csrfmiddlewaretoken"), request.META.get("CSRF_COOKIE")
    if request.method != "POST" or not form or not cookie:
        return ""
    said = repr([form, cookie, posted.text(request, "email")])
    return salted_hmac("application begun", said, algorithm="sha256").hexdigest()


def _begun_before(request: HttpRequest) -> Application | None:
    try:
        return find_link(_token_of_form(request)).application
    except NotFound:
        return None


def _begun(request: HttpRequest, email: str, *, by_invitation: bool) -> tuple[Application, str]:
    visitor = (getattr(request, "client_address", None), email, get_language() or "sv")
    own = _token_of_form(request)
    if by_invitation:
        return begin_invited(request.COOKIES.get(INVITATION.cookie, ""), *visitor, own)
    return begin(*visitor, own)


@open_page
def follow(request: HttpRequest) -> HttpResponse:
    def check(token: str) -> None:
        _count_guess(request)
        find_link(token)

    return open_private_link(request, OWN_LINK, check, lambda *_: redirect("apply_no_link"))


@open_page
def accept_invitation(request: HttpRequest) -> HttpResponse:
    """Accept an invitation. It is used up when the application is begun, not when the link is opened."""

    def check(token: str) -> None:
        _count_guess(request)
        open_invitation(token)

    no_link = f"{reverse('apply_no_link')}?invited=1"
    return open_private_link(request, INVITATION, check, lambda *_: redirect(no_link))


def _count_guess(request: HttpRequest) -> None:
    spend("link", counted_as(getattr(request, "client_address", None)), allowed=GUESSES, window=HOUR)


@open_page
def unknown(request: HttpRequest) -> HttpResponse:
    return no_link(request)


@open_page
def resume(request: HttpRequest) -> HttpResponse:
    link = own_link(request)
    return to_home(link.application) if link else no_link(request)
