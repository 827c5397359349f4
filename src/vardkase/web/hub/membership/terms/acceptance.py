"""Reading and accepting the terms: signed in as an administrator of the member, or by a private link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext

from vardkase.core.mail.rendering import fragment
from vardkase.hub.membership.agreements.queries import acceptance_of
from vardkase.hub.membership.agreements.services import asking
from vardkase.hub.membership.agreements.services.acceptance import accept, accept_by_link, membership_of
from vardkase.hub.membership.terms.queries import current_terms, terms_of
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.membership.members.links import gone
from vardkase.web.hub.membership.terms.forms import AcceptanceForm
from vardkase.web.hub.public_pages.front import words_at_the_foot
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page, public_page, visitor_of
from vardkase.web.ui.private_links import PrivateLink, open_private_link, private_page

LINK = PrivateLink("terms_answer", "terms_answer_form")


@page(Permission.ADMIN)
def terms(request: PageRequest) -> HttpResponse:
    membership, current = membership_of(request.actor), current_terms()
    form = AcceptanceForm(request.POST or None, initial={"version": current.version})
    if form.is_bound and _is_accepted(form, lambda given: accept(request.actor, **given)):
        messages.success(request, gettext("The terms have been accepted for your organisation."))
        return redirect("terms")
    context = {
        "terms": current,
        "html": fragment(current.text(get_language() or "sv"), {}),
        "acceptance": acceptance_of(membership, current.version),
        "form": form,
    }
    return render(request, "terms/own.html", context, status=422 if form.errors else 200)


@public_page
def open_link(request: HttpRequest) -> HttpResponse:
    return open_private_link(request, LINK, asking.request_of, gone)


@private_page(LINK, gone)
def answer(request: HttpRequest, token: str) -> HttpResponse:
    acceptance = asking.request_of(token)
    current = terms_of(acceptance.version)
    form = AcceptanceForm(request.POST or None, initial={"version": current.version})
    if form.is_bound:
        sender = visitor_of(request)
        _is_accepted(form, lambda given: accept_by_link(sender, token, given["name"], given["role"]))
    context = {
        "terms": current,
        "html": fragment(current.text(get_language() or "sv"), {}),
        "organisation": acceptance.membership.organisation,
        "acceptance": acceptance_of(acceptance.membership, current.version),
        "form": form,
        **words_at_the_foot(),
    }
    return render(request, "terms/answer.html", context, status=422 if form.errors else 200)


def _is_accepted(form: AcceptanceForm, act: Callable[[dict[str, Any]], object]) -> bool:
    if not form.is_valid():
        return False
    with errors_shown_in(form):
        act({name: form.cleaned_data[name] for name in ("version", "name", "role")})
    return not form.errors
