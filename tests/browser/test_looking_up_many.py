"""Ten thousand values are looked up at once, and what is known of each is taken home as CSV."""

from __future__ import annotations

import csv

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.factories.event_page import make_setup
from tests.factories.seed import Seed

pytestmark = pytest.mark.browser

KNOWN = "login.example"
VALUES = "\n".join([KNOWN, *(f"host-{number}.example" for number in range(9_999))])


def test_ten_thousand_values_are_looked_up(sign_in: SignIn, server_seed: Seed) -> None:
    make_setup(server_seed)
    someone = sign_in(server_seed.analyst, "/values/")
    page = someone.page
    with someone.task("look up 10,000 values", most=4):
        someone.click(page.get_by_role("link", name="Slå upp många värden"))
        someone.choose(page.locator("#id_file"), "values.txt", VALUES.encode())
        someone.click(page.locator("main form button.button-primary"))
        expect(page.locator("main")).to_contain_text("av 10\u202f000")
        with page.expect_download() as download:
            someone.click(page.get_by_role("link", name="Tabellen som CSV"))
    with download.value.path().open(newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 10_001
    assert rows[1][0] == KNOWN


def test_file_of_values_is_looked_up_by_keyboard(sign_in: SignIn, server_seed: Seed) -> None:
    make_setup(server_seed)
    someone = sign_in(server_seed.analyst, "/", "en")
    page = someone.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with someone.task("look up a list by keyboard", most=0):
        someone.press("Control+k")
        someone.type("Look up")
        someone.pick("Look up")
        page.wait_for_url("**/lookup/")
        someone.tab_to(page.locator("#id_text"))
        page.evaluate("text => navigator.clipboard.writeText(text)", VALUES)
        someone.press("Control+v")
        someone.tab_to(page.locator("main form button.button-primary"))
        someone.press("Enter")
        expect(page.locator("main")).to_contain_text("of 10,000")
        someone.tab_to(page.get_by_role("link", name="This table as CSV"))
        with page.expect_download() as download:
            someone.press("Enter")
    assert download.value.path().read_text().startswith("value")
