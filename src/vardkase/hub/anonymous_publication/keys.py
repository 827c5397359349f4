"""The submission key: what is in the queue is encrypted to it, and it is replaced by every round.

Its private half is encrypted under SECRET_KEY. Who has both still learns no author: what says who that is, is sealed to
the officers before it is submitted.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

import pyrage
from pyrage.x25519 import Identity, Recipient

from vardkase.core.secrets import SecretStore
from vardkase.core.sql import cursor
from vardkase.hub.anonymous_publication.models import SubmissionKey
from vardkase.hub.anonymous_publication.submissions import PART

STORE = SecretStore("anonymous submission")
SIZE = struct.Struct(">I")
STORED = PART + 1024
"""Bytes of every row: age adds a header of varying length, so that what it makes is filled up."""
LOCK = "SELECT pg_advisory_xact_lock(hashtext('anonymous submission key'))"
"""One key at a time is made."""


def current_key() -> SubmissionKey:
    """The key, which stays until the caller's transaction ends."""
    if (found := SubmissionKey.objects.select_for_update(no_key=True).first()) is not None:
        return found
    cursor().execute(LOCK)
    return SubmissionKey.objects.first() or _made()


def replace_key(key: SubmissionKey) -> None:
    key.delete()
    _made()


def encrypted(key: SubmissionKey, part: bytes) -> bytes:
    sealed: bytes = pyrage.encrypt(part, [Recipient.from_str(key.recipient)])
    return (SIZE.pack(len(sealed)) + sealed).ljust(STORED, b"\0")


def opener(key: SubmissionKey) -> Callable[[bytes], bytes]:
    """What decrypts the rows of the queue, also after the key has been replaced."""
    identities = [Identity.from_str(STORE.decrypt(key.identity))]

    def opened(content: bytes) -> bytes:
        (size,) = SIZE.unpack_from(content)
        return bytes(pyrage.decrypt(content[SIZE.size : SIZE.size + size], identities))

    return opened


def _made() -> SubmissionKey:
    identity = Identity.generate()
    return SubmissionKey.objects.create(
        recipient=str(identity.to_public()), identity=STORE.encrypt(str(identity))
    )
