"""The contents of decision letters, and what must be known before one is written."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from io import BytesIO

import pytest
import time_machine
from django.db import transaction
from pypdf import PdfReader

from tests.factories.seed import LEGAL_ANSWERS, Seed
from tests.hub.membership.applications import assessed, johanna, per, proposed
from tests.hub.membership.test_terms_changed_during_application import pdf_words
from vardkase.core.errors import Conflict
from vardkase.core.settings.models import SettingValue
from vardkase.hub.correspondence.letters.wording import decision_facts
from vardkase.hub.correspondence.letters.writing import letters_about
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.law.kinds import LegalRuleKind
from vardkase.hub.law.models import LegalRuleVersion
from vardkase.hub.law.queries import find_rule
from vardkase.hub.membership.assessments.services import decisions, reviews
from vardkase.hub.membership.assessments.services.decisions import decide, propose
from vardkase.hub.membership.assessments.services.reviews import assess


def test_long_letter_ends_with_appeal_reasons_and_signatories(seed: Seed) -> None:
    first, second = per(seed), johanna(seed)
    name = "Västernorrlands och Jämtlands läns kommunalförbund för vatten, räddningstjänst och krisberedskap"
    application = assessed(first, organisation_name=name, answers={"organisation": {"name": name}})
    assess(first, application, "security_work", "not_met", "Planen för åtkomst saknas. " * 90)
    reasons = "\n\n".join(["Förbundet har inte visat hur åtkomsten till systemen styrs. " * 6] * 12)
    proposal = propose(first, application, "reject", reasons)
    decide(second, application, proposal.pk, "agree")
    letter = Letter.objects.get()
    document = PdfReader(BytesIO(bytes(letter.content)))
    pages = [" ".join(page.extract_text().split()) for page in document.pages]
    assert len(pages) > 2
    assert pages[0].count(letter.number) == 1
    assert all(f"Beslut om medlemskap {letter.number}" in page for page in pages[1:])
    assert all(f"{number} ({len(pages)})" in page for number, page in enumerate(pages, start=1))
    assert "Vem som har beslutat" in pages[-1], "no page has only signatures"
    catalogue = document.trailer["/Root"]
    assert (catalogue["/Lang"], catalogue["/MarkInfo"]["/Marked"]) == ("sv", True)


def test_decision_requires_sender_and_appeal_settings(seed: Seed) -> None:
    application, proposal = proposed(per(seed), "reject")
    second = johanna(seed)
    for name in ("Vardkase.sender_name", "Vardkase.sender_address", "Vardkase.appeal_court"):
        with transaction.atomic():
            SettingValue.objects.filter(name=name).delete()
            with pytest.raises(Conflict, match=name):
                decisions.decide(second, application, proposal.pk, "agree")
            transaction.set_rollback(True)
    application.refresh_from_db()
    assert application.state == "under_review"


def test_letter_has_registry_number_and_exception_in_sentences(seed: Seed) -> None:
    handler = per(seed)
    application = assessed(handler)
    reviews.set_registry_number(handler, application, "MCF 2026-1234")
    reviews.assess(handler, application, "security_contact", "not_met", "Ingen svarar på natten.")
    proposal = decisions.propose(handler, application, "approve", "Skäl.", "Jour finns från den 1 mars 2027.")
    application.refresh_from_db()
    decisions.decide(johanna(seed), application, proposal.pk, "agree")
    (letter,) = letters_about("application", application.pk)
    words = pdf_words(bytes(letter.content))
    assert "Diarienummer MCF 2026-1234" in words
    assert f"Ärende {application.number}:1" in words
    assert "är inte uppfyllt: Ingen svarar på natten. Vi beviljar ändå medlemskap: Jour finns" in words


def rejected(seed: Seed) -> str:
    """The words of the letter that rejects a municipality."""
    application, proposal = proposed(per(seed), "reject")
    decisions.decide(johanna(seed), application, proposal.pk, "agree")
    (letter,) = letters_about("application", application.pk)
    return pdf_words(bytes(letter.content))


def test_decision_cites_provisions_and_names_last_day_for_public_party(seed: Seed) -> None:
    with time_machine.travel(datetime(2026, 12, 3, 12, tzinfo=UTC), tick=False):
        words = rejected(seed)
    assert "Tillämpade bestämmelser" in words
    assert LEGAL_ANSWERS["membership_basis"] in words
    assert "inom tre veckor från den dag beslutet meddelades. Sista dagen är den 28 december 2026." in words


@pytest.mark.parametrize("answer", ["no", ""])
def test_longer_period_is_stated_unless_party_is_known_to_represent_the_public(
    seed: Seed, answer: str
) -> None:
    application, _proposal = proposed(per(seed), "reject")
    answered("public_party", answer)
    facts = decision_facts(application.sector)
    assert facts["appeal_period"] == "tre veckor från den dag ni fick del av beslutet"


def test_decision_that_cannot_be_appealed_does_not_say_how(seed: Seed) -> None:
    answered("membership_appealable", "no")
    SettingValue.objects.filter(name="Vardkase.appeal_court").delete()
    assert "överklag" not in rejected(seed)


@pytest.mark.parametrize("question", LEGAL_ANSWERS)
def test_decision_waits_for_the_legal_officers_answers(seed: Seed, question: str) -> None:
    application, proposal = proposed(per(seed), "reject")
    answered(question, "")
    with pytest.raises(Conflict, match="jurist"):
        decisions.decide(johanna(seed), application, proposal.pk, "agree")
    assert not Letter.objects.exists()


def test_approval_reserves_its_own_revocation(seed: Seed) -> None:
    application, proposal = proposed(per(seed), "approve")
    decisions.decide(johanna(seed), application, proposal.pk, "agree")
    (letter,) = letters_about("application", application.pk)
    assert "Vi förbehåller oss att ändra beslutet enligt 37 § förvaltningslagen" in pdf_words(
        bytes(letter.content)
    )


def answered(question: str, answer: str) -> None:
    content = asdict(find_rule(LegalRuleKind.QUESTION, question).content) | {"answer": answer}
    LegalRuleVersion.objects.update_or_create(
        {"content": content}, kind=LegalRuleKind.QUESTION, key=question, version=1
    )
