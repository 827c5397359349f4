"""Who else has an event open, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.identity.access.actor import Actor
from vardkase.intel.event_locks.services import ANOTHER, at_work


@dataclass(frozen=True, slots=True)
class Others:
    """By name those of the reader's organisation; `has_unnamed`: others as well."""

    named: Sequence[str] = ()
    has_unnamed: bool = False


def others_at_work(actor: Actor, event_id: int) -> Others:
    found = at_work(actor, event_id)
    return Others([name for name in found if name != ANOTHER], ANOTHER in found)
