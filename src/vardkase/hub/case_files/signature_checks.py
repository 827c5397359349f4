"""The electronic signatures of documents that are sent in to a case: checked when they are filed, and kept."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vardkase.hub.case_files.models import CaseDocument, Direction, SignatureCheck
from vardkase.hub.signatures.checking import SignatureReport, check_signatures, is_checked


def report_on(direction: str, content: bytes) -> SignatureReport | None:
    """What the signatures of an incoming PDF are worth; None for other documents."""
    is_received = direction == Direction.INCOMING and is_checked(content)
    return check_signatures(content) if is_received else None


def keep_check(document: CaseDocument, report: SignatureReport) -> SignatureCheck:
    found = {"verdict": report.verdict, "signatures": msgspec.to_builtins(report.signatures)}
    kept, _is_new = SignatureCheck.objects.update_or_create(document=document, defaults=found)
    return kept


def checks_of(documents: Iterable[CaseDocument]) -> dict[int, SignatureCheck]:
    """By the primary key of the document; those that were not checked are left out."""
    rows = SignatureCheck.objects.filter(document__in=[document.pk for document in documents])
    return {row.pk: row for row in rows}
