"""Queries for phases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from vardkase.core.errors import NotFound
from vardkase.hub.membership.phases.defaults import default_phases, preconditions
from vardkase.hub.membership.phases.models import LegalPrecondition, Phase
from vardkase.hub.membership.phases.problems import PhaseProblem
from vardkase.hub.membership.phases.rules import PhaseProgress, PhaseTerms, admitting_phase, awaited_phase


@dataclass(frozen=True, slots=True)
class PhaseState:
    """A phase in the reader's language; `opened` is its first day, `waits_for` the condition for opening."""

    number: int
    title: str
    opened: date | None
    text: str
    state: PhaseProgress
    waits_for: str = ""
    by_invitation: bool = False


def phases(now: datetime) -> list[PhaseState]:
    day, in_force = timezone.localdate(now), _in_force_since()
    return [_in_words(phase, day, in_force) for phase in stored_phases()]


def admits(sector: str, *, invited: bool, now: datetime) -> int | None:
    return admitting_phase(phase_terms(), sector, invited=invited, day=timezone.localdate(now))


def waits_for(sector: str, now: datetime) -> int | None:
    """The number of the phase that an organisation of `sector` waits for; None if none is planned."""
    return awaited_phase(phase_terms(), sector, timezone.localdate(now))


def is_in_force(precondition: str, now: datetime) -> bool:
    since = _in_force_since().get(precondition)
    return since is not None and since <= timezone.localdate(now)


def phase_terms() -> list[PhaseTerms]:
    in_force = _in_force_since()
    return [terms_of(phase, in_force) for phase in stored_phases()]


def terms_of(phase: Phase, in_force: dict[str, date | None]) -> PhaseTerms:
    return PhaseTerms(
        phase.number,
        phase.opens,
        phase.closes,
        frozenset(phase.sectors),
        phase.invitation_only,
        tuple(in_force.get(name) for name in phase.preconditions),
    )


def stored_phases() -> list[Phase]:
    """All phases in order; unchanged ones are packaged rows without a primary key."""
    by_number = {phase.number: phase for phase in default_phases()}
    by_number |= {phase.number: phase for phase in Phase.objects.all()}
    return [by_number[number] for number in sorted(by_number)]


def find_phase(number: int) -> Phase:
    for phase in stored_phases():
        if phase.number == number:
            return phase
    raise NotFound(PhaseProblem.NO_SUCH_PHASE())


def recorded_preconditions() -> dict[str, LegalPrecondition]:
    """The record of each legal precondition; one without a record is not in force."""
    rows = {name: LegalPrecondition(name=name) for name in preconditions()}
    return rows | {row.name: row for row in LegalPrecondition.objects.filter(name__in=rows)}


def phase_titles() -> dict[int | None, str]:
    titles = {phase.number: in_language(phase, "title") for phase in stored_phases()}
    label = gettext("Phase %(number)s, %(title)s")
    return {None: ""} | {
        number: label % {"number": number, "title": title} for number, title in titles.items()
    }


def phase_title(number: int | None) -> str:
    return phase_titles().get(number, "") if number is not None else ""


def opening_in_words(number: int | None, now: datetime) -> str:
    """When a closed phase opens, in a sentence, as far as known at `now`; empty for an open phase or none."""
    in_force = _in_force_since()
    for phase in stored_phases() if number is not None else ():
        terms = terms_of(phase, in_force)
        if phase.number == number and terms.state(timezone.localdate(now)) is PhaseProgress.CLOSED:
            return _opening(phase, terms, in_force)
    return ""


def _opening(phase: Phase, terms: PhaseTerms, in_force: dict[str, date | None]) -> str:
    if terms.opened is not None:
        return gettext("The phase opens on %(day)s.") % {"day": date_format(terms.opened, "j F Y")}
    lacking = [name for name in phase.preconditions if not in_force.get(name) and name in preconditions()]
    if lacking:
        titles = "; ".join(in_language(preconditions()[name], "title") for name in lacking)
        return gettext("The phase opens when this is in force: %(titles)s.") % {"titles": titles}
    return gettext("No day is set yet.")


def in_language(source: object, name: str) -> str:
    """The text `name` of a phase or precondition: Swedish for Swedish readers, otherwise English."""
    return str(getattr(source, f"{name}_{'sv' if get_language() == 'sv' else 'en'}"))


def _in_force_since() -> dict[str, date | None]:
    return dict(LegalPrecondition.objects.values_list("name", "since"))


def _in_words(phase: Phase, day: date, in_force: dict[str, date | None]) -> PhaseState:
    terms = terms_of(phase, in_force)
    state = terms.state(day)
    return PhaseState(
        phase.number,
        in_language(phase, "title"),
        terms.opened,
        in_language(phase, "text"),
        state,
        _waits(phase, day, in_force) if state is PhaseProgress.CLOSED else "",
        phase.invitation_only,
    )


def _waits(phase: Phase, day: date, in_force: dict[str, date | None]) -> str:
    """What a closed phase waits for: the first precondition not in force, otherwise its opening date."""
    for name in phase.preconditions:
        since = in_force.get(name)
        if (since is None or since > day) and name in preconditions():
            return in_language(preconditions()[name], "waits")
    return ""
