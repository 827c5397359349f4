"""The documents of a case in one file, as they are handed over with an appeal (46 § förvaltningslagen)."""

from __future__ import annotations

import io
import mimetypes
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Length

from vardkase.audit.services import record
from vardkase.core.errors import Conflict
from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.case_files.access import require_handler
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.queries import content_of
from vardkase.hub.case_files.services import target_of
from vardkase.identity.access.actor import Actor

MOST_BYTES = 300 * 1024 * 1024
"""Of the documents of one export, which is held in memory."""
SAFE = re.compile(r"[^A-Za-z0-9._-]+")
EXTENSIONS = {"text/plain": ".txt", "application/pdf": ".pdf"}
LONGEST_NAME = 80


@transaction.atomic
def export_documents(actor: Actor, case_file: CaseFile) -> bytes:
    """A ZIP file of all documents, named by their number. Raises NotFound, Forbidden, Conflict if there is too much."""
    require_handler(actor, case_file)
    if size_of(case_file) > MOST_BYTES:
        raise Conflict(CaseFileProblem.TOO_LARGE_TO_EXPORT(most=MOST_BYTES // (1024 * 1024)))
    record(actor, CaseAction.CASE_FILE_EXPORTED, target_of(case_file))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for document in _documents(case_file):
            archive.writestr(f"{case_file.number}/{file_name_of(document)}", content_of(document))
    return packed.getvalue()


def size_of(case_file: CaseFile) -> int:
    size = case_file.documents.aggregate(own=Sum(Length("content")), letters=Sum(Length("letter__content")))
    return (size["own"] or 0) + (size["letters"] or 0)


def file_name_of(document: CaseDocument) -> str:
    """Unique in its case, and safe in any file system: "0003-Svar.pdf"."""
    given = document.file_name or document.title
    plain = unicodedata.normalize("NFKD", given).encode("ascii", "ignore").decode()
    stem = SAFE.sub("-", PurePosixPath(plain).stem).strip("-.")[:LONGEST_NAME] or "document"
    known = EXTENSIONS.get(document.media_type) or mimetypes.guess_extension(document.media_type) or ".bin"
    suffix = SAFE.sub("", PurePosixPath(plain).suffix)[:10] if document.file_name else ""
    return f"{document.number:04d}-{stem}{suffix or known}"


def _documents(case_file: CaseFile) -> Iterator[CaseDocument]:
    # A few at a time: each comes with its bytes.
    yield from case_file.documents.select_related("letter").order_by("number").iterator(chunk_size=5)
