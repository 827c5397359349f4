"""What another hub holds of this hub's checkpoints (VARDKASE_AUDIT_HUB), and how it compares with the log here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from vardkase.audit.chain.checkpoints import document_of
from vardkase.audit.chain.models import AuditCheckpoint
from vardkase.audit.chain.problems import ChainProblem
from vardkase.audit.chain.verification import Record
from vardkase.core.errors import Conflict
from vardkase.core.instance import instance_uuid
from vardkase.core.problems import Problem
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import Method, Reply, RequestPolicy, fetch
from vardkase.hub.audit_log.problems import AuditLogProblem, HeldProblem

SECONDS = 20.0
LARGEST = 4 * 1024 * 1024
A_PAGE = 1_000
MOST_PAGES = 5_000


@dataclass(frozen=True, slots=True)
class HeldComparison:
    """Checkpoints of this hub that the other one does not hold, and findings: what it holds that is gone here."""

    missing_there: int
    findings: list[Problem]


def ask_hub(method: Method, path: str, body: bytes | None = None) -> Reply:
    """Ask the hub that keeps this hub's checkpoints. Raises OutgoingFailed also for a refusal, with what it says."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    headers["Authorization"] = settings.VARDKASE_AUDIT_HUB_KEY
    policy = RequestPolicy(timeout=SECONDS, seconds=SECONDS, limit=LARGEST, redirects=0)
    url = f"{settings.VARDKASE_AUDIT_HUB.rstrip('/')}/audit_checkpoints/{path}"
    reply = fetch(method, url, headers=headers, body=body, policy=policy)
    if reply.status >= 300:
        raise OutgoingFailed(AuditLogProblem.REFUSED(status=reply.status, said=_said(reply.content)))
    return reply


def fetch_held() -> list[Record]:
    """Every checkpoint that the other hub holds of this one, oldest first. Raises Conflict, OutgoingFailed."""
    if not settings.VARDKASE_AUDIT_HUB:
        raise Conflict(HeldProblem.NO_HUB())
    found: list[Record] = []
    for page in range(1, MOST_PAGES + 1):
        path = f"index/{instance_uuid()}/limit:{A_PAGE}/page:{page}"
        try:
            rows = json.loads(ask_hub("GET", path).content)
        except (ValueError, RecursionError):
            rows = None
        if not isinstance(rows, list) or not all(isinstance(row, dict) and "position" in row for row in rows):
            raise OutgoingFailed(HeldProblem.NOT_UNDERSTOOD())
        found += rows
        if len(rows) < A_PAGE:
            break
    return found


def compared(held: Iterable[Record]) -> HeldComparison:
    """Compare with the checkpoints in the database. That they fit the log, `verify_database(outside=…)` finds out."""
    there = {str(each.get("signature")): each for each in held}
    if not there:
        return HeldComparison(AuditCheckpoint.objects.count(), [])
    positions = [int(each["position"]) for each in there.values()]
    first, last = min(positions), max(positions)
    here: dict[str, dict[str, Any]] = {
        row.signature: document_of(row)
        for row in AuditCheckpoint.objects.filter(position__gte=first).order_by("pk")
    }
    gone = [each for signature, each in there.items() if signature not in here]
    findings: list[Problem] = []
    if gone:
        lost = [int(each["position"]) for each in gone]
        findings.append(ChainProblem.CHECKPOINTS_GONE(count=len(gone), first=min(lost), last=max(lost)))
    missing = sum(
        1 for signature, each in here.items() if signature not in there and int(each["position"]) <= last
    )
    return HeldComparison(missing, findings)


def _said(content: bytes) -> str:
    try:
        answer = json.loads(content)
        return str(answer.get("message") or "")[:300] if isinstance(answer, dict) else ""
    except (ValueError, RecursionError):
        return ""
