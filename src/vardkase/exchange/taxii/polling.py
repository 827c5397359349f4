"""Poll: imports objects added to an external collection since the last poll as events.

First the pages are fetched and kept, each with the place it leads to in one transaction, so a poll that is cut goes on
where it was. Then every report is stored as an event with what it holds, and the rest in one event of the collection.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from uuid import UUID, uuid5

from django.db import transaction

from vardkase.audit.services import Target as AuditTarget
from vardkase.audit.services import record
from vardkase.core.errors import Conflict
from vardkase.core.jobs.progress import report
from vardkase.core.sql import cursor
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.taxii.bundles import (
    CONTAINERS,
    CONTEXT,
    StixObject,
    context_of,
    fault_of,
    identity_of,
    members_of,
    with_context,
)
from vardkase.exchange.taxii.client import TaxiiClient, TaxiiEnvelope, TaxiiRefused
from vardkase.exchange.taxii.contents import uuid_of
from vardkase.exchange.taxii.ingest import IngestResult, Target, sound_objects, store_bundle
from vardkase.exchange.taxii.models import FetchedEvent, FetchedObject, Run, TaxiiDirection, TaxiiServer
from vardkase.exchange.taxii.problems import StixObjectProblem, TaxiiServerProblem
from vardkase.exchange.taxii.run_records import note, running
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import connection_actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.models import Event
from vardkase.misp.distribution import Distribution

MOST_PAGES = 100_000
LOOSE_AT_ONCE = 500


def poll(actor: Actor | None, server: TaxiiServer) -> Run:
    """Import what is new; `actor` is who ordered it. Raises OutgoingFailed, Conflict without a collection."""
    if not server.collection:
        raise Conflict(TaxiiServerProblem.NO_COLLECTION())
    with running(server, TaxiiDirection.POLL) as run:
        for envelope in _pages(server):
            run.objects_moved += len(envelope.objects)
            note(run, _keep_page(server, envelope))
            report(run.objects_moved)
        _store_all(server, run)
    if actor is not None:
        counts = {"count": run.objects_moved, "failed": run.refused}
        record(actor, ExchangeAction.TAXII_SERVER_POLLED, AuditTarget.of(server), counts)
    return run


def _pages(server: TaxiiServer) -> Iterator[TaxiiEnvelope]:
    remote = TaxiiClient.of(server, patient=True)
    for page in count():
        envelope = _fetch_page(remote, server, first=page == 0)
        # A server that promises more without a way to get it would be asked the same for ever.
        if (envelope.more and not envelope.objects and not envelope.next) or page > MOST_PAGES:
            raise OutgoingFailed(TaxiiServerProblem.ENDLESS())
        yield envelope
        if not envelope.more:
            return


def _fetch_page(remote: TaxiiClient, server: TaxiiServer, *, first: bool) -> TaxiiEnvelope:
    since: dict[str, str | int] = {"added_after": server.polled_to} if server.polled_to else {}
    if not server.next:
        return remote.objects(server.collection, **since)
    try:
        return remote.objects(server.collection, **since, next=server.next)
    except TaxiiRefused as refused:
        if not first or refused.status not in (400, 404):
            raise
        return remote.objects(server.collection, **since)  # The mark of a poll that was cut long ago.


@transaction.atomic
def _keep_page(server: TaxiiServer, envelope: TaxiiEnvelope) -> list[IngestResult]:
    kept = [stix_object for stix_object in envelope.objects if not fault_of(stix_object)]
    versions = {
        str(stix_object["id"]): (
            str(stix_object["type"]),
            identity_of(stix_object)[1],
            json.dumps(stix_object),
        )
        for stix_object in kept
    }
    columns = list(zip(*((name, *rest) for name, rest in versions.items()), strict=True)) or [()] * 4
    names = ("ids", "types", "versions", "bodies")
    values = {name: list(column) for name, column in zip(names, columns, strict=True)}
    cursor().execute(KEEP, {"server": server.pk, **values})
    # Times of one server in one format: they compare as text.
    server.reached = max(server.reached, envelope.last)
    if envelope.more and envelope.next:
        server.next = envelope.next
    else:  # The end, or a server that wants to be asked for what was added after the last.
        server.polled_to, server.reached, server.next = server.reached or server.polled_to, "", ""
    TaxiiServer.objects.filter(pk=server.pk).update(
        polled_to=server.polled_to, reached=server.reached, next=server.next
    )
    return [
        IngestResult.of(stix_object, fault)
        for stix_object in envelope.objects
        if (fault := fault_of(stix_object))
    ]


def _store_all(server: TaxiiServer, run: Run) -> None:
    fetched = FetchedObject.objects.filter(server=server)
    # The server as a user of the organisation that configured it: it changes only that organisation's
    # events.
    actor = connection_actor(server.org_id, f"TAXII server {server.name}")
    storer = replace(actor, permissions=actor.permissions - {Permission.SYNC} | {Permission.MODIFY_ORG})
    group = server.sharing_group_id
    reach = Distribution.SHARING_GROUP if group else server.distribution
    # The same event in every poll, and another one for another collection.
    loose_uuid = uuid5(server.uuid, f"{server.baseurl} {server.api_root} {server.collection}")
    target = Target(int(reach), group, f"TAXII: {server.name}", str(loose_uuid))
    for container in list(fetched.filter(type__in=CONTAINERS, used=False).values_list("stix_id", flat=True)):
        held = _load_objects(server, [container])
        members = members_of(held[container])
        objects = held | _load_objects(server, members)
        _store(server, storer, target, uuid_of(container), objects, run)
        fetched.filter(stix_id__in=list(objects)).update(used=True)
    loose = fetched.filter(used=False).exclude(type__in=CONTEXT)
    while names := list(loose.order_by("pk").values_list("stix_id", flat=True)[:LOOSE_AT_ONCE]):
        _store(server, storer, target, target.loose_uuid, _load_objects(server, names), run)
        fetched.filter(stix_id__in=names).update(used=True)
    fetched.delete()


def _store(
    server: TaxiiServer,
    storer: Actor,
    target: Target,
    event_uuid: str,
    objects: Mapping[str, StixObject],
    run: Run,
) -> None:
    # Only events that came from this server: another server, or a member, may have made one with this uuid.
    mine = FetchedEvent.objects.filter(server=server, event_uuid=event_uuid)
    if Event.objects.filter(uuid=event_uuid).exists() and not mine.exists():
        foreign = StixObjectProblem.NOT_FROM_HERE()
        note(run, [IngestResult.of(stix_object, foreign) for stix_object in objects.values()])
        return
    FetchedEvent.objects.get_or_create(server=server, event_uuid=UUID(event_uuid))
    sound, outcomes = sound_objects(list(objects.values()))
    context = _load_objects(server, context_of(sound))
    stored, results = store_bundle(storer, with_context(sound, context), target)
    run.events += bool(stored)
    note(run, [*outcomes, *results])


def _load_objects(server: TaxiiServer, names: Iterable[str]) -> dict[str, StixObject]:
    found = FetchedObject.objects.filter(server=server, stix_id__in=list(names)).order_by("pk")
    return {name: json.loads(body) for name, body in found.values_list("stix_id", "body")}


# Pages need not be in the order of versions: an older one never replaces a newer one.
KEEP = """
INSERT INTO taxii_fetched AS known (server_id, stix_id, type, version, body, used)
SELECT %(server)s, id, type, version, body, FALSE
FROM unnest(%(ids)s::text[], %(types)s::text[], %(versions)s::text[], %(bodies)s::text[])
     AS new (id, type, version, body)
ON CONFLICT (server_id, stix_id) DO UPDATE SET version = excluded.version, body = excluded.body, used = FALSE
WHERE excluded.version >= known.version
"""
