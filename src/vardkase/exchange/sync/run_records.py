"""Progress of a running synchronisation: events found and done, and the result for each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import DatabaseError, connection
from django.utils import timezone
from procrastinate.exceptions import JobAborted

from vardkase.core.errors import VardkaseError
from vardkase.core.jobs.problems import problem_of
from vardkase.core.jobs.progress import report
from vardkase.core.problems import Problem, stored
from vardkase.core.sql import cursor
from vardkase.exchange.errors import Unreachable
from vardkase.exchange.servers import health
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import RemoteRefused
from vardkase.exchange.servers.queries import require_exchange_over
from vardkase.exchange.sync.models import EventOutcome, FailedEvent, SyncDirection, SyncRun, SyncRunState
from vardkase.exchange.sync.problems import SyncProblem, problem_of_kind

MOVED = frozenset({EventOutcome.ADDED, EventOutcome.UPDATED, EventOutcome.SENT})
TROUBLE = frozenset({EventOutcome.REFUSED, EventOutcome.FAILED, EventOutcome.CUT})
MOST_CUTS = 5
"""An event cut off in this many runs is not tried again; a run with this many cut off in a row ends."""
EVERY = 0.5
"""Seconds between two records of the progress, when a cancellation is noticed too."""
LONGEST_FAULT = 4000
"""Characters of a run's problems after which no more are kept."""
SILENCE = timedelta(minutes=20)
"""Longer than any one event may take: a run without a record for so long ended with its process."""


class Cancelled(VardkaseError):
    """The run was cancelled on request."""


@dataclass(slots=True)
class SyncRunRecorder:
    """Records the progress of one run as it goes, so that it can be watched."""

    run: SyncRun
    counts: Counter[str] = field(default_factory=Counter)
    _checkpointed: float = 0.0
    _cut: int = 0
    """Events that were cut off since the last that was not."""

    @property
    def cut(self) -> bool:
        return self._cut > 0

    def expect(self, total: int) -> None:
        self.run.total = total
        self._save()

    def event(self, uuid: str, timestamp: int, outcome: EventOutcome, reason: Problem | None = None) -> None:
        """Record an event's outcome. Raises Cancelled, and Unreachable if the peer seems to be gone."""
        self.run.done += 1
        self.counts["events"] += outcome in MOVED
        self.counts["failed"] += outcome in TROUBLE
        written = stored(reason) if reason else ""
        cursor().execute(MOVED_EVENT, (self.run.pk, uuid, timestamp, outcome.value, written))
        if self.run.direction == SyncDirection.PULL and (outcome in TROUBLE or outcome is EventOutcome.EMPTY):
            values = {
                "server": self.run.server_id,
                "uuid": uuid,
                "timestamp": timestamp,
                "outcome": outcome.value,
                "reason": written,
            }
            cursor().execute(SET_ASIDE, values)
        # One lost connection is the event's trouble, several in a row are the peer's: the run ends and is retried.
        self._cut = self._cut + 1 if outcome is EventOutcome.CUT else 0
        if self._cut == MOST_CUTS:
            raise Unreachable(reason)
        self.checkpoint()

    def count(self, kind: str, amount: int) -> None:
        """Count other objects that were moved. Raises Cancelled."""
        self.counts[kind] += amount
        self.checkpoint()

    def kind(self, kind: str, work: Callable[[], int]) -> None:
        """Run the work of one kind; if the other instance does not support it, the others continue. Raises
        Cancelled."""
        try:
            self.count(kind, work())
        except RemoteRefused as refused:
            self.trouble(kind, problem_of(refused))

    def trouble(self, kind: str, reason: Problem) -> None:
        if len(self.run.fault) < LONGEST_FAULT:
            self.run.fault = f"{self.run.fault}\n{stored(problem_of_kind(kind, reason))}".strip()

    def checkpoint(self) -> None:
        """Periodically record progress, and stop if the run or its job was cancelled. Raises Cancelled."""
        if time.monotonic() - self._checkpointed < EVERY:
            return
        self._save()
        report(self.run.done, self.run.total)
        if SyncRun.objects.filter(pk=self.run.pk, state=SyncRunState.CANCELLED).exists():
            raise Cancelled(SyncProblem.CANCELLED())

    def _save(self) -> None:
        self._checkpointed = time.monotonic()
        self.run.counts = dict(self.counts)
        self.run.save(update_fields=["total", "done", "counts", "heard"])


@contextmanager
def running(
    server: Server, direction: SyncDirection, technique: str, user_id: int | None
) -> Iterator[SyncRunRecorder]:
    """Record a run for the duration of a block; an exception becomes its fault and is raised again.

    Raises StandingRefused when the peer's organisation may currently not give (get) data.
    """
    require_exchange_over(server, gives=direction == SyncDirection.PULL)
    cut = SyncRun.objects.filter(server=server, direction=direction, state=SyncRunState.RUNNING)
    cut.filter(heard__lt=timezone.now() - SILENCE).update(
        state=SyncRunState.FAILED, fault=stored(SyncProblem.CUT_OFF()), ended=timezone.now()
    )
    run = SyncRun.objects.create(
        server=server, direction=direction, technique=technique, user_id=user_id or 0
    )
    log = SyncRunRecorder(run)
    try:
        yield log
    except (Cancelled, JobAborted):
        _end(log, SyncRunState.CANCELLED)
        raise
    except BaseException as fault:
        if not connection.is_usable():  # Django opens another for the record of the failure.
            connection.close()
        with suppress(DatabaseError):  # Without a database, SILENCE ends the run.
            _end(log, SyncRunState.FAILED, problem_of(fault))
        raise
    _end(log, SyncRunState.DONE)


def _end(log: SyncRunRecorder, state: SyncRunState, fault: Problem | None = None) -> None:
    log.run.state, log.run.ended = state, timezone.now()
    log.run.fault = stored(fault) if fault else log.run.fault
    log.run.counts = dict(log.counts)
    log.run.save()
    if state in (SyncRunState.DONE, SyncRunState.FAILED):
        health.note(log.run.server_id, works=state == SyncRunState.DONE, reason=fault)


def set_aside(server: Server) -> dict[str, int]:
    """The events not to be fetched again over this connection, with the version that failed."""
    rows = (
        FailedEvent.objects.filter(server=server)
        .exclude(outcome=EventOutcome.CUT, attempts__lt=MOST_CUTS)
        .values_list("uuid", "timestamp")
    )
    return {str(uuid): timestamp for uuid, timestamp in rows}


def all_set_aside(server: Server) -> set[str]:
    return {str(uuid) for uuid in FailedEvent.objects.filter(server=server).values_list("uuid", flat=True)}


def take_back(server: Server, uuid: str) -> None:
    FailedEvent.objects.filter(server=server, uuid=uuid).delete()


MOVED_EVENT = """
INSERT INTO sync_event (run_id, uuid, timestamp, outcome, reason, at) VALUES (%s, %s, %s, %s, %s, now())
"""

# A newer version gets all its attempts again, and is shown even if the one before was dismissed.
SET_ASIDE = """
INSERT INTO sync_set_aside AS known (server_id, uuid, timestamp, outcome, reason, attempts, since, dismissed)
VALUES (%(server)s, %(uuid)s, %(timestamp)s, %(outcome)s, %(reason)s, 1, now(), false)
ON CONFLICT (server_id, uuid) DO UPDATE
SET timestamp = excluded.timestamp, outcome = excluded.outcome, reason = excluded.reason,
    dismissed = known.dismissed AND known.timestamp = excluded.timestamp,
    attempts = CASE WHEN known.timestamp = excluded.timestamp THEN known.attempts + 1 ELSE 1 END
"""
