"""What a package holds: the documents of a case as files, with their sizes and checksums."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from vardkase.core.errors import Conflict
from vardkase.core.sql import cursor
from vardkase.hub.case_files.description import CaseDescription
from vardkase.hub.case_files.exporting import file_name_of
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.queries import documents_of

REPRESENTATION = "representations/rep1"
XML = "application/xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """A file of a package; `path` is from its root folder."""

    id: str
    path: str
    media_type: str
    size: int
    sha256: str
    created: datetime


@dataclass(frozen=True, slots=True)
class PackedDocument:
    document: CaseDocument
    file: PackedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePackage:
    """What the XML files of a package describe. `name` is its root folder, `made_by` the officer."""

    name: str
    case_file: CaseFile
    description: CaseDescription
    documents: list[PackedDocument]
    made_at: datetime
    made_by: str
    software: str
    version: str


def packed_file(
    file_id: str, path: str, content: bytes, created: datetime, media_type: str = XML
) -> PackedFile:
    return PackedFile(
        id=file_id,
        path=path,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created=created,
    )


def packed_documents(case_file: CaseFile) -> list[PackedDocument]:
    """The documents of a case in order, without their bytes, of which PostgreSQL computes sizes and checksums.

    Raises Conflict for a document whose bytes no longer have the checksum with which they were filed.
    """
    sizes: dict[int, int] = {}
    for number, size, is_whole in cursor().execute(SIZES, (case_file.pk,)):
        if not is_whole:
            raise Conflict(CaseFileProblem.DAMAGED(number=number))
        sizes[number] = size
    return [_packed(document, sizes[document.number]) for document in documents_of(case_file)]


def _packed(document: CaseDocument, size: int) -> PackedDocument:
    file = PackedFile(
        id=f"document-{document.number:04d}",
        path=f"{REPRESENTATION}/data/{file_name_of(document)}",
        media_type=document.media_type,
        size=size,
        sha256=document.sha256,
        created=document.at,
    )
    return PackedDocument(document, file)


SIZES = """
SELECT number, octet_length(bytes), sha256 = encode(sha256(bytes), 'hex')
FROM (
    SELECT filed.number, filed.sha256, CASE
        WHEN sent.id IS NOT NULL THEN sent.content
        WHEN octet_length(filed.content) > 0 THEN filed.content
        ELSE convert_to(filed.text, 'UTF8')
    END AS bytes
    FROM case_document filed LEFT JOIN letter sent ON sent.id = filed.letter_id
    WHERE filed.case_file_id = %s
) documents
"""
