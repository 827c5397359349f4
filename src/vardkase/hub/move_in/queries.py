"""What was moved into this hub, and whether one can move into it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.move_in.models import FormerLogEntry, Move
from vardkase.hub.move_in.problems import MoveInProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation, SharingGroup
from vardkase.intel.models import Event


def last_move() -> Move | None:
    return Move.objects.exclude(finished_at=None).order_by("-pk").first()


def marks_of_last_move() -> dict[str, str]:
    """Of events that came over the API, by number: what tells whether they have changed since."""
    move = last_move()
    return {} if move is None else dict(move.source.get("marks", {}))


def require_none_half_done() -> None:
    """Raise Conflict if the first move into this hub was interrupted: what MISP holds back, such as deleted events,
    is not held back here yet. Later moves are made beside a hub that works."""
    if Move.objects.filter(finished_at=None).exists() and last_move() is None:
        raise Conflict(MoveInProblem.INTERRUPTED())


def last_report() -> dict[str, Any]:
    """The signed report of the last run. Raises Conflict if there was none."""
    if (move := last_move()) is None:
        raise Conflict(MoveInProblem.NOTHING_MOVED())
    return dict(move.report)


@transaction.atomic
def former_log(
    actor: Actor, *, person: str, kind: str, number: int | None, most: int
) -> list[FormerLogEntry]:
    """The newest entries of MISP's log, recorded as read: of one person, of one kind of thing, of one thing."""
    actor.require_oversight()
    entries = FormerLogEntry.objects.order_by("-created", "-pk")
    if person:
        entries = entries.filter(actor_name__iexact=person)
    if kind:
        entries = entries.filter(target_kind__iexact=kind)
    if number is not None:
        entries = entries.filter(target_id=number)
    asked = {"person": person, "kind": kind, "number": number, "most": most}
    record(actor, HubAction.MOVE_IN_LOG_READ, Target("former_log_entry", title="MISP"), asked)
    return list(entries[:most])


def require_fresh() -> None:
    """Raise Conflict if the hub has anything of its own that ids from elsewhere could meet."""
    for what, model in (
        ("accounts", User),
        ("organisations", Organisation),
        ("sharing groups", SharingGroup),
        ("events", Event),
    ):
        if model.objects.exists():
            raise Conflict(MoveInProblem.NOT_FRESH(what=what))
