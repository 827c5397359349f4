"""Background jobs: progress, failures with their reasons, and available actions."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict
from vardkase.hub.instance import jobs
from vardkase.identity.access.permissions import Permission
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page

STATES = {
    "": (gettext_lazy("All"), ()),
    "active": (gettext_lazy("Running and queued"), ("todo", "doing")),
    "failed": (gettext_lazy("Failed"), ("failed",)),
    "ended": (pgettext_lazy("count", "Done"), ("succeeded", "cancelled", "aborted")),
}


@page(Permission.SITE_ADMIN)
def index(request: PageRequest) -> HttpResponse:
    wanted = request.GET.get("state", "")
    state = wanted if wanted in STATES else ""
    listing = listed(request, jobs.job_rows(request.actor, STATES[state][1]), {"pk"}, "-pk")
    tabs = [
        {"label": label, "url": first_page(request, state=name or None), "current": name == state}
        for name, (label, _states) in STATES.items()
    ]
    shown = jobs.described(request.actor, listing["rows"])
    active = any(job.is_active for job in shown)
    context = {**listing, "rows": [{"job": job} for job in shown], "tabs": tabs, "active": active}
    return render(request, "jobs/index.html", context)


@page(Permission.SITE_ADMIN)
def view(request: PageRequest, pk: int) -> HttpResponse:
    return shown_job(request, jobs.find_job(request.actor, pk), {"back": "jobs", "acts": "job"})


def shown_job(request: PageRequest, job: jobs.Job, more: Mapping[str, str]) -> HttpResponse:
    """`more` names the list (`back`) and begins the names of the buttons’ addresses (`acts`)."""
    lines = jobs.job_lines(request.actor, job)
    return render(request, "jobs/job.html", {"job": job, "lines": lines, "active": job.is_active, **more})


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def cancel(request: PageRequest, pk: int) -> HttpResponse:
    return cancelled(request, pk, "job")


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def retry(request: PageRequest, pk: int) -> HttpResponse:
    return retried(request, pk, "job")


def cancelled(request: PageRequest, pk: int, back: str) -> HttpResponse:
    """Cancel a job, and return to its page of the name `back`."""
    try:
        jobs.cancel_job(request.actor, pk)
        messages.success(request, gettext("The job will stop at the next opportunity."))
    except Conflict:
        messages.error(request, gettext("The job has already ended."))
    return redirect(back, pk)


def retried(request: PageRequest, pk: int, back: str) -> HttpResponse:
    try:
        jobs.retry_job(request.actor, pk)
        messages.success(request, gettext("The job will be retried in a moment."))
    except Conflict:
        messages.error(
            request,
            gettext("The job cannot be retried: it has not failed, or the same job is already waiting."),
        )
    return redirect(back, pk)


@page(Permission.SITE_ADMIN, writes=True)
def forget(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        words = gettext(
            "All completed, failed and cancelled jobs are removed with their logs. Their results remain. Old jobs "
            "are also removed automatically."
        )
        parents = [(gettext("Jobs"), reverse("jobs"))]
        return confirm_page(
            request, gettext("Remove ended jobs"), parents, words, act=gettext("Remove the jobs")
        )
    count = jobs.clear_jobs(request.actor)
    message = ngettext("%(n)s job removed.", "%(n)s jobs removed.", count)
    messages.success(request, message % {"n": thin(count)})
    return redirect("jobs")
