"""The keys that sign checkpoints: made on first use, replaced by `rotate`."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import transaction
from django.utils import timezone

from vardkase.audit.chain.digests import canonical
from vardkase.audit.chain.guard import prove_hub
from vardkase.audit.chain.models import AuditKey
from vardkase.core.secrets import SecretStore
from vardkase.core.sql import cursor

KEYS = SecretStore("audit checkpoints")
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('audit key'))"


@dataclass(frozen=True, slots=True)
class Signature:
    key: str
    """The fingerprint: SHA-256 of the public key."""
    signature: str


def sign(statement: dict[str, object]) -> Signature:
    """Sign the canonical JSON of `statement` with the key in use."""
    row = current_key()
    return Signature(row.fingerprint, base64.b64encode(_private(row).sign(canonical(statement))).decode())


def own_public_key() -> str:
    """The public half of the key in use, computed from the private one, which takes the hub's secret to read."""
    return _public(_private(current_key()))


def is_signed(statement: dict[str, object], signature: str, public_key: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), canonical(statement))
    except (InvalidSignature, ValueError):
        return False
    return True


def is_public_key(text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except ValueError:
        return False
    return True


def fingerprint_of(public_key: str) -> str:
    return hashlib.sha256(base64.b64decode(public_key)).hexdigest()


def public_keys() -> dict[str, str]:
    """Fingerprint → public key (base64), of all keys that were ever in use."""
    return dict(AuditKey.objects.order_by("pk").values_list("fingerprint", "public_key"))


@transaction.atomic
def current_key() -> AuditKey:
    if (row := AuditKey.objects.order_by("-pk").first()) is not None:
        return row
    cursor().execute(ONE_AT_A_TIME)
    return AuditKey.objects.order_by("-pk").first() or _make()


@transaction.atomic
def rotate() -> AuditKey:
    """Sign with a new key from now on, and erase the private half of the former ones."""
    cursor().execute(ONE_AT_A_TIME)
    prove_hub()
    AuditKey.objects.update(encrypted_key="")
    return _make()


def _make() -> AuditKey:
    private = Ed25519PrivateKey.generate()
    prove_hub()
    public = _public(private)
    return AuditKey.objects.create(
        fingerprint=fingerprint_of(public),
        public_key=public,
        encrypted_key=KEYS.encrypt_bytes(private.private_bytes_raw()).decode(),
        created=timezone.now(),
    )


def _private(row: AuditKey) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(KEYS.decrypt_bytes(row.encrypted_key.encode()))


def _public(private: Ed25519PrivateKey) -> str:
    return base64.b64encode(private.public_key().public_bytes_raw()).decode()
