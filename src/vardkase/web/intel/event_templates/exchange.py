"""Event templates as files, and those that come with the hub."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Invalid, NotFound, by_field
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_templates import services, starters
from vardkase.intel.event_templates.documents import exported
from vardkase.intel.event_templates.queries import find_template
from vardkase.web.intel.event_templates.editing import parents
from vardkase.web.intel.event_templates.forms import ImportForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.pages import PageRequest, page


@page()
def export(request: PageRequest, pk: int) -> HttpResponse:
    template = find_template(request.actor, pk)
    name = f"{slugify(template.name) or 'event-template'}.json"
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
        "Cache-Control": "private, no-store",
    }
    return JsonResponse(exported(template), json_dumps_params={"indent": 2}, headers=headers)


@page(Permission.TEMPLATE, writes=True)
def import_file(request: PageRequest) -> HttpResponse:
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        try:
            template, became = services.import_template(
                request.actor, form.cleaned_data["file"], form.cleaned_data["mode"]
            )
        except Invalid as refused:
            errors = by_field(refused, "definition").items()
            form.add_error("file", [f"{path}: {problem}" for path, found in errors for problem in found])
        except NotFound:
            form.add_error("mode", gettext("The template with this UUID is not yours to overwrite."))
        else:
            said = {
                "new": gettext("The event template has been added."),
                "overwrite": gettext("The event template has been overwritten."),
                "duplicate_as_new": gettext("The file has been added as a new template."),
            }
            messages.success(request, said[became])
            return redirect("event_template", template.pk)
    return edit_page(request, form, gettext("Import event template"), parents(), save=gettext("Import"))


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def update(request: PageRequest) -> HttpResponse:
    summary = starters.update_from_library(request.actor)
    changed = len(summary["installed"]) + len(summary["updated"])
    said = ngettext(
        "%(n)s event template was installed or updated. New ones are disabled until you enable them.",
        "%(n)s event templates were installed or updated. New ones are disabled until you enable them.",
        changed,
    )
    messages.success(
        request, said % {"n": changed} if changed else gettext("All event templates are up to date.")
    )
    for failed in summary["failed"]:
        messages.error(request, f"{failed['slug']}: {failed['error']}")
    return redirect("event_templates")
