"""Services for personal data breaches: logged, assessed, reported to IMY, told to those concerned, closed.

The clock of the report is by the hour, on all days (`hub.law`, "breach_report").
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import DataProtectionAction
from vardkase.hub.data_protection.breaches.models import (
    Breach,
    BreachKind,
    BreachRisk,
    BreachRole,
    BreachState,
)
from vardkase.hub.data_protection.breaches.queries import breaches
from vardkase.hub.data_protection.problems import BreachProblem
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.law.working_days import ends_at
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor

LONGEST = {"title": 200, "occurred": 200, "description": 10_000, "categories": 2_000, "consequences": 5_000,
           "measures": 5_000, "risk_because": 2_000}  # fmt: skip
NEEDED = ("title", "description")
LONGEST_HOW = 2_000
LONGEST_REFERENCE = 100
COUNTS = ("persons", "records")
MOST = 100_000_000
SOURCES = ("spill", "support_request")
"""The kinds of things that a breach may have become known by."""
REPORTED = (BreachRisk.RISK, BreachRisk.HIGH)


@transaction.atomic
def log_breach(actor: Actor, data: Mapping[str, Any], *, source: tuple[str, int] | None = None) -> Breach:
    """Log a breach; `source`: the kind and id of what it became known by. Raises Invalid by field, Forbidden."""
    actor.require_writing()
    actor.require_staff(*HANDLERS)
    breach = Breach(created_by=actor.name, owner_id=actor.user_id, **_read(data))
    if source is not None and source[0] in SOURCES:
        breach.source_kind, breach.source_id = source
    breach.deadline = _deadline(breach.aware_at)
    breach.save()
    record(
        actor,
        DataProtectionAction.BREACH_LOGGED,
        target_of(breach),
        {"aware_at": breach.aware_at.isoformat()},
    )
    return breach


@transaction.atomic
def change_breach(actor: Actor, pk: int, data: Mapping[str, Any]) -> Breach:
    """Raises Invalid by field, Conflict once closed, NotFound, Forbidden."""
    breach = _open_breach(actor, pk)
    fields = _read(data)
    before = {name: getattr(breach, name) for name in fields}
    for name, value in fields.items():
        setattr(breach, name, value)
    if breach.aware_at != before["aware_at"]:
        breach.deadline, breach.reminded = _deadline(breach.aware_at), 0
    breach.save()
    # What was written may name people: the log has which fields, and only the short ones with their values.
    changed = [name for name, value in fields.items() if value != before[name]]
    facts = {
        name: [str(before[name]), str(fields[name])]
        for name in changed
        if name in ("risk", "role", "aware_at")
    }
    record(actor, DataProtectionAction.BREACH_CHANGED, target_of(breach), {"fields": changed, **facts})
    return breach


@transaction.atomic
def record_report(
    actor: Actor, pk: int, at: datetime | None, reference: str, late_because: str = ""
) -> Breach:
    """Record that the breach was reported to IMY. A late report has its reasons (article 33.1)."""
    breach = _open_breach(actor, pk)
    errors: dict[str, list[Problem]] = {}
    if problem := _time_problem(breach, at):
        errors["at"] = [problem]
    reference = " ".join(reference.split())
    if not reference or len(reference) > LONGEST_REFERENCE or "\0" in reference:
        errors["reference"] = [BreachProblem.REFERENCE_NEEDED()]
    if at and at > breach.deadline and not late_because.strip():
        errors["late_because"] = [BreachProblem.LATE()]
    if breach.risk not in REPORTED:
        errors.setdefault("at", []).append(BreachProblem.RISK_UNASSESSED())
    if errors:
        raise Invalid(errors)
    breach.reported_at, breach.reference = at, reference
    breach.late_because = _text(late_because, "late_because", LONGEST_HOW) if late_because.strip() else ""
    breach.save()
    facts = {"at": breach.reported_at.isoformat() if breach.reported_at else "", "reference": reference}
    record(actor, DataProtectionAction.BREACH_REPORTED, target_of(breach), facts)
    return breach


@transaction.atomic
def record_told(actor: Actor, pk: int, who: str, at: datetime | None, how: str) -> Breach:
    """Record how the persons (`who` "persons"; without `at`, why they were not) or the controller were informed."""
    breach = _open_breach(actor, pk)
    name = "controller_told" if who == "controller" else "persons_informed"
    is_dated = at is not None or name == "controller_told"
    if is_dated and (problem := _time_problem(breach, at)):
        raise Invalid({"at": [problem]})
    setattr(breach, f"{name}_at", at)
    setattr(breach, f"{name}_how", _text(how, "how", LONGEST_HOW))
    breach.save()
    record(
        actor,
        DataProtectionAction.BREACH_TOLD,
        target_of(breach),
        {"who": who, "at": at.isoformat() if at else ""},
    )
    return breach


@transaction.atomic
def close_breach(actor: Actor, pk: int) -> Breach:
    """Raises Conflict while something that the regulation asks for is not on record."""
    breach = _open_breach(actor, pk)
    if missing := missing_of(breach):
        raise Conflict(missing[0])
    breach.state, breach.closed_at = BreachState.CLOSED, timezone.now()
    breach.save()
    record(actor, DataProtectionAction.BREACH_CLOSED, target_of(breach))
    return breach


@transaction.atomic
def reopen_breach(actor: Actor, pk: int) -> Breach:
    breach = _locked(actor, pk)
    if breach.state == BreachState.OPEN:
        return breach
    breach.state, breach.closed_at = BreachState.OPEN, None
    breach.save()
    record(actor, DataProtectionAction.BREACH_REOPENED, target_of(breach))
    return breach


def missing_of(breach: Breach) -> list[Problem]:
    """What is not on record yet, and has to be before the breach is closed.

    A processor tells the controller (33.2); reporting and informing is then the controller's.
    """
    if breach.role == BreachRole.PROCESSOR:
        return [] if breach.controller_told_at else [BreachProblem.CONTROLLER_NOT_TOLD()]
    missing: list[Problem] = []
    if breach.risk == BreachRisk.UNKNOWN:
        missing.append(BreachProblem.RISK_UNASSESSED())
    if breach.risk == BreachRisk.UNLIKELY and not breach.risk_because:
        missing.append(BreachProblem.WHY_NO_RISK())
    if breach.risk in REPORTED and breach.reported_at is None:
        missing.append(BreachProblem.NOT_REPORTED())
    if breach.risk == BreachRisk.HIGH and not breach.persons_informed_how:
        missing.append(BreachProblem.NOT_INFORMED())
    return missing


def is_clock_running(breach: Breach) -> bool:
    """Whether the 72 hours still matter: nothing is reported, and it is not known that nothing has to be."""
    return (
        breach.state == BreachState.OPEN
        and breach.role == BreachRole.CONTROLLER
        and breach.reported_at is None
        and breach.risk != BreachRisk.UNLIKELY
    )


def target_of(breach: Breach) -> Target:
    return Target("breach", breach.pk, title=breach.number)


def _locked(actor: Actor, pk: int) -> Breach:
    actor.require_writing()
    rows = breaches(actor).select_related(None).select_for_update()
    return first_or_not_found(rows.filter(pk=pk), BreachProblem.NO_SUCH_BREACH())


def _open_breach(actor: Actor, pk: int) -> Breach:
    breach = _locked(actor, pk)
    if breach.state == BreachState.CLOSED:
        raise Conflict(BreachProblem.CLOSED())
    return breach


def _deadline(aware_at: datetime) -> datetime:
    return ends_at(find_deadline("breach_report"), aware_at) or aware_at


def _time_problem(breach: Breach, at: datetime | None) -> Problem | None:
    if at is None or at > timezone.now():
        return BreachProblem.IN_THE_FUTURE()
    return BreachProblem.BEFORE_AWARENESS() if at < breach.aware_at else None


def _read(data: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, list[Problem]] = {}
    values: dict[str, Any] = {}
    for name, longest in LONGEST.items():
        text = str(data.get(name) or "").replace("\r\n", "\n").strip()
        if len(text) > longest or "\0" in text or (name in NEEDED and not text):
            errors[name] = [HubProblem.TEXT_LENGTH(count=longest)]
        values[name] = text
    given = data.get("kinds") or []
    values["kinds"] = [kind for kind in BreachKind.values if kind in given]
    if not values["kinds"]:
        errors["kinds"] = [BreachProblem.NO_KIND()]
    choices: dict[str, type[BreachRole | BreachRisk]] = {"role": BreachRole, "risk": BreachRisk}
    for name, known in choices.items():
        values[name] = data.get(name) or known.values[0]
        if values[name] not in known.values:
            errors[name] = [CommonProblem.NO_SUCH_CHOICE(choices=known.values)]
    if values["risk"] == BreachRisk.UNLIKELY and not values["risk_because"]:
        errors["risk_because"] = [BreachProblem.WHY_NO_RISK()]
    values["aware_at"] = data.get("aware_at")
    if not isinstance(values["aware_at"], datetime) or values["aware_at"] > timezone.now():
        errors["aware_at"] = [BreachProblem.IN_THE_FUTURE()]
    counts = {name: data.get(name) for name in COUNTS}
    errors |= {
        name: [CommonProblem.INVALID_INPUT()]
        for name, count in counts.items()
        if count is not None and not 0 <= count <= MOST
    }
    if errors:
        raise Invalid(errors)
    return values | counts


def _text(value: str, field: str, longest: int) -> str:
    text = value.replace("\r\n", "\n").strip()
    if not text or len(text) > longest or "\0" in text:
        raise Invalid({field: [HubProblem.TEXT_LENGTH(count=longest)]})
    return text
