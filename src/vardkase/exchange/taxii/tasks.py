"""TAXII background jobs, on behalf of the user who started them."""

from __future__ import annotations

from procrastinate.contrib.django import app

from vardkase.core.settings.instance import BACKGROUND_JOBS
from vardkase.exchange.taxii import polling, pushing
from vardkase.exchange.taxii.models import Submission, TaxiiDirection, TaxiiServer
from vardkase.exchange.taxii.servers import find_taxii_server, run_lock
from vardkase.exchange.taxii.submissions import work_off
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import job_actor


def order_submission(actor: Actor, submission: Submission) -> None:
    if BACKGROUND_JOBS.value:
        # In order: a later envelope may change objects of an earlier one.
        receive.configure(lock=f"taxii {submission.collection_id}").defer(
            user_id=actor.user_id, submission_id=submission.pk
        )
    else:
        work_off(actor, submission.pk)


def order_poll(actor: Actor, server_id: int) -> int:
    return poll_server.configure(lock=run_lock(TaxiiDirection.POLL, server_id)).defer(
        user_id=actor.user_id, server_id=server_id
    )


def order_push(actor: Actor, server_id: int) -> int:
    return push_to_server.configure(lock=run_lock(TaxiiDirection.PUSH, server_id)).defer(
        user_id=actor.user_id, server_id=server_id
    )


@app.task(name="taxii.poll")
def poll_server(user_id: int, server_id: int) -> None:
    """Poll a server; the job fails with the server's fault. `user_id` 0 is the hub itself."""
    polling.poll(*_actor_and_server(user_id, server_id))


@app.task(name="taxii.push")
def push_to_server(user_id: int, server_id: int) -> None:
    pushing.push(*_actor_and_server(user_id, server_id))


def _actor_and_server(user_id: int, server_id: int) -> tuple[Actor | None, TaxiiServer]:
    if not user_id:
        return None, TaxiiServer.objects.get(pk=server_id)
    actor = job_actor(user_id)
    return actor, find_taxii_server(actor, server_id)


@app.task(name="taxii.receive")
def receive(user_id: int, submission_id: int) -> None:
    work_off(job_actor(user_id), submission_id)
