"""The case as one PDF: cover, documents with checksums, what they say, and nothing that acts."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NullObject

from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.seed import Seed
from tests.hub.membership import with_approval
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.hub.case_files import services
from vardkase.hub.case_files.models import CaseFile


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
