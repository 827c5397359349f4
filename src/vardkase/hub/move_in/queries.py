"""What was moved into this hub, and whether one can move into it."""

from __future__ import annotations

from typing import Any

from vardkase.core.errors import Conflict
from vardkase.hub.move_in.models import Move
from vardkase.hub.move_in.problems import MoveInProblem
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation, SharingGroup
from vardkase.intel.models import Event


def last_move() -> Move | None:
    """The last run that was finished."""
    return Move.objects.exclude(finished_at=None).order_by("-pk").first()


def last_report() -> dict[str, Any]:
    """The signed report of the last run. Raises Conflict if there was none."""
    if (move := last_move()) is None:
        raise Conflict(MoveInProblem.NOTHING_MOVED())
    return dict(move.report)


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
