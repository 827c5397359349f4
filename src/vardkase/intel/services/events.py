"""Services for adding an event: one document, one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import batched
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.clock import now_seconds, today
from vardkase.core.errors import Invalid
from vardkase.core.misp_problems import MispProblem, problems_of
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import event_predicate, reader_parameters
from vardkase.identity.organisations.attribution import require_attribution
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.services import capture_organisations
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import FURTHER_OF_EVENT, NewAttribute, NewObject
from vardkase.intel.editing.tagging import link_event_tags
from vardkase.intel.errors import EventBlocked, EventExists
from vardkase.intel.event_reports.documents import store_reports
from vardkase.intel.hooks import BeforeCreation, EventChanged, before_creation, event_changed
from vardkase.intel.kernel.attribute_assembler import Assembler, mentioned_tags, numbered_parts
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.bulk_insert import write_attributes, write_objects
from vardkase.intel.kernel.locking import recount
from vardkase.intel.kernel.results import Ingested, Rejections
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Event
from vardkase.intel.problems import EventProblem
from vardkase.intel.protection.keys import take_over_keys
from vardkase.intel.protection.services import Signed, require_signature_of_new
from vardkase.intel.services.blocking import refuse_blocked, refuse_by_rule
from vardkase.intel.services.contributions import store_contributions
from vardkase.intel.services.publish import is_confirmed, mark_published, receive
from vardkase.intel.services.references import write_object_references
from vardkase.intel.settings import DEFAULT_TAG_COLLECTION, DEFAULT_THREAT_LEVEL
from vardkase.knowledge.tag_collections.queries import default_tags
from vardkase.misp.event import EventInput, is_far_ahead, parse_event
from vardkase.misp.flags import as_bool

CHUNK = 2_500
"""Attributes held in memory at a time."""


def add_event(
    actor: Actor, data: Mapping[str, Any], signed: Signed | None = None, *, from_feed: bool = False
) -> Ingested:
    """Store a new event with all its parts. `data` is the bare MISP event.

    A date far ahead is an error, except in what another instance sends (`locked`, by a sync user) or offers as a feed.

    Errors in the header raise Invalid with its field errors. Invalid parts are left out and reported in the
    result, as in MISP. Raises EventExists, EventBlocked, SharingGroupRefused, SignatureRefused, Forbidden.
    """
    actor.require_writing(Permission.ADD)
    # The header; a block is reported before any validation errors.
    parsed = parse_event(dict(data), now=now_seconds(), further=FURTHER_OF_EVENT)
    if isinstance(parsed, dict):
        refuse_blocked(None, _own_uuid(actor))
        raise Invalid(problems_of(parsed))
    header = parsed
    if not from_feed:
        refuse_date_ahead(actor, header)
    # Before the transaction, so that the count of blocked attempts is kept although the event is refused.
    refuse_blocked(header.uuid, _creator_uuid(actor, header))
    refuse_by_rule(data)
    require_signature_of_new(actor, data, signed)
    return _store_event(actor, header, data, from_feed=from_feed)


@transaction.atomic
def _store_event(actor: Actor, header: EventInput, data: Mapping[str, Any], *, from_feed: bool) -> Ingested:
    _refuse_known(actor, header)
    rejections = Rejections()
    assembler = Assembler(actor, now=now_seconds(), rejections=rejections)
    event, tag_names = _create_event(actor, header, assembler)
    stored = _store_attributes(actor, event, data.get("Attribute"), assembler)
    objects = assembler.objects(data.get("Object"), "Object")
    if header.published and not stored and not objects and not data.get("EventReport"):
        raise Invalid(EventProblem.EMPTY())
    named = [*header.tags, *({"name": name} for name in tag_names)]
    tags = TagLoader(actor, [*named, *mentioned_tags(all_attributes([], objects))], rejections)
    store_parts(event, [], objects, tags, assembler.now)
    link_event_tags(event.pk, [(t.tag_id, t.local, t.relationship_type) for t in tags.links(named)])
    _add_default_tags(actor, event)
    store_reports(actor, event, data.get("EventReport"), assembler)
    if keys := data.get("CryptographicKey"):
        take_over_keys(event, keys, assembler)
    store_contributions(actor, event, assembler, data)
    rejections.require_present()  # Last, when all parts have been validated; raises and rolls back.
    recount(event.pk)
    event_changed.emit(EventChanged(event.pk, is_new=True))
    record(actor, IntelAction.EVENT_ADDED, event_target(event))
    waits = False
    if header.published and actor.may(Permission.PUBLISH):
        waits = mark_published(actor, event, confirmed=is_confirmed(data), from_feed=from_feed)
    else:
        receive(actor, event, from_feed=from_feed)
    return Ingested(event.pk, rejections, waits, event.quarantined)


def _add_default_tags(actor: Actor, event: Event) -> None:
    # Not to what comes from elsewhere: the tags of this hub are not its creator's.
    if event.locked or not (number := DEFAULT_TAG_COLLECTION.value):
        return
    tags = default_tags(actor, number)
    link_event_tags(event.pk, [(tag.pk, tag.local_only, "") for tag in tags])


def _store_attributes(actor: Actor, event: Event, parts: object, assembler: Assembler) -> int:
    """Write the attributes outside objects in chunks, so that memory does not grow with the event."""
    stored = 0
    for chunk in batched(numbered_parts(parts, "Attribute"), CHUNK):
        rows = assembler.numbered_attributes(chunk, "Attribute")
        store_parts(
            event, rows, [], TagLoader(actor, mentioned_tags(rows), assembler.rejections), assembler.now
        )
        store_contributions(actor, event, assembler)
        stored += len(rows)
    return stored


def store_parts(
    event: Event,
    attributes: Sequence[NewAttribute],
    objects: Sequence[NewObject],
    tags: TagLoader,
    now: int,
) -> None:
    write_objects(event.pk, objects)
    write_attributes(
        event.pk,
        all_attributes(attributes, objects),
        event_correlates=not event.disable_correlation,
        link_tags=tags.links,
    )
    write_object_references(event.pk, objects, now)


def all_attributes(attributes: Sequence[NewAttribute], objects: Sequence[NewObject]) -> list[NewAttribute]:
    return [*attributes, *(attribute for row in objects for attribute in row.attributes)]


def refuse_date_ahead(actor: Actor, header: EventInput, stored: date | None = None) -> None:
    """Raise Invalid for a date far ahead of now that differs from the `stored` one.

    What another MISP sends is exempt: it accepts any date, and would send a refused event again and again.
    """
    if header.date is None or header.date == stored or (is_trusted(actor) and header.locked):
        return
    if is_far_ahead(header.date, today()):
        raise Invalid({"date": [MispProblem.DATE_AHEAD()]})


def _refuse_known(actor: Actor, header: EventInput) -> None:
    """For an event that the actor may not read, the response is the same as for a blocked one."""
    if header.uuid is None:
        return
    sql = f"SELECT e.id, {event_predicate(actor)} FROM event e WHERE e.uuid = %(uuid)s"
    known = cursor().execute(sql, {"uuid": header.uuid, **reader_parameters(actor)}).fetchone()
    if known is not None:
        if not known[1]:
            raise EventBlocked(EventProblem.BLOCKED())
        raise EventExists(EventProblem.EXISTS(), existing_id=known[0])


def _create_event(actor: Actor, header: EventInput, assembler: Assembler) -> tuple[Event, list[str]]:
    trusted = is_trusted(actor)
    tag_names = tuple(str(tag.get("name") or "") for tag in header.tags)
    creation = BeforeCreation(actor, header.distribution, header.sharing_group_id, tag_names)
    # The rules of an organisation are for its own events, not for those that it fetches.
    if not (trusted and as_bool(header.locked)):
        before_creation.emit(creation)
    distribution = (
        settings.VARDKASE_DEFAULT_EVENT_DISTRIBUTION
        if creation.distribution is None
        else creation.distribution
    )
    limit = (distribution, creation.sharing_group_id, header.sharing_group)
    if not (trusted and header.sharing_group):
        assembler.sharing.required(*limit)
    # A peer's event arrives even where its group may not be taken over: for the own organisation only.
    distribution, sharing_group_id = assembler.sharing.limited(*limit)
    event = Event.objects.create(
        uuid=UUID(header.uuid) if header.uuid else uuid4(),
        org_id=actor.organisation_id,
        orgc_id=_creator(actor, header) if trusted else actor.organisation_id,
        user_id=actor.user_id or 0,
        date=header.date or today(),
        info=header.info,
        threat_level_id=header.threat_level_id or DEFAULT_THREAT_LEVEL.value,
        analysis=header.analysis or 0,
        distribution=distribution,
        sharing_group_id=sharing_group_id,
        timestamp=header.timestamp or assembler.now,
        locked=trusted and as_bool(header.locked),
        disable_correlation=header.disable_correlation,
        protected=header.protected,
        extends_uuid=UUID(header.extends_uuid) if header.extends_uuid else None,
        **header.further,
    )
    return event, creation.tags


def is_trusted(actor: Actor) -> bool:
    """True if the actor may import data created by other organisations."""
    return actor.is_site_admin or actor.may(Permission.SYNC)


def _creator(actor: Actor, header: EventInput) -> int:
    """The creator organisation named by a sync user; by default the actor's own.

    Raises Invalid if it is a member that the actor may not represent. Storing the event as the sender's own
    instead would block its uuid for the creator's own version.
    """
    if not header.orgc or not header.orgc.get("uuid"):
        return actor.organisation_id
    require_attribution(actor, str(header.orgc["uuid"]).lower())
    return capture_organisations([header.orgc])[str(header.orgc["uuid"]).lower()]


def _creator_uuid(actor: Actor, header: EventInput) -> str:
    if is_trusted(actor) and header.orgc and (named := header.orgc.get("uuid")):
        return str(named).lower()
    return _own_uuid(actor)


def _own_uuid(actor: Actor) -> str:
    return str(Organisation.objects.values_list("uuid", flat=True).get(pk=actor.organisation_id))
