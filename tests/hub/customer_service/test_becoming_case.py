"""A support request that is in fact a case becomes one, from when it arrived."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories.memberships import Desk, at_the_screen, make_desk, member, staff_of
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership import with_approval
from tests.web.private_links import follow
from tests.web.signed_in import signed_in
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.customer_service import links, services
from vardkase.hub.customer_service.models import SupportRequest
from vardkase.hub.data_protection.requests.models import DataSubjectRequest
from vardkase.hub.data_protection.requests.person import opened
from vardkase.hub.public_records.cases.models import RecordsCase
from vardkase.identity.access.actor import visitor

TEXT = "Jag vill läsa avtalet med Skogsby."


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VARDKASE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "VARDKASE_MAIL_FROM", "hub@hub.example")
    monkeypatch.setattr(settings, "BASE_URL", "https://hub.example")


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def asked(**given: Any) -> SupportRequest:
    data = {
        "kind": "legal",
        "subject": "Fråga",
        "text": TEXT,
        "name": "Kalle Anka",
        "email": "kalle@ankeborg.se",
    }
    made = services.ask_as_visitor(visitor(None), data | given)
    SupportRequest.objects.filter(pk=made.pk).update(created=timezone.now() - timedelta(days=3))
    made.messages.update(created=timezone.now() - timedelta(days=3))
    return made


def becomes(who: ApiUser, request: SupportRequest, kind: str, **given: Any) -> int:
    sent = {"kind": kind, "message": request.messages.earliest("pk").pk} | given
    return int(signed_in(who).post(reverse("service_case", args=[request.pk]), sent).status_code)


def test_support_requests_become_cases(seed: Seed, desk: Desk, mail_server: None) -> None:
    jurist = staff_of(seed, "jurist@hub.example", "legal_officer")
    three_days_ago = timezone.localdate(timezone.now() - timedelta(days=3))
    records, person, appealed = asked(), asked(), asked(text="Beslutet är fel.")
    services.answer(at_the_screen(jurist), records.pk, "Internt.", internal=True)
    for who in (desk.operator, seed.stranger, desk.admin):
        assert becomes(who, records, "records") == 403
    assert becomes(desk.officer, records, "records") == 422, "a legal officer's task"
    assert becomes(jurist, records, "nonsense") == 422
    assert becomes(jurist, person, "data_subject") == 422, "which right?"
    assert becomes(desk.officer, appealed, "appeal", decision="M-2026-00001") == 422
    assert not RecordsCase.objects.exists()

    mailed = OutgoingMail.objects.count()
    assert becomes(jurist, records, "records") == 302
    case = RecordsCase.objects.get()
    assert (case.name, case.email, timezone.localdate(case.asked_at)) == (
        "Kalle Anka",
        "kalle@ankeborg.se",
        three_days_ago,
    )
    filed = [document.text for document in CaseDocument.objects.filter(case_file__number=case.number)]
    assert TEXT in filed[0]
    assert not any("Internt" in text for text in filed)
    assert OutgoingMail.objects.count() > mailed
    assert becomes(jurist, records, "records") == 422, "once"
    records.refresh_from_db()
    assert records.state == "solved"
    page = reverse("service_request", args=[records.pk])
    assert f"/cases/{case.number}/" in signed_in(jurist).get(page).content.decode()
    assert signed_in(desk.operator).get(page).status_code == 404
    told = Client()
    shown = follow(told, links.link_to(records).removeprefix("https://hub.example")).content.decode()
    assert case.number in shown
    assert "en begäran om allmän handling" in shown

    assert becomes(jurist, person, "data_subject", rights=["access"]) == 302
    made = DataSubjectRequest.objects.get()
    assert (made.arrived_on, made.rights) == (three_days_ago, ["access"])
    assert TEXT in opened(made.person).text
    assert not CaseDocument.objects.filter(case_file__number=made.number, text__contains=TEXT).exists()

    member(desk, seed.org_b, sector="private_company")
    with_approval.suspend(at_the_screen(desk.officer), seed.org_b.pk, "suspended", "Konton har delats.")
    letter = Letter.objects.get(kind="letter_suspension")
    assert becomes(desk.officer, appealed, "appeal", decision=f"{letter.number}9") == 422
    assert becomes(desk.officer, appealed, "appeal", decision=letter.number) == 422, "older than the decision"
    # What is written in an older conversation counts from its own day, and is the claim.
    later = appealed.messages.create(kind="legal", text="Vi överklagar.", author="kalle@ankeborg.se")
    other = records.messages.earliest("pk").pk
    assert becomes(desk.officer, appealed, "appeal", decision=letter.number, message=other) == 422
    page = signed_in(desk.officer).get(reverse("service_case", args=[appealed.pk])).content.decode()
    assert page.index("Vi överklagar.") < page.index("Beslutet är fel.")
    assert becomes(desk.officer, appealed, "appeal", decision=letter.number, message=later.pk) == 302
    appeal = Appeal.objects.get()
    assert (appeal.decision_number, appeal.claim) == (letter.number, "Vi överklagar.")
    assert appeal.arrived_on == timezone.localdate()
    assert "kalle@ankeborg.se\nBeslutet är fel." in appeal.document.text
