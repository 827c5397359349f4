"""The case as one PDF: cover, documents with checksums, what they say, and nothing that acts."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import Any

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NullObject

from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.seed import Seed
from tests.hub.membership import with_approval
from tests.support.archived_pdf import archive_faults
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.hub.case_files import services
from vardkase.hub.case_files.exporting import file_name_of
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.case_files.queries import content_of


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


@pytest.fixture
def case_file(seed: Seed, desk: Desk) -> CaseFile:
    """A decision (PDF), a mail, a note, a PDF of two turned pages that run a script, and what is no PDF."""
    member(desk, seed.org_b, sector="private_company")
    with_approval.suspend(at_the_screen(desk.officer), seed.org_b.pk, "suspended", "Konton har delats.")
    officer, case_file = at_the_screen(desk.officer), CaseFile.objects.get()
    services.note_call(officer, case_file, "Bo Åsk", "Han ringde om #beslutet.\n$x$ *inte fet*")
    for title, content in (("Skannat", turned()), ("Trasig", b"%PDF-1.7 svar"), ("Loggar", b"PK\3\4")):
        given: dict[str, Any] = {
            "counterpart": "Anna Ek",
            "file_name": f"../..\\{title}\u202e.bin",
            "media_type": "application/pdf",
        }
        services.add_document(officer, case_file, "incoming", title, content=content, **given)
    services.set_registry_number(officer, case_file, "2026/17")
    return case_file


def turned() -> bytes:
    writer = pypdf.PdfWriter()
    for _each in range(2):
        page = writer.add_blank_page(842, 595)
        page.rotate(90)
    action = writer._add_object(DictionaryObject({NameObject("/S"): NameObject("/JavaScript")}))
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    for page in writer.pages:
        page[NameObject("/PresSteps")] = DictionaryObject({NameObject("/NA"): action})
        page[NameObject("/Annots")] = ArrayObject(writer._add_object(each) for each in annotations(action))
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): NullObject()})
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def annotations(action: Any) -> list[DictionaryObject]:
    """A form field whose parent runs a script, and a film that starts when the page opens."""
    parent = DictionaryObject({NameObject("/A"): action})
    return [
        DictionaryObject({NameObject("/Subtype"): NameObject("/Widget"), NameObject("/Parent"): parent}),
        DictionaryObject({NameObject("/Subtype"): NameObject("/RichMedia"), NameObject("/Assets"): action}),
    ]


def test_the_whole_case_is_one_document(seed: Seed, desk: Desk, case_file: CaseFile) -> None:
    web, path = signed_in(desk.officer), f"/cases/{case_file.number}/"
    assert "Hela ärendet (PDF)" in web.get(path, headers={"accept-language": "sv"}).content.decode()
    answer = web.post(f"{path}pdf/", headers={"accept-language": "sv"})
    assert answer["Content-Disposition"] == f'attachment; filename="{case_file.number}.pdf"'
    content = b"".join(answer)
    reader = pypdf.PdfReader(BytesIO(content))
    pages = [page.extract_text() for page in reader.pages]
    whole = "\n".join(pages)
    documents = list(case_file.documents.order_by("number"))
    for part in (
        case_file.title, "2026/17", "Organisation B", "Beslut om avstängning", "Konton har delats.",
        "Han ringde om #beslutet.\n$x$ *inte fet*", "Filen kan inte visas här.",
    ):  # fmt: skip
        assert part in whole, part
    assert {each.file_name for each in documents if each.letter is None} >= {"Skannat.bin", "Loggar.bin"}
    for document in documents:
        assert document.sha256[:32] in whole
        assert document.sha256[32:] in whole
    # Every page has its number, also those of others' files.
    for number, page in enumerate(pages, 1):
        assert f"{case_file.number}   {number} ({len(pages)})" in page
    outline = [each for each in reader.outline if not isinstance(each, list)]
    starts = [(reader.get_destination_page_number(each) or 0) + 1 for each in outline]
    assert [each.title for each in outline[1:]] == [f"{each.number}. {each.title}" for each in documents]
    scanned = next(index for index, each in enumerate(outline) if "Skannat" in str(each.title))
    assert starts[scanned + 1] - starts[scanned] == 3
    contents = pages[1]
    for start in starts[1:]:
        assert str(start) in contents.split()
    for active in (b"/JavaScript", b"/AA", b"/OpenAction", b"/RichMedia", b"/PresSteps"):
        assert active not in content
    assert AuditEntry.objects.get(action="case_file.printed").change == {"documents": len(documents)}
    for who in (desk.operator, desk.admin, seed.stranger, seed.site_admin):
        assert signed_in(who).post(f"{path}pdf/").status_code in (403, 404)


def test_case_to_preserve_carries_its_documents(seed: Seed, desk: Desk, case_file: CaseFile) -> None:
    """As PDF/A-3: pages that show it all, and every document as it is in the case; in any letters."""
    web, path = signed_in(desk.officer), f"/cases/{case_file.number}/"
    assert "PDF/A-3" in web.get(path).content.decode()
    for words in ("Bo Åsk", "漢字 \ue000"):
        services.note_call(at_the_screen(desk.officer), case_file, words, f"Om {words}.")
        content = b"".join(web.post(f"{path}pdf/", {"archived": "1"}))
        assert archive_faults(content, "3") == []
    assert archive_faults(b"".join(web.post(f"{path}pdf/")), "3") != []
    reader = pypdf.PdfReader(BytesIO(content))
    carried = {name: found[0] for name, found in reader.attachments.items()}
    documents = list(case_file.documents.select_related("letter").order_by("number"))
    assert carried == {file_name_of(each): content_of(each) for each in documents}
    assert {sha256(each).hexdigest() for each in carried.values()} == {each.sha256 for each in documents}
    shown = "\n".join(page.extract_text() for page in reader.pages)
    for part in ("Konton har delats", "Han ringde om #beslutet.", *carried, f"1 ({len(reader.pages)})"):
        assert part in shown, part
    assert AuditEntry.objects.filter(action="case_file.printed", change__archived=True).count() == 2
