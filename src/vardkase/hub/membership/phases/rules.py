"""Rules on which phase admits whom; pure, so that any date can be tested."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class PhaseProgress(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PhaseTerms:
    """When a phase is open and for whom. `preconditions`: the day each came into force, None if it has not."""

    number: int
    opens: date | None
    closes: date | None
    sectors: frozenset[str]
    invitation_only: bool = False
    preconditions: tuple[date | None, ...] = ()

    def state(self, day: date) -> PhaseProgress:
        """The state of the phase on `day`. A phase without a date opens with the last of its preconditions."""
        if self.closes is not None and self.closes <= day:
            return PhaseProgress.DONE
        opened = self.opened
        return PhaseProgress.OPEN if opened is not None and opened <= day else PhaseProgress.CLOSED

    @property
    def opened(self) -> date | None:
        days = [day for day in (self.opens, *self.preconditions) if day is not None]
        # Without a date of its own, a phase with no preconditions stays closed.
        return None if None in self.preconditions or not days else max(days)


def admitting_phase(phases: Iterable[PhaseTerms], sector: str, *, invited: bool, day: date) -> int | None:
    return next(
        (
            phase.number
            for phase in sorted(phases, key=lambda phase: phase.number)
            if phase.state(day) is PhaseProgress.OPEN
            and sector in phase.sectors
            and (invited or not phase.invitation_only)
        ),
        None,
    )


def awaited_phase(phases: Iterable[PhaseTerms], sector: str, day: date) -> int | None:
    return next(
        (
            phase.number
            for phase in sorted(phases, key=lambda phase: phase.number)
            if phase.state(day) is PhaseProgress.CLOSED
            and sector in phase.sectors
            and not phase.invitation_only
        ),
        None,
    )
