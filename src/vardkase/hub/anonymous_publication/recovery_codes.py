"""The recovery code: all that connects an author with a publication. The hub never stores it.

It is an age identity (X25519), so that what is encrypted to its public key can also be read elsewhere with `age`. Each
publication has one of its own: two of the same author have nothing in common.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import pyrage
from pyrage.x25519 import Identity

from vardkase.core.errors import Invalid
from vardkase.hub.anonymous_publication.problems import AnonymousProblem

LONGEST = 100
DONE = b"done "
"""Before what is signed for the mark of a submission that a round has carried out."""


@dataclass(frozen=True, slots=True)
class Capability:
    """What follows from a recovery code."""

    author_key: str
    identity: Identity

    def receipt(self, kind: str) -> str:
        """A secret that tells whether a submission of this kind is stored, and no more."""
        return hmac.new(str(self.identity).encode(), f"receipt {kind}".encode(), hashlib.sha256).hexdigest()

    def opened(self, encrypted: bytes) -> bytes:
        """What was encrypted to `author_key`. Raises pyrage.DecryptError."""
        return bytes(pyrage.decrypt(encrypted, [self.identity]))


def new_code() -> str:
    return str(Identity.generate())


def read_code(text: str) -> Capability:
    """Raises Invalid for what is no recovery code."""
    code = "".join(text.split()).upper()
    try:
        identity = Identity.from_str(code[:LONGEST])
    except (pyrage.IdentityError, ValueError):
        raise Invalid({"code": [AnonymousProblem.NOT_A_CODE()]}) from None
    return Capability(str(identity.to_public()), identity)


def mark_of(receipt: str, recipient: str, state: bytes = b"") -> bytes:
    """The mark of the first part of a submission in the queue that is encrypted to `recipient`."""
    return hmac.new(receipt.encode(), state + recipient.encode(), hashlib.sha256).digest()
