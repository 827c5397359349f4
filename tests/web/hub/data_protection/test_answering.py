"""Requests from data subjects: from the public form to the reply, and every way to what is none of one's business."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from pypdf import PdfReader

from tests.api.calls import call
from tests.factories import make_attribute, make_event, make_report
from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from tests.web.hub.data_protection.calls import (
    EMAIL,
    NAME,
    NUMBER,
    UNKNOWN_ADDRESS,
    asked,
    decided,
    item_ids,
    of,
    searched,
    words,
)
from tests.web.private_links import follow
from vardkase.audit.models import AuditEntry
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.outbox.models import Delivery
from vardkase.hub.backups.models import DeletedContent
from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.correspondence.models import Delivery as LetterDelivery
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.customer_service.models import SupportRequest
from vardkase.hub.data_protection.controllers.models import PublishingController
from vardkase.hub.data_protection.requests import upkeep
from vardkase.hub.data_protection.requests.models import (
    AnsweredRight,
    ConcernedItem,
    DataSubjectRequest,
)
from vardkase.hub.data_protection.requests.models import DataSubjectRight as Right
from vardkase.hub.data_protection.requests.models import ItemOutcome as Outcome
from vardkase.hub.data_protection.requests.rules import MEETS
from vardkase.hub.data_protection.requests.spilled import forget_spilled
from vardkase.hub.data_protection.requests.wording import results
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.spills.declaring import declare
from vardkase.hub.spills.hooks import SpillDeleted
from vardkase.hub.spills.models import Spill
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Attribute, Event
from vardkase.intel.personal_data.models import PersonalDataMark

pytestmark = pytest.mark.usefixtures("password_is_enough")


def test_erasure_is_no_restriction_and_whoever_objects_can_be_given_one() -> None:
    assert Outcome.ERASED not in MEETS[Right.RESTRICTION]
    assert Outcome.RESTRICTED in MEETS[Right.OBJECTION]


def test_restriction_says_how_and_a_refused_answer_keeps_what_was_selected(seed: Seed, jurist: User) -> None:
    for subject in ("Fråga", "Följdfråga"):
        SupportRequest.objects.create(
            kind="legal", subject=subject, asker_email=EMAIL, deadline=timezone.now(), asker_name=NAME
        )
    request, handler = asked(Client(), rights=["restriction", "objection"]), signed_in(jurist)
    searched(handler, request)
    hub = of(request, "CERT-SE")
    answers, chosen = f"/data-requests/controllers/{hub.pk}/items/", item_ids(hub, "support")
    restricted = decided(chosen[:1], restriction="restricted", objection="erased")
    refused = handler.post(answers, restricted)
    assert refused.status_code == 422
    shown = words(refused)
    assert "Skriv hur behandlingen har begränsats" in shown
    assert "Begränsning av behandlingen: hur behandlingen" in shown, (
        "the right, since several share the field"
    )
    assert re.findall(r'name="pk" value="(\d+)"[^>]* checked', shown) == [str(chosen[0])]
    assert not AnsweredRight.objects.exists()

    how = "Ärendet kan bara läsas av juristen."
    restricted |= {"restriction_reason": how, "objection_outcome": "restricted", "objection_reason": how}
    assert handler.post(answers, restricted).status_code == 302
    assert {(each.outcome, each.ground, each.reason) for each in AnsweredRight.objects.all()} == {
        ("restricted", "", how)
    }
    assert how in words(handler.get(f"/data-requests/controllers/{hub.pk}/"))
    ConcernedItem.objects.filter(answered_at=None).delete()
    with override("sv"):
        (line, _) = results(request)
    assert line.endswith("Behandlingen begränsad, 1 uppgift: Ärendet kan bara läsas av juristen.")


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
    assert all(name in shown for name in ("Organisation A", "Organisation B", "CERT-SE", NAME))
    assert UNKNOWN_ADDRESS not in shown
    a, b, hub = (of(request, name) for name in ("Organisation A", "Organisation B", "CERT-SE"))
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
    secret = "data_protection_5_1: Uppgiften omfattas av sekretess."
    every = decided(item_ids(a), access="given")
    assert of_a.post(answers, every).status_code == 422, "data on offences are answered one by one"
    own = item_ids(a, "attribute")
    kept = decided(own, erasure="erased")
    assert of_a.post(answers, kept).status_code == 422, "they are still there"
    gone = decided(own, access="gone")
    assert of_a.post(answers, gone).status_code == 422, "they are still there"
    (on_number,) = ConcernedItem.objects.filter(controller=a, part_id=number.pk, kind="attribute")
    assert of_a.post(answers, decided([on_number.pk], access="given")).status_code == 302
    Attribute.objects.filter(event=hidden).delete()
    assert of_a.post(answers, kept).status_code == 302
    others = [pk for pk in own if pk != on_number.pk]
    assert of_a.post(answers, decided(others, access="given")).status_code == 422, "nothing to copy any more"
    assert of_a.post(answers, decided(others, access="gone")).status_code == 302
    on_number.refresh_from_db()
    assert on_number.given, "the copy that was given out before it was erased"
    rest = item_ids(a, "report", "title")
    for refused in (
        {"access_outcome": "refused"},
        {"access_outcome": "refused", "access_ground": "gdpr_17_3", "access_reason": "Fel rätt."},
        {"access_outcome": "refused", "access_ground": "gdpr_15_4"},
        {"access_outcome": "erased"},
        {"objection_outcome": "erased"},
        {},
    ):
        assert of_a.post(answers, {"pk": rest, **refused}).status_code == 422, refused
    assert of_a.post(answers, decided(rest, access=secret)).status_code == 302
    assert of_a.post(f"/our-data-requests/{a.pk}/done/", {"told": ""}).status_code == 302
    a.refresh_from_db()
    assert a.answered_at is None, "not all items are answered"
    archived = "gdpr_17_3_archive: Rapporten ska bevaras."
    assert of_a.post(answers, decided(rest, erasure=archived)).status_code == 302
    Delivery.objects.create(
        kind="connection", receiver_id=1, receiver_name="Finland", event_id=hidden.pk, event_uuid=hidden.uuid,
        version=1, state="sent",
    )  # fmt: skip
    assert of_a.post(f"/our-data-requests/{a.pk}/done/", {"told": ""}).status_code == 422, "article 19"
    of_a.post(f"/our-data-requests/{a.pk}/done/", {"told": "Ändringen är publicerad."})
    a.refresh_from_db()
    assert (a.answered_by, a.recipients[0][1]) == ("admin@a.example", "Finland")
    # A hub restored to an earlier moment stays closed until it is erased again.
    assert DeletedContent.objects.get(kind="erasure").number == request.number

    assert "Rapporten ska bevaras" in words(of_a.get(f"/our-data-requests/{a.pk}/"))
    theirs_kept = decided(item_ids(b), access="given", erasure="gdpr_17_3: Händelsen behövs.")
    assert of_b.post(f"/our-data-requests/{b.pk}/items/", theirs_kept).status_code == 302
    reply = {"text": "Vi har sökt på ditt namn och dina uppgifter."}
    assert handler.post(f"/data-requests/{request.pk}/reply/", reply).status_code == 422
    assert handler.post(f"/data-requests/{request.pk}/reply/preview/", reply).status_code == 422
    early = handler.get(f"/data-requests/{request.pk}/reply/")
    assert early.context["unanswered"] == len(item_ids(hub))
    assert "Inget återstår" not in early.content.decode()
    hubs = f"/data-requests/controllers/{hub.pk}/items/"
    assert handler.post(hubs, decided(item_ids(hub), access="given")).status_code == 302
    assert handler.post(f"/data-requests/{request.pk}/reply/", reply).status_code == 422, "B has not finished"
    of_b.post(f"/our-data-requests/{b.pk}/done/", {"told": ""})
    assert handler.post(f"/data-requests/{request.pk}/reply/", reply).status_code == 422, "erasure is open"
    asked_only = decided(item_ids(hub, "support"), erasure="gdpr_17_3_archive: Frågan ska bevaras.")
    assert handler.post(hubs, asked_only).status_code == 302
    assert handler.post(f"/data-requests/{request.pk}/reply/", reply).status_code == 422, "of some still open"
    membership = decided(item_ids(hub, "membership"), erasure="gdpr_17_3: Kontakten behövs.")
    assert handler.post(hubs, membership).status_code == 302
    left = list(ConcernedItem.objects.filter(controller=hub, answered_at=None).values_list("pk", flat=True))
    assert handler.post(hubs, decided(left, erasure="gdpr_17_3: Loggen behövs.")).status_code == 302
    assert "Registret över behandlingar är inte ifyllt" in words(
        handler.get(f"/data-requests/{request.pk}/reply/")
    )
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
        "CERT-SE, radering, 1 uppgift: Frågan ska bevaras (artikel 17.3 b och d",
        "CERT-SE, radering, 1 uppgift: Kontakten behövs",
        "Organisation A, tillgång: Kopia lämnad, 1 uppgift.",
        "Organisation A, tillgång: Finns inte längre kvar, 2 uppgifter.",
        "Organisation A, tillgång, 2 uppgifter: Uppgiften omfattas av sekretess",
        "Organisation A, radering: Raderat, 3 uppgifter.",
        "Organisation A, radering, 2 uppgifter: Rapporten ska bevaras (artikel 17.3 b och d",
        "Organisation B, radering, 2 uppgifter: Händelsen behövs",
        "artikel 17 i dataskyddsförordningen",
        "Ändamål och rättslig grund: Pröva ansökningar",
        "Inga automatiska beslut",
    ):
        assert expected in " ".join(printed.split())
    filed = dict(CaseDocument.objects.exclude(direction="internal").values_list("title", "text"))
    assert "Organisation B: " in filed["Utlämnad kopia av personuppgifter"]
    assert "SHA-256 (JSON): " in filed["Utlämnad kopia av personuppgifter"]
    answer_of_a = CaseDocument.objects.get(
        title="Svar från personuppgiftsansvarig", counterpart="Organisation A"
    )
    assert "Uppgiften omfattas av sekretess" in answer_of_a.text
    assert {"Begäran till personuppgiftsansvarig"} <= set(filed)
    assert not any(term in text for text in filed.values() for term in ("811218", "ring +46"))
    assert LetterDelivery.objects.filter(letter=Letter.objects.get()).exists(), "opened by its link"
    copy = json.loads(b"".join(visitor.get("/personal-data/follow/copy.json")))
    assert {each["controller"] for each in copy["controllers"]} == {
        "Organisation A",
        "Organisation B",
        "CERT-SE",
    }
    assert f"Huvudkontakt: {NAME}, {EMAIL}" in json.dumps(copy, ensure_ascii=False)
    assert "Driftgruppen" not in json.dumps(copy), "another person's data"
    (version,) = [
        item["text"]
        for each in copy["controllers"]
        for item in each["items"]
        if item["where"].startswith("Publicerade versioner")
    ]
    assert version.split("\n")[1:] == [f"Rubrik på en händelse: Mejl från {EMAIL}"], (
        "fields in words, no JSON"
    )
    texts_of_a = [
        item["text"]
        for each in copy["controllers"]
        for item in each["items"]
        if each["controller"] == "Organisation A"
    ]
    assert len(texts_of_a) == 1, "refused items are not in the copy"
    assert "811218-9876" in texts_of_a[0]
    assert Client().get("/personal-data/follow/copy.json").status_code == 302

    # What is in quarantine is in no copy, and goes with the event; the log of the hub names it no more.
    spilled = Event.objects.get(pk=ConcernedItem.objects.get(controller=b, kind="title").event_id or 0)
    assert spilled.info in json.dumps(copy, ensure_ascii=False)
    declare(
        actor_for(admin_b, Credential.BROWSER), spilled.pk, kind="swedish", reason="Rör ett skyddsobjekt."
    )
    assert Spill.objects.get().holders.get(kind="copy").name == request.number
    copy = json.loads(b"".join(visitor.get("/personal-data/follow/copy.json")))
    assert {each["controller"] for each in copy["controllers"]} == {"Organisation A", "CERT-SE"}
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
    assert not ConcernedItem.objects.exclude(given="", terms=[]).exists()
    assert not AnsweredRight.objects.exclude(reason="").exists()
    assert NUMBER not in words(handler.get(f"/data-requests/{request.pk}/"))
    for gone in ("letter/", "copy.json"):
        assert visitor.get(f"/personal-data/follow/{gone}").status_code == 404
