"""The state of the audit log: for `vardkase check`, for the nightly verification, and for whoever has to act on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import LogAction
from vardkase.audit.chain.documents import verify_database
from vardkase.audit.chain.installed import altered
from vardkase.audit.chain.problems import ChainProblem
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target, record
from vardkase.audit.tables import APPEND_ONLY
from vardkase.core.change_origin import ChangedBy
from vardkase.core.database.roles import READ_ONLY, rewritable, unknown_schemas
from vardkase.core.problems import Problem
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.audit_log.delivering import failing_deliveries
from vardkase.hub.audit_log.destinations import destinations
from vardkase.hub.audit_log.problems import AuditLogProblem
from vardkase.identity.access.job_actors import hub_actor

LOG = Target("audit_log")

type Found = tuple[str, Problem, Problem]
"""The variable to change, what is wrong, and what to do."""


def audit_log_findings() -> Iterator[Found]:
    if rewritable((*APPEND_ONLY, *READ_ONLY)):
        yield "DATABASE_OWNER_URL", AuditLogProblem.REWRITABLE(), AuditLogProblem.SEPARATE_OWNER()
    for schema in unknown_schemas():
        yield "database", AuditLogProblem.UNKNOWN_SCHEMA(schema=schema), AuditLogProblem.EXAMINE_SCHEMA()
    for name in altered():
        yield "database", ChainProblem.GUARD_ALTERED(name=name), AuditLogProblem.EXAMINE_GUARD()
    for each in failing_deliveries():
        since = f"{each.since:%Y-%m-%d %H:%M}"
        yield (
            each.name,
            AuditLogProblem.NOT_DELIVERED(since=since, fault=each.fault),
            AuditLogProblem.CHECK_PLACE(),
        )
    if findings := last_findings()[1]:
        said = AuditLogProblem.UNPROVED if last_verdict() == "not proved" else AuditLogProblem.TAMPERED
        yield "audit_log", said(finding=findings[0]), AuditLogProblem.VERIFY()


def to_be_done_for_audit_log() -> list[str]:
    if destinations():
        return []
    return [
        gettext(
            "No checkpoint of the audit log is kept outside the hub: that an older database was restored would not "
            "be noticed (docs/audit-log.md)."
        )
    ]


def verify_nightly() -> int:
    """Verify the log and record the result; returns how many links were checked."""
    result = verify_database()
    for name in altered():
        result.add(ChainProblem.GUARD_ALTERED(name=name))
    verdict = result.verdict
    if result.overdue:
        result.add(result.not_proved())
    change = {
        "result": verdict,
        "count": result.links,
        "position": result.last,
        "findings": [finding.wire for finding in result.findings],
        "backdated": [each.wire for each in result.backdated],
    }
    record(hub_actor(), LogAction.VERIFIED, LOG, change)
    return result.links


def last_findings() -> tuple[datetime | None, list[str]]:
    """When the log was last verified, and what was found."""
    entry = AuditEntry.objects.filter(action=LogAction.VERIFIED).order_by("-pk").first()
    if entry is None:
        return None, []
    return entry.created, [str(each) for each in entry.change.get("findings", [])]


def last_verdict() -> str:
    """`intact`, `not proved` or `not intact`, as of the last verification; empty before the first."""
    entry = AuditEntry.objects.filter(action=LogAction.VERIFIED).order_by("-pk").first()
    if entry is None:
        return ""
    # Those of an earlier version say it by their findings alone.
    return str(entry.change.get("result") or ("not intact" if entry.change.get("findings") else "intact"))


def last_backdated() -> list[str]:
    """Entries of an earlier date than what was signed before them, as of the last verification."""
    entry = AuditEntry.objects.filter(action=LogAction.VERIFIED).order_by("-pk").first()
    return [str(each) for each in entry.change.get("backdated", [])] if entry else []


SCHEDULES = (
    Schedule(
        "audit_log.verify",
        _("Verify the audit log"),
        _(
            "Follows the chain of the audit log from its first entry to its last, and tells the officers and auditors "
            "if it is broken."
        ),
        verify_nightly,
        Interval.DAILY,
        time(3, 40),
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
