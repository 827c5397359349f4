"""Letters and copies of requests from data subjects, as files."""

from __future__ import annotations

from django.http import HttpResponseBase, StreamingHttpResponse

from vardkase.core.errors import NotFound
from vardkase.hub.correspondence.letters.writing import letter_about
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.data_protection.requests import queries, replying
from vardkase.hub.data_protection.requests.models import DataSubjectRequest
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.web.ui.files import download
from vardkase.web.ui.pages import PageRequest, page

FORMS = {"pdf": "application/pdf", "json": "application/json"}


@page(staff=HANDLERS)
def letter(request: PageRequest, pk: int, number: str) -> HttpResponseBase:
    asked = queries.find_request(request.actor, pk)
    return saved_letter(letter_about("data_request", asked.pk, number))


@page(staff=HANDLERS)
def copy(request: PageRequest, pk: int, form: str) -> HttpResponseBase:
    asked = queries.find_request(request.actor, pk)
    if form not in FORMS or asked.forgotten_at:
        raise NotFound
    replying.note_copy_read(request.actor, asked)
    return saved_copy(asked, form)


def saved_letter(letter: Letter) -> StreamingHttpResponse:
    return download([bytes(letter.content)], f"{letter.number.replace(':', '-')}.pdf", FORMS["pdf"])


def saved_copy(asked: DataSubjectRequest, form: str) -> StreamingHttpResponse:
    content = replying.copy_as_pdf(asked) if form == "pdf" else replying.copy_as_json(asked)
    return download([content], f"{asked.number}.{form}", FORMS[form])
