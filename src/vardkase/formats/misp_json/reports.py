"""Event reports outside their event: event_reports/view and event_reports/index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from vardkase.core.errors import NotFound
from vardkase.formats.misp_json.columns import REPORT, members_of
from vardkase.formats.misp_json.document_context import DocumentContext, add_analyst_data, context_of
from vardkase.formats.misp_json.options import EventOptions
from vardkase.formats.misp_json.selection import Chosen, pages_of
from vardkase.formats.misp_json.stream import in_chunks, joined
from vardkase.formats.misp_json.structs import EventReport, encoder
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import deleted_predicate, report_predicate
from vardkase.intel.problems import EventReportProblem

WIDTH = len(members_of(EventReport))
"""Columns of REPORT; the event's, and the sharing group's, follow."""

REPORTS_AT_ONCE = 50
"""A report may be long."""


def report_dict(actor: Actor, report_id: int, *, stored: bool = False) -> dict[str, Any]:
    """One report with its event; `stored` as after a save, without relationships. Raises NotFound."""
    context = context_of(actor, EventOptions(include_analyst_data=not stored))
    found = _rendered(context, [report_id])
    if not found:
        raise NotFound(EventReportProblem.NOT_FOUND_TO_CHANGE())
    document: dict[str, Any] = msgspec.json.decode(encoder.encode(found[0]))
    if stored:
        del document["RelationshipInbound"]
    return document


@in_chunks
def report_list(actor: Actor, chosen: Chosen) -> Iterator[bytes]:
    context = context_of(actor, EventOptions(include_analyst_data=True))
    yield b"["
    yield from joined(
        encoder.encode(_rendered(context, ids))[1:-1] for ids in pages_of(chosen, REPORTS_AT_ONCE)
    )
    yield b"]"


def add_report_tags(context: DocumentContext, reports: Sequence[EventReport]) -> None:
    attached = context.tags.of_reports(report.id for report in reports)
    for report in reports:
        if attachments := attached.get(int(report.id)):
            report.Tag = [context.tags.tag(attachment) for attachment in attachments]


def _rendered(context: DocumentContext, ids: Sequence[int]) -> list[dict[str, Any]]:
    visible = f"{context.event} AND {report_predicate(context.actor, 'p')} AND {deleted_predicate(context.actor, 'p')}"
    rows = context.rows(REPORTS.format(columns=REPORT, visible=visible), reports=list(ids))
    reports = [EventReport(*row[:WIDTH]) for row in rows]
    add_report_tags(context, reports)
    add_analyst_data(context, reports)
    inbound = context.analyst.leading_to([report.uuid for report in reports]) if context.analyst else {}
    return [
        _with_event(report, row[WIDTH:], inbound.get(report.uuid, []))
        for report, row in zip(reports, rows, strict=True)
    ]


def _with_event(report: EventReport, around: Sequence[Any], inbound: Sequence[Any]) -> dict[str, Any]:
    number, orgc_id, org_id, info, user_id, date, org, orgc, *group = around
    return {
        "EventReport": report,
        "Event": {
            "id": number,
            "orgc_id": orgc_id,
            "org_id": org_id,
            "info": info,
            "user_id": user_id,
            "date": date,
            "Org": {"id": org_id, "name": org},
            "Orgc": {"id": orgc_id, "name": orgc},
        },
        "SharingGroup": dict(zip(("id", "name", "uuid"), group, strict=True)),
        "RelationshipInbound": inbound,
    }


# The sharing group counts only at its level of distribution; a row may keep one from before.
REPORTS = """
SELECT {columns}, e.id::text, e.orgc_id::text, e.org_id::text, e.info, e.user_id::text, e.date::text,
       org.name, orgc.name, g.id::text, g.name, g.uuid::text
FROM unnest(%(reports)s::bigint[]) WITH ORDINALITY AS chosen (id, place)
JOIN event_report p ON p.id = chosen.id
JOIN event e ON e.id = p.event_id
JOIN organisation org ON org.id = e.org_id
JOIN organisation orgc ON orgc.id = e.orgc_id
LEFT JOIN sharing_group g ON g.id = p.sharing_group_id AND p.distribution = 4
WHERE {visible}
ORDER BY chosen.place
"""
