"""The tags of a report."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_reports.queries import report_tags
from vardkase.intel.event_reports.tags import replace_tags
from vardkase.web.intel.event_reports.forms import ReportTagsForm
from vardkase.web.intel.event_reports.reports import own_report, parents
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers


@page(Permission.TAGGER, writes=True)
def tags(request: PageRequest, reference: str, report_id: int) -> HttpResponse:
    event, report = own_report(request.actor, reference, report_id)
    names = [link.tag.name for link in report_tags(report.id) if not link.local]
    form = form_with_pickers(
        request, lambda data: ReportTagsForm(data, initial={"tags": names}, actor=request.actor)
    )
    if form.is_valid():
        with errors_shown_in(form):
            replace_tags(request.actor, report.id, form.cleaned_data["tags"])
            messages.success(request, gettext("Saved."))
            return redirect("report", event.id, report.id)
    find_url = reverse("tag_find")
    return edit_page(request, form, gettext("Tags of the report"), parents(event, report), find_url=find_url)
