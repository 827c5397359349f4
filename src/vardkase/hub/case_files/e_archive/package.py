"""Packs a closed case, a document at a time: a package may be larger than memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from vardkase.audit.services import record
from vardkase.core.errors import Conflict
from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.case_files.access import require_handler
from vardkase.hub.case_files.description import describe
from vardkase.hub.case_files.e_archive import erms, mets, premis
from vardkase.hub.case_files.e_archive.contents import (
    XML,
    ArchivePackage,
    PackedFile,
    packed_documents,
    packed_file,
)
from vardkase.hub.case_files.e_archive.streamed_zip import StreamedZip
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.queries import content_of, has_closed_documents
from vardkase.hub.case_files.services import target_of
from vardkase.identity.access.actor import Actor

FOLDER = Path(__file__).parent
SOFTWARE = "Vårdkase"
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@transaction.atomic
def archive_package(actor: Actor, case_file: CaseFile) -> Iterator[bytes]:
    """The package as a ZIP file, in pieces: the documents are read as they are asked for.

    Raises NotFound, Forbidden, and Conflict if the case is open or empty, if documents are closed or damaged.
    """
    require_handler(actor, case_file)
    if case_file.is_open:
        raise Conflict(CaseFileProblem.NOT_CLOSED())
    if has_closed_documents(case_file):
        raise Conflict(CaseFileProblem.DOCUMENTS_CLOSED())
    # In the language of the authority, whoever downloads it.
    with override("sv"):
        package = _package(actor, case_file)
        parts = _described(package)
    change = {"documents": len(package.documents), "sha256": parts["METS.xml"][0].sha256}
    record(actor, CaseAction.CASE_FILE_ARCHIVED, target_of(case_file), change)
    return _zipped(package, {path: content for path, (_file, content) in parts.items()})


def package_name(case_file: CaseFile) -> str:
    return UNSAFE.sub("-", case_file.number).strip("-.")


def _package(actor: Actor, case_file: CaseFile) -> ArchivePackage:
    documents = packed_documents(case_file)
    if not documents:
        raise Conflict(CaseFileProblem.NOTHING_FILED())
    return ArchivePackage(
        name=package_name(case_file),
        case_file=case_file,
        description=describe(case_file),
        documents=documents,
        made_at=timezone.now(),
        made_by=actor.name,
        software=SOFTWARE,
        version=version("vardkase"),
    )


def _described(package: ArchivePackage) -> dict[str, tuple[PackedFile, bytes]]:
    made: dict[str, tuple[PackedFile, bytes]] = {}

    def part(name: str, path: str, content: bytes, media_type: str = XML) -> PackedFile:
        file = packed_file(name, path, content, package.made_at, media_type)
        made[path] = (file, content)
        return file

    parts = mets.PackageParts(
        descriptive=part("file-erms", "metadata/descriptive/erms.xml", erms.description(package)),
        preservation=part("file-premis", "metadata/preservation/premis.xml", premis.preservation(package)),
        documentation=[
            part(
                "file-documentation",
                "documentation/documentation.txt",
                (FOLDER / "documentation.txt").read_bytes(),
                "text/plain",
            )
        ],
        schemas=[
            part(f"schema-{path.stem}", f"schemas/{path.name}", path.read_bytes())
            for path in sorted((FOLDER / "schemas").glob("*.xsd"))
        ],
    )
    manifest = mets.manifest(package, parts)
    return {"METS.xml": (packed_file("mets", "METS.xml", manifest, package.made_at), manifest)} | made


def _zipped(package: ArchivePackage, described: Mapping[str, bytes]) -> Iterator[bytes]:
    packed = StreamedZip(package.made_at)
    for path, content in described.items():
        yield from packed.add(f"{package.name}/{path}", content)
    by_number = {each.document.number: each.file for each in package.documents}
    documents = package.case_file.documents.select_related("letter").filter(number__in=by_number)
    # A few at a time: each comes with its bytes.
    for document in documents.order_by("number").iterator(chunk_size=5):
        yield from packed.add(f"{package.name}/{by_number[document.number].path}", content_of(document))
    yield from packed.end()
