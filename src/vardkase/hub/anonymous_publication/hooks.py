"""Hook points of anonymous publication."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class RoundHeld:
    """A round has carried out what was submitted, in this transaction."""

    day: date


round_held: Hook[RoundHeld] = Hook("round_held")
