"""Background jobs that rebuild the correlation keys of attributes: of all, or of those that exclusions name."""

from __future__ import annotations

from procrastinate.contrib.django import app

from vardkase.analysis.correlation.services import clean_exclusions, rebuild
from vardkase.core.jobs.progress import report
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import job_actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.models import Event


def order_rebuild(actor: Actor) -> int:
    actor.require_writing(Permission.SITE_ADMIN)
    return rebuild_all.configure(lock="correlation").defer(user_id=actor.user_id)


def order_cleaning(actor: Actor) -> int:
    actor.require_writing(Permission.SITE_ADMIN)
    return apply_exclusions.configure(lock="correlation").defer(user_id=actor.user_id)


@app.task(name="correlation.rebuild")
def rebuild_all(user_id: int) -> None:
    total = Event.objects.count()
    for done, _event in enumerate(rebuild(job_actor(user_id)), start=1):
        report(done, total)


@app.task(name="correlation.apply_exclusions")
def apply_exclusions(user_id: int) -> None:
    for done, total in clean_exclusions(job_actor(user_id)):
        report(done, total)
