"""Editing an event by sending a document, with the merge rules of MISP 2.5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.misp_problems import problems_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.attribution import (
    is_delivered_by_another,
    misattributed,
)
from vardkase.identity.organisations.problems import AttributionProblem
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import FURTHER_OF_EVENT, sent_columns
from vardkase.intel.editing.tagging import link_event_tags
from vardkase.intel.event_reports.documents import store_reports
from vardkase.intel.hooks import EventChanged, event_changed
from vardkase.intel.kernel.attribute_assembler import Assembler, mentioned_tags
from vardkase.intel.kernel.attribute_changes import is_newer, named, tag_mentions, write_changes
from vardkase.intel.kernel.audiences import (
    Audiences,
    audiences_inside,
    groups_among,
    is_known_to_readers,
    object_audiences,
)
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import correlation_changed, known_timestamp, lock_event, recount
from vardkase.intel.kernel.private_times import move_private_times
from vardkase.intel.kernel.results import Ingested, Rejections
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Event, EventTag
from vardkase.intel.problems import EventProblem, IntelProblem
from vardkase.intel.protection.keys import take_over_keys
from vardkase.intel.protection.models import CryptographicKey
from vardkase.intel.protection.services import Signed, require_signature_of_change
from vardkase.intel.rules import may_merge_event
from vardkase.intel.services.blocking import refuse_by_rule
from vardkase.intel.services.contributions import store_contributions
from vardkase.intel.services.events import all_attributes, refuse_date_ahead, store_parts
from vardkase.intel.services.merge_parts import PartsMerger
from vardkase.intel.services.objects_merge import settle_time
from vardkase.intel.services.publish import is_confirmed, mark_published, receive
from vardkase.intel.services.references import store_references
from vardkase.misp.event import EventInput, parse_event
from vardkase.misp.flags import as_bool


@transaction.atomic
def edit_event(
    actor: Actor,
    event_id: int,
    data: Mapping[str, Any],
    signed: Signed | None = None,
    *,
    from_feed: bool = False,
) -> Ingested:
    """Merge a document into a stored event.

    Fields missing in the document stay; parts that are not newer than the stored ones are skipped. A date far
    ahead is treated as in `add_event`. Raises NotFound, Forbidden, Invalid (of
    the whole event, or the header's fields), SharingGroupRefused, SignatureRefused.
    """
    actor.require_writing(Permission.ADD)
    event = lock_event(actor, event_id)
    _refuse_merge(actor, event, data, signed)
    assembler = Assembler(actor, now=now_seconds(), rejections=Rejections())
    correlated = not event.disable_correlation
    before = _SharedState.of(event)
    publish = _merge_header(actor, event, data, assembler, any_date=from_feed)
    audiences = _merge_parts(actor, event, data, assembler)
    assembler.rejections.require_present()
    recount(event.pk)
    change: dict[str, Any] | None = None
    if not is_known_to_readers(event, audiences) and before.still_holds(event, data.get("published")):
        before.restore(event, audiences)
        publish = publish and bool(groups_among(audiences))
        change = {"audiences": sorted(audiences)}
    # One is the negation of the other: they are equal when the switch has been changed.
    if correlated == event.disable_correlation:
        correlation_changed(event.pk)
    event_changed.emit(EventChanged(event.pk))
    record(actor, IntelAction.EVENT_EDITED, event_target(event), change)
    waits = False
    if publish:
        waits = mark_published(actor, event, confirmed=is_confirmed(data), from_feed=from_feed)
    else:
        receive(actor, event, from_feed=from_feed)
    return Ingested(event.pk, assembler.rejections, waits, event.quarantined)


def _refuse_merge(actor: Actor, event: Event, data: Mapping[str, Any], signed: Signed | None) -> None:
    if not may_merge_event(actor, event):
        if not actor.may(Permission.SYNC):
            raise Forbidden(IntelProblem.NOT_AUTHORISED())
        # A MISP that sends an event back to its creator expects this answer; any other is a failure to it.
        newer = is_newer(data, known_timestamp(actor, event))
        raise Invalid(EventProblem.NOT_AN_EDITOR() if newer else EventProblem.NOT_NEWER())
    refuse_by_rule(data)
    require_signature_of_change(actor, event, signed)
    if (uuid := data.get("uuid")) and str(uuid).lower() != str(event.uuid):
        raise Invalid(EventProblem.NOT_THE_SAME())
    if not is_newer(data, known_timestamp(actor, event)):
        raise Invalid(EventProblem.NOT_NEWER())
    if event.orgc_id == actor.organisation_id:
        return
    if misattributed(actor, ids=[event.orgc_id]):
        raise Invalid(EventProblem.NOT_SAVED(reason=AttributionProblem.NOT_THE_SENDER()))
    if is_delivered_by_another(actor, event.org_id):
        raise Invalid(EventProblem.NOT_SAVED(reason=AttributionProblem.ANOTHER_BROUGHT_IT()))


def _merge_header(
    actor: Actor, event: Event, data: Mapping[str, Any], assembler: Assembler, *, any_date: bool
) -> bool:
    parsed = parse_event(_overlay(event, data), now=assembler.now, further=FURTHER_OF_EVENT)
    if isinstance(parsed, dict):
        raise Invalid(problems_of(parsed))
    if not any_date:
        refuse_date_ahead(actor, parsed, event.date)
    _assign(event, parsed)
    event.sharing_group_id = assembler.sharing.required(
        event.distribution, parsed.sharing_group_id, parsed.sharing_group
    )
    event.timestamp = parsed.timestamp or assembler.now
    # Any change withdraws it; `mark_published` publishes it again if the document says so. One that takes the
    # publication back leaves its readers no version either.
    is_taken_back = event.published and data.get("published") is not None and not as_bool(data["published"])
    event.being_changed = (event.published or event.being_changed) and not is_taken_back
    event.published = False
    event.save()
    return as_bool(data.get("published")) and actor.may(Permission.PUBLISH)


def _overlay(event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    base = {name: getattr(event, name) for name in SHARED_COLUMNS} | {
        "date": event.date.isoformat(),
        "sharing_group_id": event.sharing_group_id or 0,
        "extends_uuid": str(event.extends_uuid or ""),
    }
    # Lists are the event's parts, which are merged one by one.
    return base | {
        key: value for key, value in named(data).items() if not isinstance(value, list) and key != "uuid"
    }


def _assign(event: Event, parsed: EventInput) -> None:
    event.info = parsed.info
    event.date = parsed.date or event.date
    event.threat_level_id = parsed.threat_level_id or event.threat_level_id
    event.analysis = event.analysis if parsed.analysis is None else parsed.analysis
    event.distribution = event.distribution if parsed.distribution is None else parsed.distribution
    event.disable_correlation = parsed.disable_correlation
    event.extends_uuid = UUID(parsed.extends_uuid) if parsed.extends_uuid else None
    for name, value in parsed.further.items():
        setattr(event, name, value)


@dataclass(frozen=True, slots=True)
class _SharedState:
    """What all readers of an event know of it, apart from its parts."""

    timestamp: int
    published: bool
    being_changed: bool
    rest: tuple[Any, ...]

    @classmethod
    def of(cls, event: Event) -> _SharedState:
        return cls(event.timestamp, event.published, event.being_changed, cls._rest(event))

    @staticmethod
    def _rest(event: Event) -> tuple[Any, ...]:
        columns = (getattr(event, name) for name in SHARED_COLUMNS)
        tags = EventTag.objects.filter(event=event).order_by("pk")
        keys = CryptographicKey.objects.filter(event=event).order_by("pk")
        return (
            *columns,
            *tags.values_list("tag_id", "local", "relationship_type"),
            *keys.values_list("pk", "revoked"),
        )

    def still_holds(self, event: Event, published: object) -> bool:
        as_published = published is None or as_bool(published) == self.published
        return as_published and self._rest(event) == self.rest

    def restore(self, event: Event, audiences: Audiences) -> None:
        """Reveal the change to `audiences` only."""
        changed, event.timestamp, event.published = event.timestamp, self.timestamp, self.published
        event.being_changed = self.being_changed
        event.save(update_fields=["timestamp", "published", "being_changed"])
        move_private_times(event, audiences, changed)


SHARED_COLUMNS = [
    name
    for name in sent_columns(Event)
    if name not in {"uuid", "timestamp", "published", "locked", "protected"}
]
"""What a document changes in an event, beside its times and what has a service of its own."""


def _merge_parts(actor: Actor, event: Event, data: Mapping[str, Any], assembler: Assembler) -> Audiences:
    merger = PartsMerger(event, assembler)
    merger.take(data)
    changed = [attribute.pk for attribute in merger.changes.changed]
    # Before anything is written: a change may move a part from one audience to another, and both learn of it.
    before = audiences_inside(changed)
    event_tags = tag_mentions(data)
    new_attributes = all_attributes(merger.attributes, merger.objects)
    tags = TagLoader(
        actor,
        [*event_tags, *mentioned_tags(new_attributes), *merger.changes.mentioned_tags()],
        assembler.rejections,
    )
    write_changes(event.pk, merger.changes, tags)
    store_parts(event, merger.attributes, merger.objects, tags, assembler.now)
    referring = store_references(event.pk, merger.references, assembler.now)
    link_event_tags(event.pk, [(t.tag_id, t.local, t.relationship_type) for t in tags.links(event_tags)])
    if detached := tags.detached(event_tags):
        EventTag.objects.filter(event=event, tag__in=detached, local=False).delete()
    reports = store_reports(actor, event, data.get("EventReport"), assembler)
    take_over_keys(event, data.get("CryptographicKey"), assembler)
    store_contributions(actor, event, assembler, data)
    after = audiences_inside([*changed, *(row.id for row in new_attributes)])
    audiences = merger.audiences.union(reports.audiences, *before.values(), *after.values())
    audiences |= object_audiences([row.id for row in merger.objects])
    for stored, state in merger.changed_objects:
        inside = before.get(stored.pk, frozenset()) | after.get(stored.pk, frozenset())
        inside |= state.audiences if stored.pk in referring else frozenset()
        audiences |= settle_time(event, stored, state, inside)
    return audiences
