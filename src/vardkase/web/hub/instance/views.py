"""Diagnostics: what the hub runs on, in words, with what to do about it."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from vardkase.hub.instance import health
from vardkase.hub.instance.health import HealthState
from vardkase.hub.instance.job_kinds import job_kinds
from vardkase.web.hub.instance.presenters import finding_of, job_kind_row
from vardkase.web.ui.pages import PageRequest, page

WORST_FIRST = (HealthState.BAD, HealthState.WARN, HealthState.OK)


@page(oversight=True)
def index(request: PageRequest) -> HttpResponse:
    found = sorted(health.checks(request.actor), key=lambda check: WORST_FIRST.index(check.state))
    context = {
        "findings": [finding_of(check) for check in found],
        "bad": sum(check.state is HealthState.BAD for check in found),
        "job_kinds": [job_kind_row(kind) for kind in job_kinds(request.actor)],
        "warned": sum(check.state is HealthState.WARN for check in found),
    }
    return render(request, "instance/diagnostics.html", context)


@page(oversight=True)
def download(request: PageRequest) -> HttpResponse:
    headers = {
        "Content-Disposition": 'attachment; filename="diagnostics.json"',
        "Cache-Control": "private, no-store",
    }
    return JsonResponse(health.report(request.actor), json_dumps_params={"indent": 2}, headers=headers)
