"""Who asks, and what to search for: personal data, encrypted as a whole in the database.

Nothing of it is written to logs, addresses of pages, arguments of jobs or the audit log.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec
from django.conf import settings

from vardkase.core.secrets import SecretStore
from vardkase.hub.data_protection.requests.terms import SearchTerm

STORE = SecretStore("data subject requests")


class DataSubject(msgspec.Struct, frozen=True, kw_only=True):
    """`address` is postal, in lines; `text` is what the person wrote."""

    name: str = ""
    email: str = ""
    address: str = ""
    text: str = ""
    terms: tuple[SearchTerm, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenCopy:
    """What was given out of one item."""

    where: str
    text: str


def sealed(person: DataSubject) -> str:
    return STORE.encrypt(msgspec.json.encode(person).decode())


def opened(encrypted: str) -> DataSubject:
    """The empty one once it has been erased."""
    return msgspec.json.decode(STORE.decrypt(encrypted), type=DataSubject) if encrypted else DataSubject()


def sealed_copy(copy: GivenCopy) -> str:
    return STORE.encrypt(msgspec.json.encode(copy).decode())


def opened_copy(encrypted: str) -> GivenCopy:
    return msgspec.json.decode(STORE.decrypt(encrypted), type=GivenCopy)


def sender_mark(email: str) -> int:
    """By which limits recognise an address that is stored nowhere in clear."""
    return int.from_bytes(_digest(email.casefold(), 8), signed=True)


def term_mark(term: SearchTerm) -> str:
    """By which a search for a known value is recognised afterwards. It has 32 bits: too few to tell what was searched
    for, also for who has the key."""
    return f"{term.kind}:{_digest(f'{term.kind} {term.text.casefold()}', 4).hex()}"


def _digest(text: str, size: int) -> bytes:
    secret = hashlib.sha256(f"vardkase data subjects {settings.SECRET_KEY}".encode()).digest()
    return hashlib.blake2b(text.encode(), digest_size=size, key=secret).digest()
