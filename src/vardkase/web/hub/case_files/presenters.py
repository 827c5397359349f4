"""A case's documents as pages show them, with their electronic signatures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vardkase.hub.case_files.models import CaseDocument, SignatureCheck
from vardkase.hub.case_files.signature_checks import checks_of
from vardkase.hub.correspondence.letters.service import set_aside
from vardkase.hub.signatures.models import DocumentSignature
from vardkase.hub.signatures.signing import signatures_of
from vardkase.hub.signatures.verdicts import SignatureVerdict


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A document with what is known of its signatures: `own`, by the hub, or the `check` of those received.

    `set_aside_by` is the number of the letter that sets its decision aside.
    """

    document: CaseDocument
    own: DocumentSignature | None
    check: SignatureCheck | None
    set_aside_by: str


def paper_lines(documents: Iterable[CaseDocument]) -> list[PaperLine]:
    listed = list(documents)
    checks, own = checks_of(listed), signatures_of([each.sha256 for each in listed])
    later = set_aside([each.letter for each in listed if each.letter])
    return [
        PaperLine(each, own.get(each.sha256), _shown(checks.get(each.pk)), later.get(each.letter_id or 0, ""))
        for each in listed
    ]


def signatures_in_words(check: SignatureCheck | None) -> list[dict[str, Any]]:
    found = check.signatures if check else []
    return [each | {"at": datetime.fromtimestamp(each["at"], UTC) if each["at"] else None} for each in found]


def _shown(check: SignatureCheck | None) -> SignatureCheck | None:
    return None if check is None or check.verdict == SignatureVerdict.NONE else check
