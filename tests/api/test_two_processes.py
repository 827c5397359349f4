"""Two web processes on one database are one hub: limits, caches, keys and settings are the hub's, not the process's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench.client import Client, Refused
from tests.factories.seed import ApiUser, Seed
from tests.support.web_server import running_web_server
from vardkase.api.authentication import FAILURES
from vardkase.audit.models import AuditEntry
from vardkase.core.sql import cursor
from vardkase.identity.accounts.models import AuthKey, Role

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

SEARCH = {"returnFormat": "json", "value": "x"}


@pytest.fixture
def urls(seed: Seed, tmp_path: Path) -> Iterator[list[str]]:
    with ExitStack() as stack:
        yield [stack.enter_context(running_web_server(tmp_path)).url for _ in range(2)]


def status(url: str, who: ApiUser | str, path: str = "/users/view/me") -> int:
    with Client(url, who if isinstance(who, str) else who.key) as client:
        try:
            client.post(path, SEARCH) if "Search" in path else client.get(path)
        except Refused as refused:
            return refused.status
    return 200


def test_limits_keys_and_settings_are_the_hubs(seed: Seed, urls: list[str]) -> None:
    first, second = urls
    # Searches of a role, half of them here and half of them there.
    Role.objects.filter(pk=seed.analyst.user.role_id).update(enforce_rate_limit=True, rate_limit_count=6)
    answers = [status(urls[number % 2], seed.analyst, "/attributes/restSearch") for number in range(8)]
    assert answers == [200] * 6 + [429] * 2
    Role.objects.update(enforce_rate_limit=False)

    # A key that is removed, and a setting that is changed, by one are so for the other at once.
    assert status(second, seed.analyst) == 200
    with Client(first, seed.site_admin.key) as client:
        number = AuthKey.objects.get(user=seed.colleague.user).pk
        client.post(f"/auth_keys/delete/{number}", {})
        assert status(second, seed.colleague) == 403
        client.post("/servers/serverSettingsEdit/MISP.live", {"value": False})
        assert status(second, seed.analyst) == 405
        client.post("/servers/serverSettingsEdit/MISP.live", {"value": True})
        assert status(second, seed.analyst) == 200

    # Guesses of keys from one address, and how many entries of the audit log they fill.
    answers = [status(urls[number % 2], f"{number:040}") for number in range(FAILURES.allowed + 2)]
    # Three have been counted already: the key that was removed, and what asked whether the servers answer.
    assert answers == [403] * (FAILURES.allowed - 3) + [429] * 5
    noted = AuditEntry.objects.filter(action="user.key_refused")
    assert noted.count() == 1
    assert status(first, seed.analyst) == status(second, seed.analyst) == 200
    (kept,) = cursor().execute("SELECT count(*) FROM limit_use").fetchone() or (0,)
    assert kept >= 2
