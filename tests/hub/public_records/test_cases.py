"""Requests for public records: from the question to the appeal, and who sees what on the way."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from tests.factories import make_role, make_user
from tests.factories.public_records import member
from tests.factories.records_cases import (
    OFFICE,
    SECRET,
    TARIFF,
    at_a_browser,
    incident,
    officer_of,
    text_of,
    with_material,
)
from tests.factories.seed import ORG_ADMIN, USER, Seed
from tests.support.pdf_readers import texts_in
from tests.web.accounts import signed_in
from tests.web.private_links import fill_in, follow
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Forbidden, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.case_files.queries import case_files
from vardkase.hub.public_records.cases import links
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
    opening,
)
from vardkase.hub.public_records.officers.models import RecordsOffice
from vardkase.hub.public_records.officers.services import name_officer, remove_officer
from vardkase.hub.public_records.received.authorities import follow as follow_standing
from vardkase.hub.public_records.release.remaining import encodings
from vardkase.identity.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough", "mail_server")]


def test_a_request_from_the_public_page_to_the_appeal(seed: Seed) -> None:
    """A visitor asks, members are consulted, a value is masked, a decision follows and is appealed."""
    role = make_role("User", USER)
    jurist = make_user(seed.hub, role, "jurist@hub.example", staff_roles=["legal_officer"])
    follow_standing({seed.hub.pk})
    RecordsOffice.objects.create(organisation=seed.hub, **OFFICE, **TARIFF)
    incident(seed)
    outside, officer = Client(), signed_in(jurist)

    # Anybody asks, without a name, and is told that they need give no purpose.
    page = outside.get("/public-records/ask/").content.decode()
    assert "Du behöver inte tala om vem du är" in page
    assert not re.search(r'name="(purpose|syfte)"', page)
    assert outside.post("/public-records/ask/", {"request": ""}).status_code == 422
    asked = outside.post("/public-records/ask/", {"request": "Handlingar om vpn-intrånget"})
    link = re.search(r'href="(https://hub.example/public-records/follow/#[^"]+)"', asked.content.decode())
    assert link
    case = RecordsCase.objects.get()
    assert (case.authority, case.is_anonymous, case.state) == (seed.hub, True, "registered")
    assert "handläggs" in follow(outside, link[1].removeprefix("https://hub.example")).content.decode()

    # The officer finds what the hub owner had then, and freezes it.
    address = f"/public-records/cases/{case.number}/"
    assert case.number in officer.get("/public-records/cases/").content.decode()
    incident(seed, "Publicerad efter begäran")
    RecordsCase.objects.filter(pk=case.pk).update(asked_at=timezone.now() + timedelta(seconds=2))
    found = officer.get(f"{address}material/?q=vpn").content.decode()
    assert "Intrång i en vpn-tjänst" in found
    reference = re.findall(r"material/([\d-]+)/", found)[0]
    parts = officer.get(f"{address}material/{reference}/").content.decode()
    assert SECRET in parts
    assert "bara-vi.example" not in parts
    assert officer.post(f"{address}material/{reference}/", {"all": "1"}).status_code == 302
    items = list(CaseItem.objects.filter(case=case).order_by("pk"))
    assert {item.publisher for item in items} == {seed.org_a}
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseItem.objects.filter(pk=items[0].pk).update(title="Ändrad")

    # The member concerned is asked about its own material, and answers by its link.
    assert officer.post(f"{address}consult/", {"hours": "72"}).status_code == 422
    officer.post(f"{address}consult/", {"hours": "24", "organisation": str(seed.org_a.pk)})
    consultation = MemberConsultation.objects.get()
    assert (consultation.items.count(), consultation.mails) == (len(items), 1)
    assert SECRET not in OutgoingMail.objects.order_by("-pk")[0].text
    at_member = Client()
    shown = follow(at_member, links.link_to_consultation(consultation).removeprefix("https://hub.example"))
    text = shown.content.decode()
    assert SECRET in text
    assert "överklaga" not in text
    assert "vpn-intrånget" not in text, "not the request"
    assert case.number not in text
    refused = fill_in(at_member, shown, answer="partly", name="Anna Ek")
    assert refused.status_code == 422
    fill_in(at_member, shown, answer="partly", parts=SECRET, harm="Avslöjar vårt skydd.", name="Anna Ek")
    consultation.refresh_from_db()
    assert (consultation.answer, consultation.answered_by) == ("partly", "Anna Ek")

    # A value is masked, with ground and harm; the rest is released.
    everything = {"pk": [str(item.pk) for item in items]}
    masked = {"outcome": "mask", "masks": SECRET, "grounds": ["osl_18_8"], "harm": "Visar var skyddet finns."}
    assert officer.post(f"{address}assess/", {**everything, **masked, "grounds": []}).status_code == 422
    assert officer.post(f"{address}assess/", {**everything, **masked, "masks": "finns ej"}).status_code == 422
    assert officer.post(f"{address}assess/", {**everything, **masked}).status_code == 302
    assert "Avslöjar vårt skydd." in officer.get(f"{address}assess/").content.decode()
    checked = officer.get(f"{address}check/").content.decode()
    assert "Utlämnad till viss del" in checked
    given = {"kind": "answer", "reasons": "Uppgiften är sekretessbelagd."}
    too_early = officer.post(f"{address}check/", {**given, "kind": "decision"})
    assert too_early.status_code == 422
    told = officer.post(f"{address}check/", {**given, "reasons": f"Det gäller {SECRET}."})
    assert told.status_code == 422, "the letter would say what is masked"
    assert officer.post(f"{address}check/", given).status_code == 302

    # The requester reads the answer and wants a decision, which the officer writes and the requester appeals.
    status = outside.get("/public-records/follow/case/")
    assert "Begär ett skriftligt beslut" in status.content.decode()
    fill_in(outside, status, act="decision")
    mailed = OutgoingMail.objects.count()
    fill_in(outside, status, act="decision")
    assert OutgoingMail.objects.count() == mailed, "asked for again: nobody is told twice"
    assert officer.post(f"{address}check/", {**given, "kind": "decision"}).status_code == 302
    decision = RecordsAnswer.objects.get(kind="decision")
    status = outside.get("/public-records/follow/case/")
    letter = text_of(outside.get(f"/public-records/follow/document/{decision.letter.number}/"))
    for words in (
        "18 kap. 8 §",
        "syftet med säkerhetsåtgärden motverkas",
        "Visar var skyddet finns.",
        "Kammarrätten i Göteborg",
        "inom tre veckor",
    ):
        assert words in letter, words
    assert decision.copy_pdf
    copy = outside.get(f"/public-records/follow/document/{decision.copy_pdf.number}/")
    copied = text_of(copy)
    assert "malware.example" in copied
    assert SECRET not in copied + letter
    assert outside.get("/public-records/follow/document/1/").status_code == 404, "only what was sent"
    fill_in(outside, status, act="served")
    fill_in(outside, status, act="appeal", text="Jag vill ha allt.")
    appeal = Appeal.objects.get()
    assert (appeal.state, appeal.last_day is not None) == ("registered", True)
    page = f"/cases/{case.number}/appeals/{appeal.pk}/"
    assert page in officer.get(address).content.decode()
    outcome = {"outcome": "upheld", "on": str(timezone.localdate()), "note": "Mål 1-26"}
    assert officer.post(f"{page}decide/", outcome).status_code == 422, "not forwarded"
    assert officer.post(f"{page}check_time/").status_code == 302
    forwarded = {"reviewed": "Det står fast.", "court": "Kammarrätten i Göteborg"}
    assert officer.post(f"{page}forward/", forwarded).status_code == 302
    assert officer.post(f"{page}decide/", outcome).status_code == 302
    assert officer.post(f"{address}step/close/", {"note": "Klart"}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "partly")
    whole = officer.get(address).content.decode()
    assert "beslutet står fast" in whole
    assert "Kammarrätten i Göteborg" in whole
    filed = CaseDocument.objects.filter(case_file__number=case.number)
    answers = [outside.get(f"/public-records/follow/document/{one.number}/") for one in filed]
    sent = [content_of(each) for each in answers if each.status_code == 200]
    assert {content[:1] for content in sent} == {b"%", b"{"}, "PDF and JSON"
    said = b"\0".join(text for each in sent for text in (texts_in(each) if each[:1] == b"%" else [each]))
    assert (len(sent), b"malware.example" in said) == (6, True)
    assert [form for form in encodings(SECRET) if len(form) > 5 and form in said] == []
    # The audit log has other readers: it names the case, and neither who asked nor who was consulted.
    entries = AuditEntry.objects.filter(target_kind__in=["records_case", "case_file"])
    audited = " ".join(f"{entry.actor_name} {entry.title} {entry.change}" for entry in entries)
    assert len(entries) > 10
    for secret in ("Organisation A", "Anna Ek", SECRET, "vpn", "Visar var"):
        assert secret not in audited, secret
    assert not entries.filter(actor_id=None).exclude(address=None).exists()
    for name in ("statistics/", "statistics.csv"):
        assert officer.get(f"/public-records/{name}").status_code == 200


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def test_cases_of_one_authority_are_invisible_to_all_others(seed: Seed) -> None:
    incident(seed)
    own, other = officer_of(seed, "org_b"), officer_of(seed, "org_c")
    colleague = make_user(seed.org_b, make_role("User", USER), "other@org_b.example")
    hub = make_user(seed.hub, make_role("User", USER), "jurist@hub.example", staff_roles=["legal_officer"])
    both = ["membership_officer", "legal_officer"]
    site_admin = make_user(seed.hub, make_role("admin", []), "both@hub.example", staff_roles=both)
    case = with_material(at_a_browser(own), name="Kalle Anka")
    item = case.items.first()
    assert item
    address = f"/public-records/cases/{case.number}/"
    pages = ["", "material/", f"items/{item.pk}/", "consult/", "assess/", "check/", "documents/1/"]
    for user, status in ((other, 404), (hub, 404), (site_admin, 404), (colleague, 403)):
        client = signed_in(user)
        for page in pages:
            assert client.get(address + page).status_code == status, (user.email, page)
        shown = client.get("/public-records/cases/?state=")
        assert case.number not in shown.content.decode()
        assert client.get(f"/cases/{case.number}/").status_code in (403, 404)
        for act in (
            lambda actor: opening.assign(actor, case.number, actor.user_id),
            lambda actor: assessing.assess(actor, case.number, [item.pk], {"outcome": "release"}),
            lambda actor: answering.answer(actor, case.number, {"kind": "answer"}),
            lambda actor: appealing.step(actor, case.number, "withdraw"),
        ):
            with pytest.raises((NotFound, Forbidden)):
                act(at_a_browser(user))
    assert not case_files(at_a_browser(site_admin)).filter(number=case.number).exists()
    assert signed_in(own).get(address).status_code == 200
    # A link of one kind opens nothing of the other, and a forged one nothing at all.
    case_link = links.CASES.sign(case.uuid.hex)
    for opened_by in (links.consultation_opened_by, links.case_opened_by):
        with pytest.raises(NotFound):
            opened_by(case_link if opened_by is links.consultation_opened_by else case_link[:-1] + "x")


def test_administrators_name_and_remove_their_own_officers(seed: Seed) -> None:
    member(seed.org_b)
    admin = at_a_browser(make_user(seed.org_b, make_role("Org Admin", ORG_ADMIN), "admin@b.example"))
    client = signed_in(User.objects.get(pk=admin.user_id or 0))
    partner = seed.partner.user
    assert client.get("/public-records/cases/").status_code == 403
    assert client.post("/public-records/officers/", {"email": "stranger@c.example"}).status_code == 422
    assert client.post("/public-records/officers/", {"email": partner.email}).status_code == 302
    assert client.post("/public-records/officers/", {"email": partner.email}).status_code == 422
    assert signed_in(partner).get("/public-records/cases/").status_code == 200
    office = {**OFFICE, **TARIFF}
    assert signed_in(partner).post("/public-records/office/", {**office, "page_fee": "-1"}).status_code == 422
    assert signed_in(partner).post("/public-records/office/", office).status_code == 302
    with pytest.raises(Forbidden):
        name_officer(at_a_browser(partner), "sync@b.example")
    with pytest.raises(Forbidden):
        name_officer(at_a_browser(seed.org_admin.user), "analyst@a.example")  # No authority.
    with pytest.raises(NotFound):
        remove_officer(admin, 999_999)
    client.post(f"/public-records/officers/{partner.pk}/remove/")
    assert signed_in(partner).get("/public-records/cases/").status_code == 403
