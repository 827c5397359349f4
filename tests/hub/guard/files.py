"""Files that hold a text somewhere, one of each kind and place."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import docx
import openpyxl
import py7zr
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)

from vardkase.core.zipcrypto import encrypted_zip


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def word(text: str) -> bytes:
    document = docx.Document()
    paragraph = document.add_paragraph("see ")
    paragraph.add_run(text[:4])
    paragraph.add_run(text[4:]).bold = True  # A word in two runs.
    return _saved(document)


def word_header(text: str) -> bytes:
    document = docx.Document()
    document.add_paragraph("hello")
    document.sections[0].header.paragraphs[0].text = text
    return _saved(document)


def word_properties(text: str) -> bytes:
    document = docx.Document()
    document.core_properties.keywords = text
    return _saved(document)


def word_watermark(text: str) -> bytes:
    drawn = f'<w:hdr xmlns:v="v"><v:textpath style="x" string="{text}"/></w:hdr>'
    return zipped({"word/document.xml": b"<w:p>hello</w:p>", "word/header1.xml": drawn.encode()})


def workbook(text: str) -> bytes:
    book = openpyxl.Workbook()
    book.active["B7"] = text
    return _saved(book)


def workbook_footer(text: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.oddFooter.center.text = text
    book.active["A1"] = "hello"
    return _saved(book)


def slides(text: str) -> bytes:
    return zipped({"ppt/notesSlides/notesSlide1.xml": f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>".encode()})


def pdf(text: str, title: str = "hello") -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    font = {
        "/Type": "/Font",
        "/Subtype": "/Type1",
        "/BaseFont": "/Helvetica",
        "/Encoding": "/WinAnsiEncoding",
    }
    named = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(named)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode("cp1252"))
    page[NameObject("/Contents")] = writer._add_object(stream)
    writer.add_metadata({"/Title": title})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_title(text: str) -> bytes:
    return pdf("hello", text)


def pdf_bookmark(text: str) -> bytes:
    return _annotated(lambda writer: writer.add_outline_item(title=text, page_number=0))


def pdf_field(text: str) -> bytes:
    entries = {"/Subtype": "/Widget", "/FT": "/Tx", "/T": "class", "/V": text}
    return _annotated(lambda writer: writer.pages[0].__setitem__(NameObject("/Annots"), _annotation(entries)))


def pdf_stamp(text: str) -> bytes:
    drawn = PdfReader(io.BytesIO(pdf(text))).pages[0]
    stream = DecodedStreamObject()
    stream.set_data(drawn.get_contents().get_data())  # type: ignore[union-attr]
    box = ArrayObject(FloatObject(each) for each in (0, 0, 200, 200))
    stream.update({NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form")})
    stream.update({NameObject("/BBox"): box})

    def stamp(writer: PdfWriter) -> None:
        stream[NameObject("/Resources")] = writer.pages[0]["/Resources"]
        annotations = _annotation({"/Subtype": "/Stamp"})
        appearance = DictionaryObject({NameObject("/N"): writer._add_object(stream)})
        annotations[0][NameObject("/AP")] = appearance
        writer.pages[0][NameObject("/Annots")] = annotations

    return _annotated(stamp)


def _annotation(entries: dict[str, str]) -> ArrayObject:
    made = DictionaryObject({NameObject("/Type"): NameObject("/Annot")})
    for key, value in entries.items():
        made[NameObject(key)] = NameObject(value) if value.startswith("/") else TextStringObject(value)
    made[NameObject("/Rect")] = ArrayObject(FloatObject(each) for each in (0, 0, 200, 200))
    return ArrayObject([made])


def _annotated(change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf("hello")))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def commented_zip(text: str) -> bytes:
    out = io.BytesIO(zipped({"a.txt": b"hello"}))
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = text.encode()
    return out.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def seven_zipped(files: dict[str, bytes], password: str | None = None, **options: Any) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password, **options) as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    return out.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def mail(subject: str = "hello", text: str = "hello", attached: bytes = b"", name: str = "a.bin") -> bytes:
    message = EmailMessage()
    message["From"], message["Date"] = "a@example.org", "Mon, 1 Jan 2024 10:00:00 +0000"
    message["Subject"] = subject
    message.set_content(text, cte="base64")
    if attached:
        message.add_attachment(attached, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def png(text: str, kind: bytes = b"tEXt") -> bytes:
    body = text.encode()
    chunk = {
        b"tEXt": b"Comment\0" + text.encode("latin-1"),
        b"zTXt": b"Comment\0\0" + zlib.compress(text.encode("latin-1")),
        b"iTXt": b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(body),
    }[kind]
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(chunk)) + kind + chunk + b"\0\0\0\0"


def jpeg(text: str) -> bytes:
    body = b"Exif\0\0" + text.encode("utf-16-le")
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + b"\xff\xda" + b"\0" * 20


def old_office(text: str, stream: str = "WordDocument") -> bytes:
    """A compound file (MS-CFB) of one stream in sectors of 512 bytes."""
    content = text.encode("utf-16-le").ljust(4096, b"\0")
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += b"\0" * 10 + struct.pack("<IIIIIIIII", 1, 1, 0, 4096, end, 0, end, 0, 0)
    head += struct.pack("<I", free) * 108
    table = [fat, end, *range(3, 10), end] + [free] * 118

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        named = (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0")
        links = struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, free, free, child)
        return named + links + b"\0" * 36 + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, end, 0) + entry(stream, 2, free, 2, 4096) + bytes(256)
    return head + struct.pack("<128I", *table) + folder + content


FILES: dict[str, Callable[[str], bytes]] = {
    "text.txt": lambda text: f"hello\n{text}".encode(),
    "wide.txt": lambda text: text.encode("utf-16"),
    "page.html": lambda text: f"<html><b>{text[:4]}</b>{text[4:]}".encode(),
    "report.rtf": lambda text: ("{\\rtf1 " + text.replace("Ä", "\\'c4") + "\\par}").encode(),
    "title.rtf": lambda text: (
        "{\\rtf1{\\info{\\title " + text.replace("Ä", "\\'c4") + "}}hello\\par}"
    ).encode(),
    "bracket.eml": lambda text: mail(text=f"less < more\n\n{text}\n\n> before"),
    "cdata.docx": lambda text: zipped({"word/document.xml": f"<w:p><![CDATA[{text}]]></w:p>".encode()}),
    "comment.docx": lambda text: zipped({"word/document.xml": f"<w:p>x</w:p><!-- {text} -->".encode()}),
    "bookmark.pdf": pdf_bookmark,
    "field.pdf": pdf_field,
    "stamp.pdf": pdf_stamp,
    "commented.zip": commented_zip,
    "opens itself.exe": lambda text: b"MZ" + bytes(500) + zipped({"a.docx": word(text)}),
    "no mark.txt": lambda text: f"hello\n{text}\nfrom here".encode("utf-16-le"),
    "zero.txt": lambda text: f"hello\0\n{text}".encode(),
    "book.xlsb": lambda text: zipped(
        {"xl/sharedStrings.bin": bytes(8) + text.encode("utf-16-le") + bytes(8)}
    ),
    "body.docx": word,
    "header.docx": word_header,
    "properties.docx": word_properties,
    "watermark.docx": word_watermark,
    "cell.xlsx": workbook,
    "footer.xlsx": workbook_footer,
    "notes.pptx": slides,
    "page.pdf": pdf,
    "title.pdf": pdf_title,
    "old.doc": old_office,
    "mail.msg": lambda text: old_office(text, "__substg1.0_1000001F"),
    "subject.eml": mail,
    "body.eml": lambda text: mail(text=text),
    "attached.eml": lambda text: mail(attached=word(text), name="a.docx"),
    "attached name.eml": lambda text: mail(attached=b"x", name=f"{text}.txt"),
    "a.zip": lambda text: zipped({"b/c.docx": word(text)}),
    "name.zip": lambda text: zipped({f"{text}.txt": b"hello"}),
    "nested.zip": lambda text: zipped({"m.eml": mail(attached=zipped({"d.pdf": pdf(text)}))}),
    "sample.zip": lambda text: encrypted_zip({"0a": word(text)}, b"infected"),
    "a.7z": lambda text: seven_zipped({"b/c.docx": word(text), "d.txt": b"hello"}),
    "name.7z": lambda text: seven_zipped({f"{text}.txt": b"hello"}),
    "sample.7z": lambda text: seven_zipped({"0a": word(text)}, "infected"),
    "nested.7z": lambda text: zipped({"m.7z": seven_zipped({"d.zip": zipped({"e.pdf": pdf(text)})})}),
    "a.tar.gz": lambda text: tarred({"b.pdf": pdf(text)}),
    "a.gz": lambda text: gzip.compress(text.encode()),
    "a.bz2": lambda text: bz2.compress(text.encode()),
    "a.xz": lambda text: lzma.compress(text.encode()),
    "text.png": png,
    "packed.png": lambda text: png(text, b"zTXt"),
    "xmp.png": lambda text: png(text, b"iTXt"),
    "exif.jpg": jpeg,
}
"""File name, of which the ending alone says anything, and what makes the file."""

UNREADABLE: dict[str, bytes] = {
    "a.7z": b"7z\xbc\xaf\x27\x1c" + bytes(100),
    "a.rar": b"Rar!\x1a\x07\x00" + bytes(100),
    "secret.7z": seven_zipped({"a.txt": b"hello"}, "another"),
    "secret names.7z": seven_zipped({"a.txt": b"hello"}, "another", header_encryption=True),
    "bomb.7z": seven_zipped({"a.txt": bytes(130 * 1024 * 1024)}, filters=[{"id": py7zr.FILTER_DEFLATE}]),
    "secret.zip": encrypted_zip({"a.txt": b"hello"}, b"another"),
    "inside.zip": zipped({"b.7z": b"7z\xbc\xaf\x27\x1c" + bytes(100)}),
    "damaged.pdf": b"%PDF-1.7\nnothing",
    "about.txt": b"hello %PDF-1.7",
    "scanned.pdf": pdf(""),
    "bomb.gz": gzip.compress(bytes(200 * 1024 * 1024), 9),
}
