"""Passwords as other software hashed them: they work, and become ours when their owner next signs in."""

from __future__ import annotations

import bcrypt
from django.contrib.auth.hashers import BCryptPasswordHasher

LONGEST = 72
"""The bytes of a password that bcrypt looks at. PHP ignores the rest, and the library refuses it."""


class MispPasswordHasher(BCryptPasswordHasher):
    """bcrypt as MISP uses it. Django hashes again whatever is not in the first hasher's form."""

    algorithm = "misp_bcrypt"

    def encode(self, password: str, salt: str | bytes) -> str:
        shortened = password.encode()[:LONGEST]
        given = salt if isinstance(salt, bytes) else salt.encode("ascii")
        try:
            hashed = bcrypt.hashpw(shortened, given)
        except ValueError:  # A zero byte, or no hash of bcrypt: nothing that a password could match.
            return ""
        return f"{self.algorithm}${hashed.decode('ascii')}"
