"""Queries for the inbox: what waits for the actor's duties, and who handles each task today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.utils import timezone

from vardkase.core.errors import NotFound
from vardkase.hub.office.absence.queries import deputies_today
from vardkase.hub.office.inbox.models import TaskOwner
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.staff import DESKS, staff
from vardkase.hub.open_tasks.registry import OfficeTask, TaskKind, kinds_for, tasks_for, tasks_of
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User

SOON = timedelta(days=7)


class Whose(StrEnum):
    MINE = "mine"
    NOBODYS = "nobodys"
    ALL = "all"


class Due(StrEnum):
    LATE = "late"
    SOON = "soon"
    """Late, or due within a week."""


@dataclass(frozen=True, slots=True)
class InboxTask:
    """A task with who handles it today: `owner`, as deputy for `absent` if they are away.

    Without `owner` but with `absent`, there is no deputy, or the deputy may not handle it either.
    """

    kind: TaskKind
    task: OfficeTask
    owner: User | None
    absent: User | None
    is_late: bool

    @property
    def key(self) -> str:
        return f"{self.kind.name}/{self.task.reference}"


@dataclass(frozen=True, slots=True)
class InboxFilter:
    whose: str = Whose.ALL
    kind: str = ""
    due: str = ""
    owner_id: int = 0
    text: str = ""


SORTS = ("deadline", "since", "title", "owner")


def inbox(actor: Actor, by: InboxFilter, sort: str = "deadline") -> list[InboxTask]:
    """The actor's inbox in an order of SORTS ("-": reversed); what lacks the value comes last."""
    actor.require_staff(*DESKS)
    found = [line for line in _owned(actor, tasks_for(actor)) if _matches(actor, line, by)]
    wanted = sort.removeprefix("-")
    values = {line.key: _value(line, wanted) for line in found}
    found.sort(key=lambda line: line.key)
    known = [line for line in found if values[line.key]]
    known.sort(key=lambda line: values[line.key], reverse=sort.startswith("-"))
    return known + [line for line in found if not values[line.key]]


def find_task(actor: Actor, kind_name: str, reference: str) -> tuple[TaskKind, OfficeTask]:
    """Raises NotFound unless it waits, and the actor may see it."""
    for kind in kinds_for(actor):
        if kind.name == kind_name:
            for task in tasks_of(actor, kind):
                if task.reference == reference:
                    return kind, task
    raise NotFound(OfficeProblem.NO_SUCH_TASK())


def may_handle(user: User, kind: TaskKind, reference: str) -> bool:
    """True if the task is among those that the person sees: by duty, and without a conflict of interest."""
    actor = actor_for(user, Credential.JOB)
    return not kind.duties.isdisjoint(actor.staff) and any(
        task.reference == reference for task in tasks_of(actor, kind)
    )


def _owned(actor: Actor, tasks: Iterable[tuple[TaskKind, OfficeTask]]) -> list[InboxTask]:
    listed = list(tasks)
    people = {user.pk: user for user in staff()}
    kept = {
        (row.kind, row.reference): row.owner_id
        for row in TaskOwner.objects.filter(reference__in={task.reference for _kind, task in listed})
    }
    deputies = deputies_today()
    seen_by: dict[int, frozenset[str]] = {}
    now, lines = timezone.now(), []
    for kind, task in listed:
        owner = people.get(task.owner_id or kept.get((kind.name, task.reference)) or 0)
        absent = None
        if owner is not None and owner.pk in deputies:
            absent, owner = owner, _deputy(people, deputies[owner.pk], kind, task, seen_by)
        late = task.deadline is not None and task.deadline < now
        lines.append(InboxTask(kind, task, owner, absent, late))
    return lines


def _deputy(
    people: Mapping[int, User],
    pk: int | None,
    kind: TaskKind,
    task: OfficeTask,
    seen_by: dict[int, frozenset[str]],
) -> User | None:
    deputy = people.get(pk or 0)
    if pk is None or deputy is None:
        return None
    if pk not in seen_by:
        theirs = tasks_for(actor_for(deputy, Credential.JOB))
        seen_by[pk] = frozenset(f"{each.name}/{one.reference}" for each, one in theirs)
    return deputy if f"{kind.name}/{task.reference}" in seen_by[pk] else None


def _matches(actor: Actor, line: InboxTask, by: InboxFilter) -> bool:
    owner_id = line.owner.pk if line.owner else 0
    if by.whose == Whose.MINE and owner_id != actor.user_id:
        return False
    if by.whose == Whose.NOBODYS and owner_id:
        return False
    if (by.kind and line.kind.name != by.kind) or (by.owner_id and owner_id != by.owner_id):
        return False
    if by.due and not (line.is_late or (by.due == Due.SOON and _is_soon(line))):
        return False
    return by.text.casefold() in f"{line.task.title} {line.task.reference}".casefold()


def _is_soon(line: InboxTask) -> bool:
    return line.task.deadline is not None and line.task.deadline <= timezone.now() + SOON


def _value(line: InboxTask, sort: str) -> Any:
    match sort:
        case "since":
            return line.task.since
        case "title":
            return line.task.title.casefold()
        case "owner":
            return line.owner.email if line.owner else None
        case _:
            return line.task.deadline
