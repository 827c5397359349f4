"""Signed checkpoints: how many entries there are, and the digest of the last."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from vardkase.audit.chain.digests import utc
from vardkase.audit.chain.guard import prove_hub
from vardkase.audit.chain.keys import sign
from vardkase.audit.chain.models import AuditCheckpoint, AuditLink
from vardkase.audit.chain.sealing import LOCK, Sealer
from vardkase.core.instance import instance_uuid
from vardkase.core.sql import cursor


@transaction.atomic
def make_checkpoint() -> AuditCheckpoint | None:
    """Sign the end of the chain; None if nothing was added since the last checkpoint."""
    cursor().execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    last = AuditLink.objects.order_by("-position").first()
    if last is None:
        return None
    earlier = AuditCheckpoint.objects.order_by("-pk").first()
    if earlier is not None and earlier.position == last.position:
        return None
    row = signed_at(last)
    prove_hub()
    row.save()
    return row


def signed_at(last: AuditLink) -> AuditCheckpoint:
    """A checkpoint at this link, which is not saved."""
    first = AuditLink.objects.order_by("position").values_list("position", flat=True)[0]
    row = AuditCheckpoint(
        position=last.position,
        count=last.position - first + 1,
        entry_id=last.entry_id,
        digest=bytes(last.digest).hex(),
        time=timezone.now(),
    )
    signed = sign(statement_of(row))
    row.key, row.signature = signed.key, signed.signature
    return row


def close_log() -> AuditCheckpoint | None:
    """Seal what is left and sign it: at shut-down, and before a backup."""
    Sealer().seal()
    return make_checkpoint()


def statement_of(row: AuditCheckpoint) -> dict[str, Any]:
    return {
        "kind": "checkpoint",
        "hub": instance_uuid(),
        "position": row.position,
        "count": row.count,
        "entry_id": row.entry_id,
        "digest": row.digest,
        "time": utc(row.time),
    }


def document_of(row: AuditCheckpoint) -> dict[str, Any]:
    """A checkpoint as it is written outside, and exported."""
    return {**statement_of(row), "key": row.key, "signature": row.signature}
