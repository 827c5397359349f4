"""Applications from draft to submission and the waiting list."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation
from pypdf import PdfReader

from tests.factories.applications import PHASE_1, PHASE_2, VISITOR, applicant, make_application, staff
from tests.factories.seed import Seed
from tests.hub.membership import phase_approvals
from tests.hub.membership.answers import answers, as_sent
from vardkase.core import files
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import SentMail
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.membership.applications.access import digest_of, end_links, find_link
from vardkase.hub.membership.applications.models import Application, ApplicationLink
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.applications.services import conversation, drafting, queueing, submission
from vardkase.hub.membership.applications.tasks import queue_admitted
from vardkase.hub.membership.applications.throttle import RateLimited
from vardkase.hub.membership.assessments.queries import age_in_days
from vardkase.hub.membership.assessments.services.reviews import request_completion, review
from vardkase.hub.membership.invitations import services as invitations
from vardkase.hub.membership.invitations.models import Invitation
from vardkase.hub.membership.phases.queries import opening_in_words
from vardkase.hub.membership.questionnaire.steps import STEPS
from vardkase.identity.accounts.staff import StaffRole

MAIL = "anna@skogsby.example"


def filled(given: dict[str, Any] | None = None, email: str = MAIL, invitation: str = "") -> Application:
    """An application with every step saved in the form's own shape."""
    if invitation:
        application, _ = invitations.begin_invited(invitation, VISITOR, email, "sv")
    else:
        application, _ = drafting.begin(VISITOR, email, "sv")
    for step in STEPS:
        sent = as_sent(step.name, (given or answers())[step.name])
        application, read = drafting.save_step(applicant(application), application, step.name, sent)
        assert read.errors == {}
    return application


def mails(application: Application) -> list[str]:
    return list(
        SentMail.objects.filter(thing_id=application.pk).order_by("pk").values_list("kind", flat=True)
    )


def pdf_words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def steps_taken(application: Application) -> list[str]:
    return list(history_of(APPLICATION, application.pk).values_list("step", flat=True))


def test_municipality_applies_in_phase_2(seed: Seed) -> None:
    with time_machine.travel(PHASE_2, tick=True):
        application = submission.submit(applicant(draft := filled()), draft)
    assert (application.state, application.phase, application.waits_for) == ("submitted", 2, None)
    assert (application.organisation_number, application.connection) == ("2120000142", "web")
    assert steps_taken(application) == ["submit"]
    assert mails(application) == ["application_begun", "application_received"]
    assert sorted(application.documents.values_list("kind", flat=True)) == ["form", "receipt"]


def test_company_waits_until_law_is_in_force_then_is_queued(seed: Seed) -> None:
    jurist = staff(seed, StaffRole.LEGAL_OFFICER)
    with time_machine.travel(PHASE_2, tick=True):
        company = filled(answers(organisation={"name": "Skogsby Data AB", "sector": "private_company"}))
        company = submission.submit(applicant(company), company)
        assert (company.state, company.waits_for) == ("waiting", 3)
        assert mails(company)[-1] == "application_waiting"
        letter = Letter.objects.get(thing_id=company.pk)
        paper = pdf_words(bytes(letter.content))
        for words in (
            "Ansökan väntar på Fas 3, Privat sektor. Fasen öppnar när följande gäller: Lagstöd för privata",
            "Den dag fasen öppnar ställer vi ansökan i kö",
            "Ni behöver inte göra något.",
            "212000-0142",
        ):
            assert words in paper
        assert SentMail.objects.get(kind="application_waiting").attachments == [
            f"{company.number}.pdf",
            f"{letter.number.replace(':', '-')}.pdf",
        ]
        assert company.documents.get(kind="waiting").digest == letter.sha256, (
            "the stored copy equals what was sent"
        )
        assert "står på väntelistan" in pdf_words(files.read(company.documents.get(kind="receipt").digest))
        assert queueing.queue_admitted(staff(seed)) == 0
        phase_approvals.record_in_force(seed, jurist, "offence_data", date(2026, 3, 10), "SFS 2026:417")
        queue_admitted()
        assert Application.objects.get(pk=company.pk).state == "waiting"
    with time_machine.travel(datetime.fromisoformat("2026-03-10T00:05:00+01:00"), tick=True):
        queue_admitted()
        company.refresh_from_db()
        assert (company.state, company.phase, company.waits_for) == ("submitted", 3, None)
        queue_admitted()
    assert steps_taken(company) == ["submit", "wait", "queue"]
    assert mails(company)[-1] == "application_queued"
    assert history_of(APPLICATION, company.pk).last().actor_name == "console:hub"  # type: ignore[union-attr]


def test_age_counts_only_days_with_officers(seed: Seed) -> None:
    """Days on the waiting list and days waiting for the applicant do not count."""
    officer, jurist = staff(seed), staff(seed, StaffRole.LEGAL_OFFICER)
    company = filled(answers(organisation={"sector": "private_company"}))

    def age_after(**passed: int) -> int:
        clock.shift(timedelta(**passed))
        return age_in_days(Application.objects.get(pk=company.pk))

    with time_machine.travel(PHASE_2, tick=False) as clock, translation.override("en"):
        company = submission.submit(applicant(company), company)
        assert age_after(days=200) == 0
        text = opening_in_words(3, timezone.now())
        assert text.startswith(
            "The phase opens when this is in force: Legal grounds for private organisations"
        )
        law_from = timezone.localdate() + timedelta(days=3)
        phase_approvals.record_in_force(seed, jurist, "offence_data", law_from, "SFS 2026:417")
        assert opening_in_words(3, timezone.now()).startswith("The phase opens on ")
        assert age_after(days=3) == 0
        queue_admitted()
        assert (age_after(days=0), age_after(days=2), opening_in_words(3, timezone.now())) == (1, 3, "")
        company = review(officer, Application.objects.get(pk=company.pk))
        request_completion(officer, company, "Vem svarar på natten?", ["contacts"])
        assert age_after(days=30) == 3
        submission.complete(applicant(company), Application.objects.get(pk=company.pk))
        assert age_after(days=1) == 5


def test_phase_1_admits_invited_applicants_once(seed: Seed) -> None:
    officer = staff(seed)
    with time_machine.travel(PHASE_1, tick=True):
        uninvited = submission.submit(applicant(draft := filled(email="x@y.example")), draft)
        assert (uninvited.state, uninvited.waits_for) == ("waiting", 2)
        invitations.invite(officer, MAIL)
        token = fresh_token()
        other = answers(organisation={"number": "212000-0167"})
        invited = submission.submit(applicant(draft := filled(other, invitation=token)), draft)
        assert (invited.state, invited.phase) == ("submitted", 1)
        with pytest.raises(NotFound):
            invitations.begin_invited(token, VISITOR, "b@y.example", "sv")


def fresh_token() -> str:
    """Replaces the only invitation's token with a known one."""
    Invitation.objects.update(digest=digest_of("known"))
    return "known"


@pytest.mark.parametrize("end", ["revoke", "expire", "send_again"])
def test_invitation_expires(seed: Seed, end: str) -> None:
    officer = staff(seed)
    with time_machine.travel(PHASE_1, tick=True) as clock:
        invitation = invitations.invite(officer, MAIL)
        token = fresh_token()
        assert invitations.open_invitation(token).email == MAIL
        with pytest.raises(Conflict, match="redan inbjuden"):
            invitations.invite(officer, MAIL.upper())
        if end == "expire":
            clock.shift(timedelta(days=31))
        else:
            getattr(invitations, end)(officer, invitation.pk)
        with pytest.raises(NotFound):
            invitations.begin_invited(token, VISITOR, MAIL, "sv")
    with time_machine.travel(PHASE_2, tick=True), pytest.raises(Conflict, match="inbjudan"):
        invitations.invite(officer, "late@y.example")


def test_only_a_membership_officer_invites(seed: Seed) -> None:
    for actor in (seed.site_admin.actor, seed.analyst.actor, staff(seed, StaffRole.LEGAL_OFFICER)):
        with pytest.raises(Forbidden):
            invitations.invite(actor, MAIL)
        with pytest.raises(Forbidden):
            invitations.invitations(actor)


def test_invalid_draft_is_saved(db: None) -> None:
    application, _ = drafting.begin(VISITOR, MAIL)
    sent = {"name": " Skogsby\u0308 ", "number": "212000-0143", "sector": "kingdom"}
    application, read = drafting.save_step(applicant(application), application, "organisation", sent)
    assert application.answers["organisation"]["number"] == "212000-0143"
    assert application.organisation_name == "Skogsbÿ"
    assert {"number", "sector", "nis2", "street", "domains"} <= read.errors.keys()
    with pytest.raises(Invalid) as refused:
        submission.submit(applicant(application), application)
    assert "organisation.number" in refused.value.errors
    assert "contacts.dpo.email" in refused.value.errors
    assert Application.objects.get(pk=application.pk).state == "draft"


def test_concurrent_tabs_do_not_overwrite_each_other(db: None) -> None:
    application, _ = drafting.begin(VISITOR, MAIL)
    actor = applicant(application)
    application, _ = drafting.save_step(actor, application, "organisation", {"name": "First"}, "")
    with pytest.raises(drafting.StaleDraft, match="sparat"):
        drafting.save_step(actor, application, "organisation", {"name": "Second"}, "")
    application.refresh_from_db()
    assert application.organisation_name == "First"
    seen = application.saved["organisation"]
    application, _ = drafting.save_step(actor, application, "organisation", {"name": "Second"}, seen)
    assert application.organisation_name == "Second"


# --- Links -------------------------------------------------------------------------------------------------------


def test_link_expires_and_is_stored_only_as_digest(db: None) -> None:
    application, token = drafting.begin(VISITOR, MAIL)
    assert find_link(token).application == application
    stored = {bytes(each) for each in ApplicationLink.objects.values_list("digest", flat=True)}
    assert hashlib.sha256(token.encode()).digest() in stored
    for guess in ("", token[:-1], token + "a", "\0", "ö" * 9):
        with pytest.raises(NotFound):
            find_link(guess)
    with time_machine.travel(datetime.now().astimezone() + timedelta(days=91)):
        with pytest.raises(NotFound):
            find_link(token)
        assert queueing.forget_drafts() == 1


def test_officer_revokes_lost_link(seed: Seed) -> None:
    application, token = drafting.begin(VISITOR, MAIL)
    for actor in (seed.site_admin.actor, staff(seed, StaffRole.ANALYST)):
        with pytest.raises(Forbidden):
            end_links(actor, application)
    fresh = end_links(staff(seed), application)
    with pytest.raises(NotFound):
        find_link(token)
    assert find_link(fresh).application == application


def test_applicant_cannot_act_on_other_application(db: None) -> None:
    mine, other = make_application(), make_application("submitted")
    for act in (
        lambda: drafting.save_step(applicant(mine), other, "organisation", {}),
        lambda: submission.withdraw(applicant(mine), other),
        lambda: submission.submit(applicant(mine), other),
        lambda: submission.complete(applicant(mine), other),
        lambda: conversation.write_message(applicant(mine), other, "Hej"),
        lambda: conversation.add_evidence(applicant(mine), other, "risk", []),
    ):
        with pytest.raises(Forbidden):
            act()


def test_anonymous_visitors_are_rate_limited(db: None) -> None:
    for _ in range(5):
        drafting.begin(VISITOR, MAIL)
    with pytest.raises(RateLimited):
        drafting.begin("203.0.113.1", MAIL.upper())
    for number in range(15):
        drafting.begin(VISITOR, f"a{number}@skogsby.example")
    with pytest.raises(RateLimited):
        drafting.begin(VISITOR, "new@skogsby.example")


@pytest.mark.usefixtures("db")
def test_uploads_from_one_address_are_limited_across_drafts() -> None:
    drafts = [make_application() for _ in range(2)]
    for number in range(60):
        one = drafts[number % 2]
        conversation.add_evidence(applicant(one), one, "risk", [])
    with pytest.raises(RateLimited):
        conversation.add_evidence(applicant(drafts[0]), drafts[0], "risk", [("a.txt", b"x")])


# --- Steps -------------------------------------------------------------------------------------------------------


def test_waiting_and_queueing_follow_phases(seed: Seed) -> None:
    officer = staff(seed)
    with time_machine.travel(PHASE_2, tick=True):
        admitted = make_application("submitted")
        with pytest.raises(Conflict, match="Fas 2"):
            submission.wait(officer, admitted)
        too_early = make_application("waiting", sector="private_company")
        with pytest.raises(Conflict, match="Ingen öppen fas"):
            submission.queue(officer, too_early)


def test_completion_opens_only_requested_steps(db: None) -> None:
    application = make_application("completion_requested", answers=answers(), reopened=["contacts"])
    actor = applicant(application)
    with pytest.raises(drafting.NotOpen):
        drafting.save_step(
            actor, application, "organisation", as_sent("organisation", answers()["organisation"])
        )
    with pytest.raises(drafting.NotOpen):
        conversation.add_evidence(actor, application, "risk", [("a.txt", b"x")])
    sent = as_sent("contacts", answers()["contacts"]) | {"dpo.name": "Disa Ny"}
    application, _ = drafting.save_step(actor, application, "contacts", sent)
    application = submission.complete(actor, application, "Nytt dataskyddsombud.")
    assert (application.state, application.reopened) == ("under_review", [])
    assert application.answers["contacts"]["dpo"]["name"] == "Disa Ny"
    assert application.documents.filter(kind="form").count() == 1
    with pytest.raises(TransitionRefused):
        submission.complete(actor, application)


def test_withdrawn_application_can_be_replaced(db: None) -> None:
    application = make_application("submitted", answers=answers())
    submission.withdraw(applicant(application), application, "Fel kommun")
    assert history_of(APPLICATION, application.pk).get().note == "Fel kommun"
    with pytest.raises(drafting.NotOpen):
        drafting.save_step(applicant(application), application, "organisation", {})
    with pytest.raises(Conflict):
        conversation.write_message(applicant(application), application, "Hej")
    assert drafting.begin(VISITOR, MAIL)[0].number != application.number


# --- Submitted documents
# -----------------------------------------------------------------------------------------


def test_submitted_document_is_frozen_with_all_answers_in_order(seed: Seed) -> None:
    hostile = "#panic() <b>fet</b> $x$ = Rubrik @ref `kod`"
    with time_machine.travel(PHASE_2, tick=True):
        application = filled(answers(connection={"reasons": hostile}))
        conversation.add_evidence(applicant(application), application, "risk", [("policy.txt", b"Policy")])
        application = submission.submit(applicant(application), application)
    document = application.documents.get(kind="form")
    content = files.read(document.digest)
    assert hashlib.sha256(content).hexdigest() == document.digest
    text = pdf_words(content)
    assert "212000-0142" in text
    assert "Inkom 2 mars 2026 kl. 13.00" in text
    places = [
        text.index(words) for words in ("Skogsby kommun", "Karin Ek", "Nuläge", "Riskanalys", "#panic() <b>")
    ]
    assert places == sorted(places)
    assert "policy.txt" in text
    application.answers["organisation"]["name"] = "Annat"
    application.save()
    assert files.read(document.digest) == content
