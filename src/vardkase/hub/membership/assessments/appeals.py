"""Applicants as parties of appeals, and what follows when a court quashes the decision on an application."""

from __future__ import annotations

from datetime import date

from vardkase.hub.case_files.appeals.letters import LetterAppeals
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.membership.applications.letter_content import party_by_id
from vardkase.hub.membership.assessments.services import reopening
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest


class ApplicationAppeals(LetterAppeals):
    def __init__(self) -> None:
        super().__init__(party_by_id)

    def consequences(self, appeal: Appeal) -> list[str]:
        return reopening.consequences(appeal)

    def propose_consequences(
        self, actor: Actor, appeal: Appeal, note: str, until: date | None
    ) -> ApprovalRequest:
        return reopening.propose_carrying_out(actor, appeal, note)
