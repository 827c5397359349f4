"""Changing the phases, and recording what the law says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.fields import apply
from vardkase.core.sql import cursor
from vardkase.hub.membership.phases.defaults import preconditions
from vardkase.hub.membership.phases.hooks import phases_changed
from vardkase.hub.membership.phases.models import LegalPrecondition, Phase
from vardkase.hub.membership.phases.queries import find_phase, recorded_preconditions
from vardkase.hub.membership.sectors import Sector
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
LONGEST = {"title_sv": 100, "title_en": 100, "text_sv": 500, "text_en": 500}
LONGEST_REFERENCE = 300
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('membership phases'))"


@transaction.atomic
def change_phase(actor: Actor, number: int, data: Mapping[str, Any]) -> Phase:
    """Change what `data` holds of a phase: titles and texts, opens and closes (dates or None), sectors,
    invitation_only, preconditions.

    Raises Forbidden for who is no officer, NotFound, and Invalid by field.
    """
    actor.require_writing()
    actor.require_staff(*OFFICERS)
    cursor().execute(ONE_AT_A_TIME)
    phase = find_phase(number)
    before = _told(phase)
    apply(phase, data, READERS)
    _require_order(phase)
    change = {name: [before[name], value] for name, value in _told(phase).items() if value != before[name]}
    if change:
        phase.save()
        record(actor, "phase.changed", _target(phase), change)
        phases_changed.emit(None)
    return phase


@transaction.atomic
def record_in_force(actor: Actor, name: str, since: date, reference: str) -> LegalPrecondition:
    """Record that a legal precondition is in force from `since` on, by the act or decision `reference`.

    Raises Forbidden for who is no legal officer, NotFound, and Invalid by field.
    """
    row = _precondition(actor, name)
    reference = reference.strip()
    if not reference or len(reference) > LONGEST_REFERENCE or "\0" in reference:
        words = gettext("Give the act or decision, in at most %s characters.") % LONGEST_REFERENCE
        raise Invalid({"reference": [words]})
    row.since, row.reference = since, reference
    return _recorded(
        actor, row, "precondition.in_force", {"since": since.isoformat(), "reference": reference}
    )


@transaction.atomic
def revoke(actor: Actor, name: str, reason: str) -> LegalPrecondition:
    """Record that a precondition is not in force any more. Raises as `record_in_force`."""
    row = _precondition(actor, name)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REFERENCE or "\0" in reason:
        raise Invalid({"reason": [gettext("Say why, in at most %s characters.") % LONGEST_REFERENCE]})
    row.since = None
    return _recorded(actor, row, "precondition.revoked", {"note": reason})


def _precondition(actor: Actor, name: str) -> LegalPrecondition:
    actor.require_writing()
    actor.require_staff(StaffRole.LEGAL_OFFICER)
    if name not in preconditions():
        raise NotFound("There is no such precondition.")
    cursor().execute(ONE_AT_A_TIME)
    return recorded_preconditions()[name]


def _recorded(actor: Actor, row: LegalPrecondition, act: str, change: dict[str, Any]) -> LegalPrecondition:
    row.changed_by = actor.name
    row.save()
    record(actor, act, Target("precondition", row.pk, title=preconditions()[row.name].title_sv), change)
    phases_changed.emit(None)
    return row


def _target(phase: Phase) -> Target:
    return Target("phase", phase.number, title=str(phase))


def _told(phase: Phase) -> dict[str, Any]:
    """A phase as the audit trail tells it."""
    values = {name: getattr(phase, name) for name in READERS}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _require_order(phase: Phase) -> None:
    if phase.opens and phase.closes and phase.closes <= phase.opens:
        raise Invalid({"closes": [gettext("A phase cannot end before it has begun.")]})
    if not phase.title_sv or not phase.title_en:
        missing = "title_sv" if not phase.title_sv else "title_en"
        raise Invalid({missing: [gettext("Give the phase a title in both languages.")]})


def _text(longest: int) -> Any:
    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > longest or "\0" in value:
            raise ValueError(gettext("Write a text of at most %s characters.") % longest)
        return value.strip()

    return read


def _day(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if value else None
    except (TypeError, ValueError):
        raise ValueError(gettext("Write a date as 2026-02-23.")) from None


def _some_of(known: Any) -> Any:
    def read(value: Any) -> list[str]:
        names = list(known())
        if not isinstance(value, list | tuple) or any(each not in names for each in value):
            raise ValueError(gettext("Choose among: %s.") % ", ".join(names))
        return [name for name in names if name in value]

    return read


READERS = {
    **{name: _text(longest) for name, longest in LONGEST.items()},
    "opens": _day,
    "closes": _day,
    "sectors": _some_of(lambda: Sector.values),
    "invitation_only": bool,
    "preconditions": _some_of(preconditions),
}
