"""Who the party of a case is, for letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.core.mail.encryption import Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """`address` has its name in the first line; `sector` says from when the period for appeal runs."""

    name: str
    address: Sequence[str]
    sector: str
    recipients: Sequence[Recipient]
    organisation_number: str = ""
    language: str = "sv"
