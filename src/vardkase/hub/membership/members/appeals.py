"""Members as parties of appeals, and what follows when a court quashes a restriction."""

from __future__ import annotations

from django.utils.translation import gettext

from vardkase.audit.services import AuditActor
from vardkase.core.errors import Conflict
from vardkase.hub.case_files.appeals.hooks import AppealStepped
from vardkase.hub.case_files.appeals.models import Appeal, CourtOutcome
from vardkase.hub.case_files.appeals.parties import Party
from vardkase.hub.case_files.appeals.rules import APPEAL
from vardkase.hub.case_files.models import CaseDocument, Direction
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.membership.members import mails
from vardkase.hub.membership.members.letter_content import address_of
from vardkase.hub.membership.members.models import Membership, Restriction, RestrictionCause
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.services.restrictions import lift_by_court
from vardkase.hub.membership.organisation_numbers import hyphenated


def party_by_id(membership_id: int) -> Party | None:
    membership = Membership.objects.select_related("organisation").filter(pk=membership_id).first()
    if membership is None:
        return None
    return Party(
        name=membership.organisation.name,
        address=address_of(membership),
        sector=membership.sector,
        recipients=mails.recipients(membership),
        organisation_number=hyphenated(membership.organisation_number),
        language=membership.language,
    )


def carry_out(stepped: AppealStepped) -> None:
    """Lift the restriction of a decision that the court has quashed.

    One that two officers decided is lifted by the second who says so: not with the outcome, but when somebody else than
    who recorded it carries it out. Raises Conflict.
    """
    appeal = stepped.appeal
    if stepped.step not in ("decide", "carry_out") or appeal.outcome != CourtOutcome.QUASHED:
        return
    # One in another kind of case is against no letter, and no restriction has none.
    restriction = Restriction.objects.filter(letter=appeal.decision.letter_id or 0, lifted=None).first()
    if restriction is None:
        return
    if restriction.cause == RestrictionCause.OFFICER:
        if stepped.step == "decide":
            return
        _require_confirmation(stepped.actor, appeal)
    rows = Membership.objects.select_for_update(of=("self",)).select_related("organisation")
    reason = gettext("The court has quashed the decision %(number)s.") % {"number": appeal.decision_number}
    lift_by_court(
        stepped.actor,
        rows.get(pk=restriction.membership_id),
        restriction.pk,
        reason,
        court=appeal.court,
        on=appeal.outcome_on,
        outcome=appeal.outcome_note,
    )
    stepped.is_carried_out = True


def _require_confirmation(actor: AuditActor, appeal: Appeal) -> None:
    recorded = history_of(APPEAL, appeal.pk).filter(step="decide").last()
    first = recorded.actor_id if recorded else None
    if first is None or actor.user_id is None or actor.user_id == first:
        raise Conflict(MemberProblem.COURT_NEEDS_TWO())
    since_handed_over = CaseDocument.objects.filter(
        case_file=appeal.case_file, direction=Direction.INCOMING, letter=None
    )
    if appeal.letter is not None:
        since_handed_over = since_handed_over.filter(number__gt=appeal.letter.number)
    if not since_handed_over.exists():
        raise Conflict(MemberProblem.NO_JUDGMENT())
