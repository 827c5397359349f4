"""Background jobs: asking the other ends of connections, and searching for what is left. Arguments are numbers only."""

from __future__ import annotations

from procrastinate.contrib.django import app

from vardkase.core.jobs.retrying import JobRetry
from vardkase.core.outages import Outage
from vardkase.core.retries import JOB
from vardkase.hub.spills.models import Spill, SpillState
from vardkase.hub.spills.peers import ask_connections
from vardkase.hub.spills.proof import prove
from vardkase.identity.access.job_actors import hub_actor

AGAIN = JobRetry(JOB, after=(Outage,))


def order_requests(spill_id: int) -> None:
    request_deletion.configure(lock=f"spill-{spill_id}").defer(spill_id=spill_id)


def order_proof(spill_id: int) -> None:
    search_remains.configure(lock=f"spill-{spill_id}").defer(spill_id=spill_id)


@app.task(name="spills.request_deletion", retry=AGAIN)
def request_deletion(spill_id: int) -> None:
    spill = Spill.objects.filter(pk=spill_id, state__in=(SpillState.OPEN, SpillState.DELETED)).first()
    if spill is not None:
        ask_connections(hub_actor(), spill)


@app.task(name="spills.search_remains", retry=AGAIN)
def search_remains(spill_id: int) -> None:
    spill = Spill.objects.filter(pk=spill_id, state=SpillState.DELETED).first()
    if spill is not None and spill.needles:
        prove(spill)
