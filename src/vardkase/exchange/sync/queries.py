"""Queries for synchronisation runs: site administrators only."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import BooleanField, F, Func, QuerySet
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.jobs import ordered
from vardkase.core.query_expressions import first_or_not_found
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.outbox.channels import lock_of
from vardkase.exchange.outbox.models import EntryKind
from vardkase.exchange.servers.models import Server
from vardkase.exchange.sync.models import EventOutcome, FailedEvent, MovedEvent, SyncRun, SyncRunState
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.exchange.sync.push import PUBLISHED
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

MOVED = Func(
    F("counts"),
    template="jsonb_path_exists(%(expressions)s, '$.* ? (@ > 0)')",
    output_field=BooleanField(),
)
"""Whether a run moved anything, or failed to."""


def latest_runs(actor: Actor, servers: Iterable[Server]) -> dict[tuple[int, str], SyncRun]:
    actor.require(Permission.SITE_ADMIN)
    newest = (
        SyncRun.objects.filter(server__in=[server.pk for server in servers])
        .order_by("server", "direction", "-pk")
        .distinct("server", "direction")
    )
    return {(run.server_id, run.direction): run for run in newest}


def is_ordered(actor: Actor, server_id: int) -> bool:
    """Whether a job of the connection waits for its turn or is at work, also before it has a run of its own."""
    actor.require(Permission.SITE_ADMIN)
    return ordered.is_ordered([pull_lock(server_id), push_lock(server_id)])


def pull_lock(server_id: int) -> str:
    return f"pull {server_id}"


def push_lock(server_id: int) -> str:
    """Of all that is sent over a connection, so that it arrives in order."""
    return lock_of(EntryKind.CONNECTION, server_id)


def runs_of(actor: Actor, server_id: int) -> QuerySet[SyncRun]:
    """The runs of a connection, except pushes on publication that had nothing to send. Raises Forbidden.

    Events imported from a connection are published here and pushed back: those runs would hide all others.
    """
    actor.require(Permission.SITE_ADMIN)
    runs = SyncRun.objects.filter(server=server_id).annotate(moved=MOVED)
    return runs.exclude(technique=PUBLISHED, state=SyncRunState.DONE, total=0, fault="", moved=False)


def find_run(actor: Actor, run_id: int) -> SyncRun:
    actor.require(Permission.SITE_ADMIN)
    return first_or_not_found(
        SyncRun.objects.select_related("server").filter(pk=run_id), SyncProblem.RUN_NOT_FOUND()
    )


def events_of(actor: Actor, run_id: int) -> QuerySet[MovedEvent]:
    """What became of each event of a run. Raises Forbidden."""
    actor.require(Permission.SITE_ADMIN)
    return MovedEvent.objects.filter(run=run_id)


def set_aside_of(actor: Actor, server_id: int) -> QuerySet[FailedEvent]:
    """The events that could not be imported over a connection, newest first; empty ones are left out."""
    actor.require(Permission.SITE_ADMIN)
    found = FailedEvent.objects.filter(server=server_id, dismissed=False).exclude(outcome=EventOutcome.EMPTY)
    return found.order_by("-since", "-pk")


@transaction.atomic
def cancel_run(actor: Actor, run_id: int) -> SyncRun:
    """Cancel a run after its current event; what it has moved stays. Raises NotFound, Forbidden."""
    actor.require_writing()
    run = find_run(actor, run_id)
    stopped = SyncRun.objects.filter(pk=run.pk, state=SyncRunState.RUNNING)
    if stopped.update(state=SyncRunState.CANCELLED, ended=timezone.now()):
        record(
            actor, ExchangeAction.SERVER_RUN_CANCELLED, Target("server", run.server_id, title=run.server.name)
        )
    return run


@transaction.atomic
def dismiss(actor: Actor, server: Server, uuid: str) -> None:
    """Hide an event that was set aside; a newer version is still fetched. Raises Forbidden."""
    actor.require_writing(Permission.SITE_ADMIN)
    if FailedEvent.objects.filter(server=server, uuid=uuid, dismissed=False).update(dismissed=True):
        record(
            actor,
            ExchangeAction.SERVER_EVENT_DISMISSED,
            Target("server", server.pk, title=server.name),
            {"uuid": uuid},
        )
