"""New terms published during an application: it does not get stuck, and is not approved on former terms."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from tests.api.calls import call
from tests.factories.applications import applicant, make_application
from tests.factories.officers import officer
from tests.factories.seed import Seed
from tests.hub.membership.answers import answers, as_sent
from tests.hub.membership.applications import assessed, johanna, per, proposed, submitted, under_review
from tests.web.signed_in import signed_in
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.mail.models import SentMail
from vardkase.hub.correspondence.letters.writing import letters_about
from vardkase.hub.membership.agreements.models import Acceptance
from vardkase.hub.membership.applications.access import new_link
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services import drafting, submission
from vardkase.hub.membership.assessments.queries import criteria_of, verdicts_of
from vardkase.hub.membership.assessments.services import decisions, reviews
from vardkase.hub.membership.assessments.services.steps import take_alone
from vardkase.hub.membership.terms.hooks import Published, terms_published
from vardkase.hub.membership.terms.models import Terms, TermsState
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.identity.access.job_actors import hub_actor
from vardkase.web.ui.private_links import OWN_LINK

SENTENCE = "There is a new version of the terms. Read and accept it in the Terms step."
ENGLISH = {"accept-language": "en"}


def new_terms(criteria: list[dict[str, object]] | None = None) -> Terms:
    """Makes version 2 apply from now; publishing has its own tests."""
    former = current_terms()
    made = Terms.objects.create(
        version=former.version + 1,
        state=TermsState.PUBLISHED,
        text_sv="# Nya villkor",
        text_en="# New terms",
        criteria=criteria or former.criteria,
    )
    terms_published.emit(Published(hub_actor(), made, former))
    return made


def accept(application: Application, version: int) -> None:
    sent = as_sent("terms", answers()["terms"]) | {"version": str(version)}
    drafting.save_step(applicant(application), application, "terms", sent)


def browser(application: Application) -> Client:
    client = Client(headers=ENGLISH)
    client.cookies[OWN_LINK.cookie] = new_link(application)
    return client


def pdf_words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_completion_requested_before_new_terms_can_be_sent(seed: Seed, password_is_enough: None) -> None:
    handler = per(seed)
    application = under_review(handler)
    reviews.request_completion(handler, application, "Vi saknar planen.", ["security"])
    new_terms()
    application.refresh_from_db()
    web, own = browser(application), {"application": application.number}
    page = web.get("/apply/status/").content.decode()
    assert SENTENCE in page
    assert "/apply/terms/" in page
    refused = web.post("/apply/completion/", own | {"text": "Här."})
    assert refused.status_code == 422
    assert SENTENCE in refused.content.decode()
    shown = web.get("/apply/terms/")
    assert shown.status_code == 200
    assert "checked" not in shown.content.decode().partition('name="accepted"')[2].partition(">")[0]
    sent = as_sent("terms", answers()["terms"]) | {"version": "2"} | own
    assert web.post("/apply/terms/", sent).status_code == 302
    web.post("/apply/completion/", own | {"text": "Här."})
    application.refresh_from_db()
    assert application.state == "under_review"
    assert application.answers["terms"]["version"] == 2


@pytest.mark.parametrize("state", ["submitted", "waiting", "under_review"])
def test_applicant_may_accept_new_terms_unasked(seed: Seed, state: str) -> None:
    application = submitted()
    Application.objects.filter(pk=application.pk).update(state=state)
    application.refresh_from_db()
    with pytest.raises(drafting.NotOpen):
        accept(application, 1)
    new_terms()
    assert SentMail.objects.filter(kind="application_terms_changed", thing_id=application.pk).count() == 1
    with pytest.raises(drafting.NotOpen):
        drafting.save_step(applicant(application), application, "security", {})
    accept(application, 1)  # Nothing is kept of an answer that no longer applies.
    application.refresh_from_db()
    assert application.answers["terms"]["version"] == 1
    accept(application, 2)
    application.refresh_from_db()
    assert application.answers["terms"]["version"] == 2
    assert application.state == state
    assert application.documents.filter(kind="form").count() == 1
    with pytest.raises(drafting.NotOpen):
        accept(application, 2)


def test_draft_with_former_terms_cannot_be_submitted(seed: Seed) -> None:
    application = make_application(answers=answers())
    new_terms()
    with pytest.raises(Invalid) as refused:
        submission.submit(applicant(application), application)
    assert list(refused.value.errors) == ["terms.version"]
    accept(application, 2)
    assert submission.submit(applicant(application), application).state in ("submitted", "waiting")


def test_application_on_former_terms_cannot_be_approved(seed: Seed, password_is_enough: None) -> None:
    handler, second = per(seed), johanna(seed)
    application, proposal = proposed(handler)
    new_terms()
    with (
        translation.override("en"),
        pytest.raises(Conflict, match=r"accepted version 1 .* version 2 applies"),
    ):
        decisions.decide(second, application, proposal.pk, "agree")
    who = officer(seed)
    page = signed_in(who).get(f"/applications/{application.number}/", headers=ENGLISH).content.decode()
    assert "The applicant has accepted version 1 of the terms. Version 2 applies now." in page
    body = call(who.key, "GET", f"/membershipAssessments/view/{application.number}")[1]
    assert (body["terms_version"], body["terms_accepted"], body["lacks_current_terms"]) == (2, 1, True)
    accept(application, 2)
    decided = decisions.decide(second, application, proposal.pk, "agree")
    assert decided.state == "approved"
    (letter,) = letters_about("application", application.pk)
    assert "Allmänna villkor, version 2, gäller." in pdf_words(bytes(letter.content))
    assert list(Acceptance.objects.values_list("version", flat=True)) == [2]
    new_terms()  # Version 3 asks the new member like all others; the case keeps the version of its time.
    body = call(who.key, "GET", f"/membershipAssessments/view/{application.number}")[1]
    assert (body["terms_version"], body["terms_accepted"], body["lacks_current_terms"]) == (2, 2, False)


def test_rejection_needs_no_acceptance(seed: Seed) -> None:
    application, proposal = proposed(per(seed), "reject")
    new_terms()
    assert decisions.decide(johanna(seed), application, proposal.pk, "agree").state == "rejected"


def test_reworded_criterion_is_assessed_again(seed: Seed) -> None:
    handler = per(seed)
    application = assessed(handler)
    kept = current_terms().criteria
    changed = [each | {"help_sv": "Annat."} if each["key"] == "security_work" else each for each in kept]
    new_terms(changed)
    left = {each.key for each in criteria_of(application)} - verdicts_of(application).keys()
    assert left == {"security_work"}


def test_officer_resumes_case_without_completion(seed: Seed, password_is_enough: None) -> None:
    handler = per(seed)
    application, who = under_review(handler), officer(seed)
    for interface in ("page", "API", "step"):
        reviews.request_completion(handler, application, "Vi saknar planen.", ["security"])
        application.refresh_from_db()
        assert application.complete_by is not None
        if interface == "page":
            web = signed_in(who)
            assert web.post(f"/applications/{application.number}/resume/", {"note": ""}).status_code == 422
            web.post(f"/applications/{application.number}/resume/", {"note": "Den kom med post."})
        elif interface == "API":
            path = f"/membershipAssessments/resume/{application.number}"
            assert call(who.key, "POST", path, {})[0] == 403
            assert call(who.key, "POST", path, {"note": "Ingen kom."})[0] == 200
        else:
            take_alone(handler, application, "resume", "Per telefon.")
        application.refresh_from_db()
        assert (application.state, application.reopened, application.complete_by) == (
            "under_review",
            [],
            None,
        )
    assert SentMail.objects.filter(kind="application_resumed").count() == 3
