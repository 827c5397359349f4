"""Protected events: only holders of one of the event's keys may change it remotely."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.openpgp import armored_signature, is_signed_by, signature_of
from vardkase.core.openpgp.instance_key import instance_fingerprint, signing_key
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.errors import SignatureRefused
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_own_event, touch
from vardkase.intel.models import Event
from vardkase.intel.problems import ProtectionProblem
from vardkase.intel.protection.keys import MOST_KEYS, keys_of
from vardkase.intel.rules import must_sign
from vardkase.misp.flags import as_bool

SPACES = re.compile(rb"\s+")
"""MISP signs a document without any white space, that inside texts included."""
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Signed:
    content: bytes
    signature: str


@transaction.atomic
def protect_event(actor: Actor, event_id: int, *, protected: bool) -> Event:
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    if protected:
        signing_key()  # Makes the hub's key if there is none yet, so that users can add it to the event.
    event.protected = protected
    event.save(update_fields=["protected"])
    touch(event)
    action = IntelAction.EVENT_PROTECTED if protected else IntelAction.EVENT_UNPROTECTED
    record(actor, action, event_target(event))
    return event


def require_signature_of_new(actor: Actor, data: Mapping[str, Any], signed: Signed | None) -> None:
    """Raise SignatureRefused unless a new protected event is signed by one of its own keys."""
    if must_sign(actor, protected=as_bool(data.get("protected"))):
        keys = data.get("CryptographicKey")
        named = [key for key in keys[:MOST_KEYS] if isinstance(key, dict)] if isinstance(keys, list) else []
        valid = [str(key.get("key_data", "")) for key in named if not as_bool(key.get("revoked"))]
        _require_signature(valid, signed)


def require_signature_of_change(actor: Actor, event: Event, signed: Signed | None) -> None:
    """Raise SignatureRefused unless a change to a protected event is signed by a key stored for it here."""
    if must_sign(actor, protected=bool(event.protected)):
        _require_signature([key.key_data for key in keys_of(event.pk) if not key.revoked], signed)


def may_be_vouched_for(event_id: int) -> bool:
    """True if the hub's own key is one of the event's, so that peers accept the event from here."""
    own = instance_fingerprint()
    return own is not None and any(key.fingerprint == own and not key.revoked for key in keys_of(event_id))


def signed(content: Iterable[bytes]) -> tuple[str, Iterator[bytes]]:
    # The signature goes into a header, so the whole document has to be read before its first byte is sent.
    kept = TemporaryFile()  # noqa: SIM115 - `_pieces` closes it
    signature = signature_of((SPACES.sub(b"", piece) for piece in _keeping(content, kept)), signing_key())
    again = _pieces(kept)
    next(again)  # Started, the generator closes the file also when it is thrown away unread.
    return b64encode(signature).decode(), again


@transaction.atomic
def signed_by_hub(actor: Actor, content: bytes) -> str:
    actor.require(Permission.SERVER_SIGN)
    digest = hashlib.sha256(content).hexdigest()
    record(
        actor,
        IntelAction.CRYPTOGRAPHIC_KEY_SIGNED,
        Target("cryptographic_key", title=digest),
        {"bytes": len(content)},
    )
    return armored_signature(signature_of([content], signing_key()))


def _keeping(content: Iterable[bytes], kept: IO[bytes]) -> Iterator[bytes]:
    for piece in content:
        kept.write(piece)
        yield piece


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        kept.seek(0)
        yield b""
        while piece := kept.read(CHUNK):
            yield piece


def _require_signature(keys: Sequence[str], signed: Signed | None) -> None:
    if signed is None:
        raise SignatureRefused(ProtectionProblem.UNSIGNED())
    try:
        signature = b64decode(signed.signature, validate=True)
    except ValueError:
        raise SignatureRefused(ProtectionProblem.BADLY_SIGNED()) from None
    content = SPACES.sub(b"", signed.content)
    if not is_signed_by(keys, signature, content):
        raise SignatureRefused(ProtectionProblem.BADLY_SIGNED())
