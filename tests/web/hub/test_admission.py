"""The officers' pages of phases, legal preconditions and invitations."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.factories.applications import PHASE_1, PHASE_2, make_application, make_staff
from tests.factories.seed import Seed
from tests.hub.membership import phase_approvals
from tests.identity.two_people import approved
from tests.web.accounts import signed_in
from tests.web.private_links import follow
from vardkase.hub.membership.invitations.models import Invitation
from vardkase.hub.membership.phases import queries
from vardkase.hub.membership.phases.models import Phase
from vardkase.identity.accounts.staff import StaffRole

pytestmark = pytest.mark.usefixtures("password_is_enough")


def test_legal_officer_records_precondition(seed: Seed) -> None:
    jurist = signed_in(make_staff(seed, StaffRole.LEGAL_OFFICER))
    page = reverse("precondition", args=["offence_data"])
    make_application("waiting", sector="private_company", waits_for=3)
    shown = " ".join(jurist.get(page).content.decode().split())
    assert "Lagstöd för privata organisationer" in shown
    assert "1 ansökan väntar på den fasen" in shown
    assert jurist.post(page, {"since": "2026-03-01"}).status_code == 422
    assert jurist.post(page, {"since": "2026-03-01", "reference": "SFS 2026:417"}).status_code == 302
    assert not queries.is_in_force("offence_data", PHASE_2), "not by one person"
    approved(phase_approvals.colleague(seed))
    with time_machine.travel(PHASE_2, tick=True):
        shown = signed_in(make_staff(seed, StaffRole.LEGAL_OFFICER, "b@hub.example"))
        assert "SFS 2026:417" in shown.get(reverse("phases")).content.decode()
    assert jurist.post(page, {"reason": "Upphävd"}).status_code == 302
    approved(phase_approvals.colleague(seed))
    assert "no longer" not in jurist.get(page).content.decode()
    assert "inte längre gällande" in jurist.get(page).content.decode()


def test_officer_changes_phase_and_sees_history(seed: Seed) -> None:
    officer = signed_in(make_staff(seed, StaffRole.MEMBERSHIP_OFFICER))
    page = reverse("phase", args=[2])
    data = {
        "title_sv": "Offentlig sektor",
        "title_en": "Public sector",
        "opens": "2026-04-01",
        "sectors": ["region"],
        "reason": "Beslut den 1 mars.",
    }
    assert officer.post(page, data | {"closes": "2026-03-01"}).status_code == 422
    assert officer.post(page, data).status_code == 302
    assert not Phase.objects.exists(), "not by one person"
    approved(phase_approvals.colleague(seed))
    assert Phase.objects.get(number=2).sectors == ["region"]
    assert "Fasen ändrades" in officer.get(page).content.decode()
    assert officer.get(reverse("precondition", args=["offence_data"])).status_code == 403


def test_officer_sends_reminds_and_revokes_invitation(seed: Seed) -> None:
    with time_machine.travel(PHASE_1, tick=True):
        officer = signed_in(make_staff(seed, StaffRole.MEMBERSHIP_OFFICER))
        assert "Inga inbjudningar än" in officer.get(reverse("invitations")).content.decode()
        data = {"email": "anna@skogsby.example", "language": "sv", "note": "Pilot"}
        assert officer.post(reverse("invitation_new"), data).status_code == 302
        assert officer.post(reverse("invitation_new"), data).status_code == 422
        pk = Invitation.objects.get().pk
        assert officer.post(reverse("invitation_again", args=[pk])).status_code == 302
        assert officer.post(reverse("invitation_revoke", args=[pk])).status_code == 302
        assert "Återkallad" in officer.get(reverse("invitations")).content.decode()
        link = reverse("apply_invited") + "#one-that-was-revoked"
        html = follow(Client(headers={"accept-language": "sv"}), link).content.decode()
        assert "ha gått ut efter 30 dagar eller ha återkallats" in html
    with time_machine.travel(PHASE_2, tick=True):
        later = signed_in(make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "b@hub.example"))
        for page in ("invitations", "invitation_new"):
            assert "Ingen fas med inbjudan är öppen" in later.get(reverse(page)).content.decode()


@pytest.mark.parametrize("page", ["phases", "invitations", "invitation_new", "application_import"])
def test_other_roles_are_refused(seed: Seed, page: str) -> None:
    for user in (seed.site_admin.user, seed.org_admin.user):
        assert signed_in(user).get(reverse(page)).status_code == 403
