"""The case as PDF/A-3: cover, list and texts, and every document as a file that the PDF carries, byte by byte."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from vardkase.core.sandbox import Limits, ProgramFailed, SandboxPool
from vardkase.core.typeset import PROGRAM, pdf
from vardkase.hub.case_files.description import describe
from vardkase.hub.case_files.exporting import file_name_of
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.one_pdf.content import TEMPLATE, data_of
from vardkase.hub.case_files.queries import content_of

MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9][A-Za-z0-9.+-]*")
UNKNOWN = "application/octet-stream"
ANY_FONT_LACKS = re.compile(r"[^\t\n -~\xa0-\u024f\u2010-\u2027\u2030-\u203a\u20ac\ufffd]")
"""What a font may lack; PDF/A shows no letter that is not in it."""
carriers = SandboxPool(PROGRAM, Limits(memory=1536 * 1024 * 1024, seconds=60, at_once=1))


def print_with_attachments(
    case_file: CaseFile, documents: list[CaseDocument], folder: Path, language: str
) -> bytes:
    """Raises as `core.typeset.pdf`. A text in letters that PDF/A cannot show is in its file alone."""
    listed = {document.number for document in documents}
    names, attachments = {}, []
    for document in case_file.documents.select_related("letter").order_by("number").iterator(chunk_size=5):
        if document.number not in listed or not (content := content_of(document)):
            continue
        name = names[document.number] = file_name_of(document)
        (folder / name).write_bytes(content)
        kind = "application/pdf" if document.letter else document.media_type
        attachments.append(
            {
                "name": name,
                "type": kind if MEDIA_TYPE.fullmatch(kind) else UNKNOWN,
                "title": f"{document.number}. {document.title}",
            }
        )
    data = data_of(case_file, describe(case_file), documents, {}, names) | {"attachments": attachments}
    try:
        return pdf(TEMPLATE, data, language=language, attached=folder, pool=carriers)
    except ProgramFailed:
        return pdf(TEMPLATE, _plain(data), language=language, attached=folder, pool=carriers)


def _plain(data: Any) -> Any:
    if isinstance(data, str):
        return ANY_FONT_LACKS.sub("\ufffd", data)
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    return [_plain(value) for value in data] if isinstance(data, list | tuple) else data
