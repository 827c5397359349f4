"""Files of every kind that the hub cleans, as the programs of an organisation write them: with its names in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage

import docx
import openpyxl
import pikepdf
from openpyxl.comments import Comment
from PIL import Image, PngImagePlugin

TRACES = ("Anna Ek", "anna.ek", "vaxholm", "VX-PC-0412", "2025-11-03", "2025:11:03")
"""A person, her address, her organisation, her machine, and when she wrote it."""


def jpeg() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: turned by 90 degrees.
    exif[0x013B] = "Anna Ek"
    exif[0x0132] = "2025:11:03 10:11:12"
    return _saved(Image.new("RGB", (4, 2), "red"), "JPEG", exif=exif, comment=b"VX-PC-0412")


def png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "Anna Ek")
    texts.add_itxt("XML:com.adobe.xmp", "<x>vaxholm</x>", zip=True)
    return _saved(Image.new("RGBA", (3, 3), "blue"), "PNG", pnginfo=texts)


def webp() -> bytes:
    return _saved(Image.new("RGB", (3, 3), "green"), "WEBP", xmp=b"<x>Anna Ek</x>")


def tiff() -> bytes:
    pages = [Image.new("RGB", (3, 3), colour) for colour in ("red", "blue")]
    return _saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], tiffinfo={315: "Anna Ek"})


def gif() -> bytes:
    frames = [Image.new("RGB", (3, 3), colour) for colour in ("red", "blue")]
    return _saved(frames[0], "GIF", save_all=True, append_images=frames[1:], comment=b"Anna Ek")


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def pdf(*, password: str = "") -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    page = document.pages[0]
    picture = document.make_stream(
        jpeg(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=4, Height=2, BitsPerComponent=8,
        ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
    page.PieceInfo = pikepdf.Dictionary(VX=pikepdf.Dictionary(Private="VX-PC-0412"))
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 10, 10], Contents="A remark", T="Anna Ek",
        M="D:20251103101112", NM="vaxholm-1",
    )  # fmt: skip
    page.Annots = document.make_indirect(pikepdf.Array([note]))
    attached = pikepdf.AttachedFileSpec(document, png(), filename="picture.png", description="Anna Ek")
    document.attachments["picture.png"] = attached
    document.docinfo["/Author"] = "Anna Ek"
    with document.open_metadata(set_pikepdf_as_editor=False) as described:
        described["dc:creator"] = ["Anna Ek"]
    out = io.BytesIO()
    document.save(out, encryption=pikepdf.Encryption(owner=password, user=password) if password else False)
    return out.getvalue()


def word() -> bytes:
    document = docx.Document()
    document.core_properties.author = document.core_properties.last_modified_by = "Anna Ek"
    run = document.add_paragraph("The attack began with a mail.").runs[0]
    document.add_comment([run], text="Which one?", author="Anna Ek", initials="AE")
    document.add_picture(io.BytesIO(jpeg()))
    changed = changed_zip(_bytes_of(document), {"docProps/custom.xml": b"<p>vaxholm</p>"})
    with zipfile.ZipFile(io.BytesIO(changed)) as archive:
        text = archive.read("word/document.xml").decode()
    tracked = (
        '<w:p w:rsidR="00A412BC"><w:ins w:id="9" w:author="Anna Ek" w:date="2025-11-03T10:11:12Z">'
        "<w:r><w:t>It was opened once.</w:t></w:r></w:ins>"
        '<w:fldSimple w:instr=" AUTHOR "><w:r><w:t>Anna Ek</w:t></w:r></w:fldSimple></w:p>'
    )
    return changed_zip(
        changed, {"word/document.xml": text.replace("<w:sectPr", f"{tracked}<w:sectPr", 1).encode()}
    )


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.properties.creator = "Anna Ek"
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "198.51.100.7"
    sheet["A1"].comment = Comment("Seen twice", "Anna Ek")
    out = io.BytesIO()
    book.save(out)
    return changed_zip(out.getvalue(), {"xl/printerSettings/printerSettings1.bin": b"VX-PC-0412"})


def slides() -> bytes:
    """As much of a presentation as tells who commented on it."""
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/docProps/app.xml" ContentType="application/xml"/></Types>'
    )
    authors = (
        '<p:cmAuthorLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main">'
        '<p:cmAuthor id="0" name="Anna Ek" initials="AE"/></p:cmAuthorLst>'
    )
    parts = {
        "[Content_Types].xml": types,
        "docProps/app.xml": "<Company>vaxholm</Company>",
        "ppt/commentAuthors.xml": authors,
    }
    return changed_zip(b"", {name: content.encode() for name, content in parts.items()})


def mail(*attachments: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["Received"] = "from mx.example.net by vx-pc-0412.vaxholm.example; Mon, 3 Nov 2025 10:11:12 +0100"
    message["Message-ID"] = "<1@vaxholm.example>"
    message["X-Originating-Host"] = "VX-PC-0412"
    message["From"] = "Paket <paket@attacker.example>"
    message["To"] = "Anna Ek <anna.ek@vaxholm.example>"
    message["Date"] = "Mon, 03 Nov 2025 10:11:12 +0100"
    message["Subject"] = "Ditt paket är försenat"
    message.set_content("Klicka här: http://attacker.example/åäö\n", cte="base64")
    message.add_alternative('<img src="cid:a@vaxholm.example">', subtype="html")
    for name, content in attachments:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name, cid="<a@vaxholm.example>"
        )
    return message.as_bytes()


def changed_zip(archive: bytes, changed: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        if archive:
            with zipfile.ZipFile(io.BytesIO(archive)) as old:
                for info in old.infolist():
                    if info.filename not in changed:
                        new.writestr(info.filename, old.read(info))
        for name, content in changed.items():
            new.writestr(name, content)
    return out.getvalue()


def _bytes_of(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]  # Of python-docx, whose class is a function's.
    return out.getvalue()
