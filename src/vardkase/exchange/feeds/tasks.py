"""Background jobs that fetch and cache feeds on behalf of the user who started them."""

from __future__ import annotations

from procrastinate.contrib.django import app
from procrastinate.tasks import Task

from vardkase.exchange.feeds.caching import cache_feed
from vardkase.exchange.feeds.fetching import fetch_feed
from vardkase.exchange.feeds.queries import find_feed
from vardkase.exchange.feeds.run_records import feed_lock
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import hub_actor, job_actor


def order_fetch(actor: Actor | None, feed_ids: list[int]) -> list[int]:
    return _order(fetch, actor, feed_ids)


def order_cache(actor: Actor | None, feed_ids: list[int]) -> list[int]:
    return _order(cache, actor, feed_ids)


def _order(job: Task[..., None, ...], actor: Actor | None, feed_ids: list[int]) -> list[int]:
    user_id = (actor.user_id or 0) if actor else 0
    return [
        job.configure(lock=feed_lock(feed_id)).defer(user_id=user_id, feed_id=feed_id) for feed_id in feed_ids
    ]


@app.task(name="feeds.fetch")
def fetch(user_id: int, feed_id: int) -> None:
    actor = job_actor(user_id) if user_id else hub_actor()
    fetch_feed(actor, find_feed(actor, feed_id))


@app.task(name="feeds.cache")
def cache(user_id: int, feed_id: int) -> None:
    actor = job_actor(user_id) if user_id else hub_actor()
    cache_feed(actor, find_feed(actor, feed_id))
