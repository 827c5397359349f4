"""A case is a file: what belongs to it is in it with its checksum, and nobody changes or removes it."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.seed import Seed
from tests.hub.membership import with_approval
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Conflict, Forbidden, NotFound
from vardkase.core.problems import Problem
from vardkase.hub.case_files import access, queries, services
from vardkase.hub.case_files.models import CaseDocument, CaseFile, CaseKind, Direction
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.problems import HubProblem


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


@pytest.fixture
def case_file(seed: Seed, desk: Desk) -> CaseFile:
    return services.open_case_file(
        at_the_screen(desk.officer), CaseKind.MEMBERSHIP, "Avstängning", "membership", 4711, seed.org_b
    )


def test_officer_keeps_a_file_from_opening_to_close(desk: Desk, case_file: CaseFile) -> None:
    year = timezone.localdate().year
    assert case_file.number == f"M-{year}-00001"
    web, path = signed_in(desk.officer), f"/cases/{case_file.number}/"
    assert "Inget har lagts i akten än" in web.get(path, headers={"accept-language": "sv"}).content.decode()
    paper = SimpleUploadedFile("svar.pdf", b"%PDF-1.7 svar", "application/pdf")
    sent = web.post(
        f"{path}documents/add/",
        {"direction": "incoming", "title": "Svar", "counterpart": "Anna Ek", "file": paper},
    )
    assert sent.status_code == 302
    assert web.post(f"{path}note/", {"who": "Bo Ask", "text": "Han bad om två dagar."}).status_code == 302
    assert web.post(f"{path}registry-number/", {"registry_number": " 2026/17 "}).status_code == 302
    answer, note = queries.documents_of(case_file)
    assert (answer.number, answer.counterpart, answer.direction) == (1, "Anna Ek", "incoming")
    assert answer.sha256 == hashlib.sha256(b"%PDF-1.7 svar").hexdigest()
    assert (note.direction, note.text, note.by) == (
        "internal",
        "Han bad om två dagar.",
        desk.officer.user.email,
    )
    got = web.get(f"{path}documents/1/")
    assert (b"".join(got), got["Content-Disposition"]) == (
        b"%PDF-1.7 svar",
        'attachment; filename="svar.pdf"',
    )
    page = web.get(path).content.decode()
    assert "2026/17" in page
    assert "Bo Ask" in page
    assert (
        web.get("/cases/?q=2026/17&kind=membership&state=open").content.decode().count(case_file.number) > 0
    )
    assert case_file.number not in web.get("/cases/?state=closed").content.decode()
    web.post(f"{path}close/")
    case_file.refresh_from_db()
    assert not case_file.is_open
    refused = web.post(f"{path}note/", {"who": "Bo Ask", "text": "Mer."})
    assert refused.status_code == 422
    assert case_file.documents.count() == 2
    assert web.post(f"{path}reopen/").status_code == 302
    assert queries.case_file_of("membership", 4711) == CaseFile.objects.get(closed_at=None)
    assert set(AuditEntry.objects.filter(target_kind="case_file").values_list("action", flat=True)) == {
        "case_file.opened", "case_file.document_filed", "case_file.registered_as", "case_file.closed",
        "case_file.reopened",
    }  # fmt: skip
    # Titles name people ("Note of a conversation with Bo Ask"), and auditors read the log of every authority.
    assert "Bo Ask" not in str(list(AuditEntry.objects.values_list("title", "change")))


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"title": "", "counterpart": "", "direction": "sideways"}, {"title", "counterpart", "direction"}),
        ({}, {"text"}),
        ({"text": "x" * 100_001}, {"text"}),
        ({"text": "x", "occurred_at": "2999-01-01T00:00"}, {"occurred_at"}),
    ],
)
def test_bad_input_is_refused_by_field(
    desk: Desk, case_file: CaseFile, given: dict[str, str], fields: set[str]
) -> None:
    sent = {"direction": "incoming", "title": "Svar", "counterpart": "Anna Ek"} | given
    page = signed_in(desk.officer).post(f"/cases/{case_file.number}/documents/add/", sent)
    assert (page.status_code, set(page.context["form"].errors)) == (422, fields)
    assert not CaseDocument.objects.exists()


def test_only_officers_of_the_hub_reach_a_file(seed: Seed, desk: Desk, case_file: CaseFile) -> None:
    path = f"/cases/{case_file.number}/"
    services.file_document(
        at_the_screen(desk.officer), case_file, Direction.INCOMING, "Hemlig titel", "Hemlig text"
    )
    for who in (desk.operator, desk.admin, seed.stranger, seed.site_admin):
        web = signed_in(who)
        for address in (path, f"{path}documents/1/", f"{path}documents/add/", f"{path}note/"):
            answer = web.get(address)
            assert (answer.status_code, b"Hemlig" in answer.content) == (404, False), (
                who.user.email,
                address,
            )
        for act in ("registry-number", "close", "note"):
            given = {"registry_number": "1", "who": "x", "text": "x"}
            assert web.post(f"{path}{act}/", given).status_code in (403, 404)
        assert web.get("/cases/").status_code == 403
        with pytest.raises((NotFound, Forbidden)):
            services.close_case_file(at_the_screen(who), case_file)
    case_file.refresh_from_db()
    assert (case_file.is_open, case_file.registry_number) == (True, "")
    assert case_file.documents.count() == 1


def test_kinds_of_case_say_who_reads_and_who_is_excluded(
    desk: Desk, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def partial(_actor: object, _case: CaseFile) -> Problem:
        return HubProblem.NO_SUCH_LETTER()

    monkeypatch.setitem(access._access, CaseKind.MEMBERSHIP, access.CaseAccess(conflict=partial))
    web, path = signed_in(desk.officer), f"/cases/{case_file.number}/"
    assert web.get(path).status_code == 200
    assert web.post(f"{path}note/", {"who": "Bo", "text": "Mer."}).status_code == 403
    nobody = access.CaseAccess(readable=lambda _actor: access.NONE)
    monkeypatch.setitem(access._access, CaseKind.MEMBERSHIP, nobody)
    assert web.get(path).status_code == 404
    assert case_file.number not in web.get("/cases/").content.decode()


def test_a_thing_has_one_open_case_and_a_file_is_never_changed(
    seed: Seed, desk: Desk, case_file: CaseFile
) -> None:
    officer = at_the_screen(desk.officer)
    with pytest.raises(Conflict, match=case_file.number):
        services.open_case_file(officer, CaseKind.MEMBERSHIP, "En till", "membership", 4711)
    services.close_case_file(officer, case_file)
    later = services.open_case_file(officer, CaseKind.MEMBERSHIP, "En till", "membership", 4711)
    assert later.number.endswith("00002")
    assert queries.case_file_of("membership", 4711) == later
    with pytest.raises(Conflict):
        services.reopen_case_file(officer, case_file)
    services.file_document(officer, later, Direction.INTERNAL, "Anteckning", "Så var det.")
    for sql in ("UPDATE case_document SET text = ''", "DELETE FROM case_document"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_letters_and_mails_are_filed_by_themselves(seed: Seed, desk: Desk) -> None:
    membership = member(desk, seed.org_b)
    officer = at_the_screen(desk.officer)
    opened = services.open_case_file(
        officer, CaseKind.MEMBERSHIP, "Avstängning", "membership", membership.pk, seed.org_b
    )
    with_approval.suspend(officer, seed.org_b.pk, "suspended", "Konton har delats.")
    letter = Letter.objects.get()
    filed, mail = queries.documents_of(opened)
    assert (filed.letter, filed.direction, filed.sha256) == (letter, "outgoing", letter.sha256)
    assert "Konton har delats." in filed.text
    assert queries.content_of(queries.find_document(officer, opened.number, 1)) == bytes(letter.content)
    assert "anna@b.example" in mail.counterpart
    assert "Konton har delats." in mail.text
    services.close_case_file(officer, opened)
    with_approval.restore(officer, seed.org_b.pk, "Det är åtgärdat.")
    assert opened.documents.count() == 2
