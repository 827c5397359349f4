"""Taking a step: the state, its history and the audit trail change together."""

from __future__ import annotations

from typing import Protocol

from django.db import transaction
from django.db.models import QuerySet

from vardkase.audit.services import ActorReference, Target, record
from vardkase.hub.lifecycle.machine import Machine
from vardkase.hub.lifecycle.models import HistoryEntry


class Living(Protocol):
    """A model with a state; `str()` is how people call it."""

    pk: int
    state: str

    def save(self, *, update_fields: list[str]) -> None:
        """Django's."""


@transaction.atomic
def take_step(actor: ActorReference, machine: Machine, thing: Living, name: str, note: str = "") -> None:
    """Take `thing`, whose row the caller has locked, on by step `name`. Raises StepRefused."""
    before = thing.state
    thing.state = machine.after(before, name)
    thing.save(update_fields=["state"])
    HistoryEntry.objects.create(
        kind=machine.kind,
        thing_id=thing.pk,
        step=name,
        before=before,
        after=thing.state,
        actor_id=actor.user_id,
        actor_name=actor.name,
        organisation_id=actor.organisation_id,
        note=note,
    )
    change = {"state": [before, thing.state], "note": note}
    record(actor, machine.steps[name].act, Target(machine.kind, thing.pk, title=str(thing)), change)


def history_of(machine: Machine, thing_id: int) -> QuerySet[HistoryEntry]:
    """Every step of a thing, the oldest first."""
    return HistoryEntry.objects.filter(kind=machine.kind, thing_id=thing_id).order_by("pk")
