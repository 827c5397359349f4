"""The record of processing activities, as a page and as PDF."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from vardkase.hub.data_protection.processing.printing import record_pdf
from vardkase.hub.data_protection.processing.queries import parts_of, record_of_processing
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.ui.files import download
from vardkase.web.ui.navigation import OVERSIGHT
from vardkase.web.ui.pages import PageRequest, page


@page(staff=OVERSIGHT)
def view(request: PageRequest) -> HttpResponse:
    record = record_of_processing()
    context = {
        "record": record,
        "activities": [(activity, parts_of(activity)) for activity in record.activities],
        "may_change": StaffRole.LEGAL_OFFICER in request.actor.staff,
    }
    return render(request, "data_protection/processing.html", context)


@page(staff=OVERSIGHT)
def pdf(request: PageRequest, language: str) -> HttpResponseBase:
    return download([record_pdf(language)], f"processing-record-{language}.pdf", "application/pdf")
