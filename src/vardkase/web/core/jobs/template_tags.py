"""Template tags for background jobs and schedules."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from vardkase.core.schedules import Interval
from vardkase.core.schedules.models import ScheduledTask
from vardkase.hub.instance.jobs import Job
from vardkase.web.core.jobs import labels as job_labels
from vardkase.web.ui.display import clock_face

register = template.Library()

STATES = {
    "todo": ("wait", pgettext_lazy("job", "Waiting")),
    "doing": ("info", pgettext_lazy("job", "Running")),
    "succeeded": ("ok", pgettext_lazy("job", "Done")),
    "failed": ("bad", pgettext_lazy("job", "Failed")),
    "cancelled": ("land", pgettext_lazy("job", "Cancelled")),
    "aborted": ("land", pgettext_lazy("job", "Cancelled")),
}
RHYTHMS = {
    Interval.QUARTERLY: gettext_lazy("Every 15 minutes"),
    Interval.HOURLY: gettext_lazy("Hourly at minute %(minute)s"),
    Interval.DAILY: gettext_lazy("Daily at %(time)s"),
    Interval.WEEKLY: gettext_lazy("Mondays at %(time)s"),
    Interval.MONTHLY: gettext_lazy("The first of each month at %(time)s"),
}


@register.filter
def kind(job: Job) -> str:
    return job_labels.kind_of(job)


@register.filter
def left(job: Job) -> str:
    return job_labels.time_left(job)


@register.filter
def state_pill(job: Job) -> str:
    return STATES[job.state][0]


@register.filter
def state_words(job: Job) -> str:
    return gettext("Stopping") if job.stopping else str(STATES[job.state][1])


@register.filter
def when_due(task: ScheduledTask) -> str:
    facts = {"time": clock_face(task.at), "minute": task.at.strftime("%M")}
    return str(RHYTHMS[Interval(task.rhythm)]) % facts
