"""Submissions to our collections: accepted at once, processed by a job, reported in a status resource."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from vardkase.audit.services import Target as AuditTarget
from vardkase.audit.services import record
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.jobs.problems import problem_of
from vardkase.core.sandbox import LimitReached
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.taxii.bundles import bundles, identity_of
from vardkase.exchange.taxii.collections import as_member, may_write
from vardkase.exchange.taxii.ingest import IngestResult, Target, counted, sound_objects, store_bundle
from vardkase.exchange.taxii.models import Collection, Submission
from vardkase.exchange.taxii.problems import StixObjectProblem, TaxiiProblem
from vardkase.identity.access.actor import Actor
from vardkase.misp.distribution import Distribution

MOST = 50_000
"""Objects in an envelope."""


@transaction.atomic
def submit(actor: Actor, collection: Collection, envelope: dict[str, Any]) -> Submission:
    """Store an envelope for processing by `work_off`. Raises Forbidden, Invalid."""
    if not may_write(actor, collection):
        raise Forbidden(TaxiiProblem.NOT_WRITABLE())
    objects = envelope.get("objects")
    if not isinstance(objects, list) or not objects:
        raise Invalid({"objects": [TaxiiProblem.NO_OBJECTS()]})
    if len(objects) > MOST:
        raise Invalid({"objects": [TaxiiProblem.TOO_MANY_OBJECTS(most=MOST)]})
    return Submission.objects.create(
        collection=collection,
        user_id=actor.user_id or 0,
        envelope=msgspec.json.encode(objects).decode(),
        results={"total": len(objects)},
    )


def find_submission(actor: Actor, reference: str) -> Submission:
    """The actor's own submission with this uuid. Raises NotFound, also for those of others."""
    try:
        found = Submission.objects.filter(uuid=UUID(reference), user_id=actor.user_id or 0).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound(TaxiiProblem.STATUS_NOT_FOUND())
    return found


def work_off(actor: Actor, submission_id: int) -> None:
    """Process a submission as its sender; objects that the sender may no longer store are rejected one by
    one."""
    submission = Submission.objects.select_related("collection").get(pk=submission_id)
    if submission.complete:  # A job runs again after its worker died.
        return
    objects = msgspec.json.decode(submission.envelope)
    outcomes = _outcomes(as_member(actor), submission.collection, objects)
    with transaction.atomic():
        results: dict[str, list[dict[str, str]]] = {"successes": [], "failures": []}
        for outcome in outcomes:
            results["successes" if outcome.stored else "failures"].append(_detail(outcome))
        submission.results = {"total": len(objects), **results}
        submission.complete, submission.envelope = True, ""
        submission.save()
        stored, failed = counted(outcomes)
        counts = {"count": stored, "failed": failed}
        record(actor, ExchangeAction.TAXII_COLLECTION_RECEIVED, AuditTarget.of(submission.collection), counts)


def status_of(submission: Submission) -> dict[str, Any]:
    """The status resource (TAXII 2.1, section 4.3)."""
    results = submission.results
    successes, failures = results.get("successes", []), results.get("failures", [])
    waiting = [] if submission.complete else msgspec.json.decode(submission.envelope)
    pendings = [_detail(IngestResult.of(stix_object)) for stix_object in waiting]
    return {
        "id": str(submission.uuid),
        "status": "complete" if submission.complete else "pending",
        "request_timestamp": submission.received.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "total_count": results["total"],
        "success_count": len(successes),
        "successes": successes,
        "failure_count": len(failures),
        "failures": failures,
        "pending_count": len(pendings),
        "pendings": pendings,
    }


def _outcomes(actor: Actor, collection: Collection, objects: list[Any]) -> list[IngestResult]:
    if not may_write(actor, collection):
        return [IngestResult.of(stix_object, TaxiiProblem.NOT_WRITABLE()) for stix_object in objects]
    try:
        sound, outcomes = sound_objects(objects)
    except LimitReached as limit:
        return [IngestResult.of(stix_object, problem_of(limit)) for stix_object in objects]
    group = collection.sharing_group_id
    reach = Distribution.SHARING_GROUP if group else collection.distribution
    target = Target(int(reach), group, f"TAXII: {collection.name}")
    for bundle in bundles(sound):
        outcomes += store_bundle(actor, bundle, target)[1]
    # One outcome per submitted object: failures take precedence, what needed nothing gets a remark.
    found: dict[tuple[str, str], IngestResult] = {}
    for result in sorted(outcomes, key=lambda outcome: not outcome.stored):
        found.setdefault((result.stix_id, result.version), result)
    unused = StixObjectProblem.UNUSED()
    return [
        found.get(identity_of(stix_object)) or IngestResult.of(stix_object, unused, stored=True)
        for stix_object in objects
    ]


def _detail(outcome: IngestResult) -> dict[str, str]:
    # Only clients read it: there is no page of submissions.
    message = {"message": outcome.message.wire} if outcome.message else {}
    return {"id": outcome.stix_id, "version": outcome.version, **message}
