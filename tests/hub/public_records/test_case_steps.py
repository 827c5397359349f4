"""Single steps of public-records cases: consultation, conditions, late appeals, limits."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from tests.api.calls import call
from tests.factories import make_key, make_role, make_user
from tests.factories.intel import make_event
from tests.factories.records_cases import (
    SECRET,
    TARIFF,
    at_a_browser,
    incident,
    officer_of,
    release_all,
    with_material,
)
from tests.factories.removals import approve
from tests.factories.seed import ApiUser, Seed
from tests.web.accounts import signed_in
from tests.web.private_links import follow
from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.case_files.appeals import services as appeals
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.public_records.cases import links, queries
from vardkase.hub.public_records.cases.filing import file_of
from vardkase.hub.public_records.cases.models import (
    CaseItem,
    MemberConsultation,
    RecordsAnswer,
    RecordsCase,
)
from vardkase.hub.public_records.cases.services import (
    answering,
    appealing,
    assessing,
    consulting,
    material,
    opening,
)
from vardkase.hub.public_records.officers.fees import Tariff
from vardkase.hub.spills.declaring import declare
from vardkase.hub.spills.deletion import delete_spilled
from vardkase.hub.spills.models import Spill
from vardkase.hub.spills.needles import opened
from vardkase.hub.spills.proof import searched
from vardkase.identity.access.actor import Actor, actor_for, visitor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.intel.services.publish import publish_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough", "mail_server")]


def test_each_member_is_asked_about_its_own_material_only(seed: Seed) -> None:
    """Two members' material in one case, reminders, and an answer that does not wait."""
    incident(seed)
    theirs = make_event(seed.org_c, info="Annans händelse", distribution=1)
    theirs.save()
    publish_event(actor_for(make_publisher(seed), Credential.API_KEY), theirs.pk)
    jurist = at_a_browser(officer_of(seed, "org_b"))
    case = with_material(jurist)
    other = next(
        one
        for one in material.search(jurist, case.number)
        if one.event_id not in {item.event_id for item in case.items.all()}
    )
    keys = [item.key for item in material.parts(jurist, case.number, other.reference).items]
    material.freeze(jurist, case.number, other.reference, keys)
    with pytest.raises(Invalid):
        consulting.consult(jurist, case.number, [seed.org_b.pk], 24)  # Not concerned.
    asked = consulting.consult(jurist, case.number, [seed.org_a.pk, seed.org_c.pk], 2)
    for one in asked:
        client = Client()
        shown = follow(client, links.link_to_consultation(one).removeprefix("https://hub.example"))
        assert {item.publisher_id for item in shown.context["items"]} == {one.organisation_id}
        foreign = CaseItem.objects.filter(case=case).exclude(publisher=one.organisation_id).first()
        assert foreign
        assert client.get(f"/public-records/consulted/file/{foreign.pk}/").status_code == 404
    with pytest.raises(Conflict):
        consulting.consult(jurist, case.number, [seed.org_a.pk], 2)
    MemberConsultation.objects.update(sent_at=timezone.now() - timedelta(hours=3))
    assert consulting.remind_all(jurist) == sum(1 for one in asked if one.mails)
    assert consulting.remind_all(jurist) == 0
    # One answers on paper: who, when, and the letter.
    letter = SimpleUploadedFile("svar.pdf", b"%PDF-1.7", "application/pdf")
    said = {"answer": "release", "name": "Eva Ek", "at": "2001-01-01T08:00", "file": letter}
    web = signed_in(User.objects.get(pk=jurist.user_id or 0))
    address = f"/public-records/cases/{case.number}/consultations/{asked[1].pk}/"
    assert web.post(address, said).status_code == 422
    letter.seek(0)
    assert web.post(address, {**said, "at": ""}).status_code == 302
    filed = CaseDocument.objects.get(file_name="svar.pdf")
    assert (bytes(filed.content), filed.counterpart) == (b"%PDF-1.7", "Eva Ek, Organisation C")
    release_all(jurist, case)
    answering.answer(jurist, case.number, {"kind": "answer"})
    with pytest.raises(Conflict):
        consulting.answer_by_link(visitor(None), asked[0], {"answer": "release", "name": "Sen"})
    # An officer records one that arrives late: the request may be assessed again.
    address = f"/public-records/cases/{case.number}/consultations/{asked[0].pk}/"
    assert "Begäran är besvarad" in web.get(address).content.decode()
    assert web.post(address, {"answer": "release", "name": "Sen", "at": ""}).status_code == 302
    assert CaseDocument.objects.filter(title="Svar på samråd, efter att begäran besvarats").exists()
    with pytest.raises(Conflict):
        material.remove(jurist, case.number, [case.items.values_list("pk", flat=True)[0]])


def make_publisher(seed: Seed) -> User:
    return make_user(seed.org_c, make_role("Publisher", []), "publisher@c.example")


def letter_text(document: CaseDocument) -> str:
    pages = PdfReader(io.BytesIO(CaseDocument.objects.get(pk=document.pk).content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def appealed(actor: Actor, case: RecordsCase, **given: Any) -> Appeal:
    """An appeal against the latest decision, registered by an officer."""
    sent = appeals.ReceivedAppeal(
        appellant="Kalle Anka", claim="Utan förbehåll", arrived_on=timezone.localdate(), **given
    )
    decision = RecordsAnswer.objects.filter(case=case).latest("pk").letter_id
    return appeals.register_appeal(actor, file_of(case), decision, sent)


def decided(actor: Actor, appeal: Appeal, outcome: str) -> Appeal:
    return appeals.record_outcome(actor, appeal.pk, outcome, timezone.localdate(), "Mål 1-26")


def case_state(case: RecordsCase) -> str:
    return RecordsCase.objects.get(pk=case.pk).state


def test_conditions_no_record_referral_and_late_appeal(seed: Seed) -> None:
    incident(seed)
    jurist = at_a_browser(officer_of(seed, "org_b"))
    case = with_material(jurist)
    ids = list(case.items.values_list("pk", flat=True))
    bound = {"outcome": "release", "condition": "Får inte föras vidare."}
    with pytest.raises(Invalid) as refused:
        assessing.assess(jurist, case.number, ids, bound)
    assert "condition" in refused.value.by_field
    opening.change_requester(jurist, case.number, {"name": "Kalle Anka", "requester": "private"})
    with pytest.raises(Conflict):
        answering.answer(jurist, case.number, {"kind": "answer"})  # Not assessed.
    assessing.assess(jurist, case.number, ids, bound)
    answering.answer(jurist, case.number, {"kind": "answer"})
    with pytest.raises(Conflict):
        appealed(jurist, case)
    answering.want_decision(jurist, case.number)
    decision = answering.answer(jurist, case.number, {"kind": "decision", "on_paper": True})
    weeks_ago = timezone.now() - timedelta(weeks=8)
    RecordsAnswer.objects.filter(pk=decision.pk).update(at=weeks_ago)
    answering.note_service(jurist, case.number, decision.pk, weeks_ago.date(), "receipt")
    appeal = appealed(jurist, case)
    with pytest.raises(Conflict):
        appeals.forward(jurist, appeal.pk, "Hen vill ha mer.")  # Whether it came in time is tested first.
    with pytest.raises(TransitionRefused):
        appealing.step(jurist, case.number, "reassess")
    assert appeals.check_time(jurist, appeal.pk).state == "dismissed"
    # The dismissal is a decision of its own: it is served, and the appeal against it handed over.
    dismissal = RecordsAnswer.objects.get(kind="dismissal")
    assert "44 och 45 §§" in letter_text(dismissal.letter)
    answering.note_service(jurist, case.number, dismissal.pk, timezone.localdate(), "receipt")
    with pytest.raises(Invalid):
        appealed(jurist, case, deemed_on=timezone.localdate())
    against = appealed(jurist, case)
    assert against.decision == dismissal.letter
    appeals.check_time(jurist, against.pk)
    appeals.forward(jurist, against.pk, "Vi ändrar inte beslutet.")
    assert decided(jurist, against, "quashed").state == "carried_out"
    # Quashed, it leaves the first appeal to be handed over.
    appeal.refresh_from_db()
    assert (appeal.state, appeal.exception, case_state(case)) == ("in_time", "overruled", "appealed")
    # Without that it can also be found not to be dismissed, on the pages that all appeals have.
    Appeal.objects.filter(pk=appeal.pk).update(exception="", state="registered")
    page = signed_in(User.objects.get(pk=jurist.user_id or 0))
    address = f"/cases/{case.number}/appeals/{appeal.pk}/"
    assert "Kalle Anka" in page.get(address).content.decode()
    given = {"exception": "instructions", "note": ""}
    assert page.post(f"{address}check_time/", given).status_code == 422
    assert page.post(f"{address}check_time/", {**given, "note": "Fel domstol stod där."}).status_code == 302
    assert page.get(f"{address}change/").status_code == 404, "the case is assessed again instead"
    shown = page.get(f"{address}forward/").content.decode()
    assert "Kammarrätten i Göteborg" in shown
    assert (
        page.post(f"{address}forward/", {"reviewed": "Det står.", "court": "Kammarrätten"}).status_code == 302
    )
    appeal.refresh_from_db()
    assert appeal.letter
    assert "var felaktig" in letter_text(appeal.letter)
    assert decided(jurist, appeal, "upheld").state == "carried_out"
    # One that is met is handed over as well, with the new decision.
    RecordsAnswer.objects.filter(pk=dismissal.pk).delete()
    RecordsAnswer.objects.filter(pk=decision.pk).update(served_on=None)
    met = appealed(jurist, case)
    appeals.check_time(jurist, met.pk)
    appealing.step(jurist, case.number, "reassess")
    with pytest.raises(TransitionRefused):
        appealing.step(jurist, case.number, "withdraw")
    with pytest.raises(Conflict):
        answering.answer(jurist, case.number, {"kind": "answer"})
    answering.answer(jurist, case.number, {"kind": "decision"})
    with pytest.raises(TransitionRefused):
        appealing.step(jurist, case.number, "close")
    forwarded = appeals.forward(jurist, met.pk, "Vi har ändrat beslutet.")
    assert forwarded.letter
    assert "anses gälla det nya beslutet" in letter_text(forwarded.letter)
    # A decision that does not stand goes back to the assessment; the new one carries the outcome out.
    assert (decided(jurist, met, "remitted").state, case_state(case)) == ("decided", "assessment")
    answering.answer(jurist, case.number, {"kind": "answer"})
    met.refresh_from_db()
    assert met.state == "carried_out"
    appealing.step(jurist, case.number, "close")

    nothing = opening.register(jurist, {"request": "Något annat"})
    with pytest.raises(Invalid):
        answering.answer(jurist, nothing.number, {"kind": "answer"})  # Reasons are needed.
    none = answering.answer(jurist, nothing.number, {"kind": "answer", "reasons": "Sökt."})
    assert (none.outcome, "avgift" in letter_text(none.letter)) == ("not_held", False)
    referred = opening.register(jurist, {"request": "Polisens handlingar"})
    answering.refer(jurist, referred.number, {"other": "Polismyndigheten", "reasons": "TF 2:17"})
    assert queries.find_case(jurist, referred.number).state == "closed"
    tariff = Tariff(**TARIFF)
    assert [tariff.fee(pages) for pages in (9, 10, 12)] == [0, 50, 54]


def test_visitors_are_throttled(seed: Seed) -> None:
    asker = visitor("192.0.2.9")
    for _ in range(opening.FROM_ONE_ADDRESS):
        opening.ask_as_visitor(asker, {"request": "Allt"})
    with pytest.raises(opening.TooManyRequests):
        opening.ask_as_visitor(asker, {"request": "Allt"})
    response = Client(REMOTE_ADDR="192.0.2.9").post("/public-records/ask/", {"request": "Allt"})
    assert response.status_code in (200, 429)
    assert (
        RecordsCase.objects.values_list("number", flat=True).distinct().count() == RecordsCase.objects.count()
    )


def test_own_case_system_opens_and_reads_cases(seed: Seed) -> None:
    jurist = officer_of(seed, "org_b")
    key = make_key(jurist)
    made = call(key, "POST", "/publicRecordsCases/add", {"request": "Allt om intrånget"})
    assert made[0] == 200, made
    number = made[1]["PublicRecordsCase"]["number"]
    assert (
        call(key, "GET", f"/publicRecordsCases/view/{number}")[1]["PublicRecordsCase"]["state"]
        == "registered"
    )
    assert len(call(key, "GET", "/publicRecordsCases/index")[1]) == 1
    other = ApiUser(officer_of(seed, "org_c"), "")
    assert call(make_key(other.user), "GET", f"/publicRecordsCases/view/{number}")[0] == 404


def test_a_case_tells_nothing_of_an_event_in_quarantine(seed: Seed) -> None:
    """Declared after it was released: closed to the officer, the requester and the consulted; then deleted for good."""
    event = incident(seed)
    jurist = at_a_browser(officer_of(seed, "org_b"))
    case = with_material(jurist)
    officer = signed_in(User.objects.get(pk=jurist.user_id or 0))
    (asked,) = consulting.consult(jurist, case.number, [seed.org_a.pk], 24)
    said = {"answer": "partly", "name": "Ada", "parts": f"Visa inte {SECRET}.", "harm": f"{SECRET} är vår."}
    consulting.answer_by_link(visitor(None), asked, said)
    keys = list(case.items.values_list("pk", flat=True))
    held = {"outcome": "withhold", "grounds": ["osl_18_8"], "harm": f"Rör {SECRET}."}
    assessing.assess(jurist, case.number, keys, {"outcome": "release"})
    answering.answer(jurist, case.number, {"kind": "answer"})
    other = with_material(jurist)
    assessing.assess(jurist, other.number, list(other.items.values_list("pk", flat=True)), held)
    requester, consulted = Client(), Client()
    base = f"/public-records/cases/{case.number}/"
    answered = RecordsAnswer.objects.get(case=case)
    copy = answered.copy_json
    assert copy
    appeal = Appeal.objects.create(
        case_file=file_of(case),
        decision=answered.letter,
        document=copy,
        appellant="Kalle Anka",
        claim=f"Lämna ut {SECRET}.",
        arrived_on=timezone.localdate(),
    )
    appeal_page = f"/cases/{case.number}/appeals/{appeal.pk}/"
    pages = {
        officer: [
            *(
                f"{base}{rest}"
                for rest in ("", "check/", "assess/", "material/", f"consultations/{asked.pk}/")
            ),
            f"/public-records/cases/{other.number}/check/",
            *(f"{base}documents/{number}/" for number in range(2, 7)),
            *(f"/cases/{case.number}/documents/{number}/" for number in range(2, 7)),
            appeal_page,
        ],
        requester: [f"/public-records/follow/document/{number}/" for number in range(2, 7)],
        consulted: ["/public-records/consulted/material/"],
    }

    def showing() -> list[str]:
        follow(requester, links.link_to_case(case).removeprefix("https://hub.example"))
        follow(consulted, links.link_to_consultation(asked).removeprefix("https://hub.example"))
        found = [(client, address) for client, addresses in pages.items() for address in addresses]
        return [address for client, address in found if SECRET.encode() in content_of(client.get(address))]

    assert f"/public-records/follow/document/{copy.number}/" in showing()
    assert {f"/cases/{case.number}/documents/{copy.number}/", appeal_page} <= set(showing())
    assert "Kalle Anka" in content_of(officer.get(base)).decode()
    declare(seed.partner.actor, event.pk, kind="swedish", reason="Uppgifterna rör ett skyddsobjekt.")
    assert showing() == []
    for page in (base, f"/cases/{case.number}/"):
        assert "Kalle Anka" not in content_of(officer.get(page)).decode(), (
            "who appeals may tell what it is about"
        )
    packed = zipfile.ZipFile(io.BytesIO(content_of(officer.post(f"/cases/{case.number}/documents/zip/"))))
    assert len(packed.namelist()) == 1  # The request itself.
    # What is held of it is not released, and the letter does not repeat what was assessed of it.
    with pytest.raises(Invalid):
        answering.answer(jurist, other.number, {"kind": "answer"})
    answered = answering.answer(jurist, other.number, {"kind": "answer", "reasons": "Utreds."})
    assert (answered.outcome, answered.assessments, answered.copy_json) == ("withheld", {}, None)
    letter = officer.get(f"/public-records/cases/{other.number}/documents/{answered.letter.number}/")
    assert letter.status_code == 200
    spill = Spill.objects.get()
    approve("delete_spill", spill.pk)
    with transaction.atomic():
        delete_spilled(spill)
    assert searched(opened(Spill.objects.get().needles))["left"] == 0
    kept = CaseDocument.objects.get(pk=copy.pk)
    assert (bytes(kept.content), kept.sha256, SECRET in kept.text) == (b"", copy.sha256, False)
    appeal.refresh_from_db()
    assert appeal.claim == ""
    Spill.objects.update(state="deleted")
    assert showing() == []
    assert b"Raderad" in content_of(requester.get(f"/public-records/follow/document/{copy.number}/"))


def test_attachments_that_go_out_beside_something_hidden_are_read_first(seed: Seed) -> None:
    attached = {
        "type": "attachment",
        "category": "External analysis",
        "value": "rapport.pdf",
        "data": "JVBERg==",
    }
    parts = [attached, {"type": "domain", "value": "malware.example"}]
    event = {"info": "Intrång", "distribution": "1", "published": True, "Attribute": parts}
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": event})[0] == 200
    jurist = at_a_browser(officer_of(seed, "org_b"))
    case = with_material(jurist)
    release_all(jurist, case)
    held = {"outcome": "withhold", "grounds": ["osl_18_8"], "harm": "Visar var skyddet finns."}
    assessing.assess(jurist, case.number, [case.items.get(title="malware.example").pk], held)
    given = {"kind": "answer", "reasons": "Uppgiften omfattas av sekretess."}
    officer, address = (
        signed_in(User.objects.get(pk=jurist.user_id or 0)),
        f"/public-records/cases/{case.number}/check/",
    )
    assert b'name="files_read"' in officer.get(address).content
    refused = officer.post(address, given)
    assert (refused.status_code, "rapport.pdf" in refused.content.decode()) == (422, True)
    assert officer.post(address, {**given, "files_read": "on"}).status_code == 302


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content
