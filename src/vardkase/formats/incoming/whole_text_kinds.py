"""What files of each kind say, with nothing left out that a reader may see: headers, comments, metadata.

Runs inside a sandbox process, which bounds time and memory.
"""

from __future__ import annotations

import bz2
import gzip
import html
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import islice
from typing import IO, Any

import olefile
import py7zr
import pyzipper
from py7zr.io import Py7zBytesIO, Py7zIO, WriterFactory
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from vardkase.core.archives import ArchiveLimits, members
from vardkase.formats.incoming.recognition import DocumentKind, kind_of
from vardkase.formats.incoming.text_decoding import decoded_text


class Unreadable(Exception):
    """Encrypted, or packed in a way that nothing here unpacks."""


@dataclass(frozen=True, slots=True)
class InnerFile:
    name: str
    content: bytes


type Part = str | InnerFile
type Reader = Callable[[bytes], Iterator[Part]]

UNPACKED = ArchiveLimits(size=128 * 1024 * 1024, members=2_000)
PASSWORD = b"infected"
ZIP = b"PK\3\4"
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
MOST_PAGES = 2_000
PIECE = 64 * 1024

UNSEEN = re.compile(r"<!\[CDATA\[|\]\]>|<!--|-->")
"""Around text that is no markup, and around comments."""
TAG = re.compile(r"<[^<>]*>")
QUOTED = re.compile(r"=\s*(?:\"([^\"<>]{2,2000})\"|'([^'<>]{2,2000})')")
ENDS_BLOCK = re.compile(
    r"</(?:w:p|a:p|text:p|text:h|si|is|c|row|p|div|t[dhr]|li|h\d|title|oddHeader|oddFooter)>|<(?:w:br|w:tab|br|a:br)\b[^<>]*>"
)
SHEET_CODE = re.compile(r'&(?:[LCRBIUE]|\d{1,3}|"[^"]{0,100}")')
"""Position and font in headers and footers of a workbook, right before the text."""

READABLE = re.compile(rb"[\x20-\x7e\t\n\r\x80-\xff]{4,}")
READABLE_WIDE = re.compile(rb"(?:[\x20-\x7e\t\n\r\xa0-\xff]\x00){4,}")

RTF_CHARACTER = re.compile(r"\\'([0-9a-fA-F]{2})|\\u(-?\d{1,6})\s?\??")
RTF_BREAK = re.compile(r"\\(?:par|line|tab|cell|row|sect|page)\b ?")
RTF_WORD = re.compile(r"\\(?:[a-zA-Z]{1,40}-?\d{0,10} ?|[^a-zA-Z])|[{}]")
RTF_LINE_END = re.compile(r"(\\?)(?:\r\n?|\n)")
"""Means nothing, but after a backslash ends a paragraph."""

UNKNOWN_ARCHIVES = (
    b"Rar!\x1a\x07",
    b"MSCF",
    b"\x28\xb5\x2f\xfd",
    b"xar!",
    b"\x60\xea",
    b"LZIP",
    b"\x04\x22\x4d\x18",
)
"""RAR, CAB, zstd, xar, ARJ, lzip, LZ4."""

BEGINNING = 16_384
"""Bytes by which text is told from other files."""
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
"""PE, ELF, Mach-O and Java classes."""


def reader_of(path: str, content: bytes) -> Reader:
    if content.startswith(b"%PDF-"):
        return pdf
    for start, reader in BY_START:
        if content.startswith(start):
            return reader
    if b"%PDF-" in content[:1024]:
        return pdf_behind
    if content[257:262] == b"ustar":
        return tar
    if path.lower().endswith(".eml") or kind_of(content) is DocumentKind.MAIL:
        return mail
    if ZIP in content and zipfile.is_zipfile(io.BytesIO(content)):
        return archive_behind
    return _plain_reader(path, content)


def _plain_reader(path: str, content: bytes) -> Reader:
    start = content[:BEGINNING]
    if b"\0" not in start or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return text
    if content.startswith(PROGRAMS):
        return strings
    if path.endswith("sharedStrings.bin"):  # Of a workbook.
        return shared_strings
    for encoding, zeros, others in (
        ("utf-16-le", start[1::2], start[::2]),
        ("utf-16-be", start[::2], start[1::2]),
    ):
        if zeros.count(0) * 10 > len(zeros) * 9 and others.count(0) * 10 < len(others):
            return lambda content: iter([content.decode(encoding, "replace")])
    is_text = start.count(0) * 100 < len(start) + 1_000 and not CONTROL.search(start)
    return text if is_text else strings


def pdf_behind(content: bytes) -> Iterator[str | InnerFile]:
    """A text that names the mark of a PDF, or a PDF behind other bytes."""
    yield from _plain_reader("", content)(content)
    yield from pdf(content)


def archive_behind(content: bytes) -> Iterator[InnerFile]:
    """A zip behind other bytes, such as the program that unpacks it."""
    place = content.index(ZIP)
    yield InnerFile("before", content[:place])
    yield InnerFile("archive", content[place:])


def pdf(content: bytes) -> Iterator[str | InnerFile]:
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable
    yield "\n".join(str(value) for value in (reader.metadata or {}).values())
    if (described := reader.root_object.get("/Metadata")) is not None:
        yield from markup(described.get_object().get_data().decode(errors="replace"))
    for name, contents in reader.attachments.items():
        for each in contents:
            yield InnerFile(str(name), each)
    yield from _titles(reader.outline)
    yield "\n".join(str(field.get("/V", "")) for field in (reader.get_fields() or {}).values())
    has_text = False
    for page in islice(reader.pages, MOST_PAGES):
        said = page.extract_text()
        has_text = has_text or bool(said.strip())
        yield said
        for each in page.get("/Annots") or ():
            annotation = each.get_object()
            yield "\n".join(str(annotation.get(key) or "") for key in ("/Contents", "/V", "/TU"))
            yield str(annotation.get("/A", DictionaryObject()).get_object().get("/URI", ""))
            for drawn in _appearances(annotation):
                yield page.extract_xform_text(drawn)  # type: ignore[arg-type]  # It reads any stream.
    if not has_text or len(reader.pages) > MOST_PAGES:  # Scanned pages are pictures.
        raise Unreadable


def _titles(outline: Sequence[Any]) -> Iterator[str]:
    for each in outline:
        if isinstance(each, list):
            yield from _titles(each)
        else:
            yield str(each.title)


def _appearances(annotation: DictionaryObject) -> Iterator[StreamObject]:
    """What is drawn for it: a stamp, or the text of a field. A box has several, by its states."""
    drawn = annotation.get("/AP", {})
    drawn = drawn.get_object().get("/N") if drawn else None
    drawn = drawn.get_object() if drawn is not None else None
    if isinstance(drawn, StreamObject):
        yield drawn
    elif isinstance(drawn, DictionaryObject):
        states = (state.get_object() for state in drawn.values())
        yield from (state for state in states if isinstance(state, StreamObject))


def archive(content: bytes) -> Iterator[str | InnerFile]:
    """Zip, and so the newer documents of Office and OpenDocument; with the field's password if it needs one."""
    opened = pyzipper.AESZipFile(io.BytesIO(content))
    yield decoded_text(opened.comment)
    yield "\n".join(f"{info.filename}\n{decoded_text(info.comment)}" for info in opened.infolist())
    for name, inner in members(content, UNPACKED, PASSWORD, pyzipper.AESZipFile):
        if name.endswith((".xml", ".rels")):
            yield from markup(decoded_text(inner))
        else:
            yield InnerFile(name, inner)


class _Unpacked(WriterFactory):
    """Keeps every file: several may have one name."""

    def __init__(self) -> None:
        self.files: list[tuple[str, Py7zIO]] = []

    def create(self, filename: str) -> Py7zIO:
        self.files.append((filename, Py7zBytesIO(filename, UNPACKED.size)))
        return self.files[-1][1]


def seven_zip(content: bytes) -> Iterator[str | InnerFile]:
    """With the field's password if it needs one. What the archive says of its sizes is not believed."""
    with py7zr.SevenZipFile(
        io.BytesIO(content), password=PASSWORD.decode(), max_extract_size=UNPACKED.size
    ) as opened:
        names = opened.getnames()
        yield "\n".join(names[: UNPACKED.members])
        if len(names) > UNPACKED.members:
            raise Unreadable
        unpacked = _Unpacked()
        opened.extractall(factory=unpacked)  # noqa: S202 - into memory
    for name, file in unpacked.files:
        file.seek(0)
        yield InnerFile(name, file.read())


def tar(content: bytes) -> Iterator[str | InnerFile]:
    with tarfile.open(fileobj=io.BytesIO(content)) as opened:
        for member in islice(opened, UNPACKED.members):
            yield member.name
            if member.isfile() and (file := opened.extractfile(member)) is not None:
                yield InnerFile(member.name, _whole(file))
            elif member.issym() or member.islnk():
                yield member.linkname


def compressed(content: bytes) -> Iterator[str | InnerFile]:
    with _unpacking(content[:2], io.BytesIO(content)) as file:
        yield InnerFile("unpacked", _whole(file))


def _unpacking(start: bytes, packed: io.BytesIO) -> gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile:
    match start:
        case b"BZ":
            return bz2.BZ2File(packed)
        case b"\x1f\x8b":
            return gzip.GzipFile(fileobj=packed)
        case _:
            return lzma.LZMAFile(packed)


def _whole(file: IO[bytes] | gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile) -> bytes:
    content = bytearray()
    while piece := file.read(PIECE):
        content += piece
        if len(content) > UNPACKED.size:
            raise Unreadable
    return bytes(content)


def mail(content: bytes) -> Iterator[str | InnerFile]:
    message = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
    yield "\n".join(f"{name}: {value}" for name, value in message.items())
    for part in message.walk():
        if part.is_multipart():
            if part is not message and part.get_content_type() != "message/rfc822":
                continue
            yield "\n".join(str(value) for _, value in part.items())
            continue
        payload = part.get_payload(decode=True)
        inner = payload if isinstance(payload, bytes) else b""
        if part.get_content_maintype() == "text" and not part.get_filename():
            yield from _decoded(inner, part.get_content_charset() or "utf-8")
        else:
            yield InnerFile(part.get_filename() or "attachment", inner)


def _decoded(content: bytes, charset: str) -> Iterator[str]:
    try:
        said = content.decode(charset, errors="replace")
    except LookupError:
        said = decoded_text(content)
    yield said  # Of a plain text, what stands between < and > is none of a tag.
    if "<" in said:
        yield from markup(said)


def ole(content: bytes) -> Iterator[str | InnerFile]:
    """Old documents of Office, and mails of Outlook with their attachments."""
    with olefile.OleFileIO(io.BytesIO(content)) as document:
        for path in islice(document.listdir(), UNPACKED.members):
            if path[-1] == "EncryptedPackage":
                raise Unreadable
            stream = document.openstream(path).read()
            if path[-1].endswith("37010102"):  # PidTagAttachDataBinary
                yield InnerFile("attachment", stream)
            else:
                yield from strings(stream)


def rtf(content: bytes) -> Iterator[str]:
    def character(match: re.Match[str]) -> str:
        code = (
            bytes.fromhex(match[1]).decode("cp1252", "replace") if match[1] else chr(int(match[2]) % 65_536)
        )
        return "" if "\ud800" <= code <= "\udfff" else code

    said = RTF_LINE_END.sub(lambda match: r"\par " if match[1] else "", content.decode("cp1252", "replace"))
    said = RTF_BREAK.sub("\n", RTF_CHARACTER.sub(character, said))
    # A word may go on in another group, or end there.
    yield RTF_WORD.sub(_of_rtf, said)
    yield RTF_WORD.sub(lambda match: _of_rtf(match) or ("\n" if match[0] in "{}" else ""), said)


def _of_rtf(word: re.Match[str]) -> str:
    return word[0][1] if word[0] in (r"\{", r"\}", r"\\") else ""


def png(content: bytes) -> Iterator[str]:
    place = 8
    while place + 8 <= len(content):
        length, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        chunk = content[place + 8 : place + 8 + length]
        if kind in (b"tEXt", b"iTXt", b"eXIf"):
            yield from _chunk(chunk)
        elif kind == b"zTXt":
            yield from _chunk(chunk.partition(b"\0")[0] + b" " + _inflated(chunk.partition(b"\0")[2][1:]))
        place += 12 + length


def _chunk(chunk: bytes) -> Iterator[str]:
    """Keyword and text, which international text may pack: keyword, 0, whether packed, how, languages, text."""
    keyword, _, rest = chunk.partition(b"\0")
    if rest[:2] == b"\1\0":
        packed = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        rest = _inflated(packed)
    yield f"{decoded_text(keyword)} {decoded_text(rest)}"
    yield from strings(rest)


def _inflated(packed: bytes) -> bytes:
    return zlib.decompressobj().decompress(packed, 4 * 1024 * 1024)


def jpeg(content: bytes) -> Iterator[str]:
    """Segments before the picture itself: EXIF, XMP, IPTC, comments."""
    place = 2
    while place + 4 <= len(content) and content[place] == 0xFF and content[place + 1] != 0xDA:
        length = int.from_bytes(content[place + 2 : place + 4])
        if content[place + 1] == 0xFE or 0xE1 <= content[place + 1] <= 0xEF:
            yield from strings(content[place + 4 : place + 2 + length])
        place += 2 + length


def strings(content: bytes) -> Iterator[str]:
    """What can be read in any file: runs of characters of one byte, UTF-8 among them, and of two."""
    yield "\n".join(decoded_text(run) for run in READABLE.findall(content))
    yield "\n".join(run.decode("utf-16-le", "replace") for run in READABLE_WIDE.findall(content))


def shared_strings(content: bytes) -> Iterator[str]:
    """Of a binary workbook: what its cells say."""
    yield from strings(content)


def text(content: bytes) -> Iterator[str]:
    said = decoded_text(content)
    yield said
    if said.lstrip().startswith("<"):
        yield from markup(said)


def markup(said: str) -> Iterator[str]:
    """The text with and without tags as breaks, since words and fields end in them, and what attributes say, such as
    watermarks."""
    said = UNSEEN.sub("\n", said)
    for plain in (TAG.sub("", ENDS_BLOCK.sub("\n", said)), TAG.sub("\n", said)):
        yield SHEET_CODE.sub(" ", html.unescape(plain))
    yield "\n".join(html.unescape(first or second) for first, second in QUOTED.findall(said))


def unknown_archive(_content: bytes) -> Iterator[str]:
    raise Unreadable


BY_START: tuple[tuple[bytes | tuple[bytes, ...], Reader], ...] = (
    (ZIP, archive),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ole),
    (b"{\\rtf", rtf),
    (b"\x89PNG\r\n\x1a\n", png),
    (b"\xff\xd8\xff", jpeg),
    ((b"\x1f\x8b", b"BZh", b"\xfd7zXZ"), compressed),
    (SEVEN_ZIP, seven_zip),
    (UNKNOWN_ARCHIVES, unknown_archive),
)
