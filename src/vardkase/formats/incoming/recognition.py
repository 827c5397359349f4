"""Recognises the kind of a document that somebody imports, by its first characters."""

from __future__ import annotations

import re
from enum import Enum


class DocumentKind(Enum):
    MISP = "MISP"
    STIX_1 = "STIX 1"
    STIX_2 = "STIX 2"
    OPENIOC = "OpenIOC"
    MAIL = "mail"
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
