"""What TAXII does in the background, as whoever ordered it."""

from __future__ import annotations

from procrastinate.contrib.django import app

from vardkase.core.settings.instance import BACKGROUND_JOBS
from vardkase.exchange.taxii.models import Submission
from vardkase.exchange.taxii.submissions import work_off
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.jobs import job_actor


def order_submission(actor: Actor, submission: Submission) -> None:
    """Have a submission dealt with; at once where the hub does everything so."""
    if BACKGROUND_JOBS.value:
        receive.configure(lock=f"taxii {submission.collection_id}").defer(
            user_id=actor.user_id, submission_id=submission.pk
        )
    else:
        work_off(actor, submission.pk)


@app.task(name="taxii.receive")
def receive(user_id: int, submission_id: int) -> None:
    """Store what somebody wrote into a collection."""
    work_off(job_actor(user_id), submission_id)
