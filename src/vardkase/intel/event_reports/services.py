"""Services for event reports: add, edit, delete, restore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.misp_problems import problems_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import FURTHER_OF_REPORT, NewReport
from vardkase.intel.errors import ChangedMeanwhile
from vardkase.intel.event_reports.documents import MERGED, assign
from vardkase.intel.event_reports.tags import put_tags
from vardkase.intel.kernel.attribute_changes import named
from vardkase.intel.kernel.audiences import Audiences, report_audiences
from vardkase.intel.kernel.locking import lock_own_event, lock_own_part, touch
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.models import Event, EventReport
from vardkase.intel.problems import EventReportProblem, IntelProblem
from vardkase.intel.queries.find import Reference, find_report
from vardkase.intel.queries.version_tokens import report_mark
from vardkase.misp.distribution import Distribution
from vardkase.misp.report import parse_report


@transaction.atomic
def add_report(actor: Actor, event_id: int, data: Mapping[str, Any]) -> int:
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    parsed = _parse(data)
    if parsed.uuid and EventReport.objects.filter(uuid=parsed.uuid).exists():
        raise Invalid({"uuid": [IntelProblem.UUID_TAKEN()]})
    report = EventReport(
        uuid=UUID(parsed.uuid) if parsed.uuid else uuid4(),
        event=event,
        timestamp=parsed.timestamp or now_seconds(),
    )
    assign(report, parsed, SharingGroups(actor))
    put_tags(actor, report, parsed.tags)
    _touch_and_record(actor, event, report, IntelAction.EVENT_REPORT_ADDED)
    return report.pk


@transaction.atomic
def edit_report(
    actor: Actor, reference: Reference, data: Mapping[str, Any], *, seen: str | None = None
) -> int:
    """`seen`: the token (`report_mark`) of what the actor saw, where that matters; raises ChangedMeanwhile."""
    actor.require(Permission.ADD)
    report, event = lock_own_report(actor, reference)
    require_unchanged(report, seen)
    stored = {name: getattr(report, name) for name in MERGED}
    # Other members are ignored, as in MISP.
    sent = {key: value for key, value in named(data).items() if key in {*MERGED, "SharingGroup"}}
    report.timestamp = now_seconds()
    before = report_audiences([report.pk])
    assign(report, _parse(stored | sent), SharingGroups(actor))
    _touch_and_record(actor, event, report, IntelAction.EVENT_REPORT_EDITED, before=before)
    return report.pk


@transaction.atomic
def delete_report(actor: Actor, reference: Reference, *, hard: bool = False) -> None:
    actor.require(Permission.ADD)
    report, event = lock_own_report(actor, reference)
    before = report_audiences([report.pk])
    if hard:  # The database deletes the report's tags.
        EventReport.objects.filter(pk=report.pk).delete()
    else:
        EventReport.objects.filter(pk=report.pk).update(deleted=True, timestamp=now_seconds())
    _touch_and_record(actor, event, report, IntelAction.EVENT_REPORT_DELETED, {"hard": hard}, before=before)


@transaction.atomic
def restore_report(actor: Actor, reference: Reference) -> None:
    actor.require(Permission.ADD)
    report, event = lock_own_report(actor, reference)
    EventReport.objects.filter(pk=report.pk).update(deleted=False, timestamp=now_seconds())
    _touch_and_record(actor, event, report, IntelAction.EVENT_REPORT_RESTORED)


def lock_own_report(actor: Actor, reference: Reference) -> tuple[EventReport, Event]:
    try:
        row, event = lock_own_part(actor, lambda: find_report(actor, reference, deleted=True))
    except NotFound as missing:
        raise NotFound(EventReportProblem.NOT_FOUND_TO_CHANGE()) from missing
    return EventReport.objects.get(pk=row.id), event


def require_unchanged(report: EventReport, seen: str | None) -> None:
    if seen is not None and report_mark(report.pk) != seen:
        raise ChangedMeanwhile


def _parse(data: Mapping[str, Any]) -> NewReport:
    own = Distribution.ORGANISATION
    parsed = parse_report(
        data, NewReport, now=now_seconds(), default_distribution=own, further=FURTHER_OF_REPORT
    )
    if isinstance(parsed, dict):
        raise Invalid(problems_of(parsed))
    return parsed


def _touch_and_record(
    actor: Actor,
    event: Event,
    report: EventReport,
    act: AuditAction,
    change: dict[str, Any] | None = None,
    *,
    before: Audiences = frozenset(),
) -> None:
    touch(event, before | report_audiences([report.pk]))
    target = Target("event_report", report.pk, report.uuid, report.name)
    record(actor, act, target, change)
