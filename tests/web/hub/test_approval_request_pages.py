"""What an approver reads: in words, in their language, with the difference from the current state."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.factories.applications import staff
from tests.factories.content_access import make_setup
from tests.factories.seed import Seed
from tests.hub.membership.phase_approvals import WHY, colleague
from tests.web.accounts import signed_in
from vardkase.core.clock import today
from vardkase.core.settings.models import SettingValue
from vardkase.hub.membership.agreements.services.publishing import propose_publishing
from vardkase.hub.membership.phases import services as phases
from vardkase.hub.membership.terms import drafts
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

pytestmark = pytest.mark.usefixtures("password_is_enough")

ENGLISH = {"Accept-Language": "en"}


def read(user: User, request: ApprovalRequest, language: str = "en") -> str:
    address = reverse("approval_request", args=[request.pk])
    found = signed_in(user).get(address, headers={"Accept-Language": language})
    assert found.status_code == 200
    return found.content.decode()


def test_new_terms_show_differences(seed: Seed) -> None:
    actor, reader = staff(seed), colleague(seed)
    drafts.start_draft(actor)
    text = current_terms().text_sv
    drafts.edit_draft(actor, {"text_sv": text.replace("förnyar den varje år", "förnyar den vartannat år")})
    request = propose_publishing(actor, 2, today() + timedelta(days=40), WHY)
    page = read(reader, request)
    assert "Publish a version of the terms: Terms, version 2" in page
    added = [line for line in page.split("<br>") if "vartannat år" in line]
    assert len(added) == 1
    assert "+ Ni lämnar" in added[0]
    assert "− Ni lämnar" in page
    assert page.count("Er säkerhet") == 0, "unchanged parts are left out"
    assert "No changes" in page, "of the English text"
    assert "&#x27;key&#x27;" not in page
    assert "[{" not in page
    listed = signed_in(reader).get(reverse("approval_requests"), headers=ENGLISH).content.decode()
    assert "Terms, version 2" in listed
    assert "Villkor, version 2" not in listed


def test_titles_are_in_readers_language(seed: Seed) -> None:
    reader = colleague(seed, StaffRole.MEMBERSHIP_OFFICER)
    legal = staff(seed, StaffRole.LEGAL_OFFICER)
    made = phases.propose_in_force(legal, "offence_data", today(), "SFS 2026:1")
    assert "Lagstöd" in read(reader, made, "sv")
    assert "Lagstöd" not in read(reader, made)
    changed = phases.propose_change(staff(seed), 3, {"opens": "2026-11-01"}, WHY)
    assert "3 Private sector" in read(colleague(seed), changed)


def test_content_access_request_names_event_by_creator_only(
    seed: Seed,
) -> None:
    setup = make_setup(seed)
    setup.asked(hours=1)
    request = ApprovalRequest.objects.get(action="grant_content_access")
    page = read(setup.officer.user, request)
    assert f"Event {setup.event.pk}, created by {seed.org_a.name}" in page
    assert "for up to 1 hour from" in page
    assert "SECRET" not in page


def test_officers_overview_lists_pending_and_missing(seed: Seed) -> None:
    reader = colleague(seed)
    phases.propose_change(staff(seed), 3, {"opens": "2026-11-01"}, WHY)
    SettingValue.objects.filter(name="Vardkase.appeal_court").delete()
    browser = signed_in(reader)
    page = browser.get("/", headers=ENGLISH).content.decode()
    assert "Requests waiting for your approval" in page
    assert "Settings required for decisions" in page
    assert "Sections of the privacy notice and accessibility statement to write" in page
    missing = browser.get(reverse("settings") + "?missing=1").content.decode()
    assert "Vardkase.appeal_court" in missing
    assert "Vardkase.sender_name" not in missing
    assert (
        "Settings required for decisions"
        not in signed_in(seed.org_admin.user).get("/", headers=ENGLISH).content.decode()
    )
