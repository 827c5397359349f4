"""Pulls and pushes in the background, as whoever ordered them; one at a time each way for each connection."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.outbox import deliveries
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import find_server
from vardkase.exchange.sync import pull, push
from vardkase.exchange.sync.push import receiver
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.jobs import job_actor
from vardkase.intel.hooks import EventPublished

AGAIN = RetryStrategy(max_attempts=6, exponential_wait=4)
"""A peer that cannot be reached is tried again for about an hour and a half."""


def order_pull(actor: Actor, server_id: int, technique: str, *, force: bool = False) -> int:
    """Have a connection pulled; returns the job's id. Raises Invalid."""
    pull.require_technique(technique)
    job = pull_connection.configure(lock=f"pull {server_id}")
    return job.defer(user_id=actor.user_id, server_id=server_id, technique=technique, force=force)


def order_push(actor: Actor, server_id: int, technique: str) -> int:
    """Have a connection pushed to; returns the job's id. Raises Invalid."""
    push.require_technique(technique)
    job = push_connection.configure(lock=f"push {server_id}")
    return job.defer(user_id=actor.user_id, server_id=server_id, technique=technique)


@app.task(name="sync.pull")
def pull_connection(user_id: int, server_id: int, technique: str, force: bool) -> None:
    """Pull over a connection; the job fails with the connection's fault."""
    actor, server = _ordered(user_id, server_id)
    pull.pull(actor, server, technique, force=force)


@app.task(name="sync.push")
def push_connection(user_id: int, server_id: int, technique: str) -> None:
    """Push over a connection; the job fails with the connection's fault."""
    actor, server = _ordered(user_id, server_id)
    push.push(actor, server, technique)


def _ordered(user_id: int, server_id: int) -> tuple[Actor | None, Server]:
    """Who ordered it, None when the hub did by itself (user 0); and the connection."""
    if not user_id:
        return None, Server.objects.get(pk=server_id)
    actor = job_actor(user_id)
    return actor, find_server(actor, server_id)


def send_published(published: EventPublished) -> None:
    """Have an event sent to every connection that pushes, in the transaction that publishes it.

    The jobs are there when the publication is. What a peer has already it does not ask for.
    """
    servers = {each.pk: each for each in Server.objects.filter(push=True).order_by("priority")}
    version = deliveries.version_of(published.event_id)
    claimed = deliveries.claim([receiver(each) for each in servers.values()], version)
    for server_id in (each for each in servers if each in claimed):
        push_event.configure(lock=f"push {server_id}").defer(server_id=server_id, event_id=published.event_id)


@app.task(name="sync.push_event", retry=AGAIN)
def push_event(server_id: int, event_id: int) -> None:
    """Send one published event; the job is tried again when the peer cannot be reached."""
    server = Server.objects.filter(pk=server_id, push=True).first()
    if server is not None and push.push(None, server, str(event_id)).failed:
        raise OutgoingFailed("The event could not be sent; the run says why.")
