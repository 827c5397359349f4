"""Background jobs that rebuild the correlation keys of attributes."""

from __future__ import annotations

from procrastinate.contrib.django import app

from vardkase.analysis.correlation.services import rebuild
from vardkase.core.jobs.progress import report
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import job_actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.models import Event


def order_rebuild(actor: Actor) -> int:
    actor.require_writing(Permission.SITE_ADMIN)
    return rebuild_all.configure(lock="correlation").defer(user_id=actor.user_id)


@app.task(name="correlation.rebuild")
def rebuild_all(user_id: int) -> None:
    total = Event.objects.count()
    for done, _event in enumerate(rebuild(job_actor(user_id)), start=1):
        report(done, total)
