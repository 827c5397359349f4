"""The texts that reports begin with: the hub's, and those that an organisation writes for itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from vardkase.core.errors import Forbidden
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_reports import templates
from vardkase.intel.event_reports.models import ReportTemplate
from vardkase.web.intel.event_reports.forms import ReportTemplateForm
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed
from vardkase.web.ui.markdown import rendered
from vardkase.web.ui.pages import PageRequest, page

SORTS = ("name", "modified")


@page()
def index(request: PageRequest) -> HttpResponse:
    actor = request.actor
    table = listed(request, templates.visible_templates(actor), SORTS, "name")
    context = {
        **table,
        "rows": [(one, templates.may_edit_template(actor, one)) for one in table["rows"]],
        "starters": [(one, rendered(one.content)) for one in templates.starters_for(get_language() or "en")],
        "may_add": actor.may_write and actor.may(Permission.TEMPLATE),
    }
    return render(request, "event_reports/templates.html", context)


@page(Permission.TEMPLATE, writes=True)
def create(request: PageRequest) -> HttpResponse:
    chosen = next((one for one in templates.starters() if one.key == request.GET.get("from")), None)
    initial = {"name": chosen.name, "content": chosen.content} if chosen else {}
    form = ReportTemplateForm(
        request.POST if request.method == "POST" else None, initial=initial, actor=request.actor
    )
    if form.is_valid():
        with errors_shown_in(form):
            templates.add_template(request.actor, form.template_fields())
            messages.success(request, gettext("The template has been created."))
            return redirect("report_templates")
    return edit_page(
        request, form, gettext("New report template"), _parents(), save=gettext("Create the template")
    )


@page(Permission.TEMPLATE, writes=True)
def edit(request: PageRequest, template_id: int) -> HttpResponse:
    stored = _editable(request, template_id)
    initial = {"name": stored.name, "content": stored.content, "all_orgs": stored.all_orgs}
    form = ReportTemplateForm(
        request.POST if request.method == "POST" else None, initial=initial, actor=request.actor
    )
    version = ShownVersion(request, stored)
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            templates.edit_template(request.actor, template_id, form.template_fields())
            messages.success(request, gettext("Saved."))
            return redirect("report_templates")
    heading = gettext("Edit %(name)s") % {"name": stored.name}
    return edit_page(request, form, heading, _parents(), version=version)


@page(Permission.TEMPLATE, writes=True)
def delete(request: PageRequest, template_id: int) -> HttpResponse:
    stored = _editable(request, template_id)
    if request.method != "POST":
        words = gettext("Reports that began with it stay as they are. This cannot be undone.")
        heading = gettext("Delete %(name)s") % {"name": stored.name}
        return confirm_page(request, heading, _parents(), words)
    templates.delete_template(request.actor, template_id)
    messages.success(request, gettext("The template has been deleted."))
    return redirect("report_templates")


def _editable(request: PageRequest, template_id: int) -> ReportTemplate:
    stored = templates.find_template(request.actor, template_id)
    if not templates.may_edit_template(request.actor, stored):
        raise Forbidden
    return stored


def _parents() -> list[Crumb]:
    return [(gettext("Report templates"), reverse("report_templates"))]
