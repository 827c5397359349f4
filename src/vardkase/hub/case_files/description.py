"""What a case was about, for those who read its file elsewhere. Packages above describe their kinds of case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vardkase.core.mail.kinds import find
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.correspondence.letters.wording import APPEAL, known_owner_name
from vardkase.hub.correspondence.models import Letter
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id


@dataclass(frozen=True, slots=True)
class CaseDecision:
    number: str
    title: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class CaseDescription:
    """`authority` is whose case it is; None if the hub has no owner yet."""

    authority: Organisation | None
    parties: tuple[str, ...]
    decisions: tuple[CaseDecision, ...]

    @property
    def authority_name(self) -> str:
        if self.authority is None or self.authority.pk == host_organisation_id():
            return known_owner_name()
        return self.authority.name


type Describe = Callable[[CaseFile], CaseDescription]
_describers: dict[str, Describe] = {}


def register_case_description(kind: str, describe: Describe) -> None:
    _describers[kind] = describe


def describe(case_file: CaseFile) -> CaseDescription:
    return _describers.get(case_file.kind, _of_hub_owner)(case_file)


def _of_hub_owner(case_file: CaseFile) -> CaseDescription:
    owner = Organisation.objects.filter(pk=host_organisation_id() or 0).first()
    parties = (case_file.party,) if case_file.party else ()
    return CaseDescription(owner, parties, tuple(decisions_in(case_file)))


def decisions_in(case_file: CaseFile) -> list[CaseDecision]:
    """The letters of a case that are decisions; one of such a kind that was written without how to appeal is none."""
    rows = Letter.objects.filter(pk__in=case_file.documents.exclude(letter=None).values("letter"))
    found = rows.defer("content").order_by("pk")
    return [
        CaseDecision(each.number, each.title, each.at, each.signed_by)
        for each in found
        if (kind := find(each.kind))
        and kind.is_decision
        and APPEAL not in (each.contents or {}).get("without", ())
    ]
