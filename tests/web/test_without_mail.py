"""Where the hub sends no mail, no page claims that it did."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_role, make_user
from tests.factories.applications import make_staff
from tests.factories.memberships import make_desk, opened
from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from vardkase.core.mail.services import can_send
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.staff import appoint
from vardkase.identity.accounts.staff import StaffRole

pytestmark = pytest.mark.usefixtures("password_is_enough")

ENGLISH = {"Accept-Language": "en"}


def test_first_administrator_is_not_called_invited(seed: Seed) -> None:
    assert not can_send()
    desk = make_desk(seed)
    User.objects.filter(org=seed.org_c).delete()
    opened(desk, seed.org_c)
    browser = signed_in(desk.operator.user)
    address = reverse("member_item", args=[seed.org_c.pk, "administrator"])
    done = browser.post(address, {"email": "eva@c.example"}, headers=ENGLISH, follow=True).content.decode()
    assert "the hub cannot send e-mail: nothing was sent" in done
    page = browser.get(address, headers=ENGLISH).content.decode()
    assert "eva@c.example has an account. The hub cannot send e-mail" in page
    assert "is invited" not in page


def test_applicant_is_asked_to_keep_link(seed: Seed) -> None:
    page = Client().get(reverse("apply"), headers=ENGLISH).content.decode()
    assert "Copy your private link on the next page" in page
    assert "We send your private link" not in page


def test_password_mail_is_not_promised(seed: Seed) -> None:
    officer = make_staff(seed, StaffRole.MEMBERSHIP_OFFICER)
    page = signed_in(seed.site_admin.user).get(reverse("user_propose", args=[officer.pk]), headers=ENGLISH)
    assert "This hub cannot send e-mail" in page.content.decode()


def test_duties_are_proposed_in_words(seed: Seed) -> None:
    make_staff(seed, StaffRole.MEMBERSHIP_OFFICER)
    reader = make_staff(seed, StaffRole.LEGAL_OFFICER)
    anna = make_user(seed.hub, make_role("User", []), "anna@hub.example")
    appoint(seed.site_admin.actor, anna, ["membership_officer"], "Ny handläggare.")
    made = ApprovalRequest.objects.get(title=anna.email)
    page = (
        signed_in(reader).get(reverse("approval_request", args=[made.pk]), headers=ENGLISH).content.decode()
    )
    assert "is assigned the duties: membership officer." in page
    account = signed_in(seed.site_admin.user).get(reverse("user", args=[anna.pk]), headers=ENGLISH)
    assert f'href="{reverse("approval_request", args=[made.pk])}"' in account.content.decode()
