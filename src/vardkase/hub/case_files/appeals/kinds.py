"""What the appeals in one kind of case have of their own, registered by the package whose cases they are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date

from vardkase.core.errors import NotFound
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest


class AppealKind(ABC):
    """Decisions and letters are documents of the case."""

    is_changed_by_hand = False
    """Whether an officer says which new decision changed the one appealed against."""

    @abstractmethod
    def decisions(self, case_file: CaseFile) -> list[CaseDocument]:
        """Those that can be appealed, the newest first."""

    @abstractmethod
    def last_day(self, case_file: CaseFile, decision: CaseDocument) -> date | None:
        """None while the period for appeal has not begun."""

    @abstractmethod
    def receiver(self, case_file: CaseFile) -> str:
        """The court, or the Government; empty if the authority has not said which court."""

    @abstractmethod
    def dismiss(self, actor: Actor, appeal: Appeal) -> CaseDocument:
        """Write the decision to dismiss a late appeal, and tell the party. Returns it as filed."""

    @abstractmethod
    def hand_over(self, actor: Actor, appeal: Appeal) -> CaseDocument:
        """Write the letter to the receiver with which the file goes. Returns it as filed."""

    def appellant(self, case_file: CaseFile) -> str:
        """Whom a form names until somebody has said otherwise."""
        return case_file.party

    def require_time_tester(self, actor: Actor, appeal: Appeal) -> None:
        """Raise Forbidden unless the actor, who handles the case, may also say whether an appeal came in time."""
        return

    def prepare(self, actor: Actor, case_file: CaseFile) -> None:
        """Raise Conflict if no appeal can be registered now."""
        return

    def consequences(self, appeal: Appeal) -> list[str]:
        """What the hub does to carry the court's decision out, as sentences; none if people do it themselves."""
        return []

    def needs_statement_day(self, appeal: Appeal) -> bool:
        """Whether those depend on how long a security statement counts as valid, which an officer says."""
        return False

    def propose_consequences(
        self, actor: Actor, appeal: Appeal, note: str, until: date | None
    ) -> ApprovalRequest:
        """Propose them to another person, with whose approval the appeal is carried out. Raises Invalid, Conflict."""
        raise NotFound(CaseFileProblem.NO_PARTY())

    def new_decisions(self, appeal: Appeal) -> list[CaseDocument]:
        """Those after the one appealed against, one of which may have changed it, the newest first."""
        return []


_kinds: dict[str, AppealKind] = {}


def register_appeals(thing_kind: str, kind: AppealKind) -> None:
    """`kind` is of cases about things of this kind."""
    _kinds[thing_kind] = kind


def takes_appeals(case_file: CaseFile) -> bool:
    kind = _kinds.get(case_file.thing_kind)
    return kind is not None and bool(kind.decisions(case_file))


def kind_of(case_file: CaseFile) -> AppealKind:
    """Raises NotFound if nothing in such a case can be appealed."""
    kind = _kinds.get(case_file.thing_kind)
    if kind is None:
        raise NotFound(CaseFileProblem.NO_PARTY())
    return kind
