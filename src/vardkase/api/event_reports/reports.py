"""eventReports/*: view, add, edit, delete and tag event reports."""

from __future__ import annotations

from vardkase.api.answers import Json, Saved, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import AnyText, Flag, Mandatory, Reference, Segment, Text, Texts
from vardkase.api.inputs import Body, Params
from vardkase.api.paging import LARGEST, Paging
from vardkase.api.request import Call
from vardkase.api.shared_inputs import DeletionParams, with_columns
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.exchange.fetches.models import FetchChannel
from vardkase.exchange.fetches.services import record_parts
from vardkase.formats.misp_json import chosen_ids, report_dict, report_list
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_reports import services
from vardkase.intel.event_reports.queries import ReportFilter, reports_query
from vardkase.intel.event_reports.tags import tag_report, untag_report
from vardkase.intel.models import EventReport
from vardkase.intel.queries.find import find_event, find_report
from vardkase.misp.flags import as_bool

ABOUT_ADD = Description(
    "POST a report in JSON format to create a report for the provided event",
    ["name"],
    ["distribution", "content"],
)
ABOUT_EDIT = Description("POST a report in JSON format to update the report")


class ReportChanges(Body, kw_only=True):
    model = "EventReport"


class ReportBody(ReportChanges, kw_only=True):
    event_id: Reference = ""
    name: Mandatory[AnyText] = None


class ReportList(Paging, kw_only=True):
    event_id: Reference = ""
    extended_event: Flag = False
    value: Text = ""
    context: Text = "default"


class ReportTags(Params, kw_only=True):
    tag: Texts = []
    local: Flag | None = None


class ReportTag(Params, kw_only=True):
    tag: Reference = ""


@endpoint("event_reports/view", answers="EventReport")
@endpoint("event_reports/view_summary", answers="EventReport")
def view(call: Call, report_id: str) -> Json:
    """Return one report, deleted or not, with its event."""
    number = number_of(call.actor, report_id)
    record_parts(call.actor, FetchChannel.API, "report", [number])
    return Json(report_dict(call.actor, number))


@endpoint("event_reports/index", answers="[EventReport]")
def index(call: Call, *, params: ReportList) -> Stream:
    """List the reports that the caller may read, by event, by search word, or deleted ones."""
    chosen = ReportFilter(
        event_id=find_event(call.actor, params.event_id).id if params.event_id else None,
        extended=params.extended_event,
        value=params.value,
        context=params.context,
    )
    ids = params.of(chosen_ids(reports_query(call.actor, chosen)), LARGEST)
    record_parts(call.actor, FetchChannel.API, "report", ids)
    return Stream(report_list(call.actor, ids))


@endpoint(
    "event_reports/add",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    describes=ABOUT_ADD,
    inputs={"body": with_columns(ReportBody, EventReport)},
    answers="EventReport",
)
def add(call: Call, event_id: str = "", *, body: ReportBody) -> Json:
    """Add a report to the event named in the path or in the body."""
    event = find_event(call.actor, event_id or body.event_id)
    try:
        stored = services.add_report(call.actor, event.id, body.sent)
    except Invalid as refused:
        # MISP answers with the problem alone, without the name of the field.
        raise SaveFailed("add EventReport", "/event_reports/add", refused.wire) from refused
    return Json(report_dict(call.actor, stored, stored=True))


@endpoint(
    "event_reports/edit",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    describes=ABOUT_EDIT,
    inputs={"body": with_columns(ReportChanges, EventReport, without=("uuid", "timestamp"))},
    answers="EventReport",
)
def edit(call: Call, report_id: str, *, body: ReportChanges) -> Json:
    """Edit a report; only the members given in the body change."""
    try:
        stored = services.edit_report(call.actor, report_id, body.sent)
    except Invalid as refused:
        # MISP answers with the problem alone, without the name of the field.
        raise SaveFailed("edit EventReport", "/event_reports/edit", refused.wire) from refused
    return Json(report_dict(call.actor, stored, stored=True))


@endpoint("event_reports/delete", requires=(Permission.ADD,), writes=True)
def delete(call: Call, report_id: str, hard: str = "", *, params: DeletionParams) -> Saved:
    """Delete a report, softly, or permanently with ``/1`` or ``{"hard": 1}``."""
    for_good = as_bool(hard) or params.hard
    services.delete_report(call.actor, report_id, hard=for_good)
    outcome = "hard deleted" if for_good else "soft deleted"
    return saved(f"Event Report {report_id} {outcome}", f"/event_reports/delete/{report_id}", id=report_id)


@endpoint("event_reports/restore", requires=(Permission.ADD,), writes=True)
def restore(call: Call, report_id: str) -> Saved:
    """Restore a softly deleted report."""
    services.restore_report(call.actor, report_id)
    return saved(f"Event Report {report_id} restored", f"/event_reports/restore/{report_id}", id=report_id)


@endpoint("event_reports/add_tag", requires=(Permission.TAGGER,), writes=True)
def add_tag(
    call: Call, report_id: Segment, tag: Segment = "", local: Segment = "", *, params: ReportTags
) -> Saved:
    """Add the tags named in the path, or in the body's ``tag``, to a report."""
    is_local = as_bool(local) if params.local is None else params.local
    try:
        tag_report(call.actor, report_id, params.tag or [tag], local=is_local)
    except Invalid as refused:
        raise SaveFailed("add Tag", "/event_reports/addTag", refused.wire) from refused
    return saved("Tag added.", "/event_reports/addTag")


@endpoint("event_reports/remove_tag", requires=(Permission.TAGGER,), writes=True)
def remove_tag(call: Call, report_id: Segment, tag: Segment = "", *, params: ReportTag) -> Saved:
    """Remove a tag from a report."""
    try:
        untag_report(call.actor, report_id, params.tag or tag)
    except (Conflict, Invalid) as refused:
        raise SaveFailed("remove Tag", "/event_reports/removeTag", refused.wire) from refused
    return saved("Tag removed.", "/event_reports/removeTag")


def number_of(actor: Actor, report_id: str) -> int:
    """The number of a report; like MISP it also finds deleted ones."""
    try:
        return find_report(actor, report_id, deleted=True).id
    except NotFound as missing:
        raise MispError(404, "Invalid report") from missing
