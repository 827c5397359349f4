"""What tells the hub's own processes from anybody else who has the hub's role in the database.

The owner and the hub share a secret: in plain text where the hub's role cannot read, and for the hub encrypted with
its secret key (`core.secrets`), which is not in the database. What only the hub itself may write takes a proof of it,
an HMAC over the number of the transaction.
"""

from __future__ import annotations

import hmac
import secrets

from cryptography.fernet import InvalidToken
from django.db import transaction

from vardkase.audit.chain.models import AuditGuard
from vardkase.core.secrets import SecretStore
from vardkase.core.sql import cursor

GUARD = SecretStore("audit guard")
BLOCK = 64
"""Bytes, of SHA-256."""


def prove_hub() -> None:
    """Show PostgreSQL, until the transaction ends, that this is the hub."""
    if (secret := _secret()) is None:
        return  # The owner needs none; anybody else is refused, and told so by PostgreSQL.
    executor = cursor()
    ((number,),) = executor.execute("SELECT pg_current_xact_id()::text").fetchall()
    proof = hmac.new(secret, number.encode(), "sha256").hexdigest()
    executor.execute("SELECT set_config('vardkase.audit_proof', %s, true)", (proof,))


@transaction.atomic
def provide_secret() -> None:
    """As the owner of the database: share a secret with the hub, unless both have the same already.

    One that could be read with a leaked key is replaced.
    """
    executor = cursor()
    stored = executor.execute("SELECT inner_key, outer_key FROM audit_private.secret").fetchall()
    secret = _secret()
    encrypted = AuditGuard.objects.values_list("encrypted", flat=True).first() or ""
    if secret is not None and not GUARD.needs_leaked_key(encrypted) and stored == [_pads(secret)]:
        return
    secret = secrets.token_bytes(32)
    executor.execute("DELETE FROM audit_private.secret")
    executor.execute("INSERT INTO audit_private.secret (inner_key, outer_key) VALUES (%s, %s)", _pads(secret))
    AuditGuard.objects.all().delete()
    AuditGuard.objects.create(encrypted=GUARD.encrypt(secret.hex()))


def _secret() -> bytes | None:
    """None also if the hub has another secret key than that with which it is encrypted."""
    encrypted = AuditGuard.objects.values_list("encrypted", flat=True).first()
    try:
        return None if encrypted is None else bytes.fromhex(GUARD.decrypt(encrypted))
    except InvalidToken:
        return None


def _pads(secret: bytes) -> tuple[bytes, bytes]:
    # The two keys of RFC 2104, with which PostgreSQL computes the HMAC out of SHA-256.
    padded = secret.ljust(BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)
