"""Kinds of open tasks, and what waits for an actor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice

from django.utils import timezone
from django.utils.functional import Promise

from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

MOST = 500
"""Tasks of one kind that are listed; sources give the most urgent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeTask:
    """One thing that waits.

    `reference` identifies it among those of its kind for as long as it is open. It is also in calendar feeds, and
    therefore holds no name of a person or organisation. `path` is where it is handled. `owner_id` is the account that
    handles it according to its own package; the inbox keeps owners of those without.
    """

    reference: str
    title: str
    path: str
    deadline: datetime | None = None
    since: datetime | None = None
    owner_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAct:
    """What can be done with many tasks of a kind at once.

    `label` starts with a verb; `effect` says what happens with each, and is read before it is confirmed.
    `carry_out(actor, reference)` does it with one task, and raises as a service. Only holders of `duties` may, if any
    are given.
    """

    name: str
    label: str | Promise
    effect: str | Promise
    carry_out: Callable[[Actor, str], object]
    duties: frozenset[StaffRole] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskKind:
    """A kind of task.

    `source` yields only what the actor may see and handle: nothing in which they have declared a conflict of
    interest. It is called for holders of `duties` alone, with a bounded number of queries. `label` names a list of
    them, `noun` a single one. `hand_over(actor, reference, account id)` sets the owner where the package keeps
    it, and raises as a service; False: it keeps none for this task, and the inbox does.
    """

    name: str
    label: str | Promise
    noun: str | Promise
    duties: frozenset[StaffRole]
    source: Callable[[Actor], Iterable[OfficeTask]]
    view: str
    query: str = ""
    hand_over: Callable[[Actor, str, int], bool] | None = None
    acts: tuple[BulkAct, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A line of a to-do list: how many tasks there are, and the page that lists them."""

    label: str | Promise
    count: int
    view: str
    query: str = ""


_kinds: dict[str, TaskKind] = {}


def register(kind: TaskKind) -> None:
    if _kinds.setdefault(kind.name, kind) is not kind:
        raise RuntimeError(f"the kind of task {kind.name} is registered twice")


def kinds_for(actor: Actor) -> list[TaskKind]:
    return kinds_for_duties(actor.staff)


def kinds_for_duties(duties: frozenset[StaffRole]) -> list[TaskKind]:
    return [kind for kind in _kinds.values() if not kind.duties.isdisjoint(duties)]


def tasks_of(actor: Actor, kind: TaskKind) -> list[OfficeTask]:
    return list(islice(kind.source(actor), MOST))


def tasks_for(actor: Actor) -> Iterator[tuple[TaskKind, OfficeTask]]:
    """Everything that waits for the holders of the actor's duties, and that the actor may see."""
    for kind in kinds_for(actor):
        for task in tasks_of(actor, kind):
            yield kind, task


def open_tasks(actor: Actor) -> list[OpenTask]:
    """The kinds of which something waits. One that is listed to its limit counts as so many."""
    counted = ((kind, len(tasks_of(actor, kind))) for kind in kinds_for(actor))
    return [OpenTask(kind.label, count, kind.view, kind.query) for kind, count in counted if count]


def end_of(day: date) -> datetime:
    """The last moment of a day in the installation's time zone."""
    return timezone.make_aware(datetime.combine(day, time.max))
