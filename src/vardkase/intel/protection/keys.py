"""Keys of a protected event: add, remove, capture from a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.openpgp import public_key
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import event_predicate, reader_parameters
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.hooks import AttributesRemoved, EventOwnerChanged
from vardkase.intel.kernel.attribute_assembler import Assembler, numbered_parts
from vardkase.intel.kernel.locking import lock_own_event, touch
from vardkase.intel.models import Event
from vardkase.intel.problems import ProtectionProblem
from vardkase.intel.protection.models import PGP, CryptographicKey
from vardkase.intel.queries.find import Reference, matches
from vardkase.misp.flags import as_bool

MOST_KEYS = 50
"""Keys of one event: each is tried when a signature comes in."""


def find_key(actor: Actor, reference: Reference) -> CryptographicKey:
    sql = (
        "SELECT k.id FROM cryptographic_key k JOIN event e ON e.id = k.event_id "
        f"WHERE {matches('k', reference)} AND {event_predicate(actor)}"
    )
    row = cursor().execute(sql, {**reader_parameters(actor), "reference": reference}).fetchone()
    if row is None:
        raise NotFound(ProtectionProblem.KEY_NOT_FOUND())
    return CryptographicKey.objects.get(pk=row[0])


def keys_of(event_id: int) -> list[CryptographicKey]:
    return list(CryptographicKey.objects.filter(event=event_id).order_by("pk"))


@transaction.atomic
def add_key(actor: Actor, event_id: int, data: dict[str, Any]) -> CryptographicKey:
    """Add a signing key to the event. `data`: ``type`` ("pgp") and ``key_data`` (armored).

    Raises NotFound, NotYours, Invalid by field.
    """
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    sent = _parse(data)
    if isinstance(sent, dict):
        raise Invalid(sent)
    known = {key.fingerprint for key in keys_of(event.pk)}
    if sent.fingerprint in known:
        raise Invalid({"key_data": [ProtectionProblem.KEY_THERE()]})
    if len(known) >= MOST_KEYS:
        raise Invalid({"key_data": [ProtectionProblem.TOO_MANY_KEYS(most=MOST_KEYS)]})
    sent.event = event
    sent.save()
    touch(event)
    record(actor, IntelAction.CRYPTOGRAPHIC_KEY_ADDED, Target.of(sent), {"event": str(event.uuid)})
    return sent


@transaction.atomic
def delete_key(actor: Actor, reference: Reference) -> CryptographicKey:
    actor.require(Permission.ADD)
    event = lock_own_event(actor, find_key(actor, reference).event_id)
    key = find_key(actor, reference)  # Again: it may have been deleted while this waited for the lock.
    number = key.pk
    key.delete()
    key.pk = number  # `delete` empties it, and the audit log and the caller need it.
    touch(event)
    record(actor, IntelAction.CRYPTOGRAPHIC_KEY_DELETED, Target.of(key), {"event": str(event.uuid)})
    return key


def take_over_keys(event: Event, parts: object, assembler: Assembler) -> None:
    """Replace the keys of a locked event by those of a document, matched by fingerprint.

    Malformed keys go to the rejections; a document without a list of keys changes nothing.
    """
    if not isinstance(parts, list):
        return
    sent = {key.fingerprint: key for key in _readable(parts, assembler)}
    stored = {key.fingerprint: key for key in keys_of(event.pk)}
    # Keys that the document does not have are no longer valid for the event.
    CryptographicKey.objects.filter(event=event).exclude(fingerprint__in=sent).delete()
    kept = [key for key in stored.values() if key.fingerprint in sent]
    for key in kept:
        key.revoked = sent[key.fingerprint].revoked
    CryptographicKey.objects.bulk_update(kept, ["revoked"])
    new = [key for key in sent.values() if key.fingerprint not in stored]
    for key in new:
        key.event = event
    CryptographicKey.objects.bulk_create(new)


def forget_of_removed(removed: AttributesRemoved) -> None:
    if removed.attribute_ids is None:
        CryptographicKey.objects.filter(event=removed.event_id).delete()


def forget_of_former_owner(taken: EventOwnerChanged) -> None:
    """Remove the keys: the new owner decides who may sign, and a key would reveal the former owner."""
    CryptographicKey.objects.filter(event=taken.event_id).delete()


def _readable(parts: list[Any], assembler: Assembler) -> Iterator[CryptographicKey]:
    for place, part in numbered_parts(parts[:MOST_KEYS], "CryptographicKey"):
        if not isinstance(part, dict):
            assembler.rejections.add(place, {"key_data": [ProtectionProblem.KEY_NOT_FOUND()]})
        elif isinstance(sent := _parse(part), dict):
            assembler.rejections.add(place, sent)
        else:
            yield sent


def _parse(data: dict[str, Any]) -> CryptographicKey | dict[str, list[Problem]]:
    """The key in a document, not yet of any event; its fingerprint is computed, never trusted."""
    if str(data.get("type", PGP)).lower() != PGP:
        return {"type": [ProtectionProblem.UNKNOWN_TYPE()]}
    armored = str(data.get("key_data") or "")
    try:
        public = public_key(armored)
    except ValueError as error:
        return {"key_data": [CommonProblem.NOT_ACCEPTED(reason=str(error))]}
    return CryptographicKey(
        timestamp=now_seconds(),
        key_data=armored,
        revoked=public.revoked or as_bool(data.get("revoked")),
        fingerprint=public.fingerprint,
    )
