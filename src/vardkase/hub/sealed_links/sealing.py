"""Seals identities, stores links, and shows that a stored one is as the hub stored it."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from vardkase.core.errors import Conflict
from vardkase.hub.sealed_links import queries
from vardkase.hub.sealed_links.container import SIZE, SealedIdentity, keys_in, pack, unpack
from vardkase.hub.sealed_links.models import SealedLink
from vardkase.hub.sealed_links.problems import SealedLinkProblem

__all__ = ["SIZE", "SealedIdentity", "can_seal", "forget", "is_unaltered", "seal", "store"]


MOST_CHECKED = 1000


def can_seal() -> bool:
    return len(queries.valid_keys()) >= 2


def seal(identity: SealedIdentity) -> bytes:
    """`SIZE` bytes that any two officers with a valid key open together. Stores nothing.

    Raises Conflict with fewer than two.
    """
    keys = queries.valid_keys()
    if len(keys) < 2:
        raise Conflict(SealedLinkProblem.TOO_FEW_KEYS())
    return pack(identity, [key.recipient for key in keys])


def store(about: UUID, sealed: bytes) -> SealedLink:
    """Raises NotASealedLink."""
    return SealedLink.objects.create(
        about=about, content=sealed, keys=keys_in(sealed), proof=_proof(about, sealed, settings.SECRET_KEY)
    )


def forget(about: UUID) -> None:
    """Nobody can open it from then on, except from a backup."""
    SealedLink.objects.filter(about=about).delete()


def is_unaltered(link: SealedLink) -> bool:
    content = bytes(link.content)
    former = (*settings.SECRET_KEY_FALLBACKS, *settings.VARDKASE_LEAKED_SECRET_KEYS)
    if not any(
        constant_time_compare(link.proof, _proof(link.about, content, key))
        for key in (settings.SECRET_KEY, *former)
    ):
        return False
    return keys_in(content) == sorted(link.keys)


def altered_links() -> int:
    """How many links are not as the hub stored them, of up to MOST_CHECKED at random."""
    links = SealedLink.objects.order_by("?")[:MOST_CHECKED]
    return sum(not is_unaltered(link) for link in links.iterator(chunk_size=100))


def content_digest(link: SealedLink) -> str:
    return _digest(link.about, bytes(link.content))


def nested_file(link: SealedLink, outer: str, inner: str) -> bytes:
    return unpack(bytes(link.content))[outer, inner]


def _proof(about: UUID, content: bytes, secret: str | bytes) -> str:
    # Not signed with a time, as a signer of Django would: a link does not tell when it was stored.
    return salted_hmac("sealed link", about.bytes + content, secret=secret, algorithm="sha256").hexdigest()


def _digest(about: UUID, content: bytes) -> str:
    return hashlib.sha256(about.bytes + content).hexdigest()
