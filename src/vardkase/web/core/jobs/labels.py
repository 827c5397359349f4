"""Labels and descriptions of background jobs."""

from __future__ import annotations

import json

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.schedules import find
from vardkase.core.schedules.services import RUN
from vardkase.hub.instance.jobs import Job

KINDS: dict[str, str | Promise] = {
    "applications.queue_admitted": _("Queue applications whose phase has opened"),
    "data_protection.search": _("Search for a person’s data"),
    "feeds.cache": _("Cache a feed’s values for comparison"),
    "feeds.fetch": _("Fetch a feed"),
    "jobs.take_up_again": _("Recover jobs of a stopped worker"),
    "mail.deliver": _("Send an e-mail"),
    "modules.enrich": _("Enrich an event"),
    "notification_mails.alert": _("Send e-mail about a published event"),
    "office.send_bulk_mail": _("Send a mail to many members"),
    "own_feeds.write": _("Write one of our feeds"),
    "schedules.order_due": _("Check which tasks are due"),
    "schedules.run": _("A scheduled task"),
    "servers.cache": _("Cache a connected hub’s values for comparison"),
    "sync.pull": _("Fetch from a connected hub"),
    "correlation.apply_exclusions": _("Apply the correlation exclusions to everything stored"),
    "correlation.rebuild": _("Recompute all correlations"),
    "retention.carry_out": _("Carry out a retention run"),
    "retention.count": _("Count what is past its retention period"),
    "spills.request_deletion": _("Ask other hubs to delete classified information"),
    "spills.search_remains": _("Search for classified information that is left"),
    "subscriptions.notify_followers": _("Notify those who follow something in a published event"),
    "sync.push": _("Send to a connected hub"),
    "sync.push_cluster": _("Send a galaxy cluster to connected hubs"),
    "sync.push_published": _("Send published events to a connected hub"),
    "sync.push_sightings": _("Send sightings to connected hubs"),
    "taxii.poll": _("Fetch from a TAXII server"),
    "taxii.push": _("Send to a TAXII server"),
    "taxii.receive": _("Import objects written over TAXII"),
}
"""By the name of the task; a test asks that each has its words."""
# Jobs that an earlier version ordered keep their names.
KINDS["notices.alert"] = KINDS["notification_mails.alert"]
KINDS["schedules.look"] = KINDS["schedules.order_due"]
KINDS["subscriptions.tell_followers"] = KINDS["subscriptions.notify_followers"]

SUBJECTS = (
    ("event_id", _("event %(id)s")),
    ("server_id", _("connection %(id)s")),
    ("feed_id", _("feed %(id)s")),
)


def kind_of(job: Job) -> str:
    if job.subject:
        return f"{KINDS.get(job.task, job.task)}: {job.subject}"
    return label_of(job.task, job.arguments)


def label_of(task: str, arguments_json: str) -> str:
    """What a job does: "Fetch a feed (feed 7)"."""
    parsed = json.loads(arguments_json)
    arguments = parsed if isinstance(parsed, dict) else {}
    if task == RUN and (schedule := find(str(arguments.get("name")))) is not None:
        return str(schedule.title)
    label = str(KINDS.get(task, task))
    for name, subject in SUBJECTS:
        if name in arguments:
            return f"{label} ({subject % {'id': arguments[name]}})"
    return label


def time_left(job: Job) -> str:
    seconds = job.seconds_left
    if seconds is None:
        return ""
    if seconds < 60:
        return gettext("less than a minute left")
    if seconds < 5400:
        minutes = round(seconds / 60)
        return ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes) % {"n": minutes}
    hours = round(seconds / 3600)
    return ngettext("about %(n)s hour left", "about %(n)s hours left", hours) % {"n": hours}
