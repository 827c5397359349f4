"""One hub for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.membership.hub import Colleagues, Hub, one_hub


@pytest.fixture(scope="package")
def hub(shared_chromium: Browser) -> Iterator[Hub]:
    with one_hub(shared_chromium) as running:
        yield running


@pytest.fixture(scope="package")
def colleagues(hub: Hub) -> Colleagues:
    return Colleagues(
        hub.colleague("per@hub.example", "membership_officer"),
        hub.colleague("johanna@hub.example", "legal_officer"),
        hub.colleague("drift@hub.example", "operator"),
    )
