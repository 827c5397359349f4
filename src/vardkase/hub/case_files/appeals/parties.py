"""Who the party of a case is, for letters: registered by the packages that know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vardkase.core.errors import NotFound
from vardkase.core.mail.encryption import Recipient
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """`address` has its name in the first line; `sector` says from when the period for appeal runs."""

    name: str
    address: Sequence[str]
    sector: str
    recipients: Sequence[Recipient]
    organisation_number: str = ""
    language: str = "sv"


_parties: dict[str, Callable[[int], Party | None]] = {}


def register_party(thing_kind: str, of: Callable[[int], Party | None]) -> None:
    """`of` returns the party of a case about a thing of this kind, by its id."""
    _parties[thing_kind] = of


def party_of(case_file: CaseFile) -> Party:
    """Raises NotFound if the case has none that is known."""
    find = _parties.get(case_file.thing_kind)
    party = find(case_file.thing_id) if find else None
    if party is None:
        raise NotFound(CaseFileProblem.NO_PARTY())
    return party
