"""Files are published anonymously without the metadata that tell who made them, or not at all."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from email import message_from_bytes, policy

import docx
import openpyxl
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from tests.factories import files_with_metadata as made
from vardkase.core.errors import Invalid
from vardkase.core.zipcrypto import encrypted_zip
from vardkase.formats.incoming.whole_text import whole_text
from vardkase.hub.anonymity.files.cleaning import clean_file

KINDS: dict[str, Callable[[], bytes]] = {
    "photo.jpg": made.jpeg, "screen.png": made.png, "page.webp": made.webp, "scan.tiff": made.tiff, "a.gif": made.gif,
    "report.pdf": made.pdf, "report.docx": made.word, "values.xlsx": made.workbook, "talk.pptx": made.slides,
    "phishing.eml": made.mail,
}  # fmt: skip


def everything(name: str, content: bytes) -> str:
    """The file and all that is in it, also in its archives and compressed streams, as lower-case text."""
    said = [content.decode("latin-1"), *(part.text for part in whole_text(name, content).texts)]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            said += [archive.read(each).decode("latin-1") for each in archive.namelist()]
    if content.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(content)) as document:
            streams = [each for each in document.objects if isinstance(each, pikepdf.Stream)]
            said += [each.read_raw_bytes().decode("latin-1") for each in streams]
            said += [repr(each) for each in document.objects]
    return "\n".join(said).lower()


def traces_in(name: str, content: bytes) -> set[str]:
    found = everything(name, content)
    return {trace for trace in made.TRACES if trace.lower() in found}


def test_metadata_are_removed_and_what_people_read_remains() -> None:
    cleaned = {name: clean_file(name, make()) for name, make in KINDS.items()}
    assert all(traces_in(name, make()) for name, make in KINDS.items())
    assert {
        name: traces_in(name, content) for name, content in cleaned.items() if traces_in(name, content)
    } == {}

    photo = Image.open(io.BytesIO(cleaned["photo.jpg"]))
    assert (photo.size, dict(photo.getexif()), photo.info.get("comment")) == ((2, 4), {}, None)
    assert Image.open(io.BytesIO(cleaned["scan.tiff"])).n_frames == 2  # type: ignore[attr-defined]  # Of TIFF.
    assert Image.open(io.BytesIO(cleaned["screen.png"])).getpixel((1, 1)) == (0, 0, 255, 255)

    with pikepdf.open(io.BytesIO(cleaned["report.pdf"])) as document:
        assert "/Info" not in document.trailer
        assert "/Metadata" not in document.Root
        assert str(document.pages[0].Annots[0].Contents) == "A remark"
        assert Image.open(io.BytesIO(document.attachments["picture.png"].get_file().read_bytes())).size == (
            3,
            3,
        )
        assert Image.open(io.BytesIO(document.pages[0].Resources.XObject.Im0.read_raw_bytes())).size == (4, 2)

    written = docx.Document(io.BytesIO(cleaned["report.docx"]))
    assert [each.text for each in written.paragraphs if each.text] == ["The attack began with a mail."]
    assert [(each.author, each.text, each.timestamp) for each in written.comments] == [
        ("Author", "Which one?", None)
    ]
    assert "It was opened once." in everything("report.docx", cleaned["report.docx"]).replace(
        "it was", "It was"
    )
    sheet = openpyxl.load_workbook(io.BytesIO(cleaned["values.xlsx"])).active
    assert sheet is not None
    assert (sheet["A1"].value, sheet["A1"].comment.author) == ("198.51.100.7", "Author")


def markup(outermost: str, content: str = "", attributes: str = "") -> bytes:
    return f'<x:{outermost} xmlns:x="urn:x" xmlns:w="urn:w" {attributes}>{content}</x:{outermost}>'.encode()


def test_names_and_paths_in_unusual_places_of_an_office_document() -> None:
    path = "C:\\Users\\annaek\\a.png"
    field = (
        '<w:fldChar fldCharType="begin"/><w:instrText> AUT</w:instrText><w:instrText>HOR </w:instrText>'
        '<w:fldChar fldCharType="separate"/><w:t>annaek</w:t><w:fldChar fldCharType="end"/><w:t>Stays</w:t>'
    )
    parts = {
        "xl/pivotCache/a.xml": markup(
            "pivotCacheDefinition", attributes='refreshedBy="annaek" refreshedDate="4.5"'
        ),
        "word/a.xml": markup(
            "document", f'<x:cNvPr name="a" descr="{path}"/><x:permStart w:ed="K\\annaek"/>{field}'
        ),
        "xl/b.xml": markup("worksheet", '<x:scenario user="annaek" comment="Created by annaek"/>'),
        "xl/c.xml": markup("workbook", '<x:customWorkbookViews><x:a name="annaek"/></x:customWorkbookViews>'),
        "xl/d.xml": markup("worksheet", '<x:protectedRange securityDescriptor="O:annaek"/>'),
        "ppt/a.xml": markup(
            "cmAuthorLst", '<x:cmAuthor name="annaek"><x:presenceInfo userId="annaek@a"/></x:cmAuthor>'
        ),
        "xl/f.xml": markup(
            "comments",
            "<x:authors><x:author>annaek</x:author></x:authors><x:commentList><x:comment><x:t>annaek:</x:t></x:comment>"
            "</x:commentList>",
        ),
        "word/b.xml": markup(
            "hdr",
            '<x:sdt><x:sdtPr><x:dataBinding w:xpath="/ns1:coreProperties/ns0:creator"/></x:sdtPr><x:t>annaek</x:t>'
            f'</x:sdt><x:webPublishItem destinationFile="{path}"/>',
        ),
        "ppt/unknown.xml": markup("ofAnExtension", "annaek"),
        "ppt/tags/tag1.xml": markup("tagLst", '<x:tag val="annaek"/>'),
        "meta/core.xml": markup("coreProperties", "annaek"),
        "package/services/metadata/core-properties/a.psmdcp": b"annaek",
    }
    document = made.changed_zip(made.word(), parts)
    cleaned = everything("a.docx", clean_file("a.docx", document))
    assert "annaek" not in cleaned
    assert "stays" in cleaned
    formula = markup("workbook", "<x:definedName>'C:\\Users\\annaek\\[a.xlsx]S'!A1</x:definedName>")
    included = field.replace("AUT<", f'INCLUDEPICTURE "{path}"<')
    with pytest.raises(Invalid):
        clean_file("a.docx", made.changed_zip(made.word(), {"word/a.xml": markup("document", included)}))
    for name in ("./docProps/core.xml", "/docProps/core.xml", "docProps\\core.xml", "xl/e.xml"):
        with pytest.raises(Invalid):
            clean_file("a.docx", made.changed_zip(made.word(), {name: formula}))


def changed_pdf(change: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(made.pdf())) as document:
        change(document)
        document.save(out)
    return out.getvalue()


def test_names_and_paths_in_unusual_places_of_a_pdf() -> None:
    def untyped(document: pikepdf.Pdf) -> None:
        for each in document.objects:
            if isinstance(each, pikepdf.Stream) and each.get("/Type") == Name.EmbeddedFile:
                del each["/Type"]
        document.Root.Threads = Array([Dictionary(Type=Name.Thread, I=Dictionary(Author="annaek"))])
        document.Root.Figure = Dictionary(
            S=Name.Figure, P=document.pages[0].obj, K=0, Alt="annaek", ActualText="annaek"
        )
        document.Root.Layer = Dictionary(
            Type=Name.OCG, Name="annaek", Usage=Dictionary(User=Dictionary(Name="annaek"))
        )
        files = document.Root.Names.EmbeddedFiles
        files.Names = Array([pikepdf.String("C:\\Users\\annaek\\picture.png"), files.Names[1]])
        # Cameras put a preview with EXIF of its own behind the picture; a marker may be filled up.
        picture = document.pages[0].Resources.XObject.Im0
        photo = picture.read_raw_bytes()
        exif = photo.index(b"\xff\xe1")
        picture.write(photo[:exif] + b"\xff" + photo[exif:] + made.jpeg(), filter=Name.DCTDecode)

    cleaned = clean_file("a.pdf", changed_pdf(untyped))
    assert traces_in("a.pdf", cleaned) == set()
    assert "annaek" not in everything("a.pdf", cleaned)
    with pikepdf.open(io.BytesIO(cleaned)) as document:
        (attached,) = document.attachments.values()
        assert traces_in("picture.png", attached.get_file().read_bytes()) == set()
        photo = document.pages[0].Resources.XObject.Im0.read_raw_bytes()
        assert (Image.open(io.BytesIO(photo)).size, photo.count(b"\xff\xd9")) == ((4, 2), 1)
    for action in (
        Dictionary(S=Name.JavaScript, JS="app.alert(1)"),
        Dictionary(S=Name.GoToR, F="C:/Documents/annaek/x.pdf"),
        Dictionary(S=Name.Launch, F="x"),
        Dictionary(UF="C:/annaek/x.pdf"),
        Dictionary(Base="C:/annaek/"),
        Dictionary(S=Name.URI, URI="file:///C:/Documents/annaek/x.pdf"),
    ):

        def act(document: pikepdf.Pdf, action: Dictionary = action) -> None:
            document.Root.OpenAction = action

        with pytest.raises(Invalid):
            clean_file("a.pdf", changed_pdf(act))


def test_a_mail_keeps_what_its_sender_wrote() -> None:
    content = clean_file("phishing.eml", made.mail(("bilaga.pdf", made.pdf())))
    mail = message_from_bytes(content, policy=policy.default)
    assert (mail["From"], mail["Subject"]) == ("Paket <paket@attacker.example>", "Ditt paket är försenat")
    assert mail["Date"] == "Mon, 03 Nov 2025 00:00:00 +0000"
    assert not {"Received", "Message-ID", "X-Originating-Host", "Cc"} & {*mail.keys()}
    assert "http://attacker.example/åäö".encode() in content
    bounce = (
        b"Subject: Undelivered\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n--b\n"
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; exch01.int.local\n\n--b\n"
        b"Content-Type: text/rfc822-headers\n\nReceived: from exch01.int.local\nMessage-ID: <1@exch01.int.local>\n"
        b"Subject: Faktura\n\n--b--\n"
    )
    bounced = clean_file("bounce.eml", bounce)
    assert (b"int.local" in bounced, b"Faktura" in bounced) == (False, True)
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert b'src="cid:part1"' in content
    attached = parts["application/octet-stream"]
    assert (attached.get_filename(), attached["Content-ID"]) == ("bilaga.pdf", "<part1>")
    assert traces_in("bilaga.pdf", attached.get_payload(decode=True)) == set()  # type: ignore[arg-type]  # Bytes.

    lost = (
        "Received: by exch01.int\r\nMessage-ID: <1@exch01.int>\r\nFrom: a@attacker.example\r\n"
        "Subject: Faktura\r\n\r\n"
    )
    bounce = (
        'Subject: Undeliverable\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n'
        "--b\r\n\r\nNot delivered\r\n--b\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; exch01.int\r\n\r\n--b\r\n"
        f"Content-Type: text/rfc822-headers; name=a.txt\r\n\r\n{lost}--b\r\n"
        f"Content-Type: message/external-body; site=exch01.int\r\n\r\n{lost}--b--\r\n"
    )
    said = clean_file("bounce.eml", bounce.encode()).decode()
    assert "exch01" not in said
    assert all(each in said for each in ("Not delivered", "Subject: Faktura", "From: a@attacker.example"))


def test_samples_remain_in_an_archive_that_tells_nothing() -> None:
    sample = {
        "d41d8cd98f00b204e9800998ecf8427e": b"MZ anna.ek",
        "d41d8cd98f00b204e9800998ecf8427e.filename.txt": b"a",
    }
    content = encrypted_zip(sample, b"infected")
    dated = content.replace(b"\x21\x00" + content[14:18], b"\x63\x5b" + content[14:18])
    assert dated != content
    with zipfile.ZipFile(io.BytesIO(clean_file("a.exe", dated))) as archive:
        assert {info.filename: archive.read(info, b"infected") for info in archive.infolist()} == sample
        assert {info.date_time[:3] for info in archive.infolist()} == {(1980, 1, 1)}
    with pytest.raises(Invalid) as refusal:
        clean_file("a.zip", encrypted_zip(sample, b"another"))
    assert "a.zip” is encrypted" in refusal.value.wire


def test_what_cannot_be_cleaned_is_refused_by_name() -> None:
    zipped = made.changed_zip(b"", {"notes.txt": b"x"})
    word = made.word()
    bomb = made.changed_zip(word, {"word/media/a.txt": bytes(129 * 1024 * 1024)})
    external = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        b'Type="a/oleObject" Target="file:///vaxholm" TargetMode="External"/></Relationships>'
    )
    entity = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><styles>&b;</styles>'
    refused = {
        "locked.pdf": (made.pdf(password="secret"), "locked.pdf” is encrypted"),
        "broken.pdf": (b"%PDF-1.7\nnothing", "broken.pdf” is damaged"),
        "broken.png": (made.png()[:40], "broken.png” is damaged"),
        "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old.doc” is in an old format"),
        "files.zip": (zipped, "files.zip” is an archive"),
        "files.gz": (b"\x1f\x8b\x08" + bytes(20), "files.gz” is an archive"),
        "program.exe": (b"MZ\0\0" + bytes(60), "program.exe” cannot be removed"),
        "drawing.svg": (b'<svg inkscape:export="C:/vaxholm"/>', "drawing.svg” is a web page"),
        "bomb.docx": (bomb, "bomb.docx” takes too long or too much"),
        "macro.docm": (made.changed_zip(word, {"word/vbaProject.bin": b"x"}), "macro.docm” contains macros"),
        "linked.docx": (
            made.changed_zip(word, {"word/_rels/settings.xml.rels": external}),
            "linked.docx” gets data",
        ),
        "entity.docx": (
            made.changed_zip(word, {"word/styles.xml": entity}),
            "entity.docx/word/styles.xml” is damaged",
        ),
        "drawn.docx": (
            made.changed_zip(word, {"word/media/a.emf": b"\1\0\0\0"}),
            "drawn.docx/a.emf” cannot be removed",
        ),
        "packed.eml": (made.mail(("b.zip", zipped)), "packed.eml/b.zip” is an archive"),
    }
    for name, (content, reason) in refused.items():
        with pytest.raises(Invalid) as refusal:
            clean_file(name, content)
        assert reason in refusal.value.wire, name
    for text in ("värde;kommentar\n", '{"a": 1}'):
        assert clean_file("values.csv", text.encode()) == text.encode()
