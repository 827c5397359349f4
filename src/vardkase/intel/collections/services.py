"""Services for collections: create, edit, fill, and receive from peers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_in_whole_seconds
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.misp_problems import MispProblem
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.sharing import require_shareable
from vardkase.identity.organisations.attribution import (
    is_delivered_by_another,
    misattributed,
    require_attribution,
)
from vardkase.identity.organisations.services import capture_organisations
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.collections.documents import (
    ElementInput,
    collection_fields,
    element_of,
    elements_of,
    moment_of,
)
from vardkase.intel.collections.models import Collection, CollectionElement
from vardkase.intel.collections.queries import find_collection, find_element, stored_collections
from vardkase.intel.errors import ChangedMeanwhile
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.problems import CollectionProblem, IntelProblem
from vardkase.intel.queries.find import Reference
from vardkase.intel.rules import may_modify_created
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.queries import is_blocked
from vardkase.knowledge.blocklists.services import count_blocked
from vardkase.knowledge.galaxies.documents import distribution_of, uuid_of
from vardkase.knowledge.galaxies.services.reach import reach_of
from vardkase.misp.distribution import Distribution
from vardkase.misp.fields import read_block, read_sharing_group_id
from vardkase.misp.time import LARGEST_LEAD

DOWNGRADED = {
    Distribution.COMMUNITY: Distribution.ORGANISATION,
    Distribution.CONNECTED: Distribution.COMMUNITY,
}
"""The distribution of what comes from another instance, by the one that it has there."""


@transaction.atomic
def add_collection(actor: Actor, data: Mapping[str, Any]) -> int:
    actor.require_writing(Permission.MODIFY)
    fields = _require_fields(data)
    uuid = uuid_of(data) or uuid4()
    if Collection.objects.filter(uuid=uuid).exists():
        raise Invalid({"uuid": [IntelProblem.UUID_TAKEN()]})
    distribution, group = reach_of(actor, data, (Distribution.ORGANISATION, None))
    now = now_in_whole_seconds()
    collection = Collection.objects.create(
        uuid=uuid,
        org_id=actor.organisation_id,
        orgc_id=actor.organisation_id,
        user_id=actor.user_id or 0,
        created=now,
        modified=now,
        distribution=distribution,
        sharing_group_id=group,
        **fields,
    )
    _replace_elements(collection, elements_of(data) or [])
    _require_shareable(collection)
    record(actor, IntelAction.COLLECTION_ADDED, Target.of(collection))
    return collection.pk


@transaction.atomic
def edit_collection(
    actor: Actor, reference: Reference, data: Mapping[str, Any], seen: datetime | None = None
) -> int:
    """Change what `data` names. Raises ChangedMeanwhile if it was modified at another time than `seen`."""
    collection = _lock_own(actor, reference)
    if seen is not None and collection.modified != seen:
        raise ChangedMeanwhile
    for name, value in collection_fields(data).items():
        setattr(collection, name, value)
    stored = (collection.distribution, collection.sharing_group_id)
    collection.distribution, collection.sharing_group_id = reach_of(actor, data, stored)
    if (elements := elements_of(data)) is not None:
        _replace_elements(collection, elements)
    _touch(collection)
    _require_shareable(collection)
    record(actor, IntelAction.COLLECTION_EDITED, Target.of(collection))
    return collection.pk


@transaction.atomic
def delete_collection(actor: Actor, reference: Reference) -> int:
    collection = _lock_own(actor, reference)
    number, target = collection.pk, Target.of(collection)
    collection.delete()
    record(actor, IntelAction.COLLECTION_DELETED, target)
    return number


@transaction.atomic
def add_element(actor: Actor, reference: Reference, data: Mapping[str, Any]) -> int:
    """Add an event or cluster to a collection; returns the element's id.

    Raises NotFound, Forbidden, Invalid, Conflict if it is already in it.
    """
    collection = _lock_own(actor, reference)
    element = element_of(data)
    if collection.elements.filter(element_uuid=element.element_uuid).exists():
        raise Conflict(CollectionProblem.ELEMENT_THERE())
    if element.uuid and CollectionElement.objects.filter(uuid=element.uuid).exists():
        raise Invalid({"uuid": [IntelProblem.UUID_TAKEN()]})
    row = _new_element(collection, element)
    row.save()
    _touch(collection)
    _require_shareable(collection)
    record(
        actor,
        IntelAction.COLLECTION_ELEMENT_ADDED,
        Target.of(collection),
        {"element": str(element.element_uuid)},
    )
    return row.pk


@transaction.atomic
def add_elements(actor: Actor, reference: Reference, elements: Iterable[Mapping[str, Any]]) -> None:
    """Add several, or none of them. Raises what `add_element` does."""
    for element in elements:
        add_element(actor, reference, element)


@transaction.atomic
def delete_element(actor: Actor, reference: Reference) -> int:
    element = find_element(actor, reference)
    collection = _lock_own(actor, element.collection_id)
    number = find_element(actor, element.pk).pk  # Again: it may have been deleted while this waited.
    CollectionElement.objects.filter(pk=number).delete()
    _touch(collection)
    record(
        actor,
        IntelAction.COLLECTION_ELEMENT_DELETED,
        Target.of(collection),
        {"element": str(element.element_uuid)},
    )
    return number


@transaction.atomic
def receive_collection(actor: Actor, data: Mapping[str, Any]) -> bool:
    """Store a peer's collection if it is new, or newer than one received earlier; returns whether it was.

    The distribution is reduced, and it is `locked`. Its list of elements replaces ours, unless it has none.
    Raises Forbidden, Invalid.
    """
    actor.require_writing(Permission.SYNC)
    uuid = uuid_of(data)
    if uuid is None:
        raise Invalid({"uuid": [CommonProblem.REQUIRED()]})
    stored = Collection.objects.select_for_update().filter(uuid=uuid).first()
    modified = moment_of(data, "modified") or now_in_whole_seconds()
    # A version dated far ahead could not be replaced: no later one would count as newer.
    if modified > now_in_whole_seconds() + timedelta(seconds=LARGEST_LEAD):
        raise Invalid({"modified": [MispProblem.IN_THE_FUTURE()]})
    if stored is not None and (
        misattributed(actor, ids=[stored.orgc_id]) or is_delivered_by_another(actor, stored.orgc_id)
    ):
        return False
    creator = _creator(actor, data)
    if creator is None or (stored is not None and not _replaces(actor, stored, modified)):
        return False
    collection = stored or Collection(
        uuid=uuid,
        org_id=actor.organisation_id,
        orgc_id=creator,
        user_id=actor.user_id or 0,
        created=moment_of(data, "created") or modified,
        locked=True,
    )
    for name, value in _require_fields(data).items():
        setattr(collection, name, value)
    collection.modified = modified
    collection.distribution, collection.sharing_group_id = _received_distribution(actor, data)
    collection.save()
    if (elements := elements_of(data)) is not None:
        _replace_elements(collection, elements)
    _require_shareable(collection)
    record(actor, IntelAction.COLLECTION_RECEIVED, Target.of(collection))
    return True


def wanted_collections(actor: Actor, offered: Mapping[str, str]) -> list[str]:
    """Those offered by a peer (uuid → modification time) that would be accepted; hidden ones count as
    unknown."""
    stored = stored_collections(actor, [uuid.lower() for uuid in offered])
    return [
        uuid
        for uuid, modified in offered.items()
        if (known := stored.get(uuid.lower())) is None or (known[1] and modified > known[0])
    ]


def _require_fields(data: Mapping[str, Any]) -> dict[str, str]:
    fields = collection_fields(data)
    if missing := [name for name in ("name", "type") if name not in fields]:
        raise Invalid({name: [CommonProblem.REQUIRED()] for name in missing})
    return fields


def _lock_own(actor: Actor, reference: Reference) -> Collection:
    actor.require_writing(Permission.MODIFY)
    number = find_collection(actor, reference).pk
    # Found again under the lock: it may have been changed, deleted or hidden while this waited.
    Collection.objects.select_for_update().filter(pk=number).first()
    collection = find_collection(actor, number)
    if not may_modify_created(actor, collection):
        raise Forbidden(IntelProblem.NOT_AUTHORISED())
    return collection


def _replace_elements(collection: Collection, elements: Sequence[ElementInput]) -> None:
    wanted = {element.element_uuid: element for element in elements}
    collection.elements.exclude(element_uuid__in=wanted).delete()
    kept = {row.element_uuid: row for row in collection.elements.all()}
    for uuid, row in kept.items():
        row.element_type, row.description = wanted[uuid].element_type, wanted[uuid].description
    CollectionElement.objects.bulk_update(kept.values(), ("element_type", "description"), batch_size=1000)
    named = [element.uuid for uuid, element in wanted.items() if uuid not in kept and element.uuid]
    # A uuid that another collection uses is replaced rather than refused, so that the rest is still stored.
    taken = set(CollectionElement.objects.filter(uuid__in=named).values_list("uuid", flat=True))
    new = [_new_element(collection, element) for uuid, element in wanted.items() if uuid not in kept]
    for row in new:
        row.uuid = uuid4() if row.uuid in taken else row.uuid
    CollectionElement.objects.bulk_create(new, batch_size=1000)


def _new_element(collection: Collection, element: ElementInput) -> CollectionElement:
    return CollectionElement(
        uuid=element.uuid or uuid4(),
        collection=collection,
        element_uuid=element.element_uuid,
        element_type=element.element_type,
        description=element.description,
    )


def _require_shareable(collection: Collection) -> None:
    descriptions = collection.elements.values_list("description", flat=True)
    require_shareable(collection.distribution, (collection.name, collection.description, *descriptions))


def _touch(collection: Collection) -> None:
    # By at least a second, or peers ignore the change: they compare whole seconds.
    collection.modified = max(now_in_whole_seconds(), collection.modified + timedelta(seconds=1))
    collection.save()


def _replaces(actor: Actor, stored: Collection, modified: datetime) -> bool:
    try:
        find_collection(actor, stored.pk)
    except NotFound:
        return False
    return stored.locked and modified > stored.modified


def _received_distribution(actor: Actor, data: Mapping[str, Any]) -> tuple[int, int | None]:
    distribution = distribution_of(data, Distribution.ORGANISATION)
    # Between instances of one organisation nothing is reduced.
    downgraded = {} if actor.may(Permission.SYNC_INTERNAL) else DOWNGRADED
    return SharingGroups(actor).limited(
        downgraded.get(Distribution(distribution), distribution),
        read_sharing_group_id(data),
        read_block(data, "SharingGroup"),
    )


def _creator(actor: Actor, data: Mapping[str, Any]) -> int | None:
    """The creator organisation named in the document, otherwise the actor's own; None if it is blocked."""
    block = read_block(data, "Orgc") or {}
    uuid = uuid_of(block)
    if uuid is not None and is_blocked(Blocked.ORGANISATION, uuid):
        count_blocked(Blocked.ORGANISATION, uuid)
        return None
    require_attribution(actor, str(uuid) if uuid else None)
    return next(iter(capture_organisations([block]).values()), actor.organisation_id)
