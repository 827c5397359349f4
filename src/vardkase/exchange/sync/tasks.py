"""Background pulls and pushes on behalf of the user who started them; one per direction and connection."""

from __future__ import annotations

from procrastinate.contrib.django import app

from vardkase.core.jobs.retrying import JobRetry
from vardkase.core.outages import Outage
from vardkase.core.retries import JOB
from vardkase.exchange.errors import Unreachable
from vardkase.exchange.outbox.channels import TO_RECEIVER, Channel
from vardkase.exchange.outbox.deliveries import Receiver
from vardkase.exchange.outbox.models import EntryKind
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import find_server, getting
from vardkase.exchange.sync import pull, push
from vardkase.exchange.sync.candidates import reader_of
from vardkase.exchange.sync.push import receiver
from vardkase.exchange.sync.queries import pull_lock
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import may_know
from vardkase.identity.access.job_actors import job_actor
from vardkase.identity.organisations.hooks import StandingChanged
from vardkase.intel.hooks import EventPublished
from vardkase.intel.sightings.hooks import SightingsPublished
from vardkase.knowledge.galaxies.models import GalaxyCluster

SOME_TIMES = JobRetry(JOB, after=(Unreachable, Outage))
ORDERED = 10
"""The priority of a job that a person ordered: it does not wait behind retries."""


def order_pull(actor: Actor, server_id: int, technique: str, *, force: bool = False) -> int:
    pull.require_technique(technique)
    job = pull_connection.configure(lock=pull_lock(server_id), priority=ORDERED)
    return job.defer(user_id=actor.user_id, server_id=server_id, technique=technique, force=force)


def order_push(actor: Actor, server_id: int, technique: str) -> int:
    push.require_technique(technique)
    job = push_connection.configure(lock=CONNECTIONS.lock(server_id), priority=ORDERED)
    return job.defer(user_id=actor.user_id, server_id=server_id, technique=technique)


@app.task(name="sync.pull", retry=SOME_TIMES)
def pull_connection(user_id: int, server_id: int, technique: str, force: bool) -> None:
    actor, server = _actor_and_server(user_id, server_id)
    pull.pull(actor, server, technique, force=force)


@app.task(name="sync.push", retry=SOME_TIMES)
def push_connection(user_id: int, server_id: int, technique: str) -> None:
    actor, server = _actor_and_server(user_id, server_id)
    push.push(actor, server, technique)


def _actor_and_server(user_id: int, server_id: int) -> tuple[Actor | None, Server]:
    if not user_id:
        return None, Server.objects.get(pk=server_id)
    actor = job_actor(user_id)
    return actor, find_server(actor, server_id)


def send_what_waited(changed: StandingChanged) -> None:
    """Order the push of everything that waited while an organisation might not get it, in the transaction
    that permits it."""
    waiting = getting().filter(push=True, remote_org_id=changed.organisation_id)
    CONNECTIONS.order(waiting.values_list("pk", flat=True))


def send_sightings(published: SightingsPublished) -> None:
    """Order the push of an event's sightings to all connections that push them, in the transaction that
    releases them."""
    for server in Server.objects.filter(push=True, push_sightings=True).select_related("remote_org"):
        if not published.groups or may_know(reader_of(server), published.org_id, published.groups):
            job = push_sightings.configure(lock=CONNECTIONS.lock(server.pk))
            job.defer(server_id=server.pk, event_id=published.event_id)


def send_cluster(cluster: GalaxyCluster) -> None:
    for server_id in Server.objects.filter(push=True, push_galaxy_clusters=True).values_list("pk", flat=True):
        push_cluster.configure(lock=CONNECTIONS.lock(server_id)).defer(
            server_id=server_id, cluster_id=cluster.pk
        )


@app.task(name="sync.push_sightings", retry=TO_RECEIVER)
def push_sightings(server_id: int, event_id: int) -> None:
    server = getting().filter(pk=server_id, push=True, push_sightings=True).first()
    if server is not None:
        push.push_sightings(server, event_id)


@app.task(name="sync.push_cluster", retry=TO_RECEIVER)
def push_cluster(server_id: int, cluster_id: int) -> None:
    server = getting().filter(pk=server_id, push=True, push_galaxy_clusters=True).first()
    if server is not None:
        push.push_cluster(server, cluster_id)


@app.task(name="sync.push_published", retry=TO_RECEIVER)
def push_published(server_id: int) -> None:
    """Send everything published that waits for a connection; it keeps waiting while the peer may not get it."""
    # Looked up again: the connection may be switched off, or its peer's standing changed, since it was ordered.
    server = getting().select_related("remote_org").filter(pk=server_id, push=True).first()
    if server is not None:
        push.push_published(server)


def connection_audience(published: EventPublished) -> list[Receiver]:
    servers = Server.objects.filter(push=True).select_related("remote_org").order_by("priority")
    # Readers cost queries: they are asked for only where a version is not for all.
    return [
        receiver(server)
        for server in servers
        if not published.groups or published.concerns(reader_of(server))
    ]


CONNECTIONS = Channel(
    EntryKind.CONNECTION, connection_audience, push_published, lambda server_id, _: {"server_id": server_id}
)
