"""Reports inside an event document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from vardkase.core.misp_problems import problems_of
from vardkase.identity.access.actor import Actor
from vardkase.intel.event_reports.tags import link_tags
from vardkase.intel.kernel.attribute_assembler import Assembler, numbered_parts
from vardkase.intel.kernel.audiences import Audiences, report_audiences
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Event, EventReport
from vardkase.intel.problems import EventReportProblem
from vardkase.misp.report import ReportInput, parse_report


@dataclass(frozen=True, slots=True)
class StoredReports:
    ids: Sequence[int]
    audiences: Audiences


def store_reports(actor: Actor, event: Event, parts: object, assembler: Assembler) -> StoredReports:
    """Store the reports of a locked event: new ones are added, known ones replaced if newer (core-format §7)."""
    parsed = list(_parse(parts, assembler))
    if not parsed:
        return StoredReports((), frozenset())
    uuids = [report.uuid for report in parsed if report.uuid]
    known = {str(report.uuid): report for report in EventReport.objects.filter(uuid__in=uuids)}
    tags = TagLoader(actor, [mention for report in parsed for mention in report.tags])
    pairs = [(known.get(report.uuid or ""), report) for report in parsed]
    # Who read the reports before must be taken before they are written: a change may move a report to others.
    before = report_audiences(
        [stored.pk for stored, report in pairs if stored and _replaces(event, stored, report)]
    )
    ids = []
    for stored, report in pairs:
        if stored is None or _replaces(event, stored, report):
            written = _save(event, stored, report, assembler)
            link_tags(written, tags, report.tags)
            ids.append(written.pk)
    return StoredReports(ids, before | report_audiences(ids))


def _parse(parts: object, assembler: Assembler) -> Iterator[ReportInput]:
    uuids: set[str] = set()
    for place, part in numbered_parts(parts, "EventReport"):
        if not isinstance(part, dict):
            assembler.rejections.add(place, {"name": [EventReportProblem.NOT_A_REPORT()]})
            continue
        parsed = parse_report(part, now=assembler.now)
        if isinstance(parsed, dict):
            assembler.rejections.add(place, problems_of(parsed))
        elif parsed.uuid is None or parsed.uuid not in uuids:  # Of two with one uuid the first counts.
            parsed.uuid = parsed.uuid or str(uuid4())
            uuids.add(parsed.uuid)
            assembler.note_contributions(parsed.uuid, part, "EventReport", place)
            yield parsed


def _replaces(event: Event, stored: EventReport, sent: ReportInput) -> bool:
    """A report without a timestamp is the newest, as in MISP."""
    return stored.event_id == event.pk and (not sent.timestamp or sent.timestamp > stored.timestamp)


def _save(event: Event, stored: EventReport | None, sent: ReportInput, assembler: Assembler) -> EventReport:
    report = stored or EventReport(event=event, uuid=UUID(sent.uuid))
    report.name = sent.name
    report.content = report.content if sent.content is None else sent.content
    report.distribution, report.sharing_group_id = assembler.sharing.limited(
        sent.distribution, sent.sharing_group_id, sent.sharing_group
    )
    report.timestamp = sent.timestamp or assembler.now
    report.deleted = sent.deleted
    report.save()
    return report
