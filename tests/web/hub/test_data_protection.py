"""Requests from data subjects: from the public form to the reply, and every way to what is none of one's business."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from tests.api.calls import call
from tests.factories import make_attribute, make_event, make_report
from tests.factories.applications import make_staff
from tests.factories.people import make_role, make_user
from tests.factories.seed import ORG_ADMIN, Seed
from tests.web.accounts import signed_in
from tests.web.private_links import follow
from vardkase.audit.models import AuditEntry
from vardkase.core import files
from vardkase.core.clock import today
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.outbox.models import Delivery
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.correspondence.models import Delivery as LetterDelivery
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.customer_service.models import SupportRequest
from vardkase.hub.data_protection.controllers.models import PublishingController
from vardkase.hub.data_protection.requests import searching, services, upkeep
from vardkase.hub.data_protection.requests.models import (
    ConcernedController,
    ConcernedItem,
    DataSubjectRequest,
)
from vardkase.hub.data_protection.requests.spilled import forget_spilled
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.spills.declaring import declare
from vardkase.hub.spills.hooks import SpillDeleted
from vardkase.hub.spills.models import Spill
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.models import Attribute, Event
from vardkase.intel.personal_data.models import PersonalDataMark
from vardkase.intel.personal_data.services import mark_analyst_data

pytestmark = pytest.mark.usefixtures("password_is_enough")
NAME, EMAIL, NUMBER = "Astrid Lindkvist", "astrid@lindkvist.example", "19811218-9876"
UNKNOWN_ADDRESS = "adress som inte finns i hubbens egna uppgifter"
ASKED = {
    "rights": ["access", "erasure"],
    "name": NAME,
    "email": EMAIL,
    "find_personal_number": NUMBER,
    "find_phone": "070-174 06 05",
}


@pytest.fixture(autouse=True)
def mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VARDKASE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "VARDKASE_MAIL_FROM", "hub@hub.example")
    monkeypatch.setattr(settings, "BASE_URL", "https://hub.example")


@pytest.fixture
def jurist(seed: Seed) -> User:
    return make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")


@pytest.fixture
def admin_b(seed: Seed) -> User:
    return make_user(seed.org_b, make_role("Admin of B", ORG_ADMIN), "admin@b.example")


def asked(client: Client, **other: Any) -> DataSubjectRequest:
    page = client.post("/personal-data/request/", {**ASKED, **other})
    assert page.status_code == 200, page.content.decode()
    return DataSubjectRequest.objects.latest("pk")


def words(response: Any) -> str:
    return str(response.content.decode())


def searched(client: Client, request: DataSubjectRequest) -> None:
    assert client.post(f"/data-requests/{request.pk}/search/").status_code == 302
    searching.search(hub_actor(), request.pk)


def item_ids(controller: ConcernedController, *kinds: str) -> list[int]:
    rows = ConcernedItem.objects.filter(controller=controller)
    return list((rows.filter(kind__in=kinds) if kinds else rows).values_list("pk", flat=True))


def of(request: DataSubjectRequest, name: str) -> ConcernedController:
    return ConcernedController.objects.get(request=request, name=name)


def test_request_that_concerns_three_is_found_answered_and_erased(
    seed: Seed, jurist: User, admin_b: User
) -> None:
    hidden = make_event(seed.org_a, info=f"Utpressning mot {NAME.upper()}")
    hidden.save()
    number, comment, link = (
        make_attribute(hidden, value1="811218-9876"),
        make_attribute(hidden, value1="okänd", comment="ring +46 70 174 06 05"),
        make_attribute(hidden, type="link", value1=f"https://x.example/?u={EMAIL}&v=1"),
    )
    for each in (number, comment, link, make_attribute(hidden, value1=f"annan.{EMAIL}")):
        each.save()
    make_report(hidden, content="Det gäller Lindkvist, Astrid, som\nringde.").save()
    PersonalDataMark.objects.create(
        event=hidden, place="attribute", part_id=number.pk, field="value", kind="personal-number", start=0, end=11,
        says_offence=True, fingerprint=1,
    )  # fmt: skip
    _, body = call(
        seed.partner_sync.key, "POST", "/events/add", {"info": f"Mejl från {EMAIL}", "distribution": 1}
    )
    published = int(body["Event"]["id"])
    assert call(seed.partner_sync.key, "POST", f"/events/publish/{published}", {})[0] == 200
    assert PublishingController.objects.get(event_id=published).name == "Organisation B"
    SupportRequest.objects.create(
        kind="legal", subject="Fråga", asker_email=EMAIL, deadline=timezone.now(), asker_name=NAME
    )

    contacts = {
        "contact_main": {"name": NAME, "email": EMAIL, "phone": "", "key": ""},
        "contact_technical": {"name": "Driftgruppen", "email": "drift@c.example", "phone": "", "key": ""},
    }
    Membership.objects.create(organisation=seed.org_c, details=contacts)

    visitor, handler = Client(), signed_in(jurist)
    request = asked(visitor)
    assert NAME not in request.person, "who asks is stored encrypted"
    mailed = OutgoingMail.objects.get(recipient=EMAIL).text
    private = re.search(r"https://hub\.example(/personal-data/follow/\S+)", mailed)
    assert private
    searched(handler, request)
    shown = words(handler.get(f"/data-requests/{request.pk}/"))
    assert all(name in shown for name in ("Organisation A", "Organisation B", "Hub", NAME))
    assert UNKNOWN_ADDRESS not in shown
    a, b, hub = (of(request, name) for name in ("Organisation A", "Organisation B", "Hub"))
    found = sorted(ConcernedItem.objects.filter(controller=a).values_list("kind", "part_id"))
    assert [kind for kind, _ in found] == ["attribute"] * 3 + ["report", "title"]
    assert {pk for kind, pk in found if kind == "attribute"} == {number.pk, comment.pk, link.pk}
    assert set(b.items.values_list("kind", flat=True)) == {"title", "version"}
    assert "support" in set(hub.items.values_list("kind", flat=True))

    # A handler learns whose and how many, of the others nothing that the items say.
    theirs = words(handler.get(f"/data-requests/controllers/{a.pk}/"))
    assert "ring +46" not in theirs
    assert f"/event/{hidden.pk}/" not in theirs
    assert f"händelse {hidden.pk}" not in theirs
    assert EMAIL in theirs, "which of the values were found is not told"
    (searched_once,) = AuditEntry.objects.filter(action="data_request.searched")
    assert {mark.partition(":")[0] for mark in searched_once.change["terms"]} >= {"name", "email"}
    assert "Fråga" in words(handler.get(f"/data-requests/controllers/{hub.pk}/"))
    assert AuditEntry.objects.filter(action="data_request.read", actor_name=jurist.email).exists()

    of_a, of_b = signed_in(seed.org_admin.user), signed_in(admin_b)
    assert of_a.get(f"/our-data-requests/{a.pk}/").status_code == 404, "not sent yet"
    assert handler.post(f"/data-requests/{request.pk}/send/").status_code == 302
    page = words(of_a.get(f"/our-data-requests/{a.pk}/"))
    assert "ring +46" in page
    assert EMAIL in page, "found in its items"
    assert NUMBER not in words(of_b.get(f"/our-data-requests/{b.pk}/")), "not found in its items"
    for stranger in (of_b, signed_in(seed.analyst.user), signed_in(seed.site_admin.user)):
        assert stranger.get(f"/our-data-requests/{a.pk}/").status_code in (403, 404)

    answers = f"/our-data-requests/{a.pk}/items/"
    every = {"pk": item_ids(a), "outcome": "given", "ground": "", "reason": ""}
    assert of_a.post(answers, every).status_code == 422, "data on offences are answered one by one"
    kept = {"pk": item_ids(a, "attribute"), "outcome": "erased", "ground": "", "reason": ""}
    assert of_a.post(answers, kept).status_code == 422, "they are still there"
    Attribute.objects.filter(event=hidden).delete()
    assert of_a.post(answers, kept).status_code == 302
    assert of_a.post(answers, {"pk": item_ids(a, "report", "title"), "outcome": "refused"}).status_code == 422
    why = {"ground": "data_protection_5_1", "reason": "Uppgiften omfattas av sekretess."}
    assert of_a.post(f"/our-data-requests/{a.pk}/done/", {"told": ""}).status_code == 302
    a.refresh_from_db()
    assert a.answered_at is None, "not all items are answered"
    assert (
        of_a.post(answers, {"pk": item_ids(a, "report", "title"), "outcome": "refused", **why}).status_code
        == 302
    )
    Delivery.objects.create(
        kind="connection", receiver_id=1, receiver_name="Finland", event_id=hidden.pk, event_uuid=hidden.uuid,
        version=1, state="sent",
    )  # fmt: skip
    assert of_a.post(f"/our-data-requests/{a.pk}/done/", {"told": ""}).status_code == 422, "article 19"
    of_a.post(f"/our-data-requests/{a.pk}/done/", {"told": "Ändringen är publicerad."})
    a.refresh_from_db()
    assert (a.answered_by, a.recipients[0][1]) == ("admin@a.example", "Finland")

    given = {"pk": item_ids(b), "outcome": "given", "ground": "", "reason": ""}
    assert of_b.post(f"/our-data-requests/{b.pk}/items/", given).status_code == 302
    reply = {"text": "Vi har sökt på ditt namn och dina uppgifter."}
    assert handler.post(f"/data-requests/{request.pk}/reply/", reply).status_code == 422
    own = {"pk": item_ids(hub), "outcome": "given", "ground": "", "reason": ""}
    both = {"pk": item_ids(hub, "support"), "outcome": "given", "ground": "gdpr_17_3_archive", "reason": ""}
    assert handler.post(f"/data-requests/controllers/{hub.pk}/items/", both).status_code == 422, "no reason"
    assert handler.post(f"/data-requests/controllers/{hub.pk}/items/", own).status_code == 302
    assert handler.post(f"/data-requests/{request.pk}/reply/", reply).status_code == 422, "B has not finished"
    of_b.post(f"/our-data-requests/{b.pk}/done/", {"told": ""})
    assert handler.post(f"/data-requests/{request.pk}/reply/", reply).status_code == 422, "erasure is open"
    both["reason"] = "Frågan ska bevaras."
    assert handler.post(f"/data-requests/controllers/{hub.pk}/items/", both).status_code == 302
    reply["not_erasure"] = "Ärendet ska bevaras (artikel 17.3 b)."
    with CaptureQueriesContext(connection) as read:
        draft = handler.post(f"/data-requests/{request.pk}/reply/preview/", reply)
    assert not any("FOR UPDATE" in query["sql"] and "data_subject" in query["sql"] for query in read)
    assert b"".join(draft.streaming_content).startswith(b"%PDF")
    assert handler.post(f"/data-requests/{request.pk}/reply/", reply).status_code == 302

    assert follow(visitor, private[1]).status_code == 200
    letter = visitor.get("/personal-data/follow/letter/")
    printed = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(b"".join(letter))).pages)
    assert "Tillämpade bestämmelser" in printed
    assert "artikel 15 i dataskyddsförordningen" in " ".join(printed.split())
    assert "Om behandlingen" in printed
    for expected in (
        "Förvaltningsrätten i Stockholm",
        "imy.se",
        "Uppgiften omfattas av sekretess",
        "tre veckor",
        "Hub, radering: Ärendet ska bevaras",
        "Hub, radering: Frågan ska bevaras (artikel 17.3 b och d",
        "Organisation A, tillgång: Uppgiften omfattas av sekretess",
        "Organisation B har inte angett för alla uppgifter vad den beslutar om detta: radering",
        "artikel 17 i dataskyddsförordningen",
        "Ändamål och rättslig grund: Pröva ansökningar",
        "Inga automatiska beslut",
    ):
        assert expected in " ".join(printed.split())
    assert LetterDelivery.objects.filter(letter=Letter.objects.get()).exists(), "opened by its link"
    copy = json.loads(b"".join(visitor.get("/personal-data/follow/copy.json")))
    assert {each["controller"] for each in copy["controllers"]} == {"Organisation B", "Hub"}
    assert f"Huvudkontakt: {NAME}, {EMAIL}" in json.dumps(copy, ensure_ascii=False)
    assert "Driftgruppen" not in json.dumps(copy), "another person's data"
    assert "811218" not in json.dumps(copy), "refused and erased items are not in the copy"
    assert Client().get("/personal-data/follow/copy.json").status_code == 302

    # What is in quarantine is in no copy, and goes with the event; the log of the hub names it no more.
    spilled = Event.objects.get(pk=ConcernedItem.objects.get(controller=b, kind="title").event_id or 0)
    assert spilled.info in json.dumps(copy, ensure_ascii=False)
    declare(
        actor_for(admin_b, Credential.BROWSER), spilled.pk, kind="swedish", reason="Rör ett skyddsobjekt."
    )
    assert Spill.objects.get().holders.get(kind="copy").name == request.number
    copy = json.loads(b"".join(visitor.get("/personal-data/follow/copy.json")))
    assert {each["controller"] for each in copy["controllers"]} == {"Hub"}
    forget_spilled(SpillDeleted(spilled.pk, spilled.uuid))
    Event.objects.filter(pk=spilled.pk).update(quarantined=False)
    assert b"".join(visitor.get("/personal-data/follow/copy.json")).count(b"Organisation B") == 0
    assert not b.items.exclude(given="").exists()

    searched_for = (NAME, EMAIL, NUMBER, "811218")
    entries = AuditEntry.objects.filter(target_kind__in=("data_request", "case_file", "letter"))
    recorded = " ".join(f"{entry.title} {entry.change}" for entry in entries)
    assert not any(term in recorded for term in searched_for), "not in the audit log"
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs WHERE task_name = 'data_protection.search'")
        assert all(set(json.loads(row[0])) == {"request_id", "user_id"} for row in cursor.fetchall())

    DataSubjectRequest.objects.update(closed_at=timezone.now() - timedelta(days=91))
    assert upkeep.forget() == 1
    request.refresh_from_db()
    assert request.person == ""
    assert not ConcernedItem.objects.exclude(given="", reason="", terms=[]).exists()
    assert NUMBER not in words(handler.get(f"/data-requests/{request.pk}/"))
    for gone in ("letter/", "copy.json"):
        assert visitor.get(f"/personal-data/follow/{gone}").status_code == 404


def test_only_legal_officers_handle_and_bad_input_changes_nothing(seed: Seed, jurist: User) -> None:
    request = asked(Client())
    page = f"/data-requests/{request.pk}/"
    others = (
        make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "other@hub.example"),
        make_staff(seed, StaffRole.OPERATOR, "operator@hub.example"),
        seed.site_admin.user,
        seed.org_admin.user,
    )
    for other in others:
        client = signed_in(other)
        for address in ("/data-requests/", page, f"{page}copy/pdf/", "/breaches/", f"{page}terms/"):
            assert client.get(address).status_code == 403, (other.email, address)
        assert client.post(f"{page}search/").status_code == 403
        assert client.get(f"/cases/{request.number}/").status_code in (403, 404)
    for wrong in (
        {"rights": []}, {"rights": ["everything"]}, {"email": "nobody"}, {"name": ""}, {"find_phone": "12"},
        {"find_personal_number": "19811218-9875"}, {"find_ip": "300.1.1.1"}, {"find_name": "ab"},
        {"find_account": "\n".join(f"konto{number}" for number in range(30))},
    ):  # fmt: skip
        assert Client().post("/personal-data/request/", ASKED | wrong).status_code == 422, wrong
    assert DataSubjectRequest.objects.count() == 1
    handler = signed_in(jurist)
    future = ASKED | {"arrived_on": (today() + timedelta(days=1)).isoformat()}
    assert handler.post("/data-requests/new/", future).status_code == 422
    no_address = ASKED | {"arrived_on": today().isoformat(), "email": ""}
    assert handler.post("/data-requests/new/", no_address).status_code == 422
    by_post = no_address | {"address": "Storgatan 1\n111 11 Stockholm"}
    assert handler.post("/data-requests/new/", by_post).status_code == 302
    mine = asked(Client(), email=jurist.email)
    assert handler.post(f"/data-requests/{mine.pk}/search/").status_code == 403, "it is about the officer"


def test_deadline_identity_extension_and_reminders(seed: Seed, jurist: User) -> None:
    request, visitor, handler = asked(Client()), Client(), signed_in(jurist)
    page = f"/data-requests/{request.pk}/"
    assert handler.post(f"{page}identity/", {"reason": "Två har samma namn."}).status_code == 302
    link = re.findall(r"(/personal-data/follow/\S+)", OutgoingMail.objects.filter(recipient=EMAIL)[0].text)
    assert "Två har samma namn." in words(follow(visitor, link[0]))
    assert handler.post(f"{page}step/", {"step": "confirm_identity"}).status_code == 302
    before = request.deadline
    assert handler.post(f"{page}extend/", {"reason": ""}).status_code == 422
    handler.post(f"{page}extend/", {"reason": "Många versioner."})
    request.refresh_from_db()
    assert (request.state, request.deadline > before + timedelta(days=50)) == ("in_hand", True)
    assert handler.post(f"{page}extend/", {"reason": "Igen."}).status_code == 422
    DataSubjectRequest.objects.update(deadline=today() - timedelta(days=1))
    OutgoingMail.objects.all().delete()
    assert (upkeep.remind(), upkeep.remind()) == (1, 0), "once a day"
    assert OutgoingMail.objects.get().recipient == jurist.email
    assert request.number in words(handler.get("/data-requests/?state=late"))
    for _ in range(services.FROM_ONE_ADDRESS - 1):
        asked(Client())
    assert Client().post("/personal-data/request/", ASKED).status_code == 429
    elsewhere = Client().post("/personal-data/request/", ASKED, REMOTE_ADDR="203.0.113.5")
    assert elsewhere.status_code == 429, "a mailbox cannot be flooded from many addresses"


def test_event_that_changes_hands_is_shown_to_nobody_who_was_sent_it(seed: Seed, jurist: User) -> None:
    event = make_event(seed.org_a, info=f"Om {NAME}")
    event.save()
    request, handler, of_a = asked(Client()), signed_in(jurist), signed_in(seed.org_admin.user)
    searched(handler, request)
    shown = words(handler.get(f"/data-requests/{request.pk}/"))
    assert UNKNOWN_ADDRESS in shown, "what anybody can send in, and what others hold, is left out"
    handler.post(f"/data-requests/{request.pk}/send/")
    mine = f"/our-data-requests/{of(request, 'Organisation A').pk}/"
    assert f"Om {NAME}" in words(of_a.get(mine))
    Event.objects.filter(pk=event.pk).update(org=seed.org_b)
    assert f"Om {NAME}" not in words(of_a.get(mine))


def test_text_inside_attachments_and_documents_of_cases_is_searched_and_routed(
    seed: Seed, jurist: User
) -> None:
    event = make_event(seed.org_a)
    event.save()
    files_sha = [files.store(text.encode()) for text in (f"Kontakta {NAME}, {NUMBER}.", "ingenting")]
    kept, _other = (
        make_attribute(
            event, type="attachment", category="Payload delivery", value1=f"{n}.txt", data_sha256=sha
        )
        for n, sha in enumerate(files_sha)
    )
    kept.save()
    _other.save()
    note = AnalystData.objects.create(
        kind=0, org=seed.org_b, orgc=seed.org_b, created=timezone.now(), modified=timezone.now(), distribution=1,
        object_type="Event", object_uuid=event.uuid, text=f"Misstänkt: {NUMBER}",
    )  # fmt: skip
    mark_analyst_data([note.pk])
    case = CaseFile.objects.create(number="M-1", kind="membership", title="x", thing_kind="membership", thing_id=1,
                                   opened_by="x")  # fmt: skip
    of_spill = CaseFile.objects.create(number="S-1", kind="spill", title="x", thing_kind="spill", thing_id=1,
                                       opened_by="x")  # fmt: skip
    common = {"direction": "incoming", "sha256": "0" * 64, "occurred_at": timezone.now(), "by": "x"}
    said = CaseDocument.every.create(
        case_file=case, number=1, title="Yttrande", text=f"Från {NAME}", **common
    )
    filed = CaseDocument.every.create(
        case_file=case,
        number=2,
        title="Bilaga",
        content=f"{EMAIL} har ringt".encode(),
        file_name="b.txt",
        **common,
    )
    CaseDocument.every.create(case_file=of_spill, number=1, title="Y", text=NAME, **common)

    handler = signed_in(jurist)
    request = asked(Client())
    searched(handler, request)
    a, b, hub = (of(request, name) for name in ("Organisation A", "Organisation B", "Hub"))
    assert list(a.items.values_list("kind", "part_id")) == [("attachment", kept.pk)]
    assert list(b.items.values_list("kind", "is_offence")) == [("analyst_data", True)]
    of_the_hub = set(hub.items.filter(kind__startswith="case").values_list("kind", "part_id"))
    assert of_the_hub == {("case_document", said.pk), ("case_file_document", filed.pk)}
    page = words(handler.get(f"/data-requests/controllers/{hub.pk}/"))
    assert f"{EMAIL} har ringt" in page
    assert "Kontakta" not in words(handler.get(f"/data-requests/controllers/{a.pk}/"))
    handler.post(f"/data-requests/{request.pk}/send/")
    of_a = signed_in(seed.org_admin.user)
    assert f"Kontakta {NAME}" in words(of_a.get(f"/our-data-requests/{a.pk}/"))
    answers = f"/our-data-requests/{a.pk}/items/"
    erased = {"pk": item_ids(a), "outcome": "erased", "ground": "", "reason": ""}
    assert of_a.post(answers, erased).status_code == 422, "it is still there"
    kept.delete()
    assert of_a.post(answers, erased).status_code == 302
