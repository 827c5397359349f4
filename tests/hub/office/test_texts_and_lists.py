"""Texts for reasons, the contact directory, and lists as files."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.factories.memberships import Desk, at_the_screen, make_desk, member, staff_of
from tests.factories.seed import Seed
from tests.hub.membership.applications import assessed
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.models import SentMail
from vardkase.core.mail.notify import notify
from vardkase.hub.case_files.models import CaseKind
from vardkase.hub.case_files.services import open_case_file
from vardkase.hub.data_protection.breaches.services import log_breach
from vardkase.hub.data_protection.requests.models import DataSubjectRequest
from vardkase.hub.membership.contacts.models import Contact
from vardkase.hub.office.reasons.models import ReasonText
from vardkase.hub.office.reasons.services import set_retired, write_text
from vardkase.hub.training.models import Training

ENGLISH = {"accept-language": "en"}
TEXT = {
    "kind": "reject",
    "title": "Privatperson",
    "text_sv": "Bara organisationer kan bli medlemmar.",
    "text_en": "Only organisations can be members.",
}


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def test_text_is_versioned_and_offered_where_reasons_are_written(seed: Seed, desk: Desk) -> None:
    officer, web = at_the_screen(desk.officer), signed_in(desk.officer)
    assert "No texts yet" in web.get("/office/reasons/", headers=ENGLISH).content.decode()
    assert web.post("/office/reasons/new/", TEXT | {"text_en": ""}).status_code == 422
    assert web.post("/office/reasons/new/", TEXT).status_code == 302
    first = ReasonText.objects.get()
    address = f"/office/reasons/{first.name}/"
    changed = TEXT | {"text_sv": 'Bara <b>organisationer</b> "kan" bli medlemmar.'}
    assert web.post(address, changed).status_code == 302
    assert [row.version for row in ReasonText.objects.filter(name=first.name).order_by("version")] == [1, 2]
    page = web.get(address, headers=ENGLISH).content.decode()
    assert "Version 1" in page
    assert "Version 2" in page

    case = assessed(officer)
    shown = web.get(f"/applications/{case.number}/").content.decode()
    assert 'data-insert-into="id_reasons"' in shown
    assert 'data-text="Bara &lt;b&gt;organisationer&lt;/b&gt; &quot;kan&quot; bli medlemmar."' in shown
    assert "data-insert-into" not in web.get(f"/applications/{case.number}/completion/").content.decode()
    assert web.post(f"{address}retire/", {"retire": "1"}).status_code == 302
    assert "data-insert-into" not in web.get(f"/applications/{case.number}/").content.decode()
    assert not set_retired(officer, first.name, is_retired=False).is_retired
    assert AuditEntry.objects.filter(action="reason_text.changed").count() == 4

    with pytest.raises(Invalid) as refused:
        write_text(officer, {"kind": "x", "title": "x" * 121, "text_sv": " ", "text_en": "x\0"})
    assert set(refused.value.errors) == {"kind", "title", "text_sv", "text_en"}
    with pytest.raises(NotFound):
        write_text(officer, TEXT, uuid4())
    with pytest.raises(Forbidden):
        write_text(at_the_screen(desk.operator), TEXT)
    assert signed_in(desk.admin).get("/office/reasons/").status_code == 403


def test_directory_on_page_in_print_and_as_list(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    Contact.objects.create(
        organisation=seed.org_b, role="security", name="=Jour", email="jour@b.example", phone="010-112"
    )
    Contact.objects.create(organisation=seed.org_c, role="security", name="Ingen medlem", email="x@c.example")
    web = signed_in(desk.officer)
    page = web.get("/office/contacts/", headers=ENGLISH).content.decode()
    assert page.index("010-112") < page.index("Bo Ask") < page.index("Anna Ek")
    assert "Ingen medlem" not in page
    assert "Anna Ek" not in web.get("/office/contacts/?q=zzz", headers=ENGLISH).content.decode()
    assert "Anna Ek" not in web.get("/office/contacts/?sector=region", headers=ENGLISH).content.decode()
    for language, words in (("sv", "Kontakter vid incidenter"), ("en", "Contacts for incidents")):
        printed = web.get("/office/contacts/directory.pdf", headers={"accept-language": language})
        text = "".join(each.extract_text() for each in PdfReader(BytesIO(b"".join(printed))).pages)
        assert words in text
        assert "010-112" in text
    assert signed_in(desk.operator).get("/office/contacts/").status_code == 200
    assert signed_in(desk.admin).get("/office/contacts/").status_code == 403

    # No spreadsheet takes a text for a formula.
    rows = read_csv(web.get("/office/contacts/?format=csv", headers=ENGLISH))
    assert "'=Jour" in [row["Name"] for row in rows]
    book = load_workbook(BytesIO(b"".join(web.get("/office/contacts/?format=xlsx", headers=ENGLISH))))
    cells = [cell for line in book.worksheets[0].iter_rows() for cell in line]
    assert [cell.data_type for cell in cells if cell.value == "=Jour"] == ["s"]


def read_csv(answer: Any) -> list[dict[str, str]]:
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_registers_are_downloaded(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    opened = open_case_file(at_the_screen(desk.officer), CaseKind.SPILL, "Ärende", "spill", 1)
    lawyer = staff_of(seed, "both@hub.example", "membership_officer", "legal_officer")
    log_breach(at_the_screen(lawyer), {"title": "Fel mottagare", "description": "x", "kinds": ["confidentiality"],
               "aware_at": timezone.now(), "role": "controller", "risk": "unknown"})  # fmt: skip
    asked = {"rights": ["access"], "arrived_on": "2026-01-01", "deadline": "2026-02-01"}
    DataSubjectRequest.objects.create(person="Kim Ek", **asked)
    Training.objects.create(user=desk.admin.user, module="Grundkurs", done_on="2026-01-01", marked_by="x")
    web, admin = signed_in(lawyer), signed_in(desk.admin)
    for reader, address, words in (
        (web, "/cases/", opened.number),
        (web, "/spills/", "Suspected"),
        (web, "/breaches/", "Fel mottagare"),
        (web, "/data-requests/?state=open", "PU-"),
        (web, "/office/mail/", "Subject in Swedish"),
        (web, "/content-access/", "Requested by"),
        (web, "/mail/undelivered/", "Letter"),
        (web, "/public-records/authorities/", seed.org_b.name),
        (web, "/terms-and-criteria/1/answers/", "Accepted by"),
        (web, "/office/reports/", "Issued by"),
        (admin, "/policy/training/", "Grundkurs"),
    ):
        joined = "&" if "?" in address else "?"
        answer = reader.get(f"{address}{joined}format=csv", headers=ENGLISH)
        text = b"".join(answer).decode("utf-8-sig")
        assert answer["Content-Disposition"].startswith("attachment"), address
        assert words in text, address
        # Who asks for their own data is in no list that may lie about.
        assert "Kim Ek" not in text
        assert "format=xlsx" in reader.get(address, headers=ENGLISH).content.decode(), address


def test_texts_of_mail_outside_cases_are_in_the_delivery_log(desk: Desk) -> None:
    facts = {"organisation": "Norrvik", "hub": "https://hub.example", "code": "ABCDE-FGHJK"}
    about = Target("membership", 4711, title="Norrvik")
    notify("enrolment_code", about, [Recipient("ada@norrvik.example", "en")], facts, by="per@hub.example")
    web = signed_in(desk.officer)
    page = web.get("/mail/sent/?q=can+connect+its+own+platform", headers=ENGLISH).content.decode()
    assert "Norrvik can connect its own platform to https://hub.example" in page
    assert "[private, not kept]" in page
    assert "ABCDE-FGHJK" not in page
    (line,) = read_csv(web.get("/mail/sent/?format=csv", headers=ENGLISH))
    assert line["Text"].startswith("Hello,")

    # What is about a case stands there, for those who may read it.
    opened = open_case_file(at_the_screen(desk.officer), CaseKind.MEMBERSHIP, "Norrvik", "membership", 4711)
    notify("enrolment_code", about, [Recipient("bo@norrvik.example", "sv")], facts, by="per@hub.example")
    assert SentMail.objects.get(recipient="bo@norrvik.example").text == ""
    assert "Norrvik" in opened.documents.get(counterpart="bo@norrvik.example").text


def test_lists_are_downloaded_as_filtered_and_recorded(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    assessed(at_the_screen(desk.officer), organisation_name='=HYPERLINK("x")', sector="municipality")
    web = signed_in(desk.officer)
    (case,) = read_csv(web.get("/applications/?format=csv", headers=ENGLISH))
    assert case["Organisation"] == '\'=HYPERLINK("x")'
    assert case["Handled by"] == desk.officer.user.email
    assert not read_csv(web.get("/applications/?format=csv&sector=region", headers=ENGLISH))
    for address in (
        "/service/",
        "/mail/sent/",
        "/approval-requests/",
        "/office/",
        "/membership/invitations/",
        "/office/absence/",
        "/office/delegation/",
        "/office/reasons/",
        "/law/",
    ):
        for form in ("csv", "xlsx"):
            answer = web.get(f"{address}?format={form}", headers=ENGLISH)
            assert answer.status_code == 200, address
            assert answer["Content-Disposition"].startswith("attachment"), address
            assert b"".join(answer)
        # Otherwise the page as before.
        assert web.get(f"{address}?format=exe").headers["Content-Type"].startswith("text/html")
    assert AuditEntry.objects.filter(action="list.exported", title="applications").count() == 2
    # Nobody downloads a list that they may not see.
    assert signed_in(desk.admin).get("/applications/?format=csv").status_code == 403
    own = read_csv(signed_in(desk.admin).get(reverse("audit") + "?format=csv", headers=ENGLISH))
    assert {row["Who"] for row in own} <= {desk.admin.user.email}
