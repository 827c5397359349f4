"""An organisation's administrator invites, changes and stops accounts, and makes a sharing group."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.factories.seed import Seed
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import SharingGroup

pytestmark = pytest.mark.browser

EMAIL = "ny@a.example"


def test_account_is_made_changed_reset_and_stopped(sign_in: SignIn, server_seed: Seed) -> None:
    someone = sign_in(server_seed.org_admin, "/administration/users/")
    page = someone.page
    with someone.task("invite a person", most=2):
        someone.click(page.get_by_role("link", name="Nytt konto"))
        someone.fill(page.locator("#id_email"), EMAIL)
        page.locator("#id_role_id").select_option(label="User")
        someone.click(page.locator("main form button.button-primary"))
        expect(page.locator("main")).to_contain_text(EMAIL)
    person = User.objects.get(email=EMAIL)
    assert (person.role.name, person.org) == ("User", server_seed.org_a)
    page.goto(page.url.partition("/administration/")[0] + f"/administration/users/{person.pk}/")
    with someone.task("change a role", most=2):
        someone.click(page.get_by_role("link", name="Redigera"))
        page.locator("#id_role_id").select_option(label="Publisher")
        someone.click(page.locator("main form button.button-primary"))
        expect(page.locator(".page-head")).to_contain_text("Publisher")
    before = person.password
    with someone.task("give a new password", most=1):
        someone.click(page.get_by_role("button", name="engångslösenord"))
        expect(page.locator("main")).to_contain_text("ösenord")
    page.goto(page.url.partition("/administration/")[0] + f"/administration/users/{person.pk}/")
    with someone.task("disable an account", most=1):
        someone.click(page.get_by_role("button", name="Stäng av kontot"))
        expect(page.locator("main")).to_contain_text("Avstängd")
    person.refresh_from_db()
    assert person.disabled
    assert person.role.name == "Publisher"
    assert person.password != before


def test_sharing_group_is_made_by_keyboard(sign_in: SignIn, server_seed: Seed) -> None:
    someone = sign_in(server_seed.org_admin, "/administration/sharing-groups/", "en")
    page = someone.page
    with someone.task("sharing group by keyboard", most=0):
        someone.tab_to(page.get_by_role("link", name="New sharing group"))
        someone.press("Enter")
        page.wait_for_url("**/new/")
        someone.tab_to(page.locator("#id_name"))
        someone.type("Energy")
        someone.tab_to(page.locator("main form button.button-primary"))
        someone.press("Enter")
        page.wait_for_url(lambda address: "/new/" not in address)
        for organisation in (server_seed.org_b, server_seed.org_c):
            someone.tab_to(page.locator("#id_organisation"))
            someone.type(organisation.name)
            someone.tab_to(page.get_by_role("button", name="Add", exact=True))
            someone.press("Enter")
            expect(page.locator(".data-table").first).to_contain_text(organisation.name)
        expect(page.locator(".data-table").first.locator("tbody tr")).to_have_count(3)
    group = SharingGroup.objects.get(name="Energy")
    assert set(group.members.values_list("org_id", flat=True)) >= {server_seed.org_b.pk, server_seed.org_c.pk}
