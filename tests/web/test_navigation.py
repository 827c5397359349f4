"""Every navigation item leads to a page."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import resolve, reverse

from tests.factories import make_event
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.identity.accounts.models import User
from vardkase.web.ui.navigation import SECTIONS, NavigationItem

pytestmark = pytest.mark.usefixtures("password_is_enough")

ITEMS = [item for _, items in SECTIONS for item in items]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.view)
def test_every_item_has_a_page(item: NavigationItem) -> None:
    address = reverse(item.view)
    assert resolve(address).view_name == item.view


def test_items_offered_to_site_administrator_open(seed: Seed) -> None:
    client = signed_in(seed.site_admin)
    page = client.get("/").content.decode()
    offered = [address for item in ITEMS if f'href="{(address := reverse(item.view))}"' in page]
    assert len(offered) > 12
    assert {address: client.get(address, follow=True).status_code for address in offered} == dict.fromkeys(
        offered, 200
    )


def test_unknown_address_keeps_search_and_navigation(seed: Seed, client: Client) -> None:
    person = signed_in(seed.analyst)
    for address in ("/tour/", "/nowhere/", "/event/999999/"):
        page = person.get(address)
        assert page.status_code == 404
        assert 'id="nav"' in page.text, address
        assert 'name="q"' in page.text
        unknown = client.get("/nowhere/")
        assert unknown.status_code == 404
        assert 'id="nav"' not in unknown.text
    User.objects.filter(pk=seed.analyst.user.pk).update(change_pw=True)
    assert 'id="nav"' not in person.get("/nowhere/").text


def test_current_page_is_marked_everywhere(seed: Seed) -> None:
    event = make_event(seed.org_a)
    person = signed_in(seed.org_admin)
    for address, view in (
        (f"/event/{event.pk}/", "events"),
        ("/event-templates/", "events"),
        ("/search/advanced/", "values"),
        ("/search/saved/", "saved_searches"),
        ("/lookup/", "values"),
        ("/questions/", "delegations"),
        ("/publication-requests/", "delegations"),
        ("/events/", "events"),
    ):
        html = " ".join(person.get(address).text.split())
        links = re.findall(r'<a [^>]*aria-current="page"[^>]*>', html[html.index('id="nav"') :])
        assert f'href="{reverse(view)}"' in links[0], address
