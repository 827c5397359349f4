"""Files of an application: submitted documents, letters, and previews of decisions."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase

from vardkase.core import files
from vardkase.hub.correspondence.letters.writing import letter_about
from vardkase.hub.membership.applications.documents import form_pdf
from vardkase.hub.membership.assessments import queries
from vardkase.hub.membership.assessments.letters import preview_decision
from vardkase.hub.membership.assessments.rules import OFFICERS
from vardkase.web.ui.files import download
from vardkase.web.ui.pages import PageRequest, page

PDF = "application/pdf"


@page(staff=OFFICERS)
def form(request: PageRequest, number: str) -> HttpResponseBase:
    application = queries.find(request.actor, number)
    return download([form_pdf(application)], f"{application.number}.pdf", PDF)


@page(staff=OFFICERS)
def letter(request: PageRequest, number: str, letter_number: str) -> HttpResponseBase:
    application = queries.find(request.actor, number)
    stored = letter_about("application", application.pk, letter_number)
    return download([bytes(stored.content)], f"{stored.number.replace(':', '-')}.pdf", PDF)


@page(staff=OFFICERS)
def preview(request: PageRequest, number: str, proposal: int) -> HttpResponseBase:
    application = queries.find(request.actor, number)
    waiting = next(
        (candidate for candidate in queries.proposals_of(application) if candidate.pk == proposal), None
    )
    if waiting is None or not waiting.is_waiting:
        raise Http404
    return download([preview_decision(request.actor, application, waiting)], f"{number}.pdf", PDF)


@page(staff=OFFICERS)
def attachment(request: PageRequest, number: str, attachment: int) -> HttpResponseBase:
    application = queries.find(request.actor, number)
    stored = application.attachments.filter(pk=attachment).first()
    if stored is None:
        raise Http404
    try:
        return download([files.read(stored.digest)], stored.name, "application/octet-stream")
    except FileNotFoundError:
        raise Http404 from None
