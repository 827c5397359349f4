"""Background jobs that cache other instances on behalf of the user who started them; one at a time each."""

from __future__ import annotations

from collections.abc import Iterable

from procrastinate.contrib.django import app

from vardkase.exchange.servers.caching import cache_server
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import find_server, giving
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import job_actor


def order_cache(actor: Actor, server_ids: Iterable[int]) -> list[int]:
    return [_defer_cache(actor.user_id or 0, server_id) for server_id in server_ids]


def cache_all() -> int:
    return len(
        [_defer_cache(0, pk) for pk in giving().filter(caching_enabled=True).values_list("pk", flat=True)]
    )


@app.task(name="servers.cache")
def cache(user_id: int, server_id: int) -> None:
    if not user_id:
        cache_server(None, Server.objects.get(pk=server_id))
        return
    actor = job_actor(user_id)
    cache_server(actor, find_server(actor, server_id))


def _defer_cache(user_id: int, server_id: int) -> int:
    return cache.configure(lock=f"cache server {server_id}").defer(user_id=user_id, server_id=server_id)
