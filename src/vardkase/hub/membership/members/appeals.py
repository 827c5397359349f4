"""Members as parties of appeals, and what follows when a court quashes a decision against one."""

from __future__ import annotations

from datetime import date

from vardkase.hub.case_files.appeals.letters import LetterAppeals
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.appeals.parties import Party
from vardkase.hub.membership.members import mails
from vardkase.hub.membership.members.letter_content import address_of
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.services import judgments
from vardkase.hub.membership.organisation_numbers import hyphenated
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest


class MemberAppeals(LetterAppeals):
    def __init__(self) -> None:
        super().__init__(party_by_id)

    def consequences(self, appeal: Appeal) -> list[str]:
        return judgments.in_words(judgments.effect_of(appeal))

    def needs_statement_day(self, appeal: Appeal) -> bool:
        effect = judgments.effect_of(appeal)
        return effect is not None and effect.is_of_statement

    def propose_consequences(
        self, actor: Actor, appeal: Appeal, note: str, until: date | None
    ) -> ApprovalRequest:
        return judgments.propose_carrying_out(actor, appeal, note, until)


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
