"""A member finds what it is consulted about in the product, without the link of the mail."""

from __future__ import annotations

import pytest

from tests.factories import make_role, make_user
from tests.factories.applications import make_staff
from tests.factories.records_cases import (
    at_a_browser,
    incident,
    officer_of,
    with_material,
)
from tests.factories.seed import ORG_ADMIN, USER, Seed
from tests.web.accounts import signed_in
from tests.web.private_links import fill_in
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.public_records.cases.services import (
    consulting,
)
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.public_records.cases.consulted import LINK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough", "mail_server")]


def test_member_finds_and_answers_a_consultation_without_its_link(seed: Seed) -> None:
    """Its administrators and contacts; nobody else, here or elsewhere, and no longer than it can be answered."""
    incident(seed)
    jurist = at_a_browser(officer_of(seed, "org_b"))
    case = with_material(jurist)
    (asked,) = consulting.consult(jurist, case.number, [seed.org_a.pk], 2)
    contact = make_user(seed.org_a, make_role("Contact", USER), "security@a.example")
    Membership.objects.create(
        organisation=seed.org_a,
        state=MembershipState.ACTIVE,
        details={"contact_security": {"email": "Security@a.example"}},
    )
    elsewhere = make_user(seed.org_c, make_role("Admin elsewhere", ORG_ADMIN), "admin@c.example")
    listed, opens = "/public-records/consultations/", f"/public-records/consultations/{asked.pk}/open/"
    answered_by = signed_in(contact)
    for client in (signed_in(seed.org_admin.user), answered_by):
        page = client.get(listed).content.decode()
        assert opens in page
        assert case.authority.name in page
        assert case.number not in page
        # Named where they look: the overview, and the navigation of every page.
        assert client.get("/").content.decode().count(f'href="{listed}"') == 2
    outsider, colleague = signed_in(elsewhere), signed_in(seed.publisher.user)
    operator = signed_in(make_staff(seed, StaffRole.OPERATOR, "drift@hub.example"))
    assert opens not in outsider.get(listed).content.decode()
    assert outsider.post(opens).status_code == 404
    assert f'href="{listed}"' not in colleague.get("/").content.decode()
    for client in (colleague, operator):
        assert client.get(listed).status_code == 403
        refused = client.post(opens)
        assert (refused.status_code, LINK.cookie in refused.cookies) == (403, False)
    assert answered_by.get(opens).status_code == 405
    shown = answered_by.post(opens, follow=True)
    assert {item.publisher_id for item in shown.context["items"]} == {seed.org_a.pk}
    assert fill_in(answered_by, shown, answer="release", name="Eva Ek").status_code == 302
    asked.refresh_from_db()
    assert asked.answered_by == "Eva Ek"
    assert opens not in answered_by.get(listed).content.decode()
    assert f'href="{listed}"' not in answered_by.get("/").content.decode()
    assert answered_by.post(opens).status_code == 404
