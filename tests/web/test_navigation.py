"""Every navigation item leads to a page."""

from __future__ import annotations

import pytest
from django.urls import resolve, reverse

from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.web.ui.navigation import SECTIONS, NavigationItem

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
