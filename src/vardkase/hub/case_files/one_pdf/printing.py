"""The case as one PDF, for reading on paper and for who asks for the whole file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext, override, pgettext

from vardkase.audit.services import record
from vardkase.core.errors import Conflict
from vardkase.core.mail.facts import moment
from vardkase.core.sandbox import LimitReached, Limits, ProgramFailed, SandboxPool
from vardkase.core.typeset import NotTypeset, pdf, printable, records
from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.case_files.access import require_handler
from vardkase.hub.case_files.description import CaseDescription, describe
from vardkase.hub.case_files.exporting import size_of
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.queries import content_of, documents_of, has_closed_documents, is_of_hub_owner
from vardkase.hub.case_files.services import target_of
from vardkase.hub.signatures.signing import signed
from vardkase.identity.access.actor import Actor

TEMPLATE = Path(__file__).with_name("case.typ")
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


def print_case(actor: Actor, case_file: CaseFile, language: str) -> bytes:
    """The case in `language`; what somebody wrote stays as it is.

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
            printed = _printed(case_file, documents, Path(folder), language)
    except (LimitReached, ProgramFailed) as failed:
        # What the program says of a fault is for the log.
        limit = failed.problem if isinstance(failed, LimitReached) else None
        raise NotTypeset(limit or CaseFileProblem.NOT_JOINED()) from failed
    with transaction.atomic():
        record(actor, CaseAction.CASE_FILE_PRINTED, target_of(case_file), {"documents": len(documents)})
    # The hub signs for the hub owner alone, not for other authorities.
    return signed(printed) if is_of_hub_owner(case_file) else printed


def _printed(case_file: CaseFile, documents: list[CaseDocument], folder: Path, language: str) -> bytes:
    names = _written(case_file, folder)
    pages = json.loads(_asked(folder, "count", sorted(names.values())))
    joined = {number: name for number, name in names.items() if pages[name]}
    described = describe(case_file)
    data = _data(case_file, described, documents, {number: pages[name] for number, name in joined.items()})
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


def _data(
    case_file: CaseFile,
    described: CaseDescription,
    documents: list[CaseDocument],
    pages: Mapping[int, int],
) -> dict[str, Any]:
    rows, before = [], 0
    for document in documents:
        rows.append(_document(document, pages.get(document.number, 0)) | {"before": before})
        before += pages.get(document.number, 0)
    return {
        "title": case_file.title,
        "sender": described.authority_name,
        "facts": [[label, value] for label, value in _facts(case_file, described, len(documents)) if value],
        "decisionsHeading": gettext("Decisions"),
        "decisions": [
            [f"{each.number} {each.title}".strip(), ", ".join(filter(None, (moment(each.at), each.by)))]
            for each in described.decisions
        ],
        "notes": _notes(case_file),
        "listHeading": gettext("Documents"),
        "head": [gettext("No."), gettext("Document"), gettext("Date"), "SHA-256", gettext("Page")],
        "documents": rows,
    }


def _facts(case_file: CaseFile, described: CaseDescription, count: int) -> list[tuple[str, str]]:
    closed = f"{moment(case_file.closed_at)} ({case_file.closed_by})" if case_file.closed_at else ""
    return [
        (gettext("Number"), case_file.number),
        (gettext("Case reference number"), case_file.registry_number),
        (gettext("Type"), case_file.get_kind_display()),
        (gettext("Party"), ", ".join(described.parties)),
        (gettext("Opened"), f"{moment(case_file.opened_at)} ({case_file.opened_by})"),
        (pgettext("case", "Closed"), closed),
        (gettext("Documents"), str(count)),
        (gettext("Printed"), moment(now())),
    ]


def _notes(case_file: CaseFile) -> list[str]:
    notes = [gettext("The file may hold secret data. Examine that before any of it is released.")]
    if has_closed_documents(case_file):
        notes.append(
            gettext(
                "Documents that may reveal an event in quarantine are left out until the quarantine has ended."
            )
        )
    return notes


def _document(document: CaseDocument, pages: int) -> dict[str, Any]:
    direction, other = document.get_direction_display(), document.counterpart
    facts = [
        (gettext("Direction"), direction),
        (gettext("From or to"), other),
        (gettext("Date"), moment(document.occurred_at)),
        (gettext("Filed"), f"{moment(document.at)} ({document.by})"),
        (gettext("Letter"), document.letter.number if document.letter else ""),
        (gettext("File"), document.file_name),
        ("SHA-256", document.sha256),
    ]
    return {
        "number": document.number,
        "title": document.title,
        "line": ", ".join(filter(None, (direction, other))),
        "date": date_format(localtime(document.occurred_at), "SHORT_DATE_FORMAT"),
        "sha256": document.sha256,
        "facts": [[label, value] for label, value in facts if value],
        "note": _note(document, pages),
        # A letter's words are in its PDF.
        "text": "" if document.letter else document.text,
    }


def _note(document: CaseDocument, pages: int) -> str:
    if pages:
        return gettext("The document follows.")
    if document.media_type == "text/plain" and not document.file_name:
        return ""
    return gettext("The file cannot be shown here. It is in the case, with this checksum.")
