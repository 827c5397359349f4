"""Which passwords are taken, over the API as on the pages: one list of rules serves both."""

from __future__ import annotations

import pytest

from tests.api.calls import call
from tests.cast import Cast

PLAIN = "A password of fewer than 16 characters needs lower case, upper case, and a digit or a sign."


@pytest.mark.parametrize(
    "password", ["Password1234", "Åäöåäöåäö-ÅÄÖ", "correct horse battery", "i" * 8 + " " * 8]
)
def test_a_good_password_is_taken(cast: Cast, password: str) -> None:
    status, body = call(cast.analyst.key, "POST", "/users/change_pw", {"password": password})
    assert (status, body["message"]) == (200, "Password Changed.")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("password1234", PLAIN),
        ("PASSWORD12345", PLAIN),
        ("PasswordPassw", PLAIN),
        ("123456789012", PLAIN),
        ("1q2w3e4r5t6y7u8i", None),
    ],
)
def test_a_plain_or_common_password_is_refused(cast: Cast, password: str, reason: str | None) -> None:
    before = cast.analyst.user.password
    status, body = call(cast.analyst.key, "POST", "/users/change_pw", {"password": password})
    assert status == 403
    assert (reason or "This password is too common.") in body["errors"]["password"]
    cast.analyst.user.refresh_from_db()
    assert cast.analyst.user.password == before
