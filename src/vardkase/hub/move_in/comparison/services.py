"""Comparisons on request: with a running MISP, or with a dump of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import transaction

from vardkase.core.errors import Conflict
from vardkase.hub.move_in import staging
from vardkase.hub.move_in.comparison import staged
from vardkase.hub.move_in.comparison.compare import Comparison, compare_events
from vardkase.hub.move_in.comparison.live import LiveMisp
from vardkase.hub.move_in.models import Move
from vardkase.hub.move_in.problems import MoveInProblem
from vardkase.hub.move_in.source.dump import Rows, Table
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

type Progress = Callable[[int], None]


def compare_with_misp(actor: Actor, misp: LiveMisp, progress: Progress) -> Comparison:
    """All events that MISP has. Events of this hub alone, such as those made since the move, are not looked at."""
    actor.require(Permission.SITE_ADMIN)
    return compare_events(misp.url, actor, misp.event_ids(), misp.events, progress)


def compare_with_dump(
    actor: Actor, source: str, dump: Iterable[Table | Rows], progress: Progress
) -> Comparison:
    """Raises Conflict while a move waits to be continued, whose staging tables are needed; leaves none behind."""
    actor.require(Permission.SITE_ADMIN)
    if Move.objects.filter(finished_at=None).exists():
        raise Conflict(MoveInProblem.RUNNING())
    with transaction.atomic():
        staging.fill(dump)
        staged.index()
        comparison = compare_events(source, actor, staged.event_ids(), staged.events, progress)
        for kind, counts in staged.counts().items():
            comparison.counts[kind] = counts
        staging.drop()
    return comparison
