"""The secrets of second factors, encrypted in the database under a key made from SECRET_KEY."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

PURPOSE = b"vardkase second factor "


def encrypt(text: str) -> str:
    """`text` under the present key."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """What `encrypt` made, also under the keys in SECRET_KEY_FALLBACKS; raises InvalidToken for anything else."""
    return _keys().decrypt(encrypted.encode()).decode()


def _keys() -> MultiFernet:
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> Fernet:
    raw = secret.encode() if isinstance(secret, str) else secret
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(PURPOSE + raw).digest()))
