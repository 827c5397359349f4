"""A report, or an event with its attributes, as PDF."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.utils.translation import get_language, gettext, pgettext

from vardkase.core.errors import Conflict
from vardkase.core.limits import Limit
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
from vardkase.web.ui.display import long_date
from vardkase.web.ui.files import download
from vardkase.web.ui.pages import PageRequest, page

PRINTS = Limit("report as PDF", allowed=120, window=3600)
"""For each account: setting a long one takes seconds."""


@page()
def as_pdf(request: PageRequest, reference: str, report_id: int) -> HttpResponseBase:
    event, report = report_of(request.actor, reference, report_id)
    _spend(request.actor)
    creator = Organisation.objects.get(pk=event.orgc_id).name
    printed = PrintedReport(event, report, creator, moment(report.timestamp))
    content = report_pdf(request.actor, printed, language=get_language() or "en")
    return download([content], f"{report.name[:80] or 'report'}.pdf", "application/pdf")


@page()
def event_as_pdf(request: PageRequest, reference: str) -> HttpResponseBase:
    event = find_event(request.actor, reference)
    _spend(request.actor)
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
    ]
    content = event_pdf(request.actor, PrintedEvent(event, facts), language=get_language() or "en")
    return download([content], f"{event.info[:80]}.pdf", "application/pdf")


def _spend(actor: Actor) -> None:
    if PRINTS.spend(actor.user_id).is_exceeded:
        raise Conflict(EventReportProblem.TOO_MANY_PDFS())
