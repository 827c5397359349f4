"""Case files over the API: an authority's registry files, reads and closes what the pages do, by the same rules."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from tests.api.calls import call, send
from tests.factories import make_key
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, staff_of
from tests.factories.records_cases import officer_of
from tests.factories.seed import Seed
from tests.hub.membership import with_approval
from tests.identity.two_people import approved
from tests.web import accounts
from tests.web.signed_in import signed_in
from vardkase.core.errors import Invalid
from vardkase.hub.case_files.hearings.models import Hearing
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.services import note_call
from vardkase.hub.correspondence.letters.service import record_service
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation

SCAN = b"%PDF-1.7 skannat"


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


@pytest.fixture
def number(seed: Seed, desk: Desk) -> str:
    """Of the case of a member that has been asked to comment before it is suspended."""
    member(desk, seed.org_b)
    given = {
        "intended": "suspended",
        "reason": "Konton har delats.",
        "answer_by": str(timezone.localdate() + timedelta(days=14)),
    }
    assert signed_in(desk.officer).post(f"/members/{seed.org_b.pk}/hear/", given).status_code == 302
    return CaseFile.objects.get().number


def test_a_case_is_kept_over_the_api(desk: Desk, number: str) -> None:
    key = desk.officer.key

    def post(action: str, **body: Any) -> tuple[int, Any]:
        return call(key, "POST", f"/caseFiles/{action}/{number}", body)

    assert (
        post("setRegistryNumber", registry_number=" 2026/17 ")[1]["CaseFile"]["registry_number"] == "2026/17"
    )
    data = base64.b64encode(SCAN).decode()
    scan = {"title": "Skannat", "counterpart": "Anna Ek", "data": data, "media_type": "application/pdf"}
    status, made = post("addDocument", **scan, file_name="sk.pdf", occurred_at="2026-01-02T10:00:00+01:00")
    assert (status, made["CaseDocument"]["sha256"]) == (200, hashlib.sha256(SCAN).hexdigest())
    assert (made["CaseDocument"]["direction"], made["CaseDocument"]["occurred_at"][:10]) == (
        "incoming",
        "2026-01-02",
    )
    got = send(key, "GET", f"/caseFiles/document/{number}/{made['CaseDocument']['number']}")
    assert (got.content, got["Content-Type"]) == (SCAN, "application/pdf")
    assert got["Content-Disposition"] == 'attachment; filename="sk.pdf"'
    assert post("addNote", who="Bo Ask", text="Han ringde.")[0] == 200
    (hearing,) = call(key, "GET", f"/caseHearings/index/case_number:{number}")[1]
    asked = hearing["Hearing"]
    assert (asked["case_number"], asked["answers"], asked["may_be_decided"]) == (number, [], False)
    said = {"who": "Anna Ek", "text": "Det stämmer inte."}
    answered = call(key, "POST", f"/caseHearings/answer/{asked['id']}", said)[1]["Hearing"]
    assert answered["may_be_decided"]
    assert call(key, "GET", f"/caseHearings/view/{asked['id']}")[1]["Hearing"] == answered
    shown = call(key, "GET", f"/caseFiles/view/{number}")[1]["CaseFile"]
    titles = [each["title"] for each in shown["documents"]]
    assert (shown["parties"], shown["authority"]) == (["Organisation B"], "CERT-SE")
    assert titles[-3:] == ["Skannat", "Anteckning från samtal med Bo Ask", "Yttrande från parten"]
    assert shown["documents"][answered["answers"][0] - 1]["title"] == "Yttrande från parten"
    for query in ("text:2026%2F17", "kind:membership", "state:open", "limit:1/page:1"):
        assert [each["CaseFile"]["number"] for each in call(key, "GET", f"/caseFiles/index/{query}")[1]] == [
            number
        ]
    for query in ("state:closed", "kind:spill", "text:annat", "limit:1/page:2"):
        assert call(key, "GET", f"/caseFiles/index/{query}")[1] == []
    assert post("archivePackage")[0] == 409
    assert post("close")[1]["CaseFile"]["closed_at"]
    assert post("addNote", who="Bo Ask", text="Mer.")[0] == 409
    packed = zipfile.ZipFile(BytesIO(b"".join(send(key, "POST", f"/caseFiles/archivePackage/{number}"))))
    assert len([name for name in packed.namelist() if "/data/" in name]) == len(titles)
    printed = send(key, "POST", f"/caseFiles/printed/{number}", {"language": "en"})
    assert printed.content.startswith(b"%PDF-")
    assert post("reopen")[1]["CaseFile"]["closed_at"] is None


def test_an_appeal_is_taken_to_its_outcome_over_the_api(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b, sector="private_company")
    with_approval.suspend(at_the_screen(desk.officer), seed.org_b.pk, "suspended", "Konton har delats.")
    today = str(timezone.localdate())
    record_service(
        at_the_screen(desk.officer), Letter.objects.get().pk, "handed", timezone.localdate(), "Anna Ek"
    )
    number, key = CaseFile.objects.get().number, desk.officer.key
    jurist = make_key(staff_of(seed, "jurist@hub.example", "legal_officer").user)
    (decided,) = call(key, "GET", f"/caseFiles/view/{number}")[1]["CaseFile"]["decisions"]
    assert decided["title"] == "Beslut om avstängning"
    given = {
        "decision": 1,
        "appellant": "Organisation B",
        "claim": "Beslutet ska upphävas.",
        "arrived_on": today,
    }
    status, refused = call(key, "POST", f"/caseAppeals/add/{number}", given | {"decision": 2, "claim": ""})
    assert (status < 500, set(refused["errors"])) == (True, {"decision", "claim"})
    made = call(key, "POST", f"/caseAppeals/add/{number}", given | {"asks_for_stay": True})[1]["Appeal"]
    assert (made["state"], made["is_late"], made["asks_for_stay"]) == ("registered", False, True)
    path = f"/caseAppeals/step/{number}/{made['id']}"
    assert call(key, "POST", path, {"step": "pray"})[1]["errors"].keys() == {"step"}
    assert call(key, "POST", path, {"step": "check_time"})[0] == 403, "that is for a legal officer"
    assert call(jurist, "POST", path, {"step": "check_time"})[1]["Appeal"]["state"] == "in_time"
    court = {"step": "forward", "reviewed": "Beslutet står fast.", "court": "Förvaltningsrätten i Stockholm"}
    assert call(key, "POST", path, court)[1]["Appeal"]["state"] == "forwarded"
    outcome = {"step": "decide", "outcome": "quashed", "on": today, "note": "Mål 1-26."}
    assert call(key, "POST", path, outcome)[1]["Appeal"]["state"] == "decided"
    done = {"step": "carry_out", "note": "Domen har kommit."}
    assert call(key, "POST", path, done)[0] == 409, "nothing from the court is in the case"
    note = {"who": "Bo", "text": "Ringde", "occurred_at": "0001-01-01T00:00:00+14:00"}
    assert call(key, "POST", f"/caseFiles/addNote/{number}", note)[0] == 403
    with pytest.raises(Invalid):
        note_call(
            at_the_screen(desk.officer), CaseFile.objects.get(), "Bo", "x", datetime(1, 1, 1, tzinfo=UTC)
        )
    judgment = {"direction": "incoming", "title": "Dom", "counterpart": "Domstolen", "text": "Upphävt."}
    assert call(key, "POST", f"/caseFiles/addDocument/{number}", judgment)[0] == 200
    assert call(key, "POST", path, done)[1]["Appeal"]["state"] == "decided", "it takes two"
    approved(User.objects.get(email="jurist@hub.example"))
    assert Membership.objects.get().state == "active"
    shown = call(key, "GET", f"/caseAppeals/view/{number}/{made['id']}")[1]["Appeal"]
    assert (shown["claim"], shown["outcome"]) == ("Beslutet ska upphävas.", "quashed")
    assert {"find_in_time", "forward", "decide"} <= {each["step"] for each in shown["history"]}
    assert len(call(key, "GET", f"/caseAppeals/index/case_number:{number}/state:carried_out")[1]) == 1
    for other in (desk.operator.key, desk.admin.key, seed.site_admin.key):
        assert call(other, "GET", "/caseAppeals/index")[1] == []
        assert send(other, "GET", f"/caseAppeals/view/{number}/{made['id']}").status_code == 404
        assert send(other, "POST", path, {"step": "withdraw", "note": "x"}).status_code == 404
        assert send(other, "POST", f"/caseAppeals/add/{number}", given).status_code == 404


def test_an_authority_keeps_the_cases_of_its_own_requests(seed: Seed, desk: Desk) -> None:
    officer = officer_of(seed, "org_b")
    jurist, other = make_key(officer), make_key(officer_of(seed, "org_c"))
    made = call(jurist, "POST", "/publicRecordsCases/add", {"request": "Allt om intrånget"})[1]
    number = made["PublicRecordsCase"]["number"]
    assert [each["CaseFile"]["number"] for each in call(jurist, "GET", "/caseFiles/index")[1]] == [number]
    shown = call(jurist, "GET", f"/caseFiles/view/{number}")[1]["CaseFile"]
    assert (shown["authority"], shown["parties"], shown["decisions"]) == ("Organisation B", [], [])
    assert call(jurist, "POST", f"/caseFiles/addNote/{number}", {"who": "Bo", "text": "Ringde."})[0] == 200
    # The duty does not end with a suspension.
    Organisation.objects.filter(pk=seed.org_b.pk).update(write_period=DateTimeTZRange(empty=True))
    web = accounts.signed_in(User.objects.get(pk=officer.pk))
    for path in ("", "documents/1/"):
        assert web.get(f"/cases/{number}/{path}").status_code == 200
    assert web.post(f"/cases/{number}/note/", {"who": "Bo", "text": "Ringde igen."}).status_code == 302
    assert call(jurist, "POST", f"/caseFiles/close/{number}")[0] == 200
    packed = zipfile.ZipFile(BytesIO(b"".join(send(jurist, "POST", f"/caseFiles/archivePackage/{number}"))))
    assert b"Organisation B" in packed.read(f"{number}/METS.xml")
    for key in (other, desk.officer.key):
        assert call(key, "GET", "/caseFiles/index")[1] == []
        assert send(key, "GET", f"/caseFiles/view/{number}").status_code == 404
        assert send(key, "POST", f"/caseFiles/archivePackage/{number}").status_code == 404


def test_what_is_wrong_is_said_by_field_and_others_find_nothing(seed: Seed, desk: Desk, number: str) -> None:
    filed = CaseDocument.objects.count()
    path = f"/caseFiles/addDocument/{number}"
    wrong = {"direction": "sideways", "title": "", "counterpart": "", "data": "inte base64!"}
    for given, field in (
        (wrong, "data"),
        (wrong | {"data": ""}, "direction"),
        ({"title": "", "counterpart": "x", "text": "x"}, "title"),
        ({"title": "x", "counterpart": "x"}, "text"),
        (
            {"title": "x", "counterpart": "x", "text": "x", "occurred_at": "2999-01-01T00:00:00Z"},
            "occurred_at",
        ),
        ({"title": "x", "counterpart": "x", "text": "x", "occurred_at": "i går"}, "occurred_at"),
    ):
        status, refused = call(desk.officer.key, "POST", path, given)
        assert (status in (400, 403, 422), field in refused["errors"]) == (True, True), (field, refused)
    hearing = Hearing.objects.get().pk
    jurist = make_key(officer_of(seed, "org_c"))
    for key in (desk.operator.key, desk.admin.key, seed.stranger.key, seed.site_admin.key, jurist):
        assert call(key, "GET", "/caseFiles/index")[1] == []
        assert call(key, "GET", "/caseHearings/index")[1] == []
        for address in (
            f"caseFiles/view/{number}",
            f"caseFiles/document/{number}/1",
            f"caseHearings/view/{hearing}",
        ):
            assert send(key, "GET", f"/{address}").status_code == 404, address
        for action in (
            "addDocument",
            "addNote",
            "setRegistryNumber",
            "close",
            "reopen",
            "archivePackage",
            "printed",
        ):
            given = {"title": "x", "counterpart": "x", "text": "x", "who": "x", "registry_number": "x"}
            assert send(key, "POST", f"/caseFiles/{action}/{number}", given).status_code == 404, action
        assert (
            send(key, "POST", f"/caseHearings/answer/{hearing}", {"who": "x", "text": "x"}).status_code == 404
        )
    read_only = make_key(desk.officer.user, read_only=True)
    assert send(read_only, "GET", f"/caseFiles/view/{number}").status_code == 200
    assert send(read_only, "POST", f"/caseFiles/close/{number}").status_code == 403
    assert CaseDocument.objects.count() == filed
    assert CaseFile.objects.get().is_open
