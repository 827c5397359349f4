"""The known communities, and the letter that requests access to one."""

from __future__ import annotations

import email

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed

FIRST = "CIRCL Private Sector Information Sharing Community - aka MISPPRIV"


def test_communities_are_listed_found_and_viewed(seed: Seed) -> None:
    listed = call(seed.site_admin.key, "GET", "/communities/index")[1]
    assert listed[0]["name"] == FIRST
    assert [
        row["name"] for row in call(seed.site_admin.key, "GET", "/communities/index/searchall:danish")[1]
    ] == ["Danish MISP Community"]
    for reference in (listed[1]["id"], listed[1]["uuid"]):
        assert call(seed.site_admin.key, "GET", f"/communities/view/{reference}")[1] == listed[1]
    assert call(seed.site_admin.key, "GET", "/communities/view/999")[0] == 404


def test_access_request_letter_is_written_but_not_sent(seed: Seed) -> None:
    asked = {
        "org_name": "Vård\r\nBcc: x@evil.example",
        "email": "soc@a.example",
        "message": "Hej!",
        "sync": True,
    }
    status, body = call(seed.site_admin.key, "POST", "/communities/requestAccess/1", {**asked, "mock": True})
    assert status == 200
    mail = email.message_from_string(f"{body['headers']}\r\n\r\n{body['message']}")
    assert (mail["To"], mail["Reply-To"], mail["Bcc"]) == ("info@circl.lu", "soc@a.example", None)
    assert call(seed.site_admin.key, "POST", "/communities/requestAccess/1", asked)[0] == 403


@pytest.mark.parametrize("address", ["", "a@b.example\r\nBcc: c@d.example", ["a@b.example"]])
def test_invalid_mail_address_is_rejected(seed: Seed, address: object) -> None:
    asked = {"email": address, "mock": True}
    status, body = call(seed.site_admin.key, "POST", "/communities/requestAccess/1", asked)
    assert (status, list(body["errors"])) == (403, ["email"])


def test_only_site_administrators_see_communities(seed: Seed) -> None:
    for key in (seed.org_admin.key, seed.analyst.key, None):
        assert call(key, "GET", "/communities/index")[0] == 403
        assert call(key, "POST", "/communities/requestAccess/1", {"mock": True})[0] == 403
