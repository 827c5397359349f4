"""An application is assessed, completed and decided by two officers without a conflict of interest."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader

from tests.factories.applications import make_application, staff
from tests.factories.seed import Seed, make_seed
from tests.hub.membership.answers import answers
from tests.hub.membership.applications import (
    REASONS,
    assessed,
    johanna,
    per,
    proposed,
    submitted,
    under_review,
)
from tests.support.mail_server import MailServer
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.smtp import send as deliver
from vardkase.hub.correspondence.letters.signatures import sign_as
from vardkase.hub.correspondence.letters.writing import letters_about
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.membership.agreements.models import Acceptance
from vardkase.hub.membership.applications.access import Applicant
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services import submission
from vardkase.hub.membership.applications.services.conversation import write_message
from vardkase.hub.membership.applications.services.importing import import_application
from vardkase.hub.membership.assessments.conflicting_claims import claims
from vardkase.hub.membership.assessments.models import Partiality, Proposal
from vardkase.hub.membership.assessments.queries import criteria_of, verdicts_of
from vardkase.hub.membership.assessments.services.decisions import decide, propose, take_back
from vardkase.hub.membership.assessments.services.partiality import declare_in_application
from vardkase.hub.membership.assessments.services.reviews import (
    assess,
    request_completion,
    review,
    take_over,
)
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.questionnaire.fields import value_at
from vardkase.hub.membership.questionnaire.reading import read_step
from vardkase.hub.membership.questionnaire.steps import BY_NAME
from vardkase.identity.access.actor import Actor, console_actor
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation


def letter_text(letter: Letter) -> str:
    pages = PdfReader(BytesIO(bytes(letter.content))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_municipality_completes_and_two_officers_approve(seed: Seed, mail: MailServer) -> None:
    first, second = per(seed), johanna(seed)
    sign_as(first, {"name": "Per Nyström", "title_sv": "handläggare", "title_en": "officer"})
    sign_as(second, {"name": "Johanna Bergdahl", "title_sv": "jurist", "title_en": "legal officer"})
    application = under_review(first)
    assess(first, application, "security_work", "not_met", "Uppgift om reservdriften saknas.")
    request_completion(first, application, "Vi saknar en plan för reservdriften.", ["security"])
    application.refresh_from_db()
    assert (application.state, application.reopened) == ("completion_requested", ["security"])
    submission.complete(Applicant(application.pk, application.email), application, "Planen bifogas.")
    for criterion in criteria_of(application):
        assess(first, application, criterion.key, "met", "")
    proposal = propose(first, application, "approve", REASONS)
    decide(second, application, proposal.pk, "agree")
    application.refresh_from_db()
    assert application.state == "approved"
    assert application.decided is not None
    assert Membership.objects.get(application=application).state == "onboarding"
    assert Acceptance.objects.get(application=application).name == "Karin Ek"
    request, decision = Letter.objects.order_by("pk")
    assert "Vi saknar en plan för reservdriften." in letter_text(request)
    assert "i de här delarna av ansökan: – Säkerhetsförklaring Övriga svar" in letter_text(request)
    for words in (
        "beviljar Skogsby kommun medlemskap",
        REASONS,
        "Beslutet har fattats av Johanna Bergdahl, jurist, efter föredragning av Per Nyström, handläggare.",
        "212000-0142",
        f"{application.number}:2",
    ):
        assert words in letter_text(decision)
    assert decision.sha256 == hashlib.sha256(bytes(decision.content)).hexdigest()
    sent = OutgoingMail.objects.filter(subject__contains="beviljad").first()
    assert sent is not None
    deliver(sent)
    ((_, message),) = mail.arrived
    (attached,) = message.iter_attachments()
    assert attached.get_content() == bytes(decision.content), "the stored letter equals the attachment"


def test_company_is_rejected_with_reasons_and_appeal(seed: Seed) -> None:
    first, second = per(seed), johanna(seed)
    company = {
        "organisation_name": "Skogsby Data AB",
        "language": "en",
        "sector": "private_company",
        "organisation_number": "5560125790",
    }
    application = assessed(first, **company)
    assess(
        first,
        application,
        "security_work",
        "not_met",
        "Säkerhetsförklaringen visar nivå 1 av 4 i sex åtgärder.",
    )
    proposal = propose(
        first, application, "reject", "Säkerhetsarbetet når inte den nivå som villkoren kräver."
    )
    decide(second, application, proposal.pk, "agree")
    application.refresh_from_db()
    assert application.state == "rejected"
    assert not Membership.objects.filter(application=application).exists()
    words = letter_text(Letter.objects.get())
    for part in (
        "avslår ansökan",
        "Säkerhetsarbetet når inte den nivå",
        "Säkerhetsförklaringen visar nivå 1 av 4",
        "Vad ni kan göra",
        "Ställ överklagandet till Förvaltningsrätten i Stockholm, men skicka det till oss: CERT-SE, Box 1",
        "lämnar vi det vidare till domstolen",
        f"ärende {application.number}",
        "inom tre veckor från den dag ni fick del av beslutet",
        "What you can do",
        "This is a translation",
        "handläggare",
        "per.nystrom@hub.example, officer",
    ):
        assert part in words
    applicant = Applicant(application.pk, application.email)
    assert write_message(applicant, application, "Vi överklagar.").text == "Vi överklagar."


def test_proposal_requires_all_criteria_or_exception(seed: Seed) -> None:
    first = per(seed)
    application = under_review(first)
    with pytest.raises(Invalid, match="Fas och sektor"):
        propose(first, application, "approve", REASONS)
    for criterion in criteria_of(application):
        assess(first, application, criterion.key, "met", "")
    assess(first, application, "security_contact", "not_met", "Ingen svarar på kvällen.")
    with pytest.raises(Invalid, match="Kontakt för säkerhet"):
        propose(first, application, "approve", REASONS)
    proposal = propose(first, application, "approve", REASONS, "Jour finns från 1 januari.")
    decide(johanna(seed), application, proposal.pk, "agree")
    assert "Jour finns från 1 januari." in letter_text(Letter.objects.get())


@pytest.mark.parametrize(
    ("verdict", "reason", "field"),
    [
        ("maybe", "x", "verdict"),
        ("not_met", " ", "reason"),
        ("met_with_remark", "", "reason"),
        ("met", "x" * 5001, "reason"),
    ],
)
def test_invalid_verdict_is_refused(seed: Seed, verdict: str, reason: str, field: str) -> None:
    first = per(seed)
    application = under_review(first)
    with pytest.raises(Invalid) as refused:
        assess(first, application, "security_work", verdict, reason)
    assert list(refused.value.errors) == [field]
    with pytest.raises(NotFound):
        assess(first, application, "api_requirements", "met", "")  # It connects by the web.


def test_single_officer_cannot_decide(seed: Seed) -> None:
    first = per(seed)
    application, proposal = proposed(first)
    also_jurist = staff(seed, StaffRole.LEGAL_OFFICER)
    for answer in ("agree", "return", "oppose"):
        with pytest.raises(Forbidden):
            decide(first, application, proposal.pk, answer, "Skäl")
    console = console_actor(seed.hub.pk, "Hub", "root")
    with pytest.raises(Forbidden):
        decide(console, application, proposal.pk, "agree")
    take_back(first, application, proposal.pk)
    with pytest.raises(Forbidden):
        propose(console, application, "approve", REASONS)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(
            state="approved", answered_by=first.user_id, answered_with="browser"
        )
    application.refresh_from_db()
    assert application.state == "under_review"
    assert not Letter.objects.exists()
    again = propose(first, application, "approve", REASONS)
    decide(also_jurist, application, again.pk, "agree")


def test_officer_cannot_handle_own_organisations_case(seed: Seed) -> None:
    first = per(seed)
    application = submitted(organisation=seed.hub)
    with pytest.raises(Forbidden):
        review(first, application)
    Application.objects.filter(pk=application.pk).update(state="under_review")
    for act in (
        lambda: assess(first, application, "security_work", "met", ""),
        lambda: propose(first, application, "reject", REASONS),
        lambda: request_completion(first, application, "Mer", ["security"]),
        lambda: take_over(first, application),
    ):
        with pytest.raises(Forbidden):
            act()
    assert verdicts_of(application) == {}


PER = "per.nystrom@hub.example"
CLAIMED = {
    "the hub's name": ({"organisation_name": "hub "}, "heter också Hub"),
    "the hub's number": ({}, "Organisationsnumret är detsamma som för Hub"),
    "the officer's domain": (
        {"answers": answers(organisation={"domains": ["hub.example"]})},
        "Din egen adress ligger i en av",
    ),
    "the officer as a contact": ({"answers": answers(contacts={"main": {"email": PER.title()}})}, PER),
    "the officer as who began it": ({"email": PER.upper()}, PER),
    "a domain of another": (
        {"answers": answers(organisation={"domains": ["Mail.B.example"]})},
        "men Organisation B har verifierat b.example",
    ),
    "a person of another": (
        {"answers": answers(contacts={"dpo": {"email": "Analyst@b.example"}})},
        "analyst@b.example har ett konto",
    ),
}


@pytest.mark.parametrize(("columns", "words"), CLAIMED.values(), ids=CLAIMED.keys())
def test_applicant_cannot_exclude_officers_by_claims(seed: Seed, columns: dict[str, Any], words: str) -> None:
    """Officers whom it names act once they have declared themselves impartial; all are warned of the claim."""
    Membership.objects.create(
        organisation=seed.hub, sector="state_authority", connection="web", organisation_number="2120000142"
    )
    Organisation.objects.filter(pk=seed.org_b.pk).update(verified_domains=["b.example"])
    first = per(seed)
    application = submitted(**columns)
    assert words in " ".join(claims(first, application))
    declare_in_application(first, application, "Jag känner dem inte.", partial=False)
    review(first, application)
    assert assess(first, application, "security_work", "met", "").verdict == "met"


def test_ordinary_application_has_no_claim_warnings(seed: Seed) -> None:
    assert claims(per(seed), submitted()) == []


@pytest.mark.parametrize(
    ("step", "path", "changed"),
    [
        ("organisation", "organisation.domains", {"domains": ["skogsby.example", "HUB.example"]}),
        ("organisation", "organisation.domains", {"domains": ["mail.hub.example."]}),
        ("contacts", "contacts.main.email", {"main": {**answers()["contacts"]["main"], "email": PER}}),
    ],
)
def test_hub_owners_identifiers_are_refused(
    seed: Seed, step: str, path: str, changed: dict[str, Any]
) -> None:
    """On the pages, on submission, and in a document that an officer imports."""
    Organisation.objects.filter(pk=seed.hub.pk).update(verified_domains=["hub.example"])
    given = answers(**{step: changed})
    read = read_step(BY_NAME[step], {key: value_at(given[step], key) for key, _ in BY_NAME[step].fields()})
    assert list(read.errors) == [path.partition(".")[2]]
    application = make_application("draft", answers=given)
    for way in (
        lambda: submission.submit(Applicant(application.pk, application.email), application),
        lambda: import_application(per(seed), given),
    ):
        with pytest.raises(Invalid) as refused:
            way()
        assert list(refused.value.errors) == [path]


def test_partial_officer_is_excluded_and_proposal_lapses(seed: Seed) -> None:
    first, second = per(seed), johanna(seed)
    application, proposal = proposed(first)
    declare_in_application(first, application, "Min syster är säkerhetschef där.")
    with pytest.raises(Conflict):
        decide(second, application, proposal.pk, "agree")
    with pytest.raises(Forbidden):
        propose(first, application, "approve", REASONS)
    assert Partiality.objects.get().user_id == first.user_id
    declare_in_application(second, application, "Jag också.")
    with pytest.raises(Forbidden):
        propose(second, application, "approve", REASONS)


def test_second_officer_returns_or_opposes_proposal(seed: Seed) -> None:
    first, second = per(seed), johanna(seed)
    application, proposal = proposed(first)
    with pytest.raises(Invalid):
        decide(second, application, proposal.pk, "return", " ")
    decide(second, application, proposal.pk, "return", "Är jouren provad?")
    assert [(each.kind, each.text) for each in application.messages.all()] == [("note", "Är jouren provad?")]
    again = propose(first, application, "approve", f"{REASONS} Jouren är provad.")
    decide(second, application, again.pk, "oppose", "Jouren svarade inte.")
    opposite = Proposal.objects.get(subject=application.number, state="waiting")
    assert (opposite.outcome, opposite.proposed_by) == ("reject", second.user_id)
    with pytest.raises(Forbidden):
        decide(second, application, opposite.pk, "agree")
    decide(first, application, opposite.pk, "agree")
    application.refresh_from_db()
    assert application.state == "rejected"


def test_decision_applies_to_the_version_read(seed: Seed) -> None:
    first, second = per(seed), johanna(seed)
    application, proposal = proposed(first)
    take_back(first, application, proposal.pk)
    propose(first, application, "reject", "Andra skäl.")
    with pytest.raises(Conflict):
        decide(second, application, proposal.pk, "agree")
    with pytest.raises(NotFound):
        decide(second, application, 0, "agree")
    with pytest.raises(Conflict):
        assess(first, application, "security_work", "not_met", "Ändrat medan någon läser.")


def test_withdrawn_case_cannot_be_decided(seed: Seed) -> None:
    first, second = per(seed), johanna(seed)
    application, proposal = proposed(first)
    submission.withdraw(Applicant(application.pk, application.email), application)
    with pytest.raises(TransitionRefused):
        decide(second, application, proposal.pk, "agree")
    other, waiting = proposed(first)
    request_completion(first, other, "Mer, tack.", ["contacts"])
    with pytest.raises(Conflict):
        decide(second, other, waiting.pk, "agree")
    submission.withdraw(
        Applicant(other.pk, other.email), other
    )  # Only one open application per organisation number.
    decided, last = proposed(first)
    decide(second, decided, last.pk, "agree")
    with pytest.raises(Conflict):
        decide(second, decided, last.pk, "agree")
    assert len(letters_about("application", decided.pk)) == 1


def test_other_roles_cannot_act_on_application(seed: Seed) -> None:
    application, proposal = proposed(per(seed))
    others = [seed.site_admin.actor, seed.org_admin.actor, seed.analyst.actor]
    others += [staff(seed, role) for role in (StaffRole.ANALYST, StaffRole.OPERATOR, StaffRole.AUDITOR)]
    for actor in others:
        with pytest.raises(Forbidden):
            decide(actor, application, proposal.pk, "agree")
        with pytest.raises(Forbidden):
            assess(actor, application, "security_work", "met", "")


def test_sent_letters_are_immutable(seed: Seed) -> None:
    application, proposal = proposed(per(seed))
    decide(johanna(seed), application, proposal.pk, "agree")
    letter = Letter.objects.get()
    letter.title = "Något annat"
    with pytest.raises(IntegrityError), transaction.atomic():
        letter.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.all().delete()
    acts = set(AuditEntry.objects.filter(target_kind="application").values_list("action", flat=True))
    assert {"application.decision_proposed", "application.approved", "application.taken_up"} <= acts


@pytest.mark.django_db(transaction=True)
def test_concurrent_second_officers_make_one_decision() -> None:
    seed = make_seed()
    application, proposal = proposed(per(seed))
    seconds = [staff(seed, email=f"second{number}@hub.example") for number in range(4)]
    start = Barrier(len(seconds))

    def answer(actor: Actor) -> str:
        try:
            start.wait()
            decide(actor, application, proposal.pk, "agree")
        except (Conflict, TransitionRefused):
            return "refused"
        finally:
            connection.close()
        return "decided"

    with ThreadPoolExecutor(len(seconds)) as people:
        answers_given = sorted(people.map(answer, seconds))
    assert answers_given == ["decided", "refused", "refused", "refused"]
    assert Letter.objects.count() == 1
    assert Membership.objects.filter(application=application).count() == 1
