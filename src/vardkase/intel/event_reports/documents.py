"""Reports inside an event document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from vardkase.core.misp_problems import problems_of
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import FURTHER_OF_REPORT, NewReport, sent_columns
from vardkase.intel.event_reports.tags import link_tags
from vardkase.intel.kernel.attribute_assembler import Assembler, numbered_parts
from vardkase.intel.kernel.audiences import Audiences, report_audiences
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Event, EventReport
from vardkase.intel.problems import EventReportProblem
from vardkase.misp.report import parse_report


@dataclass(frozen=True, slots=True)
class StoredReports:
    ids: Sequence[int]
    audiences: Audiences


def store_reports(actor: Actor, event: Event, parts: object, assembler: Assembler) -> StoredReports:
    """Store the reports of a locked event: new ones are added, known ones replaced if newer."""
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


def _parse(parts: object, assembler: Assembler) -> Iterator[NewReport]:
    uuids: set[str] = set()
    for place, part in numbered_parts(parts, "EventReport"):
        if not isinstance(part, dict):
            assembler.rejections.add(place, {"name": [EventReportProblem.NOT_A_REPORT()]})
            continue
        parsed = parse_report(part, NewReport, now=assembler.now, further=FURTHER_OF_REPORT)
        if isinstance(parsed, dict):
            assembler.rejections.add(place, problems_of(parsed))
        elif parsed.uuid is None or parsed.uuid not in uuids:  # Of two with one uuid the first counts.
            parsed.uuid = parsed.uuid or str(uuid4())
            uuids.add(parsed.uuid)
            assembler.note_contributions(parsed.uuid, part, "EventReport", place)
            yield parsed


def _replaces(event: Event, stored: EventReport, sent: NewReport) -> bool:
    """A report without a timestamp is the newest, as in MISP."""
    return stored.event_id == event.pk and (not sent.timestamp or sent.timestamp > stored.timestamp)


def _save(event: Event, stored: EventReport | None, sent: NewReport, assembler: Assembler) -> EventReport:
    report = stored or EventReport(event=event, uuid=UUID(sent.uuid))
    report.timestamp = sent.timestamp or assembler.now
    assign(report, sent, assembler.sharing)
    return report


def assign(report: EventReport, sent: NewReport, sharing: SharingGroups) -> None:
    sent.distribution, sent.sharing_group_id = sharing.limited(
        sent.distribution, sent.sharing_group_id, sent.group_block
    )
    for name in MERGED:
        # A text that was not sent is kept.
        if (value := getattr(sent, name)) is not None or name != "content":
            setattr(report, name, value)
    report.save()


MERGED = [name for name in sent_columns(EventReport) if name not in ("uuid", "timestamp")]
"""What a document changes in a report; each change brings a time of its own."""
