"""What follows when a court quashes a decision against a member: done in one step, once two officers have agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, cast

from django.utils.dateformat import format as formatted
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.appeals.queries import appealed_letters, judgment_is_filed
from vardkase.hub.case_files.appeals.rules import QUASHES
from vardkase.hub.case_files.appeals.services import carried_out, locked_decided
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.membership.members import letter_content
from vardkase.hub.membership.members.cases import THING
from vardkase.hub.membership.members.models import (
    Membership,
    Restriction,
    RestrictionCause,
)
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.queries import last_statement_day
from vardkase.hub.membership.members.services.reinstatement import (
    last_termination,
    reinstate,
    reinstatement_in_words,
)
from vardkase.hub.membership.members.services.restrictions import lift, lift_by_court
from vardkase.hub.membership.members.services.two_people import conflict_in, member_state, membership_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose

LONGEST_STATEMENT = 366
"""Days that a security statement can count as valid because of a judgment, at most."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What was decided by what the court has quashed, and is in force: a `termination`, or `restrictions`."""

    membership: Membership
    termination: Letter | None
    restrictions: Sequence[Restriction]

    @property
    def is_of_statement(self) -> bool:
        return any(each.cause == RestrictionCause.STATEMENT for each in self.restrictions)


def effect_of(appeal: Appeal) -> Effect | None:
    """None if nothing that the hub can carry out is in force; people do the rest."""
    if appeal.outcome not in QUASHES or appeal.case_file.thing_kind != THING:
        return None
    rows = Membership.objects.select_related("organisation")
    membership = rows.filter(pk=appeal.case_file.thing_id).first()
    if membership is None:
        return None
    quashed = appealed_letters(appeal)
    restrictions = membership.restrictions.filter(lifted=None, letter__in=quashed).order_by("since")
    found = list(restrictions.select_related("letter").defer("letter__content"))
    latest = last_termination(membership)
    termination = latest if latest and latest.pk in quashed else None
    return Effect(membership, termination, found) if found or termination else None


def in_words(effect: Effect | None) -> list[str]:
    if effect is None:
        return []
    words = reinstatement_in_words(effect.membership) if effect.termination else []
    words += [
        gettext("The restriction ends: %(kind)s.") % {"kind": each.get_kind_display()}
        for each in effect.restrictions
    ]
    if effect.is_of_statement:
        words.append(
            gettext(
                "The restriction follows from the date of the security statement: the statement counts as valid until "
                "the day that you state, and every restriction because of it ends."
            )
        )
    return [*words, gettext("The member is told by letter, which is filed in the case.")]


def propose_carrying_out(actor: Actor, appeal: Appeal, note: str, until: date | None) -> ApprovalRequest:
    """`until` is needed if a restriction because of a security statement was quashed, and of no use otherwise.

    Raises Invalid by field, and Conflict if there is nothing to carry out or it is proposed already.
    """
    effect = _effect(appeal)
    if not judgment_is_filed(appeal):
        raise Conflict(MemberProblem.NO_JUDGMENT())
    if effect.is_of_statement:
        last = today() + timedelta(days=LONGEST_STATEMENT)
        if until is None or not today() < until <= last:
            raise Invalid({"until": [MemberProblem.STATEMENT_DAY(most=LONGEST_STATEMENT)]})
    return propose(
        actor,
        CARRY_OUT,
        str(effect.membership.pk),
        title=str(effect.membership),
        reason=note,
        parameters={
            "appeal": appeal.pk,
            "until": until.isoformat() if until and effect.is_of_statement else "",
        },
    )


def judgment_state(request: ApprovalRequest) -> dict[str, Any]:
    appeal = Appeal.objects.get(pk=request.parameters["appeal"])
    return member_state(request) | {"appeal": appeal.state, "outcome": appeal.outcome}


def describe_judgment(request: ApprovalRequest) -> ActionDescription:
    appeal = Appeal.objects.select_related("case_file", "decision__letter", "new_decision", "document").get(
        pk=request.parameters["appeal"]
    )
    details = [
        (gettext("Member"), request.title),
        (gettext("Decision"), appeal.decision_number),
        (gettext("The court"), appeal.court),
    ]
    if day := request.parameters["until"]:
        details.append(
            (
                gettext("The security statement counts as valid until"),
                formatted(date.fromisoformat(day), "j F Y"),
            )
        )
    effects = in_words(effect_of(appeal)) or [gettext("Nothing more follows: it has been carried out.")]
    address = f"/cases/{appeal.case_file.number}/appeals/{appeal.pk}/"
    return ActionDescription(" ".join(effects), tuple(details), address)


def _execute(approval: Approval) -> Membership:
    given = approval.for_action(CARRY_OUT).parameters
    membership, appeal = membership_of(approval.request), locked_decided(given["appeal"])
    actor = cast(Actor, approval.actor)
    effect = _effect(appeal)
    until = date.fromisoformat(given["until"]) if given["until"] else None
    words = gettext("The court has quashed the decision %(number)s.") % {"number": appeal.decision_number}
    judgment: dict[str, Any] = {
        "court": appeal.court,
        "on": appeal.outcome_on,
        "outcome": appeal.outcome_note,
    }
    if effect.termination:
        written = partial(
            letter_content.reinstatement_by_court, actor, membership, effect.termination, **judgment
        )
        reinstate(actor, membership, words, written)
    if until is not None:
        # The access follows from this day, not from the restriction.
        membership.statement_until = max(until, last_statement_day(membership))
        membership.save(update_fields=["statement_until"])
        judgment["until"] = membership.statement_until
    if effect.restrictions:
        lift_by_court(approval, membership, effect.restrictions, words, **judgment)
    if until is not None:
        lift(actor, membership, RestrictionCause.STATEMENT, words)
    carried_out(actor, appeal, approval.reason)
    return membership


def _effect(appeal: Appeal) -> Effect:
    if (effect := effect_of(appeal)) is None:
        raise Conflict(MemberProblem.NOTHING_TO_CARRY_OUT())
    return effect


CARRY_OUT = ApprovalAction(
    name="carry_out_judgment",
    title=_("Carry out the decision of the court"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=describe_judgment,
    fingerprint=judgment_state,
    conflict=conflict_in,
    execute=_execute,
)
