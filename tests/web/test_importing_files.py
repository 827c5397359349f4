"""What becomes of files that are dropped on the import box, for a new event and for one that exists."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import ppdeep
import pytest
import pyzipper
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories import make_event
from tests.factories.knowledge import make_attack
from tests.factories.seed import Seed
from tests.factories.sightings import configure
from tests.formats.test_file_text import SHA256, pdf, word, workbook
from tests.formats.test_sandbox import REPORT as ANALYSIS
from tests.web.signed_in import signed_in
from tests.web.test_event_import import MAIL, fields
from vardkase.core.archives import ArchiveLimits
from vardkase.core.errors import Invalid
from vardkase.core.zipcrypto import encrypted_zip
from vardkase.formats.incoming import file_text_program, sample_archive
from vardkase.formats.incoming.reading_time import TENTHS
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Attribute, Event, EventTag, Object, ObjectReference
from vardkase.intel.services.samples import FILE_TEMPLATE
from vardkase.knowledge.object_templates.models import ObjectTemplate, ObjectTemplateElement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

URL = "/event/import/"
MD5 = "a" * 31 + "1"


def in_english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def web(seed: Seed) -> Client:
    return in_english(signed_in(seed.publisher))


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def elf() -> bytes:
    """The smallest program of Linux: a header and no sections."""
    head = bytes.fromhex("7f454c4602010100000000000000000002003e00010000007800400000000000")
    rest = bytes.fromhex("4000000000000000000000000000000000000000400038000100400000000000")
    segment = bytes.fromhex("0100000005000000000000000000000000004000000000000000400000000000")
    return (
        head
        + rest
        + segment
        + bytes.fromhex("800000000000000080000000000000000010000000000000")
        + b"\x90" * 8
    )


def test_report_mail_list_and_program_together_become_one_event(web: Client, seed: Seed) -> None:
    files = [
        upload("report.pdf", pdf()),
        upload("notes.docx", word()),
        upload("list.xlsx", workbook([["Domain", "Comment"], ["listed.evil.example", "Second stage"]])),
        upload("mail.eml", MAIL.encode()),
        upload("<b>run</b>.bin", elf()),
    ]
    page = web.post(URL, {"file": files})
    assert page.context["form"]["info"].value() == "Phishing against clinics"
    assert "<b>run</b>" not in page.text
    assert [use for _number, _file, use in page.context["files"]] == ["", "", "", "", "sample"]
    assert not Event.objects.exists()

    made = web.post(URL, fields(page, distribution="1", f0="attach"))
    event = Event.objects.get()
    assert made.headers["Location"] == f"/event/{event.pk}/publish/"
    loose = dict(Attribute.objects.filter(event=event, object=None).values_list("value1", "type"))
    assert loose["https://evil.example/login"] == "url"
    assert loose["report.pdf"] == "attachment"
    listed = Attribute.objects.get(value1="listed.evil.example")
    assert (listed.type, listed.comment) == ("domain", "Second stage")
    # The hash and the name of the table's row in the document are one file, and the program is another.
    kinds = sorted(Object.objects.filter(event=event).values_list("name", flat=True))
    assert kinds == ["elf", "email", "file", "file"]
    named = Attribute.objects.get(object__name="file", type="filename", value1="invoice.exe")
    assert Attribute.objects.get(object_id=named.object_id, type="sha256").value1 == SHA256
    program = Attribute.objects.get(type="malware-sample").object
    assert program is not None
    facts = dict(Attribute.objects.filter(object=program).values_list("object_relation", "value1"))
    assert facts["mimetype"].startswith("application/x-")
    assert float(facts["entropy"]) > 0
    assert facts["ssdeep"] == ppdeep.hash(elf())
    assert ObjectReference.objects.get(object=program).relationship_type == "includes"


def test_reading_files_has_a_limit_for_each_account_also_for_files_that_are_refused(
    web: Client, seed: Seed
) -> None:
    event = make_event(seed.org_a)
    event.save()
    doors = (URL, f"/event/{event.pk}/attributes/paste/", f"/event/{event.pk}/reports/import/")
    scanned = workbook([])
    words = "taken too long"
    assert words not in web.post(URL, {"file": upload("a.xlsx", scanned)}).text
    assert TENTHS.spend(seed.publisher.user.pk, TENTHS.allowed).is_exceeded, "the refused file counted"
    for door in doors:
        answer = web.post(door, {"file": upload("a.xlsx", scanned), "distribution": "5", "go": "values"})
        assert words in answer.text, door
    assert (
        words not in in_english(signed_in(seed.stranger)).post(URL, {"file": upload("a.xlsx", scanned)}).text
    )


def test_empty_cells_of_a_workbook_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = b"<worksheet xmlns='%s'><sheetData>%s</sheetData></worksheet>" % (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"<row><c/><c/><c/></row>" * 500,
    )
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([["a"]]))) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))
    list(file_text_program.read_workbook(changed.getvalue()))
    monkeypatch.setattr(file_text_program, "MOST_CELLS", 1_000)
    with pytest.raises(Invalid):
        list(file_text_program.read_workbook(changed.getvalue()))
    monkeypatch.setattr(file_text_program, "UNPACKED", ArchiveLimits(size=1_000))
    with pytest.raises(Invalid):
        list(file_text_program.read_workbook(workbook([["a"]])))


def test_archive_with_the_usual_password_is_unpacked(web: Client) -> None:
    archive = encrypted_zip({"in/loader.bin": elf()}, b"infected")
    page = web.post(URL, {"file": upload("samples.zip", archive)})
    assert [file.name for _number, file, _use in page.context["files"]] == ["loader.bin"]
    other = web.post(URL, {"file": upload("other.zip", encrypted_zip({"a": b"x"}, b"secret"))})
    assert [file.name for _number, file, _use in other.context["files"]] == ["other.zip"]
    web.post(URL, fields(page, info="Loader", f0="facts"))
    assert Attribute.objects.filter(type="filename", value1="loader.bin").exists()
    assert not Attribute.objects.filter(type="malware-sample").exists()


@pytest.mark.parametrize("bits", [128, 256])
def test_archive_encrypted_with_aes_is_unpacked_within_limits(web: Client, bits: int) -> None:
    def packed(password: bytes, **files: bytes) -> SimpleUploadedFile:
        target = io.BytesIO()
        with pyzipper.AESZipFile(target, "w", pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
            archive.setpassword(password)
            archive.setencryption(pyzipper.WZ_AES, nbits=bits)
            for name, content in files.items():
                archive.writestr(name, content)
        return upload("samples.zip", target.getvalue())

    page = web.post(URL, {"file": packed(b"infected", loader=elf(), notes=b"text")})
    assert [file.name for _number, file, _use in page.context["files"]] == ["loader", "notes"]
    assert "could not be opened" not in page.text
    bomb = {"a": bytes(sample_archive.BOUNDS.size + 1)}
    for refused in (packed(b"secret", a=b"x"), packed(b"infected", **bomb)):
        page = web.post(URL, {"file": refused})
        assert [file.name for _number, file, _use in page.context["files"]] == ["samples.zip"]
        assert "could not be opened with the password" in page.text


def test_values_of_own_organisation_are_not_for_detection(web: Client, seed: Seed) -> None:
    Organisation.objects.filter(pk=seed.org_a.pk).update(verified_domains=["clinic.example"])
    page = web.post(
        URL, {"text": "To: anna[at]clinic[.]example\nhttps://www.clinic[.]example/x bad@evil[.]example"}
    )
    rows = {row.pasted.found.value: row.choice.to_ids for row in page.context["review"].rows}
    assert rows == {
        "anna@clinic.example": False,
        "https://www.clinic.example/x": False,
        "bad@evil.example": True,
    }
    assert f"Belongs to {seed.org_a.name}: not marked for detection" in page.text


def test_others_domains_are_hidden_with_the_list_of_organisations(seed: Seed) -> None:
    Organisation.objects.filter(pk=seed.org_b.pk).update(verified_domains=["other.example"])
    web = in_english(signed_in(seed.analyst))
    assert seed.org_b.name in web.post(URL, {"text": "a@other[.]example"}).text
    configure("Security.hide_organisation_index_from_users", True)
    assert seed.org_b.name not in web.post(URL, {"text": "a@other[.]example"}).text


def test_list_of_techniques_is_an_event_of_tags(web: Client) -> None:
    make_attack()
    page = web.post(URL, {"text": "T1566\nPhishing campaign of the year"})
    tags = {tag.phrase: tag for tag in page.context["tags"]}
    assert tags["T1566"].chosen
    assert "Create event with what is selected" in page.text
    web.post(URL, fields(page, info="Techniques"))
    assert EventTag.objects.filter(event=Event.objects.get()).count() == 1


def test_several_values_change_type_together_and_hashes_stay_apart_if_wished(web: Client) -> None:
    text = f"Values of today\na.evil[.]example b.evil[.]example\n\ninvoice.docm {MD5}"
    page = web.post(URL, {"text": text})
    changed = web.post(
        URL, fields(page, go="change", from_type="hostname", to_type="domain", to_detection="0")
    )
    kinds = {
        row.pasted.found.value: (row.choice.type, row.choice.to_ids) for row in changed.context["review"].rows
    }
    assert kinds["a.evil.example"] == kinds["b.evil.example"] == ("domain", False)
    assert kinds[MD5] == ("md5", True)
    assert not Event.objects.exists()
    apart = fields(changed, info="Apart")
    del apart["g0"]
    web.post(URL, apart)
    assert not Object.objects.exists()
    assert Attribute.objects.count() == 4


def test_editing_the_text_keeps_mails_and_files(web: Client) -> None:
    page = web.post(URL, {"file": [upload("mail.eml", MAIL.encode()), upload("run.bin", elf())]})
    back = web.post(URL, fields(page, go="text"))
    assert "run.bin" in back.text
    sources = back.context["sources"]
    again = web.post(URL, {"text": "evil[.]example", "mails": sources.kept_mails, "held": sources.reference})
    assert len(again.context["mails"]) == 1
    assert [file.name for _number, file, _use in again.context["files"]] == ["mail.eml", "run.bin"]


def test_files_of_others_and_forged_state_are_nothing(web: Client, seed: Seed) -> None:
    page = web.post(URL, {"file": upload("run.bin", elf())})
    sent = fields(page, info="Stolen", mails='[[["nonsense", "x"], ["from", 7]], 3]')
    stolen = in_english(signed_in(seed.analyst)).post(URL, sent)
    assert "The files are no longer kept. Choose them again." in stolen.text
    assert not Event.objects.exists()


def test_files_and_analyses_are_added_to_an_event(seed: Seed) -> None:
    event = make_event(seed.org_a)
    event.save()
    web = in_english(signed_in(seed.analyst))
    url = f"/event/{event.pk}/attributes/paste/"
    about = {"distribution": "5", "comment": "From the report"}
    page = web.post(url, {**about, "file": upload("report.pdf", pdf())})
    assert "https://evil.example/login" in [row.pasted.found.value for row in page.context["review"].rows]
    web.post(url, {**fields(page), **about})
    assert Attribute.objects.filter(event=event, comment="From the report").count() >= 3

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Analysis/analysis.xml", ANALYSIS)
    done = web.post(url, {**about, "file": upload("analysis.zip", out.getvalue())}, follow=True)
    assert "attributes added" in done.text
    assert Attribute.objects.filter(event=event, type="domain|ip", value1="c2.example").exists()
    refused = web.post(url, {**about, "text": '{"Event": {"info": "x"}}'})
    assert "Remove: the text" in refused.text


def test_hostile_names_and_tables_stay_text(web: Client) -> None:
    script = "<script>alert(1)</script>"
    book: list[list[Any]] = [["Domain", "Comment"], ["evil.example", script]]
    page = web.post(
        URL, {"file": [upload(f"{script}.xlsx", workbook(book)), upload(f"{script}.exe", b"MZ\0\0")]}
    )
    assert script not in page.text


def test_attached_program_fills_its_object_and_brings_its_parts(seed: Seed) -> None:
    event = make_event(seed.org_a)
    event.save()
    kinds = {
        "malware-sample": "malware-sample",
        "filename": "filename",
        "sha256": "sha256",
        "entropy": "float",
    }
    template = ObjectTemplate.objects.create(
        uuid=FILE_TEMPLATE,
        name="file",
        meta_category="file",
        version=25,
        definition={"requiredOneOf": ["filename"], "attributes": {name: {} for name in kinds}},
    )
    for relation, kind in kinds.items():
        ObjectTemplateElement.objects.create(
            object_template=template, object_relation=relation, type=kind, ui_priority=1
        )
    web = in_english(signed_in(seed.analyst))
    url = f"/event/{event.pk}/object/new/?template={template.pk}"
    sample = ObjectTemplateElement.objects.get(object_relation="malware-sample")
    sent = {"distribution": "5", "comment": ""}
    web.post(url, {**sent, f"e{sample.pk}": upload("run.bin", elf())})
    assert Object.objects.filter(event=event).count() == 1
    assert float(Attribute.objects.get(object_relation="entropy").value1) > 0
    twice = {**sent, f"e{sample.pk}": upload("again.bin", elf())}
    assert "already has an object with this file" in web.post(url, twice).content.decode()
    assert Object.objects.filter(event=event).count() == 1
    web.post(url, {**sent, "again": "1", f"e{sample.pk}": upload("again.bin", elf())})
    assert Object.objects.filter(event=event).count() == 2
    web.post(url, {**sent, "includes": "1", f"e{sample.pk}": upload("other.bin", elf() + b"1")})
    assert set(Object.objects.filter(event=event).values_list("name", flat=True)) == {"file", "elf"}
    assert ObjectReference.objects.get().referenced_uuid == Object.objects.get(name="elf").uuid
