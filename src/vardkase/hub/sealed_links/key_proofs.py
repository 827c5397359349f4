"""Shows that the hub entered an officer's key, with a second officer behind it, and nobody wrote it into the table."""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from vardkase.hub.sealed_links.models import OfficerKey


def proof_of(owner_id: int, recipient: str) -> str:
    return _proof(owner_id, recipient, settings.SECRET_KEY)


def is_proven(key: OfficerKey) -> bool:
    former = (*settings.SECRET_KEY_FALLBACKS, *settings.VARDKASE_LEAKED_SECRET_KEYS)
    return key.owner_id is not None and any(
        constant_time_compare(key.proof, _proof(key.owner_id, key.recipient, secret))
        for secret in (settings.SECRET_KEY, *former)
    )


def _proof(owner_id: int, recipient: str, secret: str | bytes) -> str:
    said = f"{owner_id} {recipient}"
    return salted_hmac("officer key proof", said, secret=secret, algorithm="sha256").hexdigest()
