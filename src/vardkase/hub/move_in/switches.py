"""Switches on what was on in MISP, which arrived switched off because it contacts others."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.servers.models import Server
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.instance.settings import change_setting
from vardkase.hub.move_in.models import SwitchedOff
from vardkase.hub.move_in.problems import MoveInProblem
from vardkase.hub.move_in.queries import last_move
from vardkase.identity.access.actor import Actor


def _flags(model: type[Server | Feed], row: SwitchedOff) -> None:
    model.objects.filter(pk=row.thing_id).update(**row.was)


SWITCHES: dict[str, Callable[[Actor, SwitchedOff], object]] = {
    "server": lambda _, row: _flags(Server, row),
    "feed": lambda _, row: _flags(Feed, row),
    "mail": lambda actor, row: change_setting(actor, row.was["name"], row.was["value"]),
    "setting": lambda actor, row: change_setting(actor, row.was["name"], row.was["value"]),
}


@transaction.atomic
def switch_on(actor: Actor, kinds: Collection[str] = ()) -> list[SwitchedOff]:
    """Switch on what was on: all of it, or the named kinds. Returns what was switched on now."""
    if last_move() is None:
        raise Conflict(MoveInProblem.NOTHING_MOVED())
    if unknown := sorted(set(kinds) - SWITCHES.keys()):
        raise Conflict(MoveInProblem.NO_SUCH_KIND(unknown=unknown, known=sorted(SWITCHES)))
    rows = SwitchedOff.objects.select_for_update().filter(switched_on_at=None).order_by("kind", "thing_id")
    switched = []
    for row in rows:
        if kinds and row.kind not in kinds:
            continue
        SWITCHES[row.kind](actor, row)
        row.switched_on_at = timezone.now()
        row.save(update_fields=["switched_on_at"])
        record(actor, HubAction.MOVE_IN_SWITCHED_ON, Target(row.kind, row.thing_id, title=row.title), row.was)
        switched.append(row)
    return switched
