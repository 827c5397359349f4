"""An event's report as PDF, with its TLP marking on each page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.formats import date_format
from django.utils.translation import gettext

from vardkase.core.typeset import pdf
from vardkase.formats.report_pdf.blocks import blocks_of
from vardkase.formats.report_pdf.pictures import diagrams_of, pictures_of
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow, ReportRow
from vardkase.intel.event_reports.markdown import report_tokens
from vardkase.intel.event_reports.references import marking_of, resolve_references

TEMPLATE = Path(__file__).parent / "report.typ"


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """`creator`: the organisation that made the event; `changed`: when the report was written."""

    event: EventRow
    report: ReportRow
    creator: str
    changed: datetime


def report_pdf(actor: Actor, printed: PrintedReport, *, language: str) -> bytes:
    """What `actor` may read of the report and of what it refers to, as tagged PDF."""
    event, report = printed.event, printed.report
    resolved = resolve_references(actor, event, report.content)
    label = marking_of(actor, resolved, report.id)
    tokens = report_tokens(report.content)
    pictures = pictures_of(tokens, resolved)
    data = {
        "title": report.name,
        "tlp": f"TLP:{label.upper()}" if label else "",
        "colour": label.replace("white", "clear"),
        "meta": [
            (gettext("Event"), f"#{event.id}"),
            (gettext("Created by"), printed.creator),
            (gettext("Changed"), date_format(printed.changed, "j F Y")),
        ],
        "event": event.info,
        "blocks": blocks_of(tokens, resolved, pictures),
    }
    contents = {picture.name: picture.content for picture in pictures.values()} | diagrams_of(
        tokens, actor.user_id
    )
    return pdf(TEMPLATE, data, language=language, pictures=contents)
