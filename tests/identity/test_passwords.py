"""Password rules, the same over the API and on the pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed

PLAIN = (
    "A password of fewer than 16 characters needs lower case, upper case, and a digit or a special character."
)


def set_password(seed: Seed, password: str) -> tuple[int, Any]:
    """Over the API only administrators set passwords, and only those of others."""
    path = f"/admin/users/edit/{seed.analyst.user.pk}"
    return call(seed.site_admin.key, "POST", path, {"password": password})


@pytest.mark.parametrize(
    "password", ["Password1234", "Åäöåäöåäö-ÅÄÖ", "correct horse battery", "i" * 8 + " " * 8]
)
def test_good_password_is_accepted(seed: Seed, password: str) -> None:
    assert set_password(seed, password)[0] == 200
    seed.analyst.user.refresh_from_db()
    assert seed.analyst.user.check_password(password)


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
def test_weak_or_common_password_is_refused(seed: Seed, password: str, reason: str | None) -> None:
    before = seed.analyst.user.password
    status, body = set_password(seed, password)
    assert status == 403
    assert (reason or "This password is too common.") in body["errors"]["password"]
    seed.analyst.user.refresh_from_db()
    assert seed.analyst.user.password == before
