"""A consulted member answers by its private link: its own material, the authority and the deadline, nothing more."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from vardkase.hub.public_records.cases import links
from vardkase.hub.public_records.cases.models import CaseItem
from vardkase.hub.public_records.cases.rules import BEFORE_ANSWER
from vardkase.hub.public_records.cases.services import consulting
from vardkase.web.hub.membership.members.links import gone
from vardkase.web.hub.public_pages.front import words_at_the_foot
from vardkase.web.hub.public_records.cases.forms import ConsultationForm
from vardkase.web.hub.public_records.cases.material import file_of_item
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import public_page, visitor_of
from vardkase.web.ui.private_links import PrivateLink, open_private_link, private_page

LINK = PrivateLink("records_consulted", "records_consulted_answer", days=3)


@public_page
def open_link(request: HttpRequest) -> HttpResponse:
    return open_private_link(request, LINK, links.consultation_opened_by, gone)


@private_page(LINK, gone)
def answer(request: HttpRequest, link: str) -> HttpResponse:
    consultation = links.consultation_opened_by(link)
    consulting.note_opened(consultation)
    form = ConsultationForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            consulting.answer_by_link(visitor_of(request), consultation, form.cleaned_data)
            return redirect(LINK.target)
    context = {
        "consultation": consultation,
        "authority": consultation.case.authority.name,
        "items": consultation.items.defer("file").order_by("pk"),
        "is_open": not consultation.answered_at and consultation.case.state in BEFORE_ANSWER,
        "form": form,
        **words_at_the_foot(),
    }
    return render(request, "cases/consulted.html", context, status=422 if form.errors else 200)


@public_page
def item_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    def found(_request: HttpRequest, link: str) -> HttpResponse:
        item = CaseItem.objects.filter(consultations=links.consultation_opened_by(link), pk=pk).first()
        if item is None:
            raise Http404
        return cast(HttpResponse, file_of_item(item))

    return private_page(LINK, gone)(found)(request)
