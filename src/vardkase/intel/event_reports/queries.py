"""Queries for reports visible to a reader, and for their references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Left

from vardkase.core.sql import SqlQuery, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    deleted_predicate,
    event_predicate,
    reader_parameters,
    report_predicate,
)
from vardkase.intel.event_reports.models import EventReportTag
from vardkase.intel.models import EventReport

BEGINNING = 500
"""Characters of a text that a list shows."""

DELETED = {"all": "TRUE", "default": "NOT p.deleted", "deleted": "p.deleted"}
"""MISP's contexts of a list of reports."""


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """`event_id` with `extended` includes the reports of the events that extend it; `value` is a substring."""

    event_id: int | None = None
    extended: bool = False
    value: str = ""
    context: str = "default"


def reports_query(actor: Actor, chosen: ReportFilter) -> SqlQuery:
    conditions = [
        event_predicate(actor),
        report_predicate(actor, "p"),
        deleted_predicate(actor, "p"),
        DELETED.get(chosen.context, DELETED["default"]),
    ]
    parameters: dict[str, Any] = reader_parameters(actor)
    if chosen.event_id is not None:
        conditions.append(OF_EVENT_AND_EXTENSIONS if chosen.extended else "e.id = %(event)s")
        parameters["event"] = chosen.event_id
    if chosen.value:
        conditions.append("(p.name ILIKE %(value)s OR p.content ILIKE %(value)s)")
        # "%" and "_" in what the user typed stand for themselves.
        literal = chosen.value.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        parameters["value"] = f"%{literal}%"
    sql = (
        "SELECT p.id FROM event_report p JOIN event e ON e.id = p.event_id "
        f"WHERE {' AND '.join(conditions)} ORDER BY p.id"
    )
    return SqlQuery(sql, parameters)


def listed_reports(actor: Actor, event_id: int, text: str, *, deleted: bool) -> QuerySet[EventReport]:
    """The reports of an event without their texts, but with how these begin (`beginning`)."""
    chosen = ReportFilter(event_id=event_id, value=text, context="deleted" if deleted else "default")
    query = reports_query(actor, chosen)
    ids = [row[0] for row in cursor().execute(query.sql, query.parameters).fetchall()]
    rows = EventReport.objects.filter(pk__in=ids).select_related("sharing_group").defer("content")
    return rows.annotate(beginning=Left("content", BEGINNING))


def report_tags(report_id: int) -> list[EventReportTag]:
    return list(
        EventReportTag.objects.filter(event_report=report_id).select_related("tag").order_by("tag__name")
    )


OF_EVENT_AND_EXTENSIONS = (
    "(e.id = %(event)s OR e.extends_uuid = (SELECT main.uuid FROM event main WHERE main.id = %(event)s))"
)
