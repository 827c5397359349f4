"""Anybody asks the hub owner for public records; who asks may stay anonymous."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from vardkase.core.errors import Invalid
from vardkase.core.mail.services import can_send
from vardkase.hub.correspondence.letters.wording import owner_name
from vardkase.hub.public_records.cases.links import link_to_case
from vardkase.hub.public_records.cases.services import opening
from vardkase.web.hub.public_pages.front import words_at_the_foot
from vardkase.web.hub.public_records.cases.forms import VisitorRequestForm
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.pages import public_page, visitor_of
from vardkase.web.ui.private_links import by_private_link


@public_page
def ask(request: HttpRequest) -> HttpResponse:
    form = VisitorRequestForm(request.POST or None)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            case = opening.ask_as_visitor(visitor_of(request), form.cleaned_data)
        except Invalid as refused:
            take_errors(form, refused)
        except opening.TooManyRequests as refused:
            form.add_error(None, str(refused))
            status = 429
        else:
            # The only place where somebody without an e-mail address sees the link.
            link = request.build_absolute_uri(link_to_case(case))
            context = {"case": case, "link": link, "sends_mail": can_send(), **words_at_the_foot()}
            return by_private_link(render(request, "cases/asked.html", context))
    if form.errors and status == 200:
        status = 422
    context = {"form": form, "owner": owner_name(), **words_at_the_foot()}
    return render(request, "cases/ask.html", context, status=status)
