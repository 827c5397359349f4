"""eventReports/*: view, add, edit, delete and tag event reports."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.paging import LARGEST, paged
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.formats.misp_json import chosen_ids, report_dict, report_list
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_reports import services
from vardkase.intel.event_reports.queries import ReportFilter, reports_query
from vardkase.intel.event_reports.tags import tag_report, untag_report
from vardkase.intel.queries.find import find_event, find_report
from vardkase.misp.flags import as_bool

ABOUT_ADD = Description(
    "POST a report in JSON format to create a report for the provided event",
    ["name"],
    ["distribution", "content"],
)
ABOUT_EDIT = Description(
    "POST a report in JSON format to update the report", [], ["name", "content", "distribution"]
)


@endpoint("event_reports/view")
def view(call: Call) -> Answer:
    """Return one report, deleted or not, with its event."""
    return Json(report_dict(call.actor, report_id(call)))


@endpoint("event_reports/view_summary")
def view_summary(call: Call) -> Answer:
    """Return the same as eventReports/view; MISP's web pages show it in a popup."""
    return view(call)


@endpoint("event_reports/index")
def index(call: Call) -> Answer:
    """List the reports that the caller may read, by event, by search word, or deleted ones."""
    event = call.param("event_id")
    chosen = ReportFilter(
        event_id=find_event(call.actor, _text(event)).id if event else None,
        extended=as_bool(call.param("extended_event")),
        value=_text(call.param("value", "")),
        context=_text(call.param("context", "default")),
    )
    ids = paged(call, chosen_ids(reports_query(call.actor, chosen)), LARGEST)
    return Stream(report_list(call.actor, ids))


@endpoint(
    "event_reports/add",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    describes=ABOUT_ADD,
)
def add(call: Call) -> Answer:
    """Add a report to the event named in the path or in the body."""
    data = call.data("EventReport")
    event = find_event(call.actor, call.arg(0) or _text(data.get("event_id", "")))
    try:
        stored = services.add_report(call.actor, event.id, data)
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
)
def edit(call: Call) -> Answer:
    """Edit a report; only the members given in the body change."""
    try:
        stored = services.edit_report(call.actor, call.arg(0), call.data("EventReport"))
    except Invalid as refused:
        # MISP answers with the problem alone, without the name of the field.
        raise SaveFailed("edit EventReport", "/event_reports/edit", refused.wire) from refused
    return Json(report_dict(call.actor, stored, stored=True))


@endpoint("event_reports/delete", requires=(Permission.ADD,), writes=True)
def delete(call: Call) -> Answer:
    """Delete a report, softly, or permanently with ``/1`` or ``{"hard": 1}``."""
    reference = call.arg(0)
    hard = as_bool(call.arg(1)) or as_bool(call.param("hard"))
    services.delete_report(call.actor, reference, hard=hard)
    outcome = "hard deleted" if hard else "soft deleted"
    return saved(f"Event Report {reference} {outcome}", f"/event_reports/delete/{reference}", id=reference)


@endpoint("event_reports/restore", requires=(Permission.ADD,), writes=True)
def restore(call: Call) -> Answer:
    """Restore a softly deleted report."""
    services.restore_report(call.actor, call.arg(0))
    reference = call.arg(0)
    return saved(f"Event Report {reference} restored", f"/event_reports/restore/{reference}", id=reference)


@endpoint("event_reports/add_tag", requires=(Permission.TAGGER,), writes=True)
def add_tag(call: Call) -> Answer:
    """Add the tags named in the path, or in the body's ``tag``, to a report."""
    # `segments`, not `args`: a tag such as tlp:white looks like a named argument.
    tags = call.param("tag") or (call.segments[1] if len(call.segments) > 1 else "")
    names = [_text(name) for name in (tags if isinstance(tags, list) else [tags])]
    try:
        tag_report(
            call.actor,
            call.segments[0] if call.segments else "",
            names,
            local=as_bool(call.param("local", call.segments[2] if len(call.segments) > 2 else None)),
        )
    except Invalid as refused:
        raise SaveFailed("add Tag", "/event_reports/addTag", refused.wire) from refused
    return saved("Tag added.", "/event_reports/addTag")


@endpoint("event_reports/remove_tag", requires=(Permission.TAGGER,), writes=True)
def remove_tag(call: Call) -> Answer:
    """Remove a tag from a report."""
    name = call.param("tag") or (call.segments[1] if len(call.segments) > 1 else "")
    try:
        untag_report(call.actor, call.segments[0] if call.segments else "", _text(name))
    except (Conflict, Invalid) as refused:
        raise SaveFailed("remove Tag", "/event_reports/removeTag", refused.wire) from refused
    return saved("Tag removed.", "/event_reports/removeTag")


def report_id(call: Call) -> int:
    """The id of the report named in the path; like MISP it also finds deleted ones."""
    try:
        return find_report(call.actor, call.arg(0), deleted=True).id
    except NotFound as missing:
        raise MispError(404, "Invalid report") from missing


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
