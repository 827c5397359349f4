"""Progress of a running feed run, visible to users."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from vardkase.core.jobs import ordered
from vardkase.core.jobs.problems import problem_of
from vardkase.core.jobs.progress import report
from vardkase.core.problems import stored
from vardkase.exchange.feeds.models import Feed, FeedAction, FeedRun, FeedRunState
from vardkase.exchange.feeds.problems import FeedProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

EVERY = 0.5
"""Seconds between two records of the progress."""
SILENCE = timedelta(minutes=60)
"""A run without a record for so long ended with its process."""
COUNTED = 5_000
"""Values of a list between two looks at the clock."""
KEPT = 50
"""Runs kept of each feed."""


@dataclass(slots=True)
class FeedRunRecorder:
    """Records the progress of one run."""

    run: FeedRun
    remark: str = ""
    _written: float = 0.0

    def reached(self, done: int, total: int = 0) -> None:
        """Record the progress. Raises JobAborted if the job was cancelled."""
        self.run.done, self.run.total = done, total
        if time.monotonic() - self._written > EVERY:
            self._written = time.monotonic()
            self.run.save(update_fields=["done", "total", "heard"])
            report(done, total)

    def counted[Item](self, items: Iterable[Item]) -> Iterator[Item]:
        for number, item in enumerate(items, 1):
            if not number % COUNTED:
                self.reached(number)
            yield item

    def brought(self, counts: Mapping[str, int], remark: str = "") -> None:
        self.run.counts, self.remark = dict(counts), remark


@contextmanager
def running(actor: Actor, feed: Feed, act: FeedAction) -> Iterator[FeedRunRecorder]:
    cut = FeedRun.objects.filter(feed=feed, act=act, state=FeedRunState.RUNNING)
    cut.filter(heard__lt=timezone.now() - SILENCE).update(
        state=FeedRunState.FAILED, fault=stored(FeedProblem.CUT_OFF()), ended=timezone.now()
    )
    log = FeedRunRecorder(FeedRun.objects.create(feed=feed, act=act, user_id=actor.user_id or 0))
    try:
        yield log
    except BaseException as fault:  # Also an aborted job: its run must not seem to go on.
        _end(log.run, FeedRunState.FAILED, stored(problem_of(fault)))
        raise
    _end(log.run, FeedRunState.DONE, log.remark)


def feed_lock(feed_id: int) -> str:
    """The lock of a feed's jobs: both kinds read the whole feed, and one server is asked once at a time."""
    return f"feed {feed_id}"


def runs_of(actor: Actor, feed_id: int) -> QuerySet[FeedRun]:
    actor.require(Permission.SITE_ADMIN)
    return FeedRun.objects.filter(feed=feed_id)


def is_ordered(actor: Actor, feed_id: int) -> bool:
    """Whether a job of the feed waits for its turn or is at work, also before it has a run of its own."""
    actor.require(Permission.SITE_ADMIN)
    return ordered.is_ordered([feed_lock(feed_id)])


def latest_runs(actor: Actor, feeds: Iterable[Feed]) -> dict[tuple[int, str], FeedRun]:
    actor.require(Permission.SITE_ADMIN)
    newest = (
        FeedRun.objects.filter(feed__in=[feed.pk for feed in feeds])
        .order_by("feed", "act", "-pk")
        .distinct("feed", "act")
    )
    return {(run.feed_id, run.act): run for run in newest}


def _end(run: FeedRun, state: FeedRunState, fault: str = "") -> None:
    run.state, run.fault, run.ended = state, fault, timezone.now()
    run.save()
    newest = FeedRun.objects.filter(feed=run.feed_id).order_by("-pk").values("pk")
    FeedRun.objects.filter(feed=run.feed_id).exclude(pk__in=newest[:KEPT]).delete()
