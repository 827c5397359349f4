"""Caching other instances in the background, as whoever ordered it; one job at a time for each."""

from __future__ import annotations

from collections.abc import Iterable

from procrastinate.contrib.django import app

from vardkase.exchange.servers.caching import cache_server
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import find_server, giving
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.jobs import job_actor


def order_cache(actor: Actor, server_ids: Iterable[int]) -> list[int]:
    """Have other instances cached; returns the jobs' ids."""
    return [_order(actor.user_id or 0, each) for each in server_ids]


def cache_all() -> int:
    """Order the caching of every instance that is to be cached; returns how many."""
    return len([_order(0, pk) for pk in giving().filter(caching_enabled=True).values_list("pk", flat=True)])


@app.task(name="servers.cache")
def cache(user_id: int, server_id: int) -> None:
    """Cache another instance; the job fails with the connection's fault."""
    if not user_id:
        cache_server(None, Server.objects.get(pk=server_id))
        return
    actor = job_actor(user_id)
    cache_server(actor, find_server(actor, server_id))


def _order(user_id: int, server_id: int) -> int:
    return cache.configure(lock=f"cache server {server_id}").defer(user_id=user_id, server_id=server_id)
