"""One's own background jobs: the tray in the header, a list, and each with its progress and result."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from vardkase.hub.instance import jobs
from vardkase.web.core.jobs.presenters import OwnJob
from vardkase.web.core.jobs.views import cancelled, retried, shown_job
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page

IN_TRAY = 8


@page(allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponse:
    listing = listed(request, jobs.own_job_rows(request.actor), {"pk"}, "-pk")
    shown = [OwnJob(request.actor, job) for job in jobs.described(request.actor, listing["rows"])]
    context = {**listing, "rows": shown, "active": any(own.job.is_active for own in shown)}
    return render(request, "jobs/own.html", context)


@page(allowed_while_suspended=True)
def tray(request: PageRequest) -> HttpResponse:
    """The panel alone, which replaces itself while something runs."""
    rows = jobs.own_job_rows(request.actor).order_by("-pk")[:IN_TRAY]
    shown = [OwnJob(request.actor, job) for job in jobs.described(request.actor, rows)]
    running = jobs.count_running(request.actor)
    return render(request, "jobs/tray.html", {"rows": shown, "running": running})


@page(allowed_while_suspended=True)
def view(request: PageRequest, pk: int) -> HttpResponse:
    job = jobs.find_job(request.actor, pk)
    own = OwnJob(request.actor, job)
    return shown_job(request, job, {"result_url": own.result_url, "back": "own_jobs", "acts": "own_job"})


@require_POST
@page(writes=True)
def cancel(request: PageRequest, pk: int) -> HttpResponse:
    return cancelled(request, pk, "own_job")


@require_POST
@page(writes=True)
def retry(request: PageRequest, pk: int) -> HttpResponse:
    return retried(request, pk, "own_job")
