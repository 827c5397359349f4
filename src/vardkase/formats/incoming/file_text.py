"""The text of a file that somebody imports: PDF, DOCX, XLSX, a mail, a web page or plain text.

For everything that reads text out of a file: events, attributes and reports. Files are parsed in sandbox processes.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from vardkase.core.errors import Invalid
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.sandbox import Limits, ProgramFailed, SandboxPool
from vardkase.formats.incoming import reading
from vardkase.formats.incoming.recognition import DocumentKind, kind_of_file
from vardkase.formats.incoming.text_decoding import decoded_text
from vardkase.formats.problems import ImportProblem
from vardkase.misp.freetext import LONGEST_TEXT
from vardkase.misp.page_text import is_page

LARGEST = 64 * 1024 * 1024
"""Bytes of a file whose text is read."""
LIMITS = Limits(memory=1024 * 1024 * 1024, seconds=8)
"""Somebody waits for it, and a core is busy."""
file_texts = SandboxPool("vardkase.formats.incoming.file_text_program", LIMITS)
word_texts = SandboxPool("vardkase.formats.incoming.docx_program", LIMITS, part=OptionalPart.DOCX)


class FileText(msgspec.Struct, frozen=True):
    """`title` may be empty; `text` is Markdown where the file has headings, tables or links."""

    title: str
    text: str


def text_of_file(content: bytes, kind: DocumentKind | None = None) -> FileText:
    """The text of a file, and its title if it has one; `kind` where the caller knows it.

    Raises Invalid (encrypted, empty, too long, or no kind of text), LimitReached, PartMissing.
    """
    kind = kind or kind_of_file(content)
    if kind is DocumentKind.ENCRYPTED:
        raise Invalid(ImportProblem.ENCRYPTED())
    if kind not in READERS:
        raise Invalid(ImportProblem.NO_TEXT_KIND())
    if len(content) > LARGEST:
        raise Invalid(ImportProblem.FILE_TOO_LARGE(most=LARGEST // (1024 * 1024)))
    if kind is DocumentKind.TEXT and len(content) > LONGEST_TEXT:  # Before it is decoded.
        raise Invalid(ImportProblem.TEXT_TOO_LONG())
    found = READERS[kind](content)
    if not found.text.strip():
        raise Invalid(ImportProblem.NO_TEXT())
    if len(found.text) > LONGEST_TEXT:
        raise Invalid(ImportProblem.TEXT_TOO_LONG())
    return found


def mail_text(content: bytes) -> FileText:
    mail = reading.mail(content)
    return FileText(mail.subject, mail.text)


def plain_text(content: bytes) -> FileText:
    text = decoded_text(content)
    return FileText(*reading.web_page(text)) if is_page(text) else FileText("", text)


def _by_program(pool: SandboxPool, job: str) -> Callable[[bytes], FileText]:
    def read(content: bytes) -> FileText:
        try:
            with pool.job({"job": job}) as process:
                return msgspec.json.decode(b"".join(process.ask(content)), type=FileText)
        except ProgramFailed as failed:
            raise Invalid(ImportProblem.NOT_READ(reason=failed.problem or "")) from failed

    return read


READERS: dict[DocumentKind, Callable[[bytes], FileText]] = {
    DocumentKind.TEXT: plain_text,
    DocumentKind.MAIL: mail_text,
    DocumentKind.PDF: _by_program(file_texts, "pdf"),
    DocumentKind.XLSX: _by_program(file_texts, "xlsx"),
    DocumentKind.DOCX: _by_program(word_texts, "docx"),
}
