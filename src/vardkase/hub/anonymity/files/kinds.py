"""Which cleaner is for which kind of file, told by its content. Runs inside a sandbox process."""

from __future__ import annotations

from functools import partial

from vardkase.core.archives import BROKEN, opened
from vardkase.core.errors import Invalid, InvalidValue
from vardkase.formats.incoming.recognition import DocumentKind, kind_of
from vardkase.formats.incoming.text_decoding import decoded_text
from vardkase.hub.anonymity.files import mails, office, pdf, pictures, samples
from vardkase.hub.anonymity.files.cleaner import FileCleaner
from vardkase.hub.anonymity.problems import FileCleaningProblem

DEEPEST = 3
"""A picture in a document in a mail."""
MOST_MEMBERS = 2_000
ZIP = b"PK\3\4"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
ARCHIVES = (
    b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"MSCF", b"\x28\xb5\x2f\xfd", b"xar!",
)  # fmt: skip
"""gzip, bzip2, xz, 7z, RAR, CAB, zstd, xar."""
MARKUP = ("<", "{\\rtf", "%!ps")
"""Web pages, XML and SVG; RTF; PostScript."""


def cleaned(name: str, content: bytes, depth: int = 0) -> bytes:
    """Raises Invalid, and whatever a library raises for a damaged file."""
    if depth > DEEPEST:
        raise Invalid(FileCleaningProblem.NESTED_TOO_DEEPLY(name=name))
    return _cleaner(name, content)(name, content, partial(_cleaned_inside, name, depth))


def _cleaned_inside(outer: str, depth: int, name: str, content: bytes) -> bytes:
    return cleaned(f"{outer}/{name}", content, depth + 1)


def _cleaner(name: str, content: bytes) -> FileCleaner:
    if b"%PDF-" in content[:1024]:
        return pdf.clean
    if content.startswith(pictures.STARTS) or content[8:12] == b"WEBP":
        return pictures.clean
    if content.startswith(ZIP):
        return _cleaner_of_zip(name, content)
    if content.startswith(OLE):
        is_encrypted = ENCRYPTED_PACKAGE in content
        raise Invalid(
            (FileCleaningProblem.ENCRYPTED if is_encrypted else FileCleaningProblem.OLD_OFFICE)(name=name)
        )
    if content.startswith(ARCHIVES) or content[257:262] == b"ustar":
        raise Invalid(FileCleaningProblem.ARCHIVE(name=name))
    if name.lower().endswith(".eml") or kind_of(content) is DocumentKind.MAIL:
        return mails.clean
    return _checked_text(name, content)


def _cleaner_of_zip(name: str, content: bytes) -> FileCleaner:
    try:
        with opened(content, MOST_MEMBERS) as archive:
            infos = archive.infolist()
    except InvalidValue as too_many:
        raise Invalid(FileCleaningProblem.TOO_MUCH(name=name)) from too_many
    except BROKEN as broken:
        raise Invalid(FileCleaningProblem.DAMAGED(name=name)) from broken
    names = {info.filename for info in infos}
    if any(info.flag_bits & 1 for info in infos):
        return samples.clean
    if "[Content_Types].xml" in names:
        return office.clean
    raise Invalid(FileCleaningProblem.ARCHIVE(name=name))


def _checked_text(name: str, content: bytes) -> FileCleaner:
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in content and not is_wide:
        raise Invalid(FileCleaningProblem.UNKNOWN_KIND(name=name))
    if decoded_text(content[:4096]).lstrip("\ufeff \t\r\n").lower().startswith(MARKUP):
        raise Invalid(FileCleaningProblem.MARKUP(name=name))
    return _unchanged


def _unchanged(_name: str, content: bytes, _clean_inside: object) -> bytes:
    return content
