"""Background jobs for requests from data subjects. Their arguments name the request, never what it is about."""

from __future__ import annotations

from procrastinate.contrib.django import app

from vardkase.hub.data_protection.requests.searching import search
from vardkase.hub.data_protection.requests.services import begin_search, search_lock
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import job_actor


def order_search(actor: Actor, pk: int) -> int:
    """Order the search for a request; returns the job's number. Raises as `begin_search`."""
    begin_search(actor, pk)
    return search_request.configure(lock=search_lock(pk)).defer(request_id=pk, user_id=actor.user_id or 0)


@app.task(name="data_protection.search")
def search_request(request_id: int, user_id: int) -> None:
    search(job_actor(user_id), request_id)
