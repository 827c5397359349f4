"""The policy document as a file: PDF for archiving, DOCX for editing."""

from __future__ import annotations

from pathlib import Path

import msgspec

from vardkase.core.errors import NotFound
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.typeset import pdf, printable
from vardkase.hub.policy.document import PolicyDocument, document_of
from vardkase.hub.policy.models import PolicyVersion
from vardkase.hub.policy.problems import PolicyProblem

TEMPLATE = Path(__file__).parent / "document.typ"
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
LANGUAGES = ("sv", "en")


def printed(version: PolicyVersion, form: str, language: str = "sv") -> bytes:
    """The version as "pdf" or "docx", in "sv" or "en". Raises NotFound for another format or language,
    PartMissing."""
    if form not in TYPES or language not in LANGUAGES:
        raise NotFound(PolicyProblem.NO_SUCH_FORMAT())
    document = document_of(version, language)
    if form == "pdf":
        return pdf(TEMPLATE, msgspec.to_builtins(document), language=language)
    # Loaded only when needed: python-docx is an optional part of the installation.
    docx_document = OptionalPart.DOCX.load("vardkase.hub.policy.docx_document")
    content: bytes = docx_document.as_docx(
        msgspec.convert(printable(msgspec.to_builtins(document)), PolicyDocument)
    )
    return content


def file_name(version: PolicyVersion, form: str) -> str:
    return f"misp-policy-{version.number}.{form}"
