"""The bytes of a sealed link: one nested age file for each pair of keys, in places of constant size.

Nothing here needs a database. All files are standard age (https://age-encryption.org/v1), through `pyrage`.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import pyrage
from pyrage import tag, x25519

MOST_KEYS = 6
PAIRS = MOST_KEYS * (MOST_KEYS - 1) // 2
SIZE = 22 * 1024
"""Of every sealed link, whatever is in it and however many keys it is sealed to."""
MAGIC = b"vardkase sealed link 1".ljust(28)
PLACE = (SIZE - len(MAGIC)) // PAIRS
HEAD = struct.Struct(">16s16sH")
PAYLOAD = 512
"""Bytes of the identity with its padding."""
AGE = b"age-encryption.org/v1\n"

type Recipient = x25519.Recipient | tag.Recipient


class NotASealedLink(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class SealedIdentity:
    """Who published: the organisation, and the account that did."""

    organisation_uuid: str
    organisation: str
    person: str


def parsed_recipient(text: str) -> Recipient:
    """A public key that needs no program of a vendor to encrypt to. Raises pyrage.RecipientError."""
    return tag.Recipient.from_str(text) if text.startswith("age1tag1") else x25519.Recipient.from_str(text)


def fingerprint_of(recipient: str) -> str:
    return hashlib.sha256(recipient.encode()).hexdigest()[:32]


def grouped(fingerprint: str) -> str:
    """A fingerprint as people compare it."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def pack(identity: SealedIdentity, recipients: Sequence[str]) -> bytes:
    """`SIZE` bytes with one file for each two of the recipients."""
    plain = _padded(identity)
    keys = {fingerprint_of(each): parsed_recipient(each) for each in recipients}
    if not 2 <= len(keys) <= MOST_KEYS:
        raise ValueError(f"sealed to {len(keys)} keys")
    places = []
    for outer, inner in combinations(sorted(keys), 2):
        file = _nested(plain, keys[inner], keys[outer])
        head = HEAD.pack(bytes.fromhex(outer), bytes.fromhex(inner), len(file))
        places.append(head + file + secrets.token_bytes(PLACE - len(head) - len(file)))
    empty = [bytes(HEAD.size) + secrets.token_bytes(PLACE - HEAD.size) for _ in range(PAIRS - len(places))]
    return (MAGIC + b"".join(places + empty)).ljust(SIZE, b"\0")


def unpack(content: bytes) -> Mapping[tuple[str, str], bytes]:
    """The nested files by the fingerprints of their keys, the outer first. Raises NotASealedLink."""
    if len(content) != SIZE or not content.startswith(MAGIC):
        raise NotASealedLink
    files = {}
    for number in range(PAIRS):
        place = content[len(MAGIC) + number * PLACE :][:PLACE]
        outer, inner, length = HEAD.unpack_from(place)
        if length > PLACE - HEAD.size:
            raise NotASealedLink
        if length:
            files[outer.hex(), inner.hex()] = place[HEAD.size :][:length]
    return files


def keys_in(content: bytes) -> list[str]:
    return sorted({key for pair in unpack(content) for key in pair})


def _nested(plain: bytes, inner: Recipient, outer: Recipient) -> bytes:
    # The library adds a stanza of random size to each header, whatever is encrypted: few are too long by it.
    while True:
        file: bytes = pyrage.encrypt(pyrage.encrypt(plain, [inner]), [outer])
        if len(file) <= PLACE - HEAD.size:
            return file


def _padded(identity: SealedIdentity) -> bytes:
    organisation, person = identity.organisation, identity.person
    while True:
        words = {"organisation": organisation, "uuid": identity.organisation_uuid, "person": person}
        plain = json.dumps(words, ensure_ascii=False).encode()
        if len(plain) < PAYLOAD:
            return plain.ljust(PAYLOAD - 1) + b"\n"
        # The UUID says which organisation it is; names are there for people.
        organisation, person = (
            (organisation[:-1], person) if len(organisation) >= len(person) else (organisation, person[:-1])
        )
