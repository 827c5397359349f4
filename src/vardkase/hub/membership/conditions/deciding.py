"""Later decisions on a membership, by two officers: conditions and exceptions, and a longer exception."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, Invalid
from vardkase.core.mail.mime import Attachment
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.correspondence.letters.writing import carries
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.hub.membership.assessments.problems import AssessmentProblem
from vardkase.hub.membership.assessments.stated_conditions import (
    SECTION,
    ConditionKind,
    StatedCondition,
    checked_day,
    in_letters,
    letter_facts,
    read_conditions,
)
from vardkase.hub.membership.conditions.audit_actions import ConditionAction
from vardkase.hub.membership.conditions.models import MemberCondition
from vardkase.hub.membership.conditions.problems import ConditionProblem
from vardkase.hub.membership.conditions.rules import CONDITION
from vardkase.hub.membership.members import letter_content, mails
from vardkase.hub.membership.members.adverse_decisions import LABELS, AdverseDecision
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_officer
from vardkase.hub.membership.members.services import hearings
from vardkase.hub.membership.members.services.steps import checked_decision
from vardkase.hub.membership.members.services.transitions import locked, reasons
from vardkase.hub.membership.members.services.two_people import (
    PROPOSERS,
    conflict_in,
    described,
    member_state,
    membership_of,
    propose_step,
)
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.organisations.queries import Reference


@transaction.atomic
def propose_conditions(
    actor: Actor, reference: Reference, reason: str, conditions: Any, adverse: Mapping[str, Any]
) -> ApprovalRequest:
    """Propose conditions and exceptions for a member. `conditions`: see `read_conditions`.

    A condition is a decision against the member, and needs the fields of AdverseDecision in `adverse`; exceptions
    alone need none. Raises NotFound, Forbidden, Conflict, Invalid by field.
    """
    membership = locked(actor, reference)
    require_officer(actor, membership)
    _refuse_ended(membership)
    why, stated = reasons(reason), read_conditions(conditions)
    if not stated:
        raise Invalid({"conditions": [ConditionProblem.NO_CONDITIONS()]})
    parameters: dict[str, Any] = {"conditions": [each.as_parameters() for each in stated]}
    if any(each.kind == ConditionKind.CONDITION for each in stated):
        parameters |= checked_decision(membership, hearings.CONDITIONS, adverse)
    return propose_step(actor, IMPOSE, membership, why, parameters)


@transaction.atomic
def propose_extension(
    actor: Actor, reference: Reference, pk: int, reason: str, day: date | None
) -> ApprovalRequest:
    """Propose that an exception lasts until `day`. Raises NotFound, Forbidden, Conflict, Invalid by field."""
    membership = locked(actor, reference)
    require_officer(actor, membership)
    _refuse_ended(membership)
    condition = _exception(membership, pk)
    why, new = reasons(reason), checked_day(day)
    if new <= condition.day:
        raise Invalid({"day": [ConditionProblem.EARLIER_DAY(day=condition.day.isoformat())]})
    parameters = {"condition": condition.pk, "day": new.isoformat(), "text": condition.text}
    return propose_step(actor, EXTEND, membership, why, parameters)


def describe_imposing(request: ApprovalRequest) -> ActionDescription:
    words = in_letters(StatedCondition.stored(each) for each in request.parameters.get("conditions", ()))
    effect = _(
        "The conditions and exceptions apply at once. The member is told by letter, and each date is followed up."
    )
    stated = (gettext("Conditions and exceptions"), words)
    return described(request, effect, stated, **LABELS)


def describe_extension(request: ApprovalRequest) -> ActionDescription:
    effect = _("The exception lasts until the new day. The member is told by letter.")
    exception = (gettext("Exception"), str(request.parameters.get("text", "–")))
    return described(request, effect, exception, day=_("New last day"))


def conditions_state(request: ApprovalRequest) -> dict[str, Any]:
    live = MemberCondition.objects.filter(membership=int(request.subject)).order_by("pk")
    rows = [[pk, state, day.isoformat()] for pk, state, day in live.values_list("pk", "state", "day")]
    return {**member_state(request), "conditions": rows}


def _execute_conditions(approval: Approval) -> Membership:
    given = approval.for_action(IMPOSE).parameters
    membership, actor = membership_of(approval.request), cast(Actor, approval.actor)
    _refuse_ended(membership)
    stated = [StatedCondition.stored(each) for each in given["conditions"]]
    decision = AdverseDecision.stored(given) if given.get("hearing") else None
    heard = hearings.heard(membership, hearings.CONDITIONS) if decision and decision.is_heard else None
    facts = letter_content.decision_in_words(approval, membership, decision, heard)
    letter, paper = _written(actor, membership, stated, facts)
    for each in stated:
        MemberCondition.objects.create(membership=membership, letter=letter, **each.as_parameters())
    if decision:
        hearings.conclude(membership, hearings.CONDITIONS)
    note_in_history(actor, MEMBERSHIP, membership, ConditionAction.CONDITIONS_DECIDED, letter.number)
    mails.write(actor, membership, "conditions_decided", paper)
    return membership


def _execute_extension(approval: Approval) -> Membership:
    given = approval.for_action(EXTEND).parameters
    membership, actor = membership_of(approval.request), cast(Actor, approval.actor)
    _refuse_ended(membership)
    condition = _exception(membership, given["condition"])
    take_step(actor, CONDITION, condition, "extend", approval.reason)
    condition.day = date.fromisoformat(given["day"])
    stated = StatedCondition(
        kind=ConditionKind.EXCEPTION, text=condition.text, provision=condition.provision, day=condition.day
    )
    facts = letter_content.decision_in_words(approval, membership, None, None)
    condition.letter, paper = _written(actor, membership, [stated], facts)
    condition.save(update_fields=["day", "letter"])
    mails.write(actor, membership, "conditions_decided", paper)
    return membership


def _written(
    actor: Actor,
    membership: Membership,
    stated: list[StatedCondition],
    facts: dict[str, dict[str, str]],
) -> tuple[Letter, Attachment]:
    for language, each in facts.items():
        with override(language):
            each.update(letter_facts(stated))
    written = letter_content.write_letter(actor, membership, "letter_conditions", facts)
    if not carries(written[0], SECTION):
        raise Conflict(AssessmentProblem.LETTER_LACKS_CONDITIONS())
    return written


def _exception(membership: Membership, pk: int) -> MemberCondition:
    condition = first_or_not_found(
        MemberCondition.objects.select_for_update().filter(membership=membership, pk=pk),
        ConditionProblem.NO_SUCH_CONDITION(),
    )
    if not condition.is_exception:
        raise Conflict(ConditionProblem.IS_NO_EXCEPTION())
    CONDITION.after(condition.state, "extend")
    return condition


def _refuse_ended(membership: Membership) -> None:
    if membership.state == MembershipState.TERMINATED:
        raise Conflict(ConditionProblem.MEMBERSHIP_ENDED())


_of_a_member = partial(
    ApprovalAction, propose=PROPOSERS, approve=OFFICERS, fingerprint=conditions_state, conflict=conflict_in
)
IMPOSE = _of_a_member(
    name="impose_conditions",
    title=_("Decide on conditions and exceptions"),
    describe=describe_imposing,
    execute=_execute_conditions,
)
EXTEND = _of_a_member(
    name="extend_exception",
    title=_("Extend an exception"),
    describe=describe_extension,
    execute=_execute_extension,
)
