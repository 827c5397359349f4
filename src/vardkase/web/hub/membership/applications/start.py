"""Starting an application, and returning to it by its private link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from vardkase.core.addresses import counted_as
from vardkase.core.errors import NotFound
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
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.private_links import INVITATION, OWN_LINK, open_private_link

GUESSES, HOUR = 60, 3600


@open_page
def start(request: HttpRequest) -> HttpResponse:
    token = request.COOKIES.get(INVITATION.cookie)
    try:
        invitation = open_invitation(token) if token else None
    except NotFound:
        invitation = None
    initial = {"email": invitation.email} if invitation else {}
    form = BeginForm(request.POST or None, initial=initial)
    if form.is_valid():
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


def _begun(request: HttpRequest, email: str, *, by_invitation: bool) -> tuple[Application, str]:
    visitor = (getattr(request, "client_address", None), email, get_language() or "sv")
    if by_invitation:
        return begin_invited(request.COOKIES.get(INVITATION.cookie, ""), *visitor)
    return begin(*visitor)


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
