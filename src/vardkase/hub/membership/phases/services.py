"""Services for phases and legal preconditions: a legal officer and a second person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.fields import apply
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.phases.defaults import preconditions
from vardkase.hub.membership.phases.hooks import phases_changed
from vardkase.hub.membership.phases.models import LegalPrecondition, Phase
from vardkase.hub.membership.phases.problems import PhaseProblem
from vardkase.hub.membership.phases.queries import find_phase, in_language, recorded_preconditions
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.membership.sectors import Sector
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.legal import lacks_legal_officer
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS as FOUR_EYES_OFFICERS
from vardkase.identity.accounts.four_eyes.parties import Party
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.staff import StaffRole

LEGAL_OFFICER = frozenset({Party.LEGAL_OFFICER})
OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
LONGEST = {"title_sv": 100, "title_en": 100, "text_sv": 500, "text_en": 500}
LONGEST_REFERENCE = 300
# A packaged phase or precondition has no row yet that could be locked.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('membership phases'))"


@transaction.atomic
def propose_change(actor: Actor, number: int, data: Mapping[str, Any], reason: str) -> ApprovalRequest:
    """Propose to change a phase: titles and texts, opens and closes (dates or None), sectors,
    invitation_only, preconditions.

    Raises Forbidden unless the actor is an officer, NotFound, Conflict while another change waits, Invalid by
    field.
    """
    actor.require_writing()
    actor.require_staff(*OFFICERS)
    cursor().execute(ONE_AT_A_TIME)
    phase = find_phase(number)
    before = values_of(phase)
    apply(phase, data, READERS)
    _require_order(phase)
    change = {name: value for name, value in values_of(phase).items() if value != before[name]}
    if not change:
        raise Invalid({"number": [PhaseProblem.NOTHING_TO_CHANGE()]})
    return propose(
        actor, CHANGE_PHASE, str(number), title=str(find_phase(number)), parameters=change, reason=reason
    )


@transaction.atomic
def propose_in_force(actor: Actor, name: str, since: date, reference: str) -> ApprovalRequest:
    """Propose to record a legal precondition as in force from `since`, by the act or decision `reference`.

    Raises Forbidden unless the actor is a legal officer, NotFound, Invalid by field.
    """
    row = _precondition(actor, name)
    reference = reference.strip()
    if not reference or len(reference) > LONGEST_REFERENCE or "\0" in reference:
        raise Invalid({"reference": [PhaseProblem.LACKS_REFERENCE(most=LONGEST_REFERENCE)]})
    parameters = {"since": since.isoformat(), "reference": reference}
    title = preconditions()[row.name].title_sv
    return propose(actor, RECORD_PRECONDITION, name, title=title, parameters=parameters, reason=reference)


@transaction.atomic
def propose_revoking(actor: Actor, name: str, reason: str) -> ApprovalRequest:
    row = _precondition(actor, name)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REFERENCE or "\0" in reason:
        raise Invalid({"reason": [PhaseProblem.LACKS_REASON(most=LONGEST_REFERENCE)]})
    return propose(actor, REVOKE_PRECONDITION, name, title=preconditions()[row.name].title_sv, reason=reason)


def _precondition(actor: Actor, name: str) -> LegalPrecondition:
    actor.require_writing()
    actor.require_staff(StaffRole.LEGAL_OFFICER)
    return locked_precondition(name)


def locked_precondition(name: str) -> LegalPrecondition:
    if name not in preconditions():
        raise NotFound(PhaseProblem.NO_SUCH_PRECONDITION())
    cursor().execute(ONE_AT_A_TIME)
    return recorded_preconditions()[name]


def describe_change(request: ApprovalRequest) -> ActionDescription:
    before = request.subject_state
    details = tuple(
        (str(FIELD_NAMES[name]), f"{in_words(name, before.get(name))} → {in_words(name, value)}")
        for name, value in request.parameters.items()
    )
    effect = gettext("The phase %(phase)s is changed at once. Applications that it then admits are queued.")
    title = in_language(find_phase(int(request.subject)), "title")
    return ActionDescription(effect % {"phase": f"{request.subject} {title}"}, details, "/phases/")


def phase_state(request: ApprovalRequest) -> dict[str, Any]:
    cursor().execute(ONE_AT_A_TIME)
    return values_of(find_phase(int(request.subject)))


def _execute_change(approval: Approval) -> Phase:
    approval.for_action(CHANGE_PHASE)
    phase = find_phase(int(approval.request.subject))
    before = values_of(phase)
    apply(phase, approval.parameters, READERS)
    _require_order(phase)
    change = {
        name: [before[name], value] for name, value in values_of(phase).items() if value != before[name]
    }
    phase.save()
    _record(approval, MembershipAction.PHASE_CHANGED, Target("phase", phase.number, title=str(phase)), change)
    phases_changed.emit(None)
    return phase


def describe_in_force(request: ApprovalRequest) -> ActionDescription:
    since = date.fromisoformat(request.parameters["since"])
    facts = {"what": title_of_precondition(request), "day": date_format(since, "j F Y")}
    return ActionDescription(
        gettext("Recorded as in force from %(day)s: %(what)s. Phases waiting only for this will open then.")
        % facts,
        ((gettext("Law or decision"), request.parameters["reference"]),),
        "/phases/",
    )


def describe_revoking(request: ApprovalRequest) -> ActionDescription:
    effect = gettext("Recorded as no longer in force: %(what)s. Phases that require it will close.")
    return ActionDescription(effect % {"what": title_of_precondition(request)}, (), "/phases/")


def title_of_precondition(request: ApprovalRequest) -> str:
    # A later version of the program may no longer have the precondition that an old request names.
    precondition = preconditions().get(request.subject)
    return in_language(precondition, "title") if precondition else request.title


def precondition_state(request: ApprovalRequest) -> dict[str, Any]:
    row = locked_precondition(request.subject)
    return {"since": row.since, "reference": row.reference}


def _execute_in_force(approval: Approval) -> LegalPrecondition:
    approval.for_action(RECORD_PRECONDITION)
    row = locked_precondition(approval.request.subject)
    row.since = date.fromisoformat(approval.parameters["since"])
    row.reference = approval.parameters["reference"]
    return _recorded(approval, row, MembershipAction.PRECONDITION_IN_FORCE, dict(approval.parameters))


def _execute_revoking(approval: Approval) -> LegalPrecondition:
    approval.for_action(REVOKE_PRECONDITION)
    row = locked_precondition(approval.request.subject)
    row.since = None
    return _recorded(approval, row, MembershipAction.PRECONDITION_REVOKED, {"note": approval.reason})


def _recorded(
    approval: Approval, row: LegalPrecondition, act: AuditAction, change: dict[str, Any]
) -> LegalPrecondition:
    row.changed_by = approval.actor.name
    row.save()
    _record(approval, act, Target("precondition", row.pk, title=preconditions()[row.name].title_sv), change)
    phases_changed.emit(None)
    return row


def _record(approval: Approval, act: AuditAction, target: Target, change: dict[str, Any]) -> None:
    record(approval.actor, act, target, {**change, "proposed_by": approval.request.proposed_by_name})


def values_of(phase: Phase) -> dict[str, Any]:
    values = {name: getattr(phase, name) for name in READERS}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _require_order(phase: Phase) -> None:
    if phase.opens and phase.closes and phase.closes <= phase.opens:
        raise Invalid({"closes": [PhaseProblem.ENDS_BEFORE_IT_STARTS()]})
    if not phase.title_sv or not phase.title_en:
        missing = "title_sv" if not phase.title_sv else "title_en"
        raise Invalid({missing: [PhaseProblem.LACKS_TITLE()]})


def text_reader(longest: int) -> Any:
    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > longest or "\0" in value:
            raise Invalid(PhaseProblem.TOO_LONG(most=longest))
        return value.strip()

    return read


def read_day(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if value else None
    except (TypeError, ValueError):
        raise Invalid(PhaseProblem.NOT_A_DATE()) from None


def choices_reader(known: Any) -> Any:
    def read(value: Any) -> list[str]:
        names = list(known())
        if not isinstance(value, list | tuple) or any(name not in names for name in value):
            raise Invalid(MembershipProblem.NO_SUCH_OPTION(choices=names))
        return [name for name in names if name in value]  # in the order of the choices, without repeats

    return read


READERS = {
    **{name: text_reader(longest) for name, longest in LONGEST.items()},
    "opens": read_day,
    "closes": read_day,
    "sectors": choices_reader(lambda: Sector.values),
    "invitation_only": bool,
    "preconditions": choices_reader(preconditions),
}
FIELD_NAMES: Mapping[str, Promise] = {
    "title_sv": _("Title in Swedish"),
    "title_en": _("Title in English"),
    "text_sv": _("Text in Swedish"),
    "text_en": _("Text in English"),
    "opens": _("First day"),
    "closes": _("Ends on"),
    "sectors": _("Sectors"),
    "invitation_only": _("By invitation only"),
    "preconditions": _("Legal preconditions"),
}


def in_words(name: str, value: Any) -> str:
    if name == "sectors":
        return ", ".join(str(Sector(sector).label) for sector in value or []) or "–"
    if name == "preconditions":
        return (
            ", ".join(in_language(preconditions()[precondition], "title") for precondition in value or [])
            or "–"
        )
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return str(value or "–")


CHANGE_PHASE = ApprovalAction(
    name="change_phase",
    title=_("Change a phase"),
    propose=FOUR_EYES_OFFICERS,
    approve=FOUR_EYES_OFFICERS,
    describe=describe_change,
    fingerprint=phase_state,
    conflict=lacks_legal_officer,
    execute=_execute_change,
)
_of_a_precondition = partial(
    ApprovalAction,
    propose=LEGAL_OFFICER,
    approve=FOUR_EYES_OFFICERS,
    fingerprint=precondition_state,
    subject_title=title_of_precondition,
)
RECORD_PRECONDITION = _of_a_precondition(
    name="record_precondition",
    title=_("Record that a legal precondition is in force"),
    describe=describe_in_force,
    execute=_execute_in_force,
)
REVOKE_PRECONDITION = _of_a_precondition(
    name="revoke_precondition",
    title=_("Record that a legal precondition is no longer in force"),
    describe=describe_revoking,
    execute=_execute_revoking,
)
