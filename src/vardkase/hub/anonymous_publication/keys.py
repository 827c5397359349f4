"""The submission key: what is in the queue is encrypted to it, and it is replaced by every round.

Its private half is encrypted under SECRET_KEY. Who has both still learns no author: what says who that is, is sealed to
the officers before it is submitted.
"""

from __future__ import annotations

import struct

import pyrage
from pyrage.x25519 import Identity, Recipient

from vardkase.core.secrets import SecretStore
from vardkase.core.sql import cursor
from vardkase.hub.anonymous_publication.models import SubmissionKey
from vardkase.hub.anonymous_publication.submissions import PART

STORE = SecretStore("anonymous submission")
SIZE = struct.Struct(">I")
STORED = PART + 2048
"""Bytes of every row: age adds a header of varying length, so that what it makes is filled up."""
LOCK = 0x616E6F6E
"""Of the transactions that make a key, so that there is one."""


def current_key() -> SubmissionKey:
    """The key, which stays until the caller's transaction ends."""
    if (found := SubmissionKey.objects.select_for_update(no_key=True).first()) is not None:
        return found
    cursor().execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    return SubmissionKey.objects.first() or _made()


def replace_key(key: SubmissionKey) -> None:
    key.delete()
    _made()


def encrypted(key: SubmissionKey, part: bytes) -> bytes:
    sealed = pyrage.encrypt(part, [Recipient.from_str(key.recipient)])
    return (SIZE.pack(len(sealed)) + sealed).ljust(STORED, b"\0")


def decrypted(key: SubmissionKey, content: bytes) -> bytes:
    (size,) = SIZE.unpack_from(content)
    identity = Identity.from_str(STORE.decrypt(key.identity))
    return pyrage.decrypt(content[SIZE.size : SIZE.size + size], [identity])


def _made() -> SubmissionKey:
    identity = Identity.generate()
    return SubmissionKey.objects.create(
        recipient=str(identity.to_public()), identity=STORE.encrypt(str(identity))
    )
