"""Services for the conditions and exceptions of memberships: answered by the member, followed up by officers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext, override

from vardkase.core.errors import Conflict, Invalid
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.case_files.hearings.services import Answer
from vardkase.hub.case_files.services import file_received
from vardkase.hub.correspondence.letters.writing import letters_about
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.applications.uploads import count_uploads
from vardkase.hub.membership.assessments.models import Outcome, Proposal
from vardkase.hub.membership.assessments.stated_conditions import checked_day
from vardkase.hub.membership.conditions.models import ConditionAnswer, MemberCondition
from vardkase.hub.membership.conditions.problems import ConditionProblem
from vardkase.hub.membership.conditions.rules import CONDITION, still_runs
from vardkase.hub.membership.members import mails
from vardkase.hub.membership.members.cases import case_for
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.queries import APPROVAL_LETTER
from vardkase.hub.membership.members.rules import require_member, require_officer
from vardkase.hub.membership.members.services.transitions import locked, reasons
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import Reference

MOST_ANSWERS = 20


def begin_from_approval(membership: Membership) -> None:
    """Keep what the approval of its application states, for a membership that it opens."""
    application = membership.application
    if application is None:
        return
    proposals = Proposal.objects.filter(subject=application.number).order_by("-pk")
    proposal = next((each for each in proposals[:1] if each.outcome == Outcome.APPROVE), None)
    stated = proposal.conditions if proposal else []
    letters = letters_about(APPLICATION.kind, application.pk) if stated else []
    letter = next((each for each in reversed(letters) if each.kind == APPROVAL_LETTER), None)
    for each in stated:
        MemberCondition.objects.create(membership=membership, letter=letter, **each.as_parameters())


@transaction.atomic
def answer(actor: Actor, pk: int, given: Answer) -> MemberCondition:
    """The member says how its condition is met; what it sends is filed in the case of its membership.

    Raises NotFound, Forbidden, TransitionRefused, Conflict, Invalid by field.
    """
    membership = locked(actor, actor.organisation_id)
    require_member(actor, membership)
    condition = _locked(membership, pk)
    if condition.is_exception:
        raise Conflict(ConditionProblem.IS_AN_EXCEPTION())
    CONDITION.after(condition.state, "answer")
    if condition.answers.count() >= MOST_ANSWERS:
        raise Conflict(ConditionProblem.TOO_MANY_ANSWERS(most=MOST_ANSWERS))
    if not given.text.strip():
        raise Invalid({"text": [ConditionProblem.LACKS_ANSWER()]})
    count_uploads(f"organisation {actor.organisation_id}", len(given.content), "file")
    with override("sv"):
        title = gettext("Answer to a condition")
    sent = replace(given, text=given.text.strip())
    document = file_received(
        actor,
        case_for(actor, membership),
        title,
        counterpart=actor.name,
        text=sent.text,
        content=sent.content,
        media_type=sent.media_type,
        file_name=sent.file_name,
        occurred_at=None,
    )
    ConditionAnswer.objects.create(condition=condition, document=document)
    take_step(actor, CONDITION, condition, "answer")
    return condition


@transaction.atomic
def accept(actor: Actor, reference: Reference, pk: int, reason: str) -> MemberCondition:
    """Raises NotFound, Forbidden, TransitionRefused, Conflict, Invalid by field."""
    membership, condition = _for_officer(actor, reference, pk)
    if condition.is_exception:
        raise Conflict(ConditionProblem.IS_AN_EXCEPTION())
    why = reasons(reason)
    take_step(actor, CONDITION, condition, "accept", why)
    mails.write(actor, membership, "condition_met", reason=why, text=condition.text)
    return condition


@transaction.atomic
def ask_again(actor: Actor, reference: Reference, pk: int, reason: str, day: date | None) -> MemberCondition:
    """Say what is missing, and give the member until `day`: never an earlier day than it had.

    Raises NotFound, Forbidden, TransitionRefused, Conflict, Invalid by field.
    """
    membership, condition = _for_officer(actor, reference, pk)
    if condition.is_exception:
        raise Conflict(ConditionProblem.IS_AN_EXCEPTION())
    why, new = reasons(reason), checked_day(day)
    if new < condition.day:
        raise Invalid({"day": [ConditionProblem.EARLIER_DAY(day=condition.day.isoformat())]})
    take_step(actor, CONDITION, condition, "ask_again", why)
    condition.day = new
    condition.save(update_fields=["day"])
    mails.write(actor, membership, "condition_asked_again", reason=why, text=condition.text, day=new)
    return condition


@transaction.atomic
def end(actor: Actor, reference: Reference, pk: int, reason: str) -> MemberCondition:
    """End a condition that is no longer needed, or an exception whose last day has passed.

    Raises NotFound, Forbidden, TransitionRefused, Conflict, Invalid by field.
    """
    membership, condition = _for_officer(actor, reference, pk)
    if still_runs(condition.day, is_exception=condition.is_exception):
        raise Conflict(ConditionProblem.STILL_RUNS(day=condition.day.isoformat()))
    why = reasons(reason)
    take_step(actor, CONDITION, condition, "end", why)
    mails.write(actor, membership, "condition_ended", reason=why, text=condition.text, what=condition.kind)
    return condition


def _for_officer(actor: Actor, reference: Reference, pk: int) -> tuple[Membership, MemberCondition]:
    membership = locked(actor, reference)
    require_officer(actor, membership)
    return membership, _locked(membership, pk)


def _locked(membership: Membership, pk: int) -> MemberCondition:
    condition = first_or_not_found(
        MemberCondition.objects.select_for_update().filter(membership=membership, pk=pk),
        ConditionProblem.NO_SUCH_CONDITION(),
    )
    if membership.state == MembershipState.TERMINATED:
        raise Conflict(ConditionProblem.MEMBERSHIP_ENDED())
    condition.membership = membership
    return condition
