"""Reading an event's reports: the list, one report, as PDF, the pictures in it; deleting and restoring."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core import files
from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation, SharingGroup
from vardkase.intel import rules
from vardkase.intel.columns import EventRow, ReportRow
from vardkase.intel.event_reports import services
from vardkase.intel.event_reports.queries import listed_reports, report_tags
from vardkase.intel.event_reports.references import ATTACHMENT, marking_of, resolve_references
from vardkase.intel.kernel.attachments import picture_type
from vardkase.intel.problems import EventReportProblem
from vardkase.intel.queries.find import find_attribute_of, find_event, find_report
from vardkase.misp.report_references import prose
from vardkase.web.intel.editing.common import own_event
from vardkase.web.intel.event_reports.rendering import rendered_with
from vardkase.web.intel.events.layout import shell_context, shell_of
from vardkase.web.intel.events.rows import moment
from vardkase.web.ui.chips import GROUP, INHERIT, TLP_COLOURS
from vardkase.web.ui.edit_page import Crumb, confirm_page
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.markdown import plain
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.undo import say_with_undo

SORTS = ("name", "timestamp")
PICTURE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}
TABLE_LINE = re.compile(r"(?:\|? ?:?-{3,}:? ?\|?)+")


@page()
def index(request: PageRequest, reference: str) -> HttpResponse:
    shell = shell_of(request.actor, reference)
    wants_deleted = request.GET.get("deleted") == "1"
    found = listed_reports(request.actor, shell.event.id, searched(request), deleted=wants_deleted)
    table = listed(request, found, SORTS, "-timestamp")
    context = {
        **shell_context(shell, "event_reports"),
        **table,
        "rows": [
            {
                "report": row,
                "changed": moment(row.timestamp),
                "beginning": TABLE_LINE.sub(" ", plain(prose(row.beginning))),
            }
            for row in table["rows"]
        ],
        "text": searched(request),
        "wants_deleted": wants_deleted,
    }
    return render(request, "event_reports/index.html", context)


@page()
def view(request: PageRequest, reference: str, report_id: int) -> HttpResponse:
    event, report = report_of(request.actor, reference, report_id, deleted=True)
    resolved = resolve_references(request.actor, event, report.content)
    diagrams = reverse("report_diagram", args=[event.id, report.id, 0]).removesuffix("0/")
    context = {
        "heading": report.name,
        "event": event,
        "report": report,
        "html": rendered_with(resolved, report.content, diagrams),
        "marking": (marking := marking_of(request.actor, resolved, report.id)),
        "page_kind": TLP_COLOURS.get(marking, ""),
        "changed": moment(report.timestamp),
        "tags": report_tags(report.id),
        **what_actor_may(request.actor, event),
        **_distribution(request.actor, event, report),
    }
    return render(request, "event_reports/report.html", context)


@page()
def picture(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    """A picture that is attached to the event, recognised by its content: no other file is shown by the browser."""
    attribute = find_attribute_of(request.actor, find_event(request.actor, reference), attribute_id)
    try:
        content = files.read(attribute.data_sha256 or "") if attribute.type == ATTACHMENT else b""
    except FileNotFoundError as lost:
        raise Http404 from lost
    kind = picture_type(content)
    if kind is None:
        raise NotFound(EventReportProblem.PICTURE_NOT_FOUND())
    return HttpResponse(content, content_type=kind, headers=PICTURE_HEADERS)


@page(Permission.ADD, writes=True)
def delete(request: PageRequest, reference: str, report_id: int) -> HttpResponse:
    event, report = own_report(request.actor, reference, report_id)
    if request.method != "POST":
        words = gettext(
            "The report is marked as deleted. When the event is published again, recipients mark it as deleted too. "
            "You can restore it."
        )
        return confirm_page(
            request, gettext("Delete report"), parents(event, report), words, things=[report.name]
        )
    services.delete_report(request.actor, report.id)
    say_with_undo(request, gettext("Report deleted."), "report_restore", event.id, report.id)
    return redirect("event_reports", event.id)


@page(Permission.ADD, writes=True)
@require_POST
def restore(request: PageRequest, reference: str, report_id: int) -> HttpResponse:
    event, report = own_report(request.actor, reference, report_id, deleted=True)
    services.restore_report(request.actor, report.id)
    messages.success(request, gettext("Report restored."))
    return redirect("report", event.id, report.id)


def report_of(
    actor: Actor, reference: str, report_id: int, *, deleted: bool = False
) -> tuple[EventRow, ReportRow]:
    event, report = find_event(actor, reference), find_report(actor, report_id, deleted=deleted)
    if report.event_id != event.id:
        raise NotFound(EventReportProblem.NOT_FOUND())
    return event, report


def own_report(
    actor: Actor, reference: str, report_id: int, *, deleted: bool = False
) -> tuple[EventRow, ReportRow]:
    """As `report_of`, if the actor may change it; raises NotOwned."""
    event, report = report_of(actor, reference, report_id, deleted=deleted)
    own_event(actor, str(event.id))
    return event, report


def parents(event: EventRow, report: ReportRow | None = None) -> list[Crumb]:
    above: list[Crumb] = [
        (gettext("Events"), reverse("events")),
        (str(event.id), reverse("event", args=[event.id])),
        (gettext("Reports"), reverse("event_reports", args=[event.id])),
    ]
    return [*above, (report.name, reverse("report", args=[event.id, report.id]))] if report else above


def what_actor_may(actor: Actor, event: EventRow) -> dict[str, Any]:
    may_write = actor.may_write and actor.may(Permission.ADD)
    return {
        "may_modify": may_write and rules.may_modify_event(actor, event),
        "may_tag": may_write and actor.may(Permission.TAGGER) and rules.may_modify_event(actor, event),
        "may_note": may_write and actor.may(Permission.ANALYST_DATA),
    }


def _distribution(actor: Actor, event: EventRow, report: ReportRow) -> dict[str, Any]:
    from_event = report.distribution == INHERIT
    shared = event if from_event else report
    group = None
    if (
        shared.distribution == GROUP and shared.sharing_group_id
    ):  # Its readers are in the group, or own the event.
        group = SharingGroup.objects.filter(pk=shared.sharing_group_id).first()
    is_ours = event.org_id == actor.organisation_id
    owner = "" if is_ours else Organisation.objects.get(pk=event.org_id).name
    return {"level": shared.distribution, "group": group, "owner": owner, "from_event": from_event}
