"""A report made of a web page or a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from vardkase.core.body_limits import BodyLimits
from vardkase.exchange.report_import import import_file, import_report
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.web.intel.editing.common import attempt, form_page, group_options, own_event
from vardkase.web.intel.event_reports.forms import ReportImportForm
from vardkase.web.ui.chips import INHERIT
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADD, writes=True, body=BodyLimits.FILES)
def create(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    sent = request.method == "POST"
    form = ReportImportForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        initial={"distribution": INHERIT},
        **group_options(request.actor),
    )
    if sent:
        made = attempt(form, lambda: _import(request, event, form))
        if made is not None:
            messages.success(request, gettext("Imported. Read it through, and extract its values."))
            return redirect("report", event.id, made)
    context = {"heading": gettext("Import a report"), "event": event}
    return form_page(request, "event_reports/import.html", form, context)


def _import(request: PageRequest, event: EventRow, form: ReportImportForm) -> int:
    cleaned = form.cleaned_data
    options = {"name": cleaned["name"], **form.reach()}
    if file := cleaned["file"]:
        return import_file(request.actor, event.id, file.name or "", file.read(), **options)
    return import_report(request.actor, event.id, cleaned["url"], **options)
