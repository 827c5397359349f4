"""What the PDF of a case shows: its facts, the list of its documents, and their texts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext, pgettext

from vardkase.core.mail.facts import moment
from vardkase.hub.case_files.description import CaseDescription
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.queries import has_closed_documents

TEMPLATE = Path(__file__).with_name("case.typ")


def data_of(
    case_file: CaseFile,
    described: CaseDescription,
    documents: list[CaseDocument],
    pages: Mapping[int, int],
    attached: Mapping[int, str] | None = None,
) -> dict[str, Any]:
    """What the template shows. `pages` of a document follow it; `attached`: the names of files that the PDF carries."""
    rows, before = [], 0
    for document in documents:
        name = (attached or {}).get(document.number, "")
        rows.append(_document(document, pages.get(document.number, 0), name) | {"before": before})
        before += pages.get(document.number, 0)
    return {
        "title": case_file.title,
        "number": case_file.number,
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


def _document(document: CaseDocument, pages: int, attached: str) -> dict[str, Any]:
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
        "note": _note(document, pages, attached),
        # A letter's words are in its PDF.
        "text": "" if document.letter else document.text,
    }


def _note(document: CaseDocument, pages: int, attached: str) -> str:
    if attached:
        return gettext("Attached to this PDF: %(name)s") % {"name": attached}
    if pages:
        return gettext("The document follows.")
    if document.media_type == "text/plain" and not document.file_name:
        return ""
    return gettext("The file cannot be shown here. It is in the case, with this checksum.")
