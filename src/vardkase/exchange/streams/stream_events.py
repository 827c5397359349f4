"""Writes stream events to the outbox under MISP's topics, in the transaction of the change.

Published events are always entered, so that a stream can start in the past; everything else only while a stream
subscribes to its topic, as there is far more of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from vardkase.audit.misp_log import act_of
from vardkase.audit.models import AuditEntry
from vardkase.core.sql import cursor
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.outbox.events import OutboxEvent, enter
from vardkase.exchange.streams.topics import (
    ATTRIBUTE,
    AUDIT,
    EVENT,
    OBJECT,
    ORGANISATION,
    PROPOSAL,
    REFERENCE,
    SIGHTING,
    TAG,
    USER,
    WARNINGLIST,
)
from vardkase.identity.audit_actions import IdentityAction
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import NewAttribute
from vardkase.intel.hooks import AttributesEdited, AttributesRemoved, PartsStored
from vardkase.intel.models import Attribute
from vardkase.intel.sightings.hooks import StoredSighting
from vardkase.knowledge.audit_actions import KnowledgeAction

FROM_TRAIL = {
    "event": EVENT,
    "object": OBJECT,
    "object_reference": REFERENCE,
    "shadow_attribute": PROPOSAL,
    "tag": TAG,
    "user": USER,
    "organisation": ORGANISATION,
    "warninglist": WARNINGLIST,
}
"""Kind of target in the audit trail → its topic. The other topics have hooks of their own."""

TARGET_OF = {"proposal": "shadow_attribute"}
"""The noun of an action → the kind of its target, where that is another word."""

ENTERED_BY_HOOKS = frozenset((IntelAction.OBJECT_ADDED, IntelAction.OBJECT_GROUPED))
"""New objects are entered by their own hook, a whole batch at once."""

NO_CHANGE = frozenset(
    (
        ExchangeAction.EVENT_PUSHED_TO_ZEROMQ,
        ExchangeAction.EVENT_PUSHED_TO_KAFKA,
        IntelAction.EVENT_REPORTER_CONTACTED,
        IntelAction.EVENT_SENT_TO_MODULE,
        KnowledgeAction.TAG_FAVOURED,
        KnowledgeAction.TAG_UNFAVOURED,
        IdentityAction.USER_SECOND_FACTOR_REFUSED,
        IdentityAction.USER_SIGN_IN_REFUSED,
        IdentityAction.USER_SIGNED_IN,
        IdentityAction.USER_SIGNED_OUT_EVERYWHERE,
        IdentityAction.USER_WRITTEN_TO,
    )
)
"""What is done to a target without changing it."""

ACTS = frozenset(("accept", "add", "delete", "disable", "discard", "edit", "enable", "publish", "unpublish"))
CARRIES_TAGS = frozenset(("event", "attribute"))


def new_attributes(stored: Sequence[NewAttribute]) -> None:
    if stored and _subscribed([ATTRIBUTE]):
        enter([OutboxEvent(ATTRIBUTE, "add", attribute.id, attribute.event_id) for attribute in stored])


def edited_attributes(edited: AttributesEdited) -> None:
    if _subscribed([ATTRIBUTE]):
        enter(
            [
                OutboxEvent(ATTRIBUTE, "edit", attribute_id, edited.event_id)
                for attribute_id in edited.attribute_ids
            ]
        )


def removed_attributes(removed: AttributesRemoved) -> None:
    if removed.attribute_ids is None or not _subscribed([ATTRIBUTE]):
        return
    # The rows go with this transaction: the message needs their uuids, so they are read now.
    rows = Attribute.objects.filter(pk__in=removed.attribute_ids).order_by("pk").values_list("pk", "uuid")
    enter([
        OutboxEvent(ATTRIBUTE, "delete", pk, removed.event_id, {"uuid": str(uuid)}) for pk, uuid in rows
    ])  # fmt: skip


def new_objects(stored: PartsStored) -> None:
    _enter_new_parts(OBJECT, stored)


def new_references(stored: PartsStored) -> None:
    _enter_new_parts(REFERENCE, stored)


def new_sightings(stored: Sequence[StoredSighting]) -> None:
    if _subscribed([SIGHTING]):
        enter([OutboxEvent(SIGHTING, "add", sighting.id, sighting.event_id) for sighting in stored])


def from_trail(entry: AuditEntry) -> None:
    events = list(_events_of(entry))
    wanted = _subscribed({event.topic for event in events})
    enter([event for event in events if event.topic in wanted])


def _events_of(entry: AuditEntry) -> Iterator[OutboxEvent]:
    yield OutboxEvent(AUDIT, act_of(entry), entry.pk)
    noun, _, verb = entry.action.partition(".")
    if noun == "tag" and verb in ("attached", "detached"):
        yield from _tag_events(entry, verb)
    elif (topic := FROM_TRAIL.get(entry.target_kind)) and entry.target_id and _changes_target(entry):
        about = {"uuid": str(entry.target_uuid or "")}
        event_id = entry.target_id if topic == EVENT else None
        act = act_of(entry)
        audiences = entry.change.get("audiences", ()) if topic == EVENT else ()
        act = act if act in ACTS else "edit"  # MISP has no other words; ours are kinds of editing.
        yield OutboxEvent(topic, act, entry.target_id, event_id, about, audiences)


def _changes_target(entry: AuditEntry) -> bool:
    """True if the action changed its target and nothing else reports it."""
    noun = entry.action.partition(".")[0]
    changed = entry.target_kind == TARGET_OF.get(noun, noun) and entry.action not in NO_CHANGE
    return changed and entry.action not in ENTERED_BY_HOOKS


def _tag_events(entry: AuditEntry, verb: str) -> Iterator[OutboxEvent]:
    name = entry.change.get("tag")
    if entry.target_kind not in CARRIES_TAGS or not isinstance(name, str):
        return
    act = f"{verb} {'to' if verb == 'attached' else 'from'} {entry.target_kind}"
    about: dict[str, Any] = {"name": name, f"{entry.target_kind}_id": str(entry.target_id)}
    if entry.target_kind == "event":
        yield OutboxEvent(TAG, act, None, entry.target_id, about)
    elif (
        found := Attribute.objects.filter(pk=entry.target_id or 0).values_list("event_id", flat=True).first()
    ):
        yield OutboxEvent(TAG, act, None, found, about)


def _enter_new_parts(topic: str, stored: PartsStored) -> None:
    if _subscribed([topic]):
        enter([OutboxEvent(topic, "add", part_id, stored.event_id) for part_id in stored.ids])


def _subscribed(topics: Iterable[str]) -> set[str]:
    # Paused streams count: they go on from their position, and what happens meanwhile must be in the outbox.
    return {row[0] for row in cursor().execute(WANTED, {"topics": list(topics)}).fetchall()}


WANTED = """
SELECT topic FROM unnest(%(topics)s::text[]) AS topic
WHERE EXISTS (SELECT 1 FROM stream WHERE (enabled OR NOT by_settings) AND topic = ANY(topics))
"""
