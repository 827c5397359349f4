"""Replacing the key that signs checkpoints."""

from __future__ import annotations

from django.db import transaction

from vardkase.audit.actions import LogAction
from vardkase.audit.chain.checkpoints import close_log
from vardkase.audit.chain.keys import KEYS, rotate
from vardkase.audit.chain.models import AuditKey
from vardkase.audit.services import AuditActor, Target, record


@transaction.atomic
def rotate_key(actor: AuditActor) -> AuditKey:
    """Sign what there is with the key in use, and everything later with a new one."""
    close_log()
    key = rotate()
    record(actor, LogAction.KEY_ROTATED, Target("audit_log"), {"fingerprint": key.fingerprint})
    return key


def key_is_leaked() -> bool:
    # Whoever knows what encrypted the one in use can sign with that.
    row = AuditKey.objects.order_by("-pk").first()
    return row is not None and KEYS.needs_leaked_key(row.encrypted_key)
