"""Stores external STIX objects as events, each in one transaction, and reports a result per object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any
from uuid import uuid4

from django.db import transaction

from vardkase.core.errors import Conflict, FieldErrors, Forbidden, Invalid, NotFound, VardkaseError
from vardkase.core.jobs.problems import problem_of
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.sandbox import LimitReached
from vardkase.exchange.imported_distribution import with_distribution
from vardkase.exchange.taxii.bundles import (
    CONTAINERS,
    CONTEXT,
    StixObject,
    fault_of,
    identity_of,
    is_container,
)
from vardkase.exchange.taxii.contents import uuid_of
from vardkase.exchange.taxii.problems import StixObjectProblem
from vardkase.formats.stix.importing import event_of_bundle, faults_of_objects
from vardkase.identity.access.actor import Actor
from vardkase.intel.errors import PublicationRefused, TaxonomiesMissing
from vardkase.intel.kernel.results import Rejections
from vardkase.intel.queries.find import find_event
from vardkase.intel.services.events import add_event
from vardkase.intel.services.merge import edit_event
from vardkase.intel.services.publish import publish_received
from vardkase.misp.flags import as_int

STATEMENTS = frozenset(("Sighting", "ShadowAttribute", "Note", "Opinion", "Relationship"))
"""Parts with authors of their own: the sender of an object cannot speak for them."""
NOT_TAKEN = frozenset(("id", "Org", "Orgc", "org_id", "orgc_id", "user_id", "SharingGroup", "locked"))
"""Members that decide who owns or reads the event: the hub sets them."""
NOT_COUNTED_AS_KEPT = CONTAINERS | CONTEXT
REFUSED = (Invalid, Conflict, Forbidden, NotFound, LimitReached)


@dataclass(frozen=True, slots=True)
class Target:
    """How to store objects: the events' distribution, and the title for objects without a report.

    `loose_uuid` is the event that such objects are added to; "" creates a new one.
    """

    distribution: int
    sharing_group_id: int | None
    title: str
    loose_uuid: str = ""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """The outcome for one object; `message` gives the reason for a failure, or a remark."""

    stix_id: str
    version: str
    stored: bool
    message: Problem | None = None

    @classmethod
    def of(cls, stix_object: Any, message: Problem | None = None, *, stored: bool = False) -> IngestResult:
        return cls(*identity_of(stix_object), stored, message)


def sound_objects(objects: Sequence[Any]) -> tuple[list[StixObject], list[IngestResult]]:
    """The valid STIX 2.1 objects, and the outcomes of the others. Raises LimitReached."""
    outcomes = [
        IngestResult.of(stix_object, fault) for stix_object in objects if (fault := fault_of(stix_object))
    ]
    candidates = [stix_object for stix_object in objects if not fault_of(stix_object)]
    faults = faults_of_objects(json.dumps(candidates).encode())
    pairs = list(zip(candidates, faults, strict=True))
    return [stix_object for stix_object, fault in pairs if not fault], [
        *outcomes,
        *(
            IngestResult.of(stix_object, CommonProblem.QUOTED(said=fault))
            for stix_object, fault in pairs
            if fault
        ),
    ]


def store_bundle(
    actor: Actor, objects: Sequence[StixObject], target: Target
) -> tuple[str, list[IngestResult]]:
    """Store related objects as one published event; returns its uuid and the outcomes.

    Rejected objects raise nothing: the outcomes report them, and the uuid is "".
    """
    held = any(map(is_container, objects))
    try:
        document = _event_document(objects, target, held=held)
        return _store(actor, objects, document)
    except REFUSED as refused:
        return "", [IngestResult.of(stix_object, _reason(refused)) for stix_object in objects]


def _event_document(objects: Sequence[StixObject], target: Target, *, held: bool) -> dict[str, Any]:
    bundle = {"type": "bundle", "id": f"bundle--{uuid4()}", "objects": list(objects)}
    read = event_of_bundle(json.dumps(bundle).encode())
    event = {name: value for name, value in _without_statements(read).items() if name not in NOT_TAKEN}
    if not held:
        # Loose objects are added to one event again and again: an older time would keep them out.
        event.pop("timestamp", None)
        event["info"] = target.title
        event["uuid"] = target.loose_uuid or event.get("uuid")
        if not any(event.get(part) for part in ("Attribute", "Object", "EventReport")):
            raise Invalid(StixObjectProblem.NOTHING_KEPT())
    return with_distribution(event, target.distribution, target.sharing_group_id)


@transaction.atomic
def _store(
    actor: Actor, objects: Sequence[StixObject], document: Mapping[str, Any]
) -> tuple[str, list[IngestResult]]:
    uuid = str(document.get("uuid"))
    known = _stored_version(actor, uuid)
    # An object without a time always counts as newer.
    if known is not None and (as_int(document.get("timestamp")) or known[1] + 1) <= known[1]:
        return uuid, [
            IngestResult.of(stix_object, StixObjectProblem.KNOWN_ALREADY(), stored=True)
            for stix_object in objects
        ]
    stored = edit_event(actor, known[0], document) if known else add_event(actor, document)
    message = _publish(actor, stored.event_id)
    refused = dict(_refused_parts(document, stored.rejections))
    kept = [
        stix_object
        for stix_object in objects
        if stix_object["type"] not in NOT_COUNTED_AS_KEPT and not _reason_in(refused, stix_object)
    ]
    if refused and not kept:
        # An event without any of its objects would be published empty.
        transaction.set_rollback(True)
        return "", [
            IngestResult.of(stix_object, _reason_in(refused, stix_object) or StixObjectProblem.NOTHING_KEPT())
            for stix_object in objects
        ]
    outcomes = []
    for stix_object in objects:
        reason = _reason_in(refused, stix_object)
        outcomes.append(IngestResult.of(stix_object, reason or message, stored=reason is None))
    return uuid, outcomes


def _reason_in(refused: Mapping[str, Problem], stix_object: StixObject) -> Problem | None:
    """Why the part made from an object was left out; None if it was not."""
    return refused.get(uuid_of(str(stix_object["id"])))


def _stored_version(actor: Actor, uuid: str) -> tuple[int, int] | None:
    try:
        found = find_event(actor, uuid)
    except NotFound:
        return None
    return found.id, found.timestamp


def _publish(actor: Actor, event_id: int) -> Problem | None:
    try:
        publish_received(actor, event_id)
    except (PublicationRefused, TaxonomiesMissing) as refused:
        return StixObjectProblem.NOT_PUBLISHED(reason=problem_of(refused))
    return None


def _refused_parts(document: Mapping[str, Any], rejections: Rejections) -> Iterator[tuple[str, Problem]]:
    """The uuids of the parts that were left out, and why; a part in an object counts as the object.

    Paths have the form ``Attribute.3``, ``Object.0.Attribute.2``, or ``Attribute.<uuid>`` if the uuid itself
    is invalid.
    """
    for place, errors in rejections.errors.items():
        kind, _, rest = place.partition(".")
        at = rest.partition(".")[0]
        reason = _problem_of_fields(errors)
        if not at.isdecimal():
            yield at, reason
        elif isinstance(parts := document.get(kind), list) and int(at) < len(parts):
            yield str(parts[int(at)].get("uuid")), reason


def _without_statements(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_statements(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _without_statements(inner) for name, inner in value.items() if name not in STATEMENTS}


def _reason(refused: VardkaseError) -> Problem:
    if isinstance(refused, Invalid) and isinstance(refused.errors, Mapping):
        return _problem_of_fields(refused.errors)
    return refused.problem or StixObjectProblem.NOT_STORED()


def _problem_of_fields(errors: FieldErrors) -> Problem:
    fields = [
        StixObjectProblem.OF_FIELD(field=name, reason=_joined(StixObjectProblem.SEVERAL_OF_FIELD, problems))
        for name, problems in errors.items()
    ]
    return _joined(StixObjectProblem.SEVERAL_FIELDS, fields)


def _joined(code: StixObjectProblem, problems: Sequence[Problem]) -> Problem:
    """One problem out of several, each nested in the next, as a result holds only one."""
    return reduce(lambda first, rest: code(first=first, rest=rest), problems)


def counted(outcomes: Iterable[IngestResult]) -> tuple[int, int]:
    stored = [outcome.stored for outcome in outcomes]
    return sum(stored), len(stored) - sum(stored)
