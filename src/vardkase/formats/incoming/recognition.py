"""Recognises the kind of a document that somebody imports, by its content."""

from __future__ import annotations

import re
from enum import Enum

from vardkase.core.archives import BROKEN, opened
from vardkase.core.errors import InvalidValue


class DocumentKind(Enum):
    MISP = "MISP"
    STIX_1 = "STIX 1"
    STIX_2 = "STIX 2"
    OPENIOC = "OpenIOC"
    MAIL = "mail"
    PDF = "PDF"
    DOCX = "DOCX"
    XLSX = "XLSX"
    SANDBOX = "sandbox"
    """The archive of a sandbox's analysis."""
    SAMPLES = "samples"
    """An encrypted archive."""
    ENCRYPTED = "encrypted"
    """A document of Office that needs a password."""
    TEXT = "text"
    BINARY = "binary"


LOOKED_AT = 16 * 1024
"""Bytes; what names the format comes early in the documents of all of them."""
PATTERNS = (
    (DocumentKind.STIX_2, rb'\A\s*\{(?=.*"type"\s*:\s*"bundle")(?=.*"(?:spec_version|objects|id)")'),
    (
        DocumentKind.MISP,
        rb'\A\s*[\[{](?=.*"(?:Event|response)"\s*:)|\A\s*\{(?=.*"info"\s*:)(?=.*"Attribute"\s*:)',
    ),
    (DocumentKind.STIX_1, rb"\A\s*<(?:.*<)?(?:\w{1,40}:)?STIX_Package\b"),
    (DocumentKind.OPENIOC, rb"\A\s*<(?:.*<)?(?:ioc|OpenIOC)\s[^>]{0,400}(?:openioc|mandiant)"),
    (DocumentKind.MISP, rb"\A\s*(?:<\?xml[^>]*>\s*)?<response>\s*<Event>"),
    # At least two headers that every mail has, before the first empty line.
    (
        DocumentKind.MAIL,
        rb"\A(?=(?:[^\r\n]+\r?\n)*?(?:From|Received):)(?=(?:[^\r\n]+\r?\n)*?(?:Message-ID|Date|MIME-Version):)[\w-]+:",
    ),
)
RECOGNISERS = [(kind, re.compile(pattern, re.DOTALL | re.IGNORECASE)) for kind, pattern in PATTERNS]


def kind_of(content: bytes) -> DocumentKind:
    start = content.removeprefix(b"\xef\xbb\xbf")[:LOOKED_AT]
    for kind, pattern in RECOGNISERS:
        if pattern.search(start):
            return kind
    return DocumentKind.BINARY if b"\0" in start else DocumentKind.TEXT


PDF_BEGINS_WITHIN = 1024
"""Bytes that readers of PDF look through for its mark."""
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
MOST_MEMBERS = 2_000
ENCRYPTED_FLAG = 1
KINDS_BY_MEMBER = {
    "word/document.xml": DocumentKind.DOCX,
    "xl/workbook.xml": DocumentKind.XLSX,
    "Analysis/analysis.xml": DocumentKind.SANDBOX,
    "Analysis/analysis.json": DocumentKind.SANDBOX,
}


def kind_of_file(content: bytes) -> DocumentKind:
    """As `kind_of`, and also what only the whole file shows: PDF, documents of Office, archives of a sandbox."""
    if b"%PDF-" in content[:PDF_BEGINS_WITHIN]:
        return DocumentKind.PDF
    if content.startswith(b"PK\3\4"):
        return _kind_of_archive(content)
    if content.startswith(OLD_OFFICE):
        return DocumentKind.ENCRYPTED if ENCRYPTED_PACKAGE in content else DocumentKind.BINARY
    # Windows writes lists as UTF-16, where every other byte is zero.
    return DocumentKind.TEXT if content.startswith((b"\xff\xfe", b"\xfe\xff")) else kind_of(content)


def _kind_of_archive(content: bytes) -> DocumentKind:
    try:
        with opened(content, MOST_MEMBERS) as archive:
            infos = archive.infolist()
    except (*BROKEN, InvalidValue):
        return DocumentKind.BINARY
    names = {info.filename for info in infos}
    if (kind := next((kind for name, kind in KINDS_BY_MEMBER.items() if name in names), None)) is not None:
        return kind
    is_encrypted = any(info.flag_bits & ENCRYPTED_FLAG for info in infos)
    return DocumentKind.SAMPLES if is_encrypted else DocumentKind.BINARY
