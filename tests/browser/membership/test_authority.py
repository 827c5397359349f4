"""An authority connects by API, with its certificate and a key that is bound to its address, and synchronises."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.hub.membership.answers import ANSWERS, answers
from tests.support.certificates import Issued

pytestmark = [pytest.mark.browser, pytest.mark.live]

NAME = "Havsmyndigheten"
EGRESS = "198.51.100.20"
ELSEWHERE = "198.51.100.21"
ADMINISTRATOR, TECHNICIAN = "siv@hav.example", "teknik@hav.example"


def application(certificate: Issued, uuid: str, pgp: str) -> dict[str, Any]:
    """The form as it came by mail."""
    contacts = {
        role: {**each, "email": each["email"].replace("skogsby", "hav")}
        for role, each in ANSWERS["contacts"].items()
    }
    contacts["technical"] |= {"email": TECHNICIAN, "key": pgp}
    api = {
        "software": "MISP",
        "version": "2.5.27",
        "egress": [EGRESS],
        "certificate": certificate.pem,
        "uuid": uuid,
        "key": pgp,
    }
    connection = {"method": "api", "reasons": "Vår MISP ska hämta och skicka.", "users": 3, "api": api}
    about = {"name": NAME, "number": "202100-4755", "sector": "state_authority", "domains": ["hav.example"]}
    return answers(organisation=about, contacts=contacts, connection=connection)


def states(page: Page) -> dict[str, str]:
    """What the checklist on the page says of each item."""
    rows = page.locator("table:has(caption:text('Checklista')) tbody tr").all()
    return {
        row.locator("th").inner_text().split("\n")[0]: row.locator("td").inner_text().strip() for row in rows
    }
