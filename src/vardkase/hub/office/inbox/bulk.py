"""What is done with many tasks of the inbox at once, each on its own: a refusal of one does not stop the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from vardkase.core.errors import Invalid, NotFound, VardkaseError
from vardkase.core.problems import CommonProblem, Problem
from vardkase.hub.office.inbox.services import MOST_AT_ONCE
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.staff import DESKS
from vardkase.hub.open_tasks.registry import BulkAct, OfficeTask, TaskKind, kinds_for, tasks_of
from vardkase.identity.access.actor import Actor

type TaskKey = tuple[str, str]
"""Kind and reference."""


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """The tasks that an act would be done with, and those chosen that are of another kind or wait no longer."""

    act: BulkAct
    tasks: list[OfficeTask]
    left_out: int


@dataclass(frozen=True, slots=True)
class BulkResult:
    """One task: done, or why not."""

    task: OfficeTask
    refusal: Problem | None


def acts_for(actor: Actor) -> list[tuple[TaskKind, BulkAct]]:
    return [
        (kind, act)
        for kind in kinds_for(actor)
        for act in kind.acts
        if not act.duties or not act.duties.isdisjoint(actor.staff)
    ]


def plan(actor: Actor, name: str, keys: Collection[TaskKey]) -> BulkPlan:
    """What `carry_out` would do. Raises Forbidden, NotFound for an unknown act, Invalid under `task`."""
    kind, act = _act(actor, name)
    if not 1 <= len(keys) <= MOST_AT_ONCE:
        raise Invalid({"task": [CommonProblem.REQUIRED()]})
    chosen = sorted(set(keys))
    tasks = list(_waiting(actor, kind, chosen))
    if not tasks:
        raise Invalid({"task": [OfficeProblem.NONE_OF_THIS_KIND(kind=kind.label)]})
    return BulkPlan(act, tasks, len(chosen) - len(tasks))


def carry_out(actor: Actor, name: str, keys: Collection[TaskKey]) -> list[BulkResult]:
    """Do it with each task of the plan, in a transaction of its own. Raises as `plan`."""
    actor.require_writing()
    made = plan(actor, name, keys)
    return [BulkResult(task, _refusal(actor, made.act, task)) for task in made.tasks]


def _act(actor: Actor, name: str) -> tuple[TaskKind, BulkAct]:
    actor.require_staff(*DESKS)
    for kind, act in acts_for(actor):
        if act.name == name:
            return kind, act
    raise NotFound(OfficeProblem.NO_SUCH_ACT())


def _waiting(actor: Actor, kind: TaskKind, keys: Iterable[TaskKey]) -> Iterable[OfficeTask]:
    references = {reference for name, reference in keys if name == kind.name}
    return [task for task in tasks_of(actor, kind) if task.reference in references]


def _refusal(actor: Actor, act: BulkAct, task: OfficeTask) -> Problem | None:
    try:
        act.carry_out(actor, task.reference)
    except VardkaseError as refused:
        return refused.problem or CommonProblem.INVALID_INPUT()
    return None
