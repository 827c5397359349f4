"""The audit log page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from vardkase.audit.queries import filtered
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.readable_audit_log import readable_trail
from vardkase.web.audit.forms import TrailFilterForm
from vardkase.web.audit.labels import NOUNS
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.AUDIT)
def index(request: PageRequest) -> HttpResponse:
    form = TrailFilterForm(NOUNS, request.GET)
    rows = filtered(readable_trail(request.actor), **form.filters())
    context = {**listed(request, rows, {"pk"}, "-pk"), "form": form, "asked": bool(form.filters())}
    context["reads_all"] = request.actor.is_site_admin or request.actor.is_auditor
    return render(request, "audit/index.html", context)
