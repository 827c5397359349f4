"""Which phase is open, as the public page tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext


class State(StrEnum):
    """Where a phase is in its life."""

    CLOSED = "closed"
    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PhaseState:
    """A phase in the reader's language; `waits_for` says what a closed one opens with."""

    number: int
    title: str
    opened: date | None
    text: str
    state: State
    waits_for: str = ""


def phases(now: datetime) -> list[PhaseState]:
    """The three phases of the launch as they are at `now`."""
    day = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    first, second = date(2025, 12, 15), date(2026, 2, 23)
    return [
        PhaseState(
            1,
            gettext("Selected organisations"),
            first,
            gettext("Processes, routines and technology are tried on a small scale."),
            State.DONE if day >= second else State.OPEN,
        ),
        PhaseState(
            2,
            gettext("Public sector"),
            second,
            gettext("Authorities, regions, municipalities and publicly owned companies can apply."),
            State.OPEN if day >= second else State.CLOSED,
        ),
        PhaseState(
            3,
            gettext("Private sector"),
            None,
            gettext(
                "Opens when private organisations have legal ground to process personal data on offences. "
                "Apply now, and you are in the queue."
            ),
            State.CLOSED,
            gettext("Waits for legal ground"),
        ),
    ]
