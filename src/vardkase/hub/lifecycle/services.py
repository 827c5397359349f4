"""Services for transitions: state, history and audit log change together."""

from __future__ import annotations

from typing import Any, Protocol

from django.db import transaction
from django.db.models import QuerySet

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import AuditActor, Target, record
from vardkase.hub.lifecycle.machine import StateMachine
from vardkase.hub.lifecycle.models import HistoryEntry


class HasState(Protocol):
    """A model with a state; `str()` is its display name."""

    pk: int
    state: str

    def save(self, *, update_fields: list[str]) -> None:
        pass


@transaction.atomic
def take_step(actor: AuditActor, machine: StateMachine, thing: HasState, name: str, note: str = "") -> None:
    """Apply step `name` to `thing`, which the caller has locked. Raises TransitionRefused."""
    before = thing.state
    thing.state = machine.after(before, name)
    thing.save(update_fields=["state"])
    _write(actor, machine, thing, name, before, note)
    change = {"state": [before, thing.state], **_audited(machine, note)}
    record(actor, machine.steps[name].act, Target(machine.kind, thing.pk, title=str(thing)), change)


@transaction.atomic
def note_in_history(
    actor: AuditActor, machine: StateMachine, thing: HasState, act: AuditAction, note: str = "", **change: Any
) -> None:
    """Record something in `thing`'s history without a transition.

    `act` names it in the history and the audit log, `change` is added to the audit log.
    """
    _write(actor, machine, thing, act.partition(".")[2], thing.state, note)
    target = Target(machine.kind, thing.pk, title=str(thing))
    record(actor, act, target, {**change, **_audited(machine, note)})


def history_of(machine: StateMachine, thing_id: int) -> QuerySet[HistoryEntry]:
    return HistoryEntry.objects.filter(kind=machine.kind, thing_id=thing_id).order_by("pk")


def _audited(machine: StateMachine, note: str) -> dict[str, str]:
    return {} if machine.has_private_notes else {"note": note}


def _write(
    actor: AuditActor, machine: StateMachine, thing: HasState, step: str, before: str, note: str
) -> None:
    HistoryEntry.objects.create(
        kind=machine.kind,
        thing_id=thing.pk,
        step=step,
        before=before,
        after=thing.state,
        actor_id=actor.user_id,
        actor_name=actor.name,
        organisation_id=actor.organisation_id,
        note=note,
    )
