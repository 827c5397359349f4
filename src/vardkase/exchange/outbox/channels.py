"""Channels: by which a published version leaves the hub. docs/architecture.md states the contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from procrastinate.contrib.django import app
from procrastinate.tasks import Task

from vardkase.core.jobs.retrying import JobRetry
from vardkase.core.outages import BROKEN, Outage
from vardkase.core.retries import DELIVERY
from vardkase.core.sql import cursor
from vardkase.exchange.errors import Unreachable
from vardkase.exchange.outbox.deliveries import Receiver, claim, version_in
from vardkase.exchange.outbox.events import enter_published
from vardkase.exchange.outbox.models import EntryKind
from vardkase.intel.hooks import EventPublished

TO_RECEIVER = JobRetry(DELIVERY, after=(Unreachable, Outage, OSError, *BROKEN))
"""How a job is tried again that delivers to a receiver."""


def lock_of(kind: EntryKind, receiver_id: int) -> str:
    return f"to {kind} {receiver_id}"


@dataclass(frozen=True, slots=True)
class Channel:
    """One kind of receiver: who gets a version, and the job that delivers to one of them.

    `audience` names the receivers that a version is promised. `job` sends all that waits for its receiver and settles
    each version as soon as it has arrived; `arguments` are those of the job, from the receiver's id and the version
    (Unix seconds). `claims` is off where the job claims the deliveries itself.
    """

    kind: EntryKind
    audience: Callable[[EventPublished], Sequence[Receiver]]
    job: Task[..., Any, ...]
    arguments: Callable[[int, int], dict[str, Any]]
    claims: bool = True

    def promise(self, published: EventPublished) -> None:
        """Claim the deliveries of a version and order their jobs, in the transaction that publishes it."""
        receivers, version = self.audience(published), version_in(published)
        ids = claim(receivers, version) if self.claims else {receiver.id for receiver in receivers}
        self.order(ids, version.published)

    def order(self, receiver_ids: Collection[int], version: int = 0) -> None:
        order_jobs(self.job, {self.lock(pk): self.arguments(pk, version) for pk in receiver_ids})

    def lock(self, receiver_id: int) -> str:
        """The lock of whatever is sent to a receiver, so that everything arrives in order."""
        return lock_of(self.kind, receiver_id)


def order_jobs(job: Task[..., Any, ...], wanted: Mapping[str, dict[str, Any]]) -> int:
    """Order jobs, arguments by lock, in one statement, except where the same one waits already; returns how many."""
    if not wanted:
        return 0
    # Locked until this transaction ends: a waiting job that began before would not see what is promised in it.
    # A queueing lock of the job would only look whether one waits, and not hold it back.
    rows = cursor().execute(WAITING, {"task": job.name, "locks": list(wanted)}).fetchall()
    waiting = [(lock, json.loads(arguments)) for lock, arguments in rows]
    missing = sorted(lock for lock, arguments in wanted.items() if (lock, arguments) not in waiting)
    if missing:
        app.job_manager.batch_defer_jobs(
            [job.configure(lock=lock).make_new_job(**wanted[lock]) for lock in missing]
        )
    return len(missing)


_channels: list[Channel] = []


def register(channel: Channel) -> None:
    _channels.append(channel)


def registered() -> Sequence[Channel]:
    return _channels


def promise_published(published: EventPublished) -> None:
    # Streams claim nothing: each reads the entry from its own position, in the order of all that happened.
    enter_published(published)
    for channel in _channels:
        channel.promise(published)


WAITING = """
SELECT lock, args::text FROM procrastinate_jobs
WHERE task_name = %(task)s AND lock = ANY(%(locks)s) AND status = 'todo'
FOR KEY SHARE
"""
