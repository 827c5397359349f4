"""A report, or an event with its attributes, as PDF."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, pgettext

from vardkase.core.limits import Limit
from vardkase.core.sandbox.metering import charged
from vardkase.core.typeset import LIMITS
from vardkase.formats.event_pdf import PrintedEvent, event_pdf
from vardkase.formats.report_pdf import PrintedReport, report_pdf
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.problems import EventReportProblem
from vardkase.intel.queries.event_index import index_rows
from vardkase.intel.queries.find import find_event
from vardkase.web.intel.event_reports.reports import report_of
from vardkase.web.intel.events.rows import ListedEvent, moment
from vardkase.web.ui.chips import THREATS, reach_words
from vardkase.web.ui.display import local_time, long_date
from vardkase.web.ui.files import event_download
from vardkase.web.ui.pages import PageRequest, page

PRINTS = Limit("report as PDF", allowed=1_200, window=3600)
"""Tenths of a second of typesetting for each account."""


@page()
def as_pdf(request: PageRequest, reference: str, report_id: int) -> HttpResponseBase:
    event, report = report_of(request.actor, reference, report_id)
    creator = Organisation.objects.get(pk=event.orgc_id).name
    printed = PrintedReport(event, report, creator, moment(report.timestamp))
    with _charged(request.actor):
        content = report_pdf(request.actor, printed, language=get_language() or "en")
    name = f"{report.name[:80] or 'report'}.pdf"
    return event_download(request.actor, [event.id], [content], name, "application/pdf")


@page()
def event_as_pdf(request: PageRequest, reference: str) -> HttpResponseBase:
    event = find_event(request.actor, reference)
    (row,) = index_rows(request.actor, [event.id])
    listed = ListedEvent(row)
    published = long_date(moment(event.publish_timestamp)) if event.published else gettext("No")
    facts = [
        (gettext("Event"), f"#{event.id}, {event.uuid}"),
        (gettext("Created by"), listed.row.orgc.name),
        (gettext("Date"), long_date(event.date)),
        (gettext("Threat level"), str(THREATS.get(event.threat_level_id, THREATS[4])[2])),
        (
            gettext("Distribution"),
            reach_words(event.distribution, listed.sharing_group_name, listed.row.org.name),
        ),
        (pgettext("event", "Published"), published),
        (gettext("Last updated"), long_date(listed.changed)),
        (gettext("Downloaded"), _downloaded(request.actor)),
    ]
    with _charged(request.actor):
        content = event_pdf(request.actor, PrintedEvent(event, facts), language=get_language() or "en")
    name = f"{event.info[:80]}.pdf"
    return event_download(request.actor, [event.id], [content], name, "application/pdf")


def _downloaded(actor: Actor) -> str:
    now = timezone.now()
    facts = {"when": f"{long_date(now)} {date_format(local_time(now), 'H:i')}", "by": actor.organisation_name}
    return gettext("%(when)s, by %(by)s") % facts


def _charged(actor: Actor) -> AbstractContextManager[None]:
    return charged(PRINTS, actor.user_id, most=LIMITS.seconds, refusal=EventReportProblem.TOO_MANY_PDFS())
