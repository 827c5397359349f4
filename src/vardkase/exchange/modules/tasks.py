"""Background jobs that enrich events on behalf of the user who started them."""

from __future__ import annotations

from collections.abc import Sequence

from procrastinate.contrib.django import app

from vardkase.exchange.modules import enriching
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import job_actor


def order_enrichment(actor: Actor, event_id: int, names: Sequence[str]) -> int:
    ordered = enrich.configure(lock=f"enrich event {event_id}")
    return ordered.defer(user_id=actor.user_id, event_id=event_id, modules=list(names))


@app.task(name="modules.enrich")
def enrich(user_id: int, event_id: int, modules: list[str]) -> None:
    enriching.enrich_event(job_actor(user_id), event_id, modules)
