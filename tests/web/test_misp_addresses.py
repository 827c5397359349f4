"""MISP's addresses in a browser: visitors are redirected to sign-in, API clients get JSON."""

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
def test_visitor_is_redirected_to_sign_in(seed: Seed, path: str, accept: str) -> None:
    answer = Client().get(path, headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, SIGN_IN)
    assert call(None, "GET", path)[0] == 403, "a client that asks for JSON gets it"


def test_address_unknown_to_misp_returns_404(seed: Seed) -> None:
    assert Client().get("/nosuch/index").status_code == 404


def test_signed_in_user_is_redirected_home(seed: Seed) -> None:
    browser = signed_in(seed.analyst.user)
    assert browser.get("/users/login")["Location"] == "/"
    assert browser.get("/users/checkIfLoggedIn").content == b"OK"
    assert browser.get("/servers/index").status_code == 404
