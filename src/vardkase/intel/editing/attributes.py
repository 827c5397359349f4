"""Services for attributes: adding them to an event, and editing them individually."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.errors import NotNewer
from vardkase.intel.kernel.attribute_assembler import Assembler, known_values, mentioned_tags
from vardkase.intel.kernel.attribute_changes import (
    AttributeChanges,
    collect_change,
    is_newer,
    tag_mentions,
    write_changes,
)
from vardkase.intel.kernel.audiences import Audiences, attribute_audiences
from vardkase.intel.kernel.audit_entries import attribute_target, event_target, known_to
from vardkase.intel.kernel.bulk_insert import write_attributes
from vardkase.intel.kernel.locking import lock_own_event, lock_own_part, touch
from vardkase.intel.kernel.results import AddedAttributes, Rejections
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Attribute, Event
from vardkase.intel.problems import AttributeProblem
from vardkase.intel.queries.find import find_attribute
from vardkase.knowledge.import_expressions.applying import ImportFilter
from vardkase.misp.values import normalise, split

CHUNK = 5_000
"""Attributes held in memory at a time."""

type Numbered = tuple[str, Any]
"""A document with its place in the request."""


@transaction.atomic
def add_attributes(
    actor: Actor, event_id: int, parts: Iterable[Any], *, update_duplicates: bool = False
) -> AddedAttributes:
    """Add attributes to an event; places in the result's rejections are ``Attribute.<number>``.

    With `update_duplicates` (MISP's ``breakOnDuplicate:0``) an existing value is updated instead of rejected.
    Raises NotFound, NotYours, Forbidden. Nothing changes if every part is rejected.
    """
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    rejections = Rejections()
    assembler = Assembler(actor, now=now_seconds(), rejections=rejections, strict_sharing=True)
    added: list[int] = []
    updated: list[int] = []
    audiences: Audiences = frozenset()
    numbered = ((f"Attribute.{number}", part) for number, part in enumerate(spread_values(parts)))
    for chunk in batched(numbered, CHUNK):
        # Only those of this chunk are looked up: the event itself may have more than memory holds.
        assembler.know_values(known_in_event(event, chunk, assembler.filter))
        rows = assembler.numbered_attributes(chunk, "Attribute")
        if update_duplicates:
            ids, readers = _update_duplicates(actor, event, chunk, assembler)
            updated += ids
            audiences |= readers
        tags = TagLoader(actor, mentioned_tags(rows))
        write_attributes(event.pk, rows, event_correlates=not event.disable_correlation, link_tags=tags.links)
        added += [row.id for row in rows]
    if added or updated:
        audiences |= attribute_audiences(added)
        touch(event, audiences)
        change = {"count": len(added), **known_to(event, audiences)}
        record(actor, IntelAction.ATTRIBUTE_ADDED, event_target(event), change)
    return AddedAttributes(added + updated, rejections)


@transaction.atomic
def edit_attribute(actor: Actor, reference: int | str, data: Mapping[str, Any]) -> int:
    actor.require(Permission.ADD)
    found, event = lock_own_part(actor, lambda: find_attribute(actor, reference))
    stored = Attribute.objects.get(pk=found.id)
    if not is_newer(data, stored.timestamp):
        raise NotNewer(AttributeProblem.NOT_NEWER())
    touch(event, change_attribute(actor, event, stored, data))
    record(actor, IntelAction.ATTRIBUTE_EDITED, attribute_target(stored))
    return stored.pk


def change_attribute(actor: Actor, event: Event, stored: Attribute, data: Mapping[str, Any]) -> Audiences:
    """Merge `data` into an attribute of a locked event and save it; returns the audience of the change.

    Raises Invalid.
    """
    before = attribute_audiences([stored.pk])
    changes = AttributeChanges()
    collect_change(changes, stored, data, SharingGroups(actor), now_seconds())
    _refuse_double(stored)
    write_changes(event.pk, changes, TagLoader(actor, tag_mentions(data)))
    return before | attribute_audiences([stored.pk])


def spread_values(parts: Iterable[Any]) -> Iterator[Any]:
    """The documents one by one: one with a list as ``value`` represents several."""
    for part in parts:
        if isinstance(part, dict) and isinstance(part.get("value"), list):
            yield from ({**part, "value": value} for value in part["value"])
        else:
            yield part


def known_in_event(
    event: Event, chunk: Sequence[Numbered], rewrite: ImportFilter
) -> set[tuple[str, str, str, str | None]]:
    firsts = [key[1] for _, document in chunk if (key := _value_key(document, rewrite)) is not None]
    return known_values(event.pk, firsts)


def _value_key(document: Any, rewrite: ImportFilter) -> tuple[str, str, str | None] | None:
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        return None
    value = document.get("value")
    if not isinstance(value, str | int | float):
        return None
    kind = document["type"]
    kept = rewrite(kind, normalise(kind, str(value)))
    return None if kept is None else (kind, *split(kind, kept))


def _update_duplicates(
    actor: Actor, event: Event, chunk: Sequence[Numbered], assembler: Assembler
) -> tuple[list[int], Audiences]:
    updated = []
    audiences: Audiences = frozenset()
    rejections = assembler.rejections
    for place, document in chunk:
        if not rejections.has(place, AttributeProblem.DUPLICATE):
            continue
        if (key := _value_key(document, assembler.filter)) is None:
            continue
        live = Attribute.objects.filter(event=event, object=None, deleted=False)
        stored = live.filter(type=key[0], value1=key[1], value2=key[2]).first()
        if stored is not None:
            # Without its time: a duplicate counts as an edit of now, not as an older version.
            sent = {k: v for k, v in document.items() if k != "timestamp"}
            audiences |= change_attribute(actor, event, stored, sent)
            del rejections.errors[place]
            updated.append(stored.pk)
    return updated, audiences


def _refuse_double(stored: Attribute) -> None:
    # As in MISP, only live attributes outside objects have to be unique.
    if stored.object_id is not None or stored.deleted:
        return
    same = Attribute.objects.filter(event=stored.event_id, object=None, deleted=False).exclude(pk=stored.pk)
    if same.filter(
        type=stored.type, category=stored.category, value1=stored.value1, value2=stored.value2
    ).exists():
        raise Invalid({"value": [AttributeProblem.DUPLICATE()]})
