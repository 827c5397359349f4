"""Switches on what was on in MISP, which arrived switched off because it contacts others."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.move_in.models import SwitchedOff
from vardkase.hub.move_in.problems import MoveInProblem
from vardkase.hub.move_in.queries import last_move
from vardkase.identity.access.actor import Actor

type Switch = Callable[[SwitchedOff], None]

SWITCHES: dict[str, Switch] = {}
"""What to do for each kind; those of one prefix ("server.pull", "server.push") are switched on together by it."""


@transaction.atomic
def switch_on(actor: Actor, kinds: Collection[str] = ()) -> list[SwitchedOff]:
    """Switch on what was on: all of it, or the named kinds. Returns what was switched on now."""
    if last_move() is None:
        raise Conflict(MoveInProblem.NOTHING_MOVED())
    if unknown := sorted(set(kinds) - {kind.partition(".")[0] for kind in SWITCHES}):
        known = sorted({kind.partition(".")[0] for kind in SWITCHES})
        raise Conflict(MoveInProblem.NO_SUCH_KIND(unknown=unknown, known=known))
    rows = SwitchedOff.objects.select_for_update().filter(switched_on_at=None).order_by("kind", "thing_id")
    switched = []
    for row in rows:
        if kinds and row.kind.partition(".")[0] not in kinds:
            continue
        SWITCHES[row.kind](row)
        row.switched_on_at = timezone.now()
        row.save(update_fields=["switched_on_at"])
        record(actor, HubAction.MOVE_IN_SWITCHED_ON, Target(row.kind, row.thing_id, title=row.title), row.was)
        switched.append(row)
    return switched
