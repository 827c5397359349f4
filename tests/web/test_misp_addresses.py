"""MISP's addresses in a browser: who has not signed in is led there, and clients of the API get their JSON."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.api.calls import call
from tests.factories.seed import Seed
from tests.web.accounts import signed_in

SIGN_IN = "/account/login/"


@pytest.mark.parametrize(
    "path",
    [
        "/users/login",
        "/users/checkIfLoggedIn",
        "/servers/index",
        "/attributes/search",
        "/admin/users/index",
        "/tags",
    ],
)
@pytest.mark.parametrize("accept", ["", "*/*", "text/html"])
def test_visitors_are_led_to_the_sign_in(seed: Seed, path: str, accept: str) -> None:
    answer = Client().get(path, headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, SIGN_IN)
    assert call(None, "GET", path)[0] == 403, "who asks for JSON is told so"


def test_what_misp_does_not_have_either_is_not_found(seed: Seed) -> None:
    assert Client().get("/nosuch/index").status_code == 404


def test_who_has_signed_in_goes_on(seed: Seed) -> None:
    browser = signed_in(seed.analyst.user)
    assert browser.get("/users/login")["Location"] == "/"
    assert browser.get("/users/checkIfLoggedIn").content == b"OK"
    assert browser.get("/servers/index").status_code == 404
