"""The officers' application pages: what is shown, saved and refused."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from tests.hub.membership.answers import answers
from tests.hub.membership.applications import assessed, per, submitted, under_review
from tests.web.accounts import signed_in
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.assessments.models import CriterionAssessment, Proposal
from vardkase.hub.membership.assessments.queries import criteria_of
from vardkase.hub.membership.assessments.services.partiality import declare_in_application
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

pytestmark = pytest.mark.usefixtures("password_is_enough")
OFFICER = StaffRole.MEMBERSHIP_OFFICER


def browser(seed: Seed, email: str, role: StaffRole = OFFICER) -> Client:
    user = User.objects.filter(email=email).first() or make_staff(seed, role, email)
    return signed_in(user)


def text(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_one_officer_proposes_and_another_decides(seed: Seed) -> None:
    first, second = browser(seed, "eva@hub.example"), browser(seed, "ulf@hub.example")
    application = submitted()
    number = application.number
    assert "Skogsby kommun" in text(first, "applications")
    first.post(reverse("application_review", args=[number]))
    refused = first.post(
        reverse("application_propose", args=[number]), {"outcome": "approve", "reasons": "Ja"}
    )
    assert refused.status_code == 422
    assert "Bedöm alla kriterier först" in refused.content.decode()
    for criterion in criteria_of(application):
        url = reverse("application_assess", args=[number, criterion.key])
        assert first.post(url, {"verdict": "met", "reason": ""}).status_code == 302
    first.post(
        reverse("application_propose", args=[number]), {"outcome": "approve", "reasons": "Allt är uppfyllt."}
    )
    proposal = Proposal.objects.get()
    assert "Ta tillbaka förslaget" in text(first, "application", number)
    decide = reverse("application_decide", args=[number, proposal.pk])
    alone = first.post(decide, {"answer": "agree"})
    assert alone.status_code == 422
    assert "En annan handläggare" in alone.content.decode()
    page = text(second, "application", number)
    assert "Din bedömning" in page
    assert "Prövningen av ansökan började (eva@hub.example)" in page, "a finished action shows as done"
    assert 'value="agree" checked' not in page, "the second officer's answer is not preselected"
    draft = second.get(reverse("application_preview", args=[number, proposal.pk]))
    assert "beviljar Skogsby kommun medlemskap" in pdf_words(b"".join(draft))  # type: ignore[arg-type]
    assert not Letter.objects.exists()
    partial = browser(seed, "ida@hub.example")
    ida = actor_for(User.objects.get(email="ida@hub.example"), Credential.BROWSER)
    declare_in_application(ida, application, "Min bror är it-chef där.")
    assert partial.get(reverse("application_preview", args=[number, proposal.pk])).status_code == 403
    assert second.post(decide, {"answer": ""}).status_code == 422
    assert second.post(decide, {"answer": "agree"}).status_code == 302
    application.refresh_from_db()
    assert application.state == "approved"
    letter = Letter.objects.get()
    sent = second.get(reverse("application_letter", args=[number, letter.number]))
    assert b"".join(sent) == bytes(letter.content)  # type: ignore[arg-type]
    assert second.post(decide, {"answer": "agree"}).status_code == 422


def test_missing_reason_is_reported_at_its_field(seed: Seed) -> None:
    client = browser(seed, "eva@hub.example")
    application = under_review(per(seed))
    url = reverse("application_assess", args=[application.number, "security_work"])
    refused = client.post(url, {"verdict": "not_met", "reason": ""})
    assert refused.status_code == 422
    assert 'id="e-security_work"' in refused.content.decode()
    assert client.post(url, {"verdict": "not_met"}, headers={"HX-Request": "true"}).status_code == 200
    assert not CriterionAssessment.objects.exists()


def test_list_is_filtered_sorted_and_counted(seed: Seed) -> None:
    client = browser(seed, "eva@hub.example")
    submitted()
    under_review(
        per(seed), organisation_name="Ekelund AB", sector="private_company", organisation_number="5560125790"
    )
    assert "Ekelund" not in text(client, "applications", state="submitted")
    assert "Skogsby" not in text(client, "applications", sector="private_company")
    assert "Ekelund" in text(client, "applications", q="556012-5790")
    assert "Ingen ansökan" in text(client, "applications", q="finns inte")
    assert "Skogsby" in text(client, "applications", handler="none", sort="organisation_name")
    page = text(client, "applications", handler=str(User.objects.get(email="per.nystrom@hub.example").pk))
    assert "Ekelund" in page
    assert "Skogsby" not in page
    assert "dag 1 av 30" in page


def test_officer_requests_completion(seed: Seed) -> None:
    client = browser(seed, "eva@hub.example")
    application = under_review(per(seed))
    url = reverse("application_completion", args=[application.number])
    assert client.post(url, {"text": "Mer"}).status_code == 422
    asked = {"text": "Vi saknar planen.", "steps": ["security"]}
    preview = reverse("application_completion_preview", args=[application.number])
    assert client.post(preview, {"text": "Mer"}).status_code == 422
    draft = b"".join(client.post(preview, asked).streaming_content)
    words = " ".join(PdfReader(BytesIO(draft)).pages[0].extract_text().split())
    assert "Vi saknar planen." in words
    assert "Utkast" in words
    application.refresh_from_db()
    assert (application.state, Letter.objects.count()) == ("under_review", 0), "nothing has been sent yet"
    assert client.post(url, {"text": "Vi saknar planen.", "steps": ["security"]}).status_code == 302
    page = text(client, "application", application.number)
    assert "Vi saknar planen." in page
    assert "Begäran om komplettering" in page


def test_notes_are_separate_from_messages(seed: Seed) -> None:
    client = browser(seed, "eva@hub.example")
    application = under_review(per(seed))
    url = reverse("application_message", args=[application.number])
    client.post(url, {"text": "Hej sökande"})
    client.post(reverse("application_note", args=[application.number]), {"text": "Provringde jouren"})
    assert list(application.messages.order_by("pk").values_list("kind", flat=True)) == ["officer", "note"]
    assert "Provringde" not in text(client, "application", application.number, show="applicant")
    assert "Hej sökande" not in text(client, "application", application.number, show="internal")
    assert client.post(url, {"text": " "}).status_code == 422


def test_officer_of_applicant_sees_why_excluded(seed: Seed) -> None:
    client = browser(seed, "eva@hub.example")
    application = under_review(per(seed))
    Application.objects.filter(pk=application.pk).update(
        answers=answers(organisation={"domains": ["hub.example"]})
    )
    assert "Din egen adress ligger i en av" in text(client, "application", application.number)
    Application.objects.filter(pk=application.pk).update(organisation=seed.hub)
    page = text(client, "application", application.number)
    assert "Du har ingen del i det här ärendet." in page
    url = reverse("application_assess", args=[application.number, "security_work"])
    assert client.post(url, {"verdict": "met"}).status_code == 403
    propose = reverse("application_propose", args=[application.number])
    assert client.post(propose, {"outcome": "reject", "reasons": "Nej"}).status_code == 422
    assert not Proposal.objects.exists()


def test_declared_conflict_of_interest_hides_actions(seed: Seed) -> None:
    client = browser(seed, "eva@hub.example")
    application = assessed(per(seed))
    given = {"partial": "1", "reason": "Min syster arbetar där."}
    client.post(reverse("application_partial", args=[application.number]), given)
    page = text(client, "application", application.number)
    assert "Du har anmält jäv" in page
    assert "application_propose" not in page
    assert "Föreslå för en andra beslutsfattare" not in page


@pytest.mark.parametrize("role", [StaffRole.OPERATOR, StaffRole.AUDITOR, StaffRole.ANALYST])
def test_other_roles_are_refused(seed: Seed, role: StaffRole) -> None:
    application = under_review(per(seed))
    for client in (
        browser(seed, "x@hub.example", role),
        signed_in(seed.org_admin.user),
        signed_in(seed.site_admin.user),
    ):
        for name, args in (
            ("applications", []),
            ("application", [application.number]),
            ("application_answers", [application.number]),
            ("application_form_pdf", [application.number]),
        ):
            assert client.get(reverse(name, args=args)).status_code == 403


def test_answers_and_application_as_pdf(seed: Seed) -> None:
    client = browser(seed, "eva@hub.example")
    application = under_review(per(seed))
    assert "Kommundirektör" in text(client, "application_answers", application.number)
    pdf = b"".join(client.get(reverse("application_form_pdf", args=[application.number])))  # type: ignore[arg-type]
    assert "Skogsby kommun" in pdf_words(pdf)
    assert client.get(reverse("application", args=["2026-99999"])).status_code == 404


def pdf_words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
