"""The text of files that people bring: reports as PDF and DOCX, lists as workbooks, and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import pytest
import typst
from openpyxl import Workbook
from pypdf import PdfReader, PdfWriter

from vardkase.core.errors import Invalid, VardkaseError
from vardkase.formats.incoming.file_text import text_of_file
from vardkase.formats.incoming.recognition import DocumentKind, kind_of_file

SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b856"
REPORT = f"""
#set page(width: 300pt)
#set document(title: "Phishing against clinics")
= Phishing against clinics
The page #link("https://evil.example/login")[asks for passwords] from 198.51.100[.]7.

{SHA256[:36]}#linebreak(){SHA256[36:]}
"""
XXE = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body><w:p><w:r><w:t>before &x; after</w:t></w:r></w:p></w:body></w:document>"
)


def pdf(source: str = REPORT) -> bytes:
    return bytes(typst.compile(source.encode()))


def encrypted_pdf(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt(password, "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word() -> bytes:
    document = docx.Document()
    document.add_heading("Phishing against clinics", 1)
    document.add_paragraph("Sender: lon@evil.example")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "invoice.exe", SHA256
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_member(archive: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, content if each == name else old.read(each))
    return out.getvalue()


def test_text_of_reports_and_lists() -> None:
    found = text_of_file(pdf())
    assert found.title == "Phishing against clinics"
    assert "198.51.100[.]7" in found.text
    assert "<https://evil.example/login>" in found.text, "the address behind the words of a link"
    assert SHA256 in found.text, "a hash that the column breaks in two"

    document = word()
    assert kind_of_file(document) is DocumentKind.DOCX
    assert text_of_file(document).text.startswith("# Phishing against clinics\n\nSender: lon@evil.example")
    assert f"| invoice.exe | {SHA256} |" in text_of_file(document).text

    book = workbook([["Domain", "Comment"], ["evil.example", "a|b"], [None, None]])
    assert text_of_file(book).text == "## Sheet\n\n| Domain | Comment |\n| evil.example | a\\|b |"
    assert text_of_file("\ufeffevil.example".encode("utf-16-le")).text.endswith("evil.example")
    assert text_of_file("Mörkret på väg".encode("cp1252")).text == "Mörkret på väg"


def test_pdf_that_only_forbids_printing_is_read() -> None:
    assert "198.51.100[.]7" in text_of_file(encrypted_pdf("")).text


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda: encrypted_pdf("secret"), "encrypted"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (lambda: pdf("#rect()"), "no text"),
        (lambda: workbook([]), "no text"),
        (lambda: b"%PDF-1.7\n" + b"\0" * 5000, "cannot be read"),
        (lambda: b"PK\3\4" + b"\0" * 100, "this kind of file"),
        (lambda: b"MZ\0\0" * 100, "this kind of file"),
        (lambda: with_member(word(), "word/document.xml", b"<"), "cannot be read"),
        (lambda: with_member(word(), "word/document.xml", b" " * (200 * 1024 * 1024)), "too large"),
        (lambda: workbook([["x" * 30_000] * 180]), "too long"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(made: Callable[[], bytes], why: str) -> None:
    with pytest.raises(Invalid) as refused:
        text_of_file(made())
    assert why in refused.value.wire


def test_entities_of_a_document_read_no_file_and_do_not_multiply() -> None:
    try:
        text = text_of_file(with_member(word(), "word/document.xml", XXE)).text
    except VardkaseError:
        return
    assert "root:" not in text
