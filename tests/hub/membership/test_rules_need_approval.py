"""Legal preconditions, terms and letter texts are changed by two people only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import translation

from tests.factories.applications import staff
from tests.factories.seed import Seed
from tests.hub.membership.phase_approvals import WHY, colleague
from tests.identity.two_people import approved, at_screen
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.mail.texts import texts
from vardkase.hub.correspondence.letters.changing import propose_standard, propose_text
from vardkase.hub.correspondence.letters.wording import APPEAL
from vardkase.hub.correspondence.templates import kind_of
from vardkase.hub.membership.agreements.services.publishing import propose_publishing
from vardkase.hub.membership.phases import queries as phases
from vardkase.hub.membership.phases import services
from vardkase.hub.membership.terms import drafts
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes import services as four_eyes
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

SOON = timedelta(days=40)


def phase(actor: Actor) -> ApprovalRequest:
    return services.propose_change(actor, 3, {"opens": "2026-11-01", "preconditions": []}, WHY)


def terms(actor: Actor) -> ApprovalRequest:
    drafts.start_draft(actor)
    return propose_publishing(actor, 2, today() + SOON, WHY)


def letter(actor: Actor) -> ApprovalRequest:
    return propose_text(actor, kind_of("letter_rejection"), "sv", "Beslut", "Nej.\n\n{appeal}", WHY)


@pytest.mark.parametrize("proposed", [phase, terms, letter])
def test_one_of_two_approvers_is_legal_officer(
    seed: Seed, proposed: Callable[[Actor], ApprovalRequest]
) -> None:
    request = proposed(staff(seed))
    with translation.override("en"), pytest.raises(Forbidden, match="legal officer"):
        approved(colleague(seed, StaffRole.MEMBERSHIP_OFFICER), request)
    own = User.objects.get(pk=request.proposed_by)
    with pytest.raises(Forbidden):
        four_eyes.approve(at_screen(own), request.pk, request.digest)
    assert phases.find_phase(3).preconditions == ["offence_data"]
    assert current_terms().version == 1
    assert texts(kind_of("letter_rejection"))["sv"].is_standard
    approved(colleague(seed), request)


def test_members_have_thirty_days_even_after_late_approval(seed: Seed) -> None:
    officer = staff(seed)
    drafts.start_draft(officer)
    for days in (1, 29):
        with pytest.raises(Invalid):
            propose_publishing(officer, 2, today() + timedelta(days=days), WHY)
    request = propose_publishing(officer, 2, today() + timedelta(days=30), WHY)
    ApprovalRequest.objects.filter(pk=request.pk).update(
        parameters={"answer_by": (today() + timedelta(days=20)).isoformat()}
    )
    with pytest.raises(Conflict):
        approved(colleague(seed), request)
    assert current_terms().version == 1


def test_draft_edited_after_proposal_is_not_published(seed: Seed) -> None:
    officer = staff(seed)
    request = terms(officer)
    drafts.edit_draft(officer, {"text_sv": "# Något annat"})
    with pytest.raises(Conflict):
        approved(colleague(seed), request)
    assert current_terms().version == 1


def test_appeal_section_is_locked(seed: Seed) -> None:
    officer, kind = staff(seed), kind_of("letter_rejection")
    with pytest.raises(Invalid, match="appeal"):
        propose_text(officer, kind, "sv", "Beslut", "Nej.", WHY)
    appeal = kind_of(APPEAL)
    with pytest.raises(Forbidden):
        propose_text(officer, appeal, "sv", "Hur ni överklagar", "Det går inte.", WHY)
    jurist = staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")
    request = propose_text(jurist, appeal, "sv", "Hur ni överklagar", "Skriv till {court}.", WHY)
    approved(colleague(seed, StaffRole.MEMBERSHIP_OFFICER), request)
    assert texts(appeal)["sv"].body == "Skriv till {court}."
    approved(colleague(seed), propose_standard(jurist, appeal, "sv", WHY))
    assert texts(appeal)["sv"].is_standard


def test_precondition_needs_legal_officer_and_second_person(seed: Seed) -> None:
    with pytest.raises(Forbidden):
        services.propose_in_force(staff(seed), "offence_data", date(2026, 11, 1), "SFS 2026:1")
    jurist = staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")
    request = services.propose_in_force(jurist, "offence_data", date(2026, 11, 1), "SFS 2026:1")
    assert phases.recorded_preconditions()["offence_data"].since is None
    with pytest.raises(Forbidden):
        four_eyes.approve(at_screen(User.objects.get(email="jurist@hub.example")), request.pk, request.digest)
    approved(colleague(seed, StaffRole.MEMBERSHIP_OFFICER), request)
    assert phases.recorded_preconditions()["offence_data"].since == date(2026, 11, 1)
