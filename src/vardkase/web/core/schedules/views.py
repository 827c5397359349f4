"""Schedules: intervals, last results, and running a job now."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST

from vardkase.core.errors import Invalid
from vardkase.core.schedules import Interval
from vardkase.hub.instance import schedules
from vardkase.hub.instance.schedules import ScheduleChange
from vardkase.identity.access.permissions import Permission
from vardkase.web.core.schedules.forms import ScheduleForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page

WAITS = gettext_noop("The change is waiting for a second officer.")


@page(oversight=True)
def index(request: PageRequest) -> HttpResponse:
    rows = sorted(schedules.scheduled_tasks(request.actor), key=lambda row: str(row.schedule.title))
    running = any(row.task.is_running for row in rows)
    return render(request, "schedules/index.html", {"rows": rows, "running": running})


@page(oversight=True, writes=True)
def edit(request: PageRequest, name: str) -> HttpResponse:
    scheduled = schedules.find_scheduled(request.actor, name)
    task = scheduled.task
    now = {"rhythm": task.rhythm, "at": task.at, "on": not task.paused}
    form = ScheduleForm(request.POST or None, initial=now)
    if form.is_valid():
        chosen = form.cleaned_data
        change = ScheduleChange(Interval(chosen["rhythm"]), chosen["at"], paused=not chosen["on"])
        with errors_shown_in(form):
            waits = schedules.change_schedules(request.actor, {name: change}, chosen["reason"])
            messages.success(request, gettext(WAITS) if waits else gettext("Saved."))
            return redirect("schedules")
    status = 422 if form.errors else 200
    return render(request, "schedules/schedule.html", {"form": form, "found": scheduled}, status=status)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def run(request: PageRequest, name: str) -> HttpResponse:
    if schedules.run_now(request.actor, name):
        messages.success(request, gettext("The task will start in a moment."))
    else:
        messages.info(request, gettext("The task is already queued."))
    return redirect("schedules")


@require_POST
@page(oversight=True, writes=True)
def switch(request: PageRequest, name: str, *, paused: bool) -> HttpResponse:
    try:
        waits = schedules.change_schedules(request.actor, {name: ScheduleChange(paused=paused)})
    except Invalid:
        messages.info(request, gettext("This requires a second officer. Explain why it is being changed."))
        return redirect("schedule", name)
    if waits:
        messages.success(request, gettext(WAITS))
        return redirect("schedules")
    message = (
        gettext("The task no longer runs automatically.")
        if paused
        else gettext("The task now runs automatically.")
    )
    messages.success(request, message)
    return redirect("schedules")
