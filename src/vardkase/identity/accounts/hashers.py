"""Passwords as other software hashed them: they work, and become ours when their owner next signs in."""

from __future__ import annotations

import bcrypt
from django.contrib.auth.hashers import BCryptPasswordHasher, get_hasher

LONGEST = 72
"""The bytes of a password that bcrypt looks at. PHP ignores the rest, and the library refuses it."""
HIGHEST_COST = 14
"""Each step doubles the time: 15 would take more than a second here, 31 a day."""


class MispPasswordHasher(BCryptPasswordHasher):
    """bcrypt as MISP uses it. Django hashes again whatever is not in the first hasher's form."""

    algorithm = "misp_bcrypt"

    def encode(self, password: str, salt: str | bytes) -> str:
        shortened = password.encode()[:LONGEST]
        given = salt if isinstance(salt, bytes) else salt.encode("ascii")
        try:
            if int(given[4:6]) > HIGHEST_COST:
                return ""
            hashed = bcrypt.hashpw(shortened, given)
        except ValueError:  # A zero byte, or no hash of bcrypt: nothing that a password could match.
            return ""
        return f"{self.algorithm}${hashed.decode('ascii')}"

    def verify(self, password: str, encoded: str) -> bool:
        """A refusal costs a hash of ours as well, so that it takes no less than for an address without an account."""
        if super().verify(password, encoded):
            return True
        ours = get_hasher("default")
        ours.encode(password, ours.salt())
        return False
