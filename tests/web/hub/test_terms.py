"""Terms and mail texts in the browser: written by officers, accepted by members, refused to others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from tests.hub.membership import phase_approvals
from tests.identity.two_people import approved
from tests.web.accounts import signed_in
from tests.web.private_links import fill_in, follow
from vardkase.core.clock import today
from vardkase.core.mail.models import MailTemplate, SentMail
from vardkase.hub.correspondence.models import Signature
from vardkase.hub.membership.agreements.models import AcceptanceRequest
from vardkase.hub.membership.agreements.queries import acceptance_of, unanswered
from vardkase.hub.membership.agreements.services import asking
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.overview import tasks
from vardkase.hub.membership.terms import queries
from vardkase.identity.accounts.staff import StaffRole

pytestmark = pytest.mark.usefixtures("password_is_enough")
CRITERION = {"title_sv": "Loggar", "title_en": "Logs", "step": "security"}


@pytest.fixture
def jurist(seed: Seed) -> Client:
    return signed_in(make_staff(seed, StaffRole.LEGAL_OFFICER))


@pytest.fixture
def member(seed: Seed) -> Membership:
    return Membership.objects.create(
        organisation=seed.org_a, sector="municipality", connection="web", state="active"
    )


def text(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def publish_second(seed: Seed, client: Client) -> None:
    client.post(reverse("terms_start"))
    client.post(reverse("terms_draft"), {"text_sv": "# Nya villkor", "text_en": "# New terms"})
    day = (today() + timedelta(days=30)).isoformat()
    found = {"version": "2", "answer_by": day, "reason": "Ny lag."}
    refused = client.post(reverse("terms_publish"), found)
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"confirmed"})
    assert f"{unanswered(2).count()} medlem ombeds att godkänna den" in refused.content.decode()
    assert client.post(reverse("terms_publish"), found | {"confirmed": "on"}).status_code == 302
    assert queries.current_terms().version == 1, "not by one person"
    approved(phase_approvals.colleague(seed))


def test_new_version_is_written_published_and_accepted(
    jurist: Client, seed: Seed, member: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "säkerhetsskyddsklassificerade" in text(jurist, "terms_and_criteria")
    assert "säkerhetsskyddsklassificerade" in text(signed_in(seed.org_admin.user), "terms")
    publish_second(seed, jurist)
    assert "Organisation A" in text(jurist, "terms_answers", 2)
    page = f'href="/members/{seed.org_a.pk}/"'
    assert page not in text(jurist, "inbox", kind="terms_not_accepted")
    monkeypatch.setattr(tasks, "today", lambda: today() + timedelta(days=31))
    assert page in text(jurist, "inbox", kind="terms_not_accepted"), "the officers are told of who is late"
    admin = signed_in(seed.org_admin.user)
    assert "Nya villkor" in text(admin, "terms")
    given = {"version": "2", "name": "Britt Åkerlund", "role": "kommundirektör"}
    assert admin.post(reverse("terms"), given).status_code == 422, "nothing is accepted implicitly"
    assert admin.post(reverse("terms"), given | {"accepted": "on"}).status_code == 302
    assert "Godkända av Britt Åkerlund" in text(admin, "terms")
    assert page not in text(jurist, "inbox", kind="terms_not_accepted")
    assert "Britt Åkerlund" in text(jurist, "terms_answers", 2, show="answered")
    assert "säkerhetsskyddsklassificerade" in text(jurist, "terms_version", 1)


def test_private_link_needs_no_account_and_does_not_leak(
    jurist: Client, seed: Seed, member: Membership
) -> None:
    publish_second(seed, jurist)
    link, client = reverse("terms_answer") + "#" + asking.token_of(AcceptanceRequest.objects.get()), Client()
    shown = follow(client, link)
    assert "Organisation A" in shown.content.decode()
    assert shown.headers["Referrer-Policy"] == "strict-origin"
    given = {"version": "2", "name": "Britt", "role": "chef", "accepted": "on"}
    assert "Godkända av Britt" in fill_in(client, shown, **given).content.decode()
    assert acceptance_of(member, 2) is not None
    assert follow(Client(), reverse("terms_answer") + "#made-up").status_code == 404


def test_criteria_are_added_changed_and_removed(jurist: Client) -> None:
    assert jurist.get(reverse("terms_draft")).status_code == 404
    jurist.post(reverse("terms_start"))
    jurist.post(reverse("terms_criterion_add"), CRITERION)
    assert jurist.post(reverse("terms_criterion_add"), CRITERION).status_code == 422, "the name is taken"
    jurist.post(reverse("terms_criterion", args=["logs"]), CRITERION | {"title_sv": "Sparade loggar"})
    assert "Sparade loggar" in text(jurist, "terms_draft")
    jurist.post(reverse("terms_criterion_remove", args=["logs"]))
    assert "Sparade loggar" not in text(jurist, "terms_draft")
    jurist.post(reverse("terms_discard"))
    assert queries.draft() is None


def test_mail_text_is_previewed_proposed_approved_and_reset(jurist: Client, seed: Seed) -> None:
    url = reverse("mail_template", args=["letter_approval", "sv"])
    written = {
        "subject": "Beslut",
        "body": "{organisation} är **välkommen**.\n\n{reservation}\n\n{conditions}",
    }
    shown = jurist.post(f"{url}preview/", written).content.decode()
    assert "<strong>välkommen</strong>" in shown
    assert not MailTemplate.objects.exists()
    assert jurist.post(url, {"subject": "Beslut", "body": "{nonsens}"}).status_code == 422
    without = jurist.post(f"{url}preview/", written | {"body": "{organisation} är välkommen. {conditions}"})
    assert "måste innehålla {reservation}" in without.content.decode(), "the section of a legal officer"
    assert jurist.post(url, written).status_code == 422, "without a reason for the second person"
    assert jurist.post(url, written | {"reason": "Ny praxis."}).status_code == 302
    assert not MailTemplate.objects.exists(), "not by one person"
    approved(phase_approvals.colleague(seed))
    assert "Ändrad" in text(jurist, "mail_templates") or "Ändrat" in text(jurist, "mail_templates")
    jurist.post(reverse("mail_template_reset", args=["letter_approval", "sv"]))
    approved(phase_approvals.colleague(seed))
    assert "beviljar {organisation}" in text(jurist, "mail_template", "letter_approval", "sv")
    again = text(jurist, "mail_template", "letter_approval", "sv", version="1")
    assert ">\n{organisation} är **välkommen**." in again, "the earlier text can be used again"
    assert jurist.get(reverse("mail_template", args=["letter_approval", "de"])).status_code == 404


def test_sent_mail_is_searchable_and_signature_saved(jurist: Client) -> None:
    assert "Inget har skickats" in text(jurist, "sent_mail")
    SentMail.objects.create(
        kind="terms_asked", language="sv", recipient="ada@a.example", subject="Nya villkor", written_by="x"
    )
    assert "ada@a.example" in text(jurist, "sent_mail", q="ADA", kind="terms_asked")
    assert "ada@a.example" not in text(jurist, "sent_mail", state="failed")
    name = {"name": "Johanna Bergdahl", "title_sv": "jurist", "title_en": "legal officer"}
    assert jurist.post(reverse("signature"), name | {"name": ""}).status_code == 422
    jurist.post(reverse("signature"), name)
    assert Signature.objects.get().name == "Johanna Bergdahl"


@pytest.mark.parametrize("page", ["terms_and_criteria", "mail_templates", "sent_mail", "signature"])
def test_other_roles_are_refused(seed: Seed, page: str) -> None:
    operator = signed_in(make_staff(seed, StaffRole.OPERATOR))
    for client in (operator, signed_in(seed.org_admin.user), signed_in(seed.site_admin.user)):
        assert client.get(reverse(page)).status_code == 403
    assert signed_in(seed.site_admin.user).get(reverse("terms")).status_code == 404
