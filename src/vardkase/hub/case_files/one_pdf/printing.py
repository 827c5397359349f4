"""The case as one PDF, for reading on paper and for who asks for the whole file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import override

from vardkase.audit.services import record
from vardkase.core.errors import Conflict
from vardkase.core.sandbox import LimitReached, Limits, ProgramFailed, SandboxPool
from vardkase.core.typeset import NotTypeset, pdf, printable, records
from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.case_files.access import require_handler
from vardkase.hub.case_files.description import describe
from vardkase.hub.case_files.exporting import size_of
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.one_pdf.carrying import print_with_attachments
from vardkase.hub.case_files.one_pdf.content import TEMPLATE, data_of
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.queries import content_of, documents_of, is_of_hub_owner
from vardkase.hub.case_files.services import target_of
from vardkase.hub.signatures.signing import signed
from vardkase.identity.access.actor import Actor

LANGUAGES = ("sv", "en")
MOST_BYTES = 100 * 1024 * 1024
MOST_DOCUMENTS = 500
MOST_TEXT = 1_000_000
"""Characters."""
TYPESET = "case.pdf"
joins = SandboxPool(
    "vardkase.hub.case_files.one_pdf.joining_program",
    Limits(memory=1536 * 1024 * 1024, seconds=60, all_seconds=120, at_once=1),
)


def print_case(actor: Actor, case_file: CaseFile, language: str, *, archived: bool = False) -> bytes:
    """The case in `language`; what somebody wrote stays as it is.

    `archived`: as PDF/A-3a, with each document attached as it is in the case instead of its pages.

    Raises NotFound, Forbidden, NotTypeset, Conflict if there is too much.
    """
    require_handler(actor, case_file)
    documents = list(documents_of(case_file))
    if (
        len(documents) > MOST_DOCUMENTS
        or sum(len(each.text) for each in documents) > MOST_TEXT
        or size_of(case_file) > MOST_BYTES
    ):
        raise Conflict(CaseFileProblem.TOO_LARGE_TO_PRINT(most=MOST_BYTES // (1024 * 1024)))
    language = language if language in LANGUAGES else "sv"
    try:
        with tempfile.TemporaryDirectory() as folder, override(language):
            printer = print_with_attachments if archived else _printed
            printed = printer(case_file, documents, Path(folder), language)
    except (LimitReached, ProgramFailed) as failed:
        # What the program says of a fault is for the log.
        limit = failed.problem if isinstance(failed, LimitReached) else None
        raise NotTypeset(limit or CaseFileProblem.NOT_JOINED()) from failed
    with transaction.atomic():
        change = {"documents": len(documents)} | ({"archived": True} if archived else {})
        record(actor, CaseAction.CASE_FILE_PRINTED, target_of(case_file), change)
    # The hub signs for the hub owner alone, not for other authorities.
    return signed(printed) if is_of_hub_owner(case_file) else printed


def _printed(case_file: CaseFile, documents: list[CaseDocument], folder: Path, language: str) -> bytes:
    names = _written(case_file, folder)
    pages = json.loads(_asked(folder, "count", sorted(names.values())))
    joined = {number: name for number, name in names.items() if pages[name]}
    data = data_of(
        case_file, describe(case_file), documents, {number: pages[name] for number, name in joined.items()}
    )
    (folder / TYPESET).write_bytes(pdf(TEMPLATE, data, language=language, pool=records))
    plan = {
        "typeset": TYPESET,
        "files": [joined.get(each.number, "") for each in documents],
        "number": case_file.number,
        "title": data["title"],
        "author": data["sender"],
    }
    return _asked(folder, "join", printable(plan))


def _asked(folder: Path, job: str, question: Any) -> bytes:
    with joins.job({"folder": str(folder), "job": job}) as asked:
        return b"".join(asked.ask(json.dumps(question).encode()))


def _written(case_file: CaseFile, folder: Path) -> dict[int, str]:
    names = {}
    for document in _with_content(case_file):
        content = content_of(document)
        if content.startswith(b"%PDF-"):
            names[document.number] = f"{document.number}.pdf"
            (folder / names[document.number]).write_bytes(content)
    return names


def _with_content(case_file: CaseFile) -> Iterator[CaseDocument]:
    # A few at a time: each comes with its bytes.
    return case_file.documents.select_related("letter").order_by("number").iterator(chunk_size=5)
