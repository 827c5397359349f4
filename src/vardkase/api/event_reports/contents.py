"""eventReports/*: entities extracted from reports, and reports generated from other content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.api.answers import Json, Stream
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.event_reports.reports import number_of
from vardkase.api.fields import Anything, Flag, Text, decoded
from vardkase.api.inputs import Body, Params
from vardkase.api.problems import PartRequestProblem
from vardkase.api.request import Call
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.exchange.fetches.models import FetchChannel
from vardkase.exchange.fetches.services import record_parts
from vardkase.exchange.report_import import import_report
from vardkase.formats.markdown import event_text
from vardkase.formats.misp_json import report_dict, report_elements
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_reports.extraction import (
    Extraction,
    accept_suggestions,
    extract_all,
    extraction_of,
)
from vardkase.intel.event_reports.services import add_report
from vardkase.intel.queries.find import find_event, find_report
from vardkase.misp.freetext import DetectedValue

UNFILTERED = (
    "Invalid JSON input. Make sure that the JSON input is a correctly formatted JSON string. "
    "This request has been blocked to avoid an unfiltered request."
)


class ExtractionParams(Params, kw_only=True):
    tag_event: Flag = False


class SuggestionsBody(Body, kw_only=True):
    model = "EventReport"

    content: Text | None = None
    suggestions: Anything = None


class FilteredReport(Body, kw_only=True):
    model = "EventReport"

    filters: Anything = None


class PageBody(Body, kw_only=True):
    model = "EventReport"

    url: Text = ""
    name: Text = ""


@endpoint("event_reports/get_proxy_misp_elements")
def elements(call: Call, report_id: str) -> Stream:
    """List what a report may refer to: everything in its event that the caller may read."""
    report = find_report(call.actor, number_of(call.actor, report_id), deleted=True)
    record_parts(call.actor, FetchChannel.API, "report", [report.id])
    return Stream(report_elements(call.actor, report.event_id))


@endpoint("event_reports/extract_from_report")
def extract(call: Call, report_id: str) -> Json:
    """Extract the values in a report, and return the report with suggestions in their place; nothing is
    changed."""
    number = number_of(call.actor, report_id)
    extraction = extraction_of(call.actor, number)
    record_parts(call.actor, FetchChannel.API, "report", [number])
    return Json(
        {
            "complexTypeToolResult": [_detected_dict(value, extraction) for value in extraction.values],
            "replacementValues": {
                value.value: str(uuid)
                for value in extraction.values
                if (uuid := extraction.attribute_of(value))
            },
            "replacementResult": {"contentWithReplacements": extraction.suggested()},
            "tags": extraction.tags,
        }
    )


@endpoint("event_reports/extract_all_from_report", requires=(Permission.ADD,), writes=True)
def extract_everything(call: Call, report_id: str, *, params: ExtractionParams) -> Json:
    """Create attributes from all values in a report; ``tag_event`` also tags the event by names in the text."""
    stored = extract_all(call.actor, report_id, tag_event=params.tag_event)
    return Json({"report": report_dict(call.actor, stored, stored=True)})


@endpoint("event_reports/replace_suggestion_in_report", requires=(Permission.ADD,), writes=True)
def replace_suggestions(call: Call, report_id: str, *, body: SuggestionsBody) -> Json:
    """Accept suggested values: ``suggestions`` maps each value to its type, or is a list of values."""
    suggestions = _suggestions(decoded(body.suggestions))
    try:
        stored = accept_suggestions(call.actor, report_id, body.content, suggestions)
    except Invalid as refused:
        message = "replace suggestions in EventReport"
        raise SaveFailed(message, "/event_reports/replaceSuggestionInReport", refused.errors) from refused
    return Json({"report": report_dict(call.actor, stored, stored=True)})


@endpoint("event_reports/report_from_event", requires=(Permission.ADD,), writes=True)
def from_event(call: Call, event_id: str, *, body: FilteredReport) -> Json:
    """Generate a report from an event, with the attributes selected by ``filters`` (as in restSearch)."""
    event = find_event(call.actor, event_id)
    filters = decoded(body.filters)
    if not isinstance(filters, dict) or not filters:
        raise MispError(405, UNFILTERED)
    report = {
        "name": f"Event report - {now_seconds()}",
        "content": event_text(call.actor, event, filters),
        "distribution": 5,
    }
    stored = add_report(call.actor, event.id, report)
    return Json(report_dict(call.actor, stored, stored=True))


@endpoint("event_reports/import_report_from_url", requires=(Permission.ADD,), writes=True)
def from_url(call: Call, event_id: str, *, body: PageBody) -> Json:
    """Fetch a web page and store it as a report."""
    event = find_event(call.actor, event_id)
    if not body.url:
        raise SaveFailed(
            "import EventReport", "/event_reports/importReportFromUrl", {"url": ["An URL is needed."]}
        )
    try:
        stored = import_report(call.actor, event.id, body.url, name=body.name)
    except Invalid as refused:
        message = "import EventReport"
        raise SaveFailed(message, "/event_reports/importReportFromUrl", refused.errors) from refused
    return Json(report_dict(call.actor, stored, stored=True))


def _detected_dict(value: DetectedValue, extraction: Extraction) -> dict[str, Any]:
    known = extraction.attribute_of(value)
    return {
        "value": value.value,
        "original_value": value.original,
        "default_type": value.type,
        "types": list(value.alternatives),
        "category": value.category,
        "to_ids": value.to_ids,
        "comment": value.comment,
        "attribute_uuid": str(known) if known else None,
    }


def _suggestions(sent: Any) -> list[dict[str, Any]]:
    """Each suggestion as a dict with its value. MISP's pages send a map by value, with the finding inside."""
    if isinstance(sent, list):
        return [item for item in sent if isinstance(item, dict)]
    if not isinstance(sent, dict):
        raise Invalid({"suggestions": [PartRequestProblem.NOT_SUGGESTIONS()]})
    return [{"value": value, **_choice_of(item)} for value, item in sent.items()]


def _choice_of(value: Any) -> Mapping[str, Any]:
    if isinstance(value, str):
        return {"type": value}
    if not isinstance(value, dict):
        return {}
    inner = value.get("complexTypeToolResult")
    choice = {**inner, **value} if isinstance(inner, dict) else value
    members = {key: choice[key] for key in ("type", "category", "to_ids", "comment") if key in choice}
    return {"type": choice.get("default_type"), **members}
