"""What follows when a court quashes a decision against a member: done in one step, once two officers have agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.case_files.appeals.models import Appeal, CourtOutcome
from vardkase.hub.case_files.appeals.services import carried_out, locked_decided
from vardkase.hub.case_files.models import Direction
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.membership.members import letter_content, mails
from vardkase.hub.membership.members.cases import THING
from vardkase.hub.membership.members.models import (
    Membership,
    MembershipState,
    Restriction,
    RestrictionCause,
    RestrictionKind,
)
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.queries import last_statement_day, member_with_number
from vardkase.hub.membership.members.rules import MEMBERSHIP
from vardkase.hub.membership.members.services.restrictions import lift, lift_by_court
from vardkase.hub.membership.members.services.transitions import push
from vardkase.hub.membership.members.services.two_people import conflict_in, member_state, membership_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.deactivation import enable_accounts

LONGEST_STATEMENT = 366
"""Days that a security statement can count as valid because of a judgment, at most."""
TERMINATION = "letter_termination"


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
    if appeal.outcome != CourtOutcome.QUASHED or appeal.case_file.thing_kind != THING:
        return None
    rows = Membership.objects.select_related("organisation")
    membership = rows.filter(pk=appeal.case_file.thing_id).first()
    if membership is None:
        return None
    quashed = _quashed(appeal)
    restrictions = membership.restrictions.filter(lifted=None, letter__in=quashed).order_by("since")
    found = list(restrictions.select_related("letter").defer("letter__content"))
    termination = None
    if membership.state == MembershipState.TERMINATED:
        last = Letter.objects.filter(
            thing_kind=THING, thing_id=membership.pk, kind=TERMINATION, corrects=None
        )
        latest = last.defer("content").order_by("-pk").first()
        termination = latest if latest and latest.pk in quashed else None
    return Effect(membership, termination, found) if found or termination else None


def in_words(effect: Effect | None) -> list[str]:
    if effect is None:
        return []
    words = _reinstatement_in_words(effect.membership) if effect.termination else []
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


def _reinstatement_in_words(membership: Membership) -> list[str]:
    count = _accounts(membership).count()
    words = [
        gettext("The membership of %(name)s applies again.") % {"name": membership.organisation.name},
        ngettext(
            "%(count)s account that the termination disabled is enabled again.",
            "%(count)s accounts that the termination disabled are enabled again.",
            count,
        )
        % {"count": count},
        gettext(
            "Keys stay revoked and connections switched off: the member creates new keys, and an operator switches the "
            "connections on again."
        ),
    ]
    if remaining := list(_remaining(membership)):
        kinds = ", ".join(each.get_kind_display() for each in remaining)
        words.append(
            gettext("Restrictions that the court has not quashed apply again: %(kinds)s.") % {"kinds": kinds}
        )
    if (day := last_statement_day(membership)) < today():
        words.append(
            gettext(
                "The security statement expired on %(day)s: what follows from that applies at once, until the member "
                "has renewed it."
            )
            % {"day": formatted(day, "j F Y")}
        )
    return words


def propose_carrying_out(actor: Actor, appeal: Appeal, note: str, until: date | None) -> ApprovalRequest:
    """`until` is needed if a restriction because of a security statement was quashed, and of no use otherwise.

    Raises Invalid by field, and Conflict if there is nothing to carry out or it is proposed already.
    """
    effect = _effect(appeal)
    if not _judgment_is_filed(appeal):
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
    effect = _effect(appeal)
    until = date.fromisoformat(given["until"]) if given["until"] else None
    words = gettext("The court has quashed the decision %(number)s.") % {"number": appeal.decision_number}
    judgment: dict[str, Any] = {
        "court": appeal.court,
        "on": appeal.outcome_on,
        "outcome": appeal.outcome_note,
    }
    if effect.termination:
        _reinstate(approval, membership, effect.termination, words, judgment)
    if until is not None:
        # The access follows from this day, not from the restriction.
        membership.statement_until = max(until, last_statement_day(membership))
        membership.save(update_fields=["statement_until"])
        judgment["until"] = membership.statement_until
    if effect.restrictions:
        lift_by_court(approval, membership, effect.restrictions, words, **judgment)
    if until is not None:
        lift(approval.actor, membership, RestrictionCause.STATEMENT, words)
    carried_out(approval.actor, appeal, approval.reason)
    return membership


def _reinstate(
    approval: Approval, membership: Membership, termination: Letter, reason: str, judgment: dict[str, Any]
) -> None:
    number = membership.organisation_number
    if number and (holder := member_with_number(number, membership.organisation_id)):
        raise Conflict(holder)
    actor, ending = cast(Actor, approval.actor), membership.ending
    remaining = list(_remaining(membership).select_related("letter").defer("letter__content"))
    was_onboarding = ending.get("state") == MembershipState.ONBOARDING or membership.activated is None
    take_step(
        actor, MEMBERSHIP, membership, "reinstate_onboarding" if was_onboarding else "reinstate", reason
    )
    Restriction.objects.filter(pk__in=[each.pk for each in remaining]).update(lifted=None)
    if any(each.kind == RestrictionKind.SUSPENDED for each in remaining):
        take_step(actor, MEMBERSHIP, membership, "suspend", remaining[0].reason)
    enable_accounts(actor, membership.organisation_id, ending.get("accounts", []))
    membership.ended, membership.ending = None, {}
    membership.save(update_fields=["ended", "ending"])
    push(membership)
    paper = letter_content.reinstatement(actor, membership, termination, remaining, **judgment)
    mails.write(actor, membership, "membership_reinstated", paper, reason=reason)


def _effect(appeal: Appeal) -> Effect:
    if (effect := effect_of(appeal)) is None:
        raise Conflict(MemberProblem.NOTHING_TO_CARRY_OUT())
    return effect


def _judgment_is_filed(appeal: Appeal) -> bool:
    """Whether anything has arrived in the case since the appeal was handed over."""
    arrived = appeal.case_file.documents.filter(direction=Direction.INCOMING, letter=None)
    handed_over = appeal.letter.number if appeal.letter else appeal.document.number
    return arrived.filter(number__gt=handed_over).exists()


def _quashed(appeal: Appeal) -> set[int]:
    """Letters of the decision that was appealed, of a new one as against which the appeal counts (46 § FL), and those
    that they correct."""
    named = {
        decision.letter_id for decision in (appeal.decision, appeal.new_decision) if decision is not None
    }
    letters = {pk for pk in named if pk is not None}
    corrected = Letter.objects.filter(pk__in=letters).exclude(corrects=None)
    return letters | set(corrected.values_list("corrects_id", flat=True))


def _accounts(membership: Membership) -> QuerySet[User]:
    ids = membership.ending.get("accounts", [])
    return User.objects.filter(pk__in=ids, org=membership.organisation_id, disabled=True)


def _remaining(membership: Membership) -> QuerySet[Restriction]:
    """What the termination lifted, and would apply without it: neither over, nor quashed by itself."""
    quashed = Appeal.objects.filter(outcome=CourtOutcome.QUASHED, case_file__thing_kind=THING)
    quashed = quashed.filter(case_file__thing_id=membership.pk)
    letters = {
        letter for appeal in quashed.select_related("decision", "new_decision") for letter in _quashed(appeal)
    }
    rows = membership.restrictions.filter(pk__in=membership.ending.get("restrictions", []))
    running = rows.filter(Q(until=None) | Q(until__gt=timezone.now()))
    return running.exclude(letter__in=letters).order_by("-kind")


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
