"""Members as parties of appeals, and what follows when a court quashes a restriction."""

from __future__ import annotations

from django.utils.translation import gettext

from vardkase.hub.case_files.appeals.hooks import AppealStepped
from vardkase.hub.case_files.appeals.models import CourtOutcome
from vardkase.hub.case_files.appeals.parties import Party
from vardkase.hub.membership.members import mails
from vardkase.hub.membership.members.letter_content import address_of
from vardkase.hub.membership.members.models import Membership, Restriction
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
    """Lift the restriction of a decision that the court has quashed."""
    appeal = stepped.appeal
    if stepped.step != "decide" or appeal.outcome != CourtOutcome.QUASHED:
        return
    # One in another kind of case is against no letter, and no restriction has none.
    restriction = Restriction.objects.filter(letter=appeal.decision.letter_id or 0).first()
    if restriction is None:
        return
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
