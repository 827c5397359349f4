"""The public form for data subjects, and the pages of their private link."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from vardkase.core.errors import Invalid
from vardkase.core.mail.services import can_send
from vardkase.hub.correspondence.letters.wording import owner_name
from vardkase.hub.correspondence.letters.writing import letter_about, letters_about
from vardkase.hub.data_protection.requests import links, replying, services
from vardkase.hub.data_protection.requests.models import DataRequestState, DataSubjectRequest
from vardkase.web.hub.data_protection.documents import saved_copy, saved_letter
from vardkase.web.hub.data_protection.forms import DataSubjectForm
from vardkase.web.hub.membership.members.links import gone
from vardkase.web.hub.public_pages.front import words_at_the_foot
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.pages import public_page, visitor_of
from vardkase.web.ui.private_links import PrivateLink, open_private_link, private_page

LINK = PrivateLink("data_request_open", "data_request_follow")


@public_page
def ask(request: HttpRequest) -> HttpResponse:
    form = DataSubjectForm(request.POST or None)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            made = services.open_as_visitor(visitor_of(request), form.cleaned_data)
        except Invalid as refused:
            take_errors(form, refused)
        except services.TooManyDataRequests as refused:
            form.add_error(None, str(refused))
            status = 429
        else:
            context = {
                "asked": made,
                "email": form.cleaned_data["email"],
                "sends_mail": can_send(),
                "owner": owner_name(),
                **words_at_the_foot(),
            }
            return render(request, "data_protection/asked.html", context)
    if form.errors and status == 200:
        status = 422
    return render(request, "data_protection/ask.html", {"form": form, **words_at_the_foot()}, status=status)


@public_page
def open_link(request: HttpRequest) -> HttpResponse:
    return open_private_link(request, LINK, links.opened_by, gone)


@private_page(LINK, gone)
def follow(request: HttpRequest, token: str) -> HttpResponse:
    asked = links.opened_by(token)
    context = {
        "asked": asked,
        "letters": [] if asked.forgotten_at else letters_about("data_request", asked.pk),
        "has_copy": _has_copy(asked),
        **words_at_the_foot(),
    }
    return render(request, "data_protection/follow.html", context)


@private_page(LINK, gone)
def letter(request: HttpRequest, token: str) -> HttpResponse:
    asked = links.opened_by(token)
    letters = letters_about("data_request", asked.pk)
    # The link lies in a mailbox for years; what it leads to does not.
    if not letters or asked.forgotten_at:
        raise Http404
    found = letter_about("data_request", asked.pk, letters[-1].number)
    replying.note_opened(visitor_of(request), asked, found)
    return saved_letter(found)  # type: ignore[return-value]  # Streamed, as files are.


@private_page(LINK, gone)
def copy_pdf(request: HttpRequest, token: str) -> HttpResponse:
    return _copy(token, "pdf")


@private_page(LINK, gone)
def copy_json(request: HttpRequest, token: str) -> HttpResponse:
    return _copy(token, "json")


def _copy(token: str, form: str) -> HttpResponse:
    asked = links.opened_by(token)
    if not _has_copy(asked):
        raise Http404
    return saved_copy(asked, form)  # type: ignore[return-value]  # Streamed, as files are.


def _has_copy(asked: DataSubjectRequest) -> bool:
    return asked.state == DataRequestState.ANSWERED and asked.forgotten_at is None
