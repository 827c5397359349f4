"""The audit log among the checks of the hub, for the page of diagnostics and `vardkase doctor`."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from vardkase.audit.chain.documents import newest_not_sealed
from vardkase.audit.chain.models import AuditCheckpoint
from vardkase.hub.audit_log.delivering import failing_deliveries
from vardkase.hub.audit_log.destinations import destinations
from vardkase.hub.audit_log.state import last_findings, last_verdict
from vardkase.hub.instance.health import Check, HealthState

LINKED_WITHIN = timedelta(hours=1)
"""It takes seconds, but for imports, which are one transaction."""


def check() -> Check:
    checkpoint = AuditCheckpoint.objects.order_by("-pk").first()
    verdict = last_verdict()
    late = [each.name for each in failing_deliveries()]
    _count, since = newest_not_sealed()
    # Of those after the last link; the nightly verification finds the others.
    is_unlinked = since is not None and since < timezone.now() - LINKED_WITHIN
    facts = {
        "verdict": verdict,
        "verified": last_findings()[0],
        "signed": checkpoint.time if checkpoint else None,
        "unlinked": is_unlinked,
        "late": late,
        "outside": len(destinations()),
    }
    is_bad = verdict not in {"", "intact"} or is_unlinked or late
    is_due = not facts["outside"]
    return Check(
        "audit_log", HealthState.BAD if is_bad else HealthState.WARN if is_due else HealthState.OK, facts
    )
