"""Secrets stored encrypted in the database under keys derived from SECRET_KEY.

What need only be recognised (passwords, our own API keys) is kept as a hash instead.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


@dataclass(frozen=True, slots=True)
class SecretStore:
    """Encrypts the secrets of one purpose; a store of another purpose cannot decrypt them."""

    purpose: str

    def encrypt(self, text: str) -> str:
        """Encrypt with the current key; an empty text stays empty."""
        return self.encrypt_bytes(text.encode()).decode() if text else ""

    def decrypt(self, encrypted: str) -> str:
        """What `encrypt` made, also under the keys in SECRET_KEY_FALLBACKS; raises InvalidToken for anything else."""
        return self.decrypt_bytes(encrypted.encode()).decode() if encrypted else ""

    def encrypt_bytes(self, content: bytes) -> bytes:
        return self._keys().encrypt(content)

    def decrypt_bytes(self, encrypted: bytes) -> bytes:
        return self._keys().decrypt(encrypted)

    def needs_leaked_key(self, encrypted: str) -> bool:
        for secret in settings.VARDKASE_LEAKED_SECRET_KEYS:
            try:
                self._key(secret).decrypt(encrypted.encode())
            except InvalidToken:
                continue
            return True
        return False

    def _keys(self) -> MultiFernet:
        # The first key encrypts, all of them decrypt.
        former = (*settings.SECRET_KEY_FALLBACKS, *settings.VARDKASE_LEAKED_SECRET_KEYS)
        return MultiFernet([self._key(secret) for secret in (settings.SECRET_KEY, *former)])

    def _key(self, secret: str | bytes) -> Fernet:
        raw = secret.encode() if isinstance(secret, str) else secret
        digest = hashlib.sha256(f"vardkase {self.purpose} ".encode() + raw).digest()
        return Fernet(base64.urlsafe_b64encode(digest))
