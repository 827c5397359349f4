"""Officers with keys, and sealed links, for tests."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pyrage
from django.utils import timezone
from pyrage.x25519 import Identity

from vardkase.hub.sealed_links.container import SealedIdentity, fingerprint_of
from vardkase.hub.sealed_links.key_proofs import proof_of
from vardkase.hub.sealed_links.keys import challenge
from vardkase.hub.sealed_links.models import OfficerKey
from vardkase.hub.sealed_links.sealing import seal, store
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User

AUTHOR = SealedIdentity("0e7d4a52-6f19-4c0f-9d38-b1a1f8a5c0de", "Åmåls kommun", "karin@amal.example")


def with_officer_key(user: User) -> Identity:
    """Gives the officer an approved key; returns its private half."""
    made, now = Identity.generate(), timezone.now()
    recipient = str(made.to_public())
    OfficerKey.objects.create(
        owner=user,
        owner_name=user.email,
        recipient=recipient,
        fingerprint=fingerprint_of(recipient),
        approved_by_name="second@hub.example",
        added_at=now,
        expires_at=now + timedelta(days=365),
        proof=proof_of(user.pk, recipient),
    )
    return made


def sealed_link(about: UUID | None = None) -> UUID:
    """A link to `AUTHOR`; takes two officers with keys."""
    return store(about or uuid4(), seal(AUTHOR)).about


def code_for(actor: Actor, key: Identity) -> str:
    """The code by which the actor shows that the key is theirs."""
    plain: bytes = pyrage.decrypt(challenge(actor, str(key.to_public())).encode(), [key])
    return plain.decode().strip()
