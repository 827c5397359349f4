"""Applicants' uploads: accepted types and detection of the actual type. Pure; content decides, never the file
name.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

from vardkase.core.errors import Invalid
from vardkase.hub.membership.questionnaire.problems import FileProblem

LARGEST = 10 * 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."


def kind_of(name: str, content: bytes) -> str:
    """The media type of a permitted file; raises Invalid with the problem alone for others."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in ACCEPTED:
        raise Invalid(FileProblem.FORMAT())
    if not content:
        raise Invalid(FileProblem.EMPTY())
    if len(content) > LARGEST:
        raise Invalid(FileProblem.TOO_LARGE())
    kind, matches = ACCEPTED[ending]
    if not matches(content):
        raise Invalid(FileProblem.CONTENT(format=ending.upper()))
    return kind


def begins_with(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(starts)


def is_office_file(part: str) -> Callable[[bytes], bool]:
    def matches(content: bytes) -> bool:
        try:
            # Only the directory is read: nothing is unpacked, however large it would be.
            names = zipfile.ZipFile(BytesIO(content)).namelist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            return False
        # A document with macros is one, whatever its name says.
        macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        return "[Content_Types].xml" in names and part in names and not macros

    return matches


def is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    # Not a character at a time: that keeps a web server busy for seconds with a file of 15 MB.
    for character in "\r\n\t\ufeff":
        text = text.replace(character, "")
    return text.isprintable()


ACCEPTED: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "pdf": ("application/pdf", begins_with(b"%PDF-")),
    "png": ("image/png", begins_with(b"\x89PNG\r\n\x1a\n")),
    "jpg": ("image/jpeg", begins_with(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", begins_with(b"\xff\xd8\xff")),
    "docx": (f"{OFFICE}wordprocessingml.document", is_office_file("word/document.xml")),
    "xlsx": (f"{OFFICE}spreadsheetml.sheet", is_office_file("xl/workbook.xml")),
    "txt": ("text/plain", is_text),
}
