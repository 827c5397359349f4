"""The audit log page."""

from __future__ import annotations

from tempfile import TemporaryFile

from django.contrib import messages
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.audit.models import AuditEntry
from vardkase.audit.queries import filtered
from vardkase.core.errors import Conflict, Forbidden
from vardkase.hub.audit_log.exporting import export_with_proof
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.readable_audit_log import readable_trail
from vardkase.identity.accounts.staff import OVERSEE
from vardkase.web.audit.forms import TrailFilterForm
from vardkase.web.audit.labels import NOUNS, act
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.AUDIT)
def index(request: PageRequest) -> HttpResponseBase:
    form = TrailFilterForm(NOUNS, request.GET)
    rows = filtered(readable_trail(request.actor), **form.filters())
    if wanted := wanted_file(request):
        in_file = in_order(request, rows, {"pk"}, "-pk")
        return list_file(request, wanted, "audit-log", gettext("Audit log"), _columns(), in_file)
    context = {**listed(request, rows, {"pk"}, "-pk"), "form": form, "asked": bool(form.filters())}
    context |= file_links(request)
    context["oversees"] = request.actor.is_site_admin or not request.actor.staff.isdisjoint(OVERSEE)
    context["reads_all"] = request.actor.is_site_admin or request.actor.is_auditor
    return render(request, "audit/index.html", context)


@page(Permission.AUDIT)
def proof(request: PageRequest) -> HttpResponseBase:
    form = TrailFilterForm(NOUNS, request.GET)
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        export_with_proof(request.actor, file, form.filters())
    except Forbidden:
        file.close()
        raise
    except Conflict as refused:
        file.close()
        messages.error(request, str(refused.problem))
        return redirect(f"{reverse('audit')}?{request.GET.urlencode()}")
    file.seek(0)
    response = FileResponse(
        file, as_attachment=True, filename="audit-log.jsonl", content_type="application/jsonl"
    )
    response["Cache-Control"] = "no-store"
    return response


def _columns() -> Columns[AuditEntry]:
    return {
        gettext("Number"): lambda entry: entry.pk,
        gettext("Time"): lambda entry: entry.created,
        gettext("Who"): lambda entry: entry.actor_name,
        gettext("With"): lambda entry: entry.credential,
        gettext("Address"): lambda entry: entry.address or "",
        gettext("Action"): act,
        gettext("Type"): lambda entry: entry.target_kind,
        gettext("ID"): lambda entry: entry.target_id,
        gettext("About"): lambda entry: entry.title,
    }
