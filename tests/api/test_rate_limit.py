"""The rate limit of a role for searches."""

from __future__ import annotations

import pytest

from tests.api.calls import call, send
from tests.factories import make_key
from tests.factories.seed import Seed
from vardkase.core import limits
from vardkase.identity.accounts.models import Role

SEARCH = "/attributes/restSearch"
HEADERS = ("X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset")


def limit(seed: Seed, count: int) -> None:
    Role.objects.filter(pk=seed.analyst.user.role_id).update(enforce_rate_limit=True, rate_limit_count=count)


def test_remaining_searches_are_reported_then_refused(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(seed, 2)
    monkeypatch.setattr(limits, "now_seconds", lambda: 1_000_000)
    found = []
    for path in (SEARCH, "/events/restSearch", SEARCH, SEARCH):
        response = send(seed.analyst.key, "POST", path, {"returnFormat": "json"})
        found.append((response.status_code, *(response[name] for name in HEADERS)))
    assert found == [
        (200, "2", "1", "900"),
        (200, "2", "0", "900"),
        (429, "2", "0", "900"),
        (429, "2", "0", "900"),
    ]
    assert call(seed.analyst.key, "POST", SEARCH, {})[1]["message"] == "Rate limit exceeded."
    monkeypatch.setattr(limits, "now_seconds", lambda: 1_000_899)
    response = send(seed.analyst.key, "POST", SEARCH, {})
    assert (response.status_code, response["X-Rate-Limit-Reset"], response["Retry-After"]) == (429, "1", "1")
    monkeypatch.setattr(limits, "now_seconds", lambda: 1_000_900)
    assert send(seed.analyst.key, "POST", SEARCH, {})["X-Rate-Limit-Remaining"] == "1"


def test_limit_counts_per_user(seed: Seed) -> None:
    """Another key, another spelling of the path, HEAD: all count together; a colleague counts separately."""
    limit(seed, 1)
    assert call(seed.analyst.key, "POST", SEARCH, {})[0] == 200
    for key in (seed.analyst.key, make_key(seed.analyst.user), make_key(seed.analyst.user, read_only=True)):
        for path in (SEARCH, "/Attributes/rest_search.json", "/events/restSearch/returnFormat:json"):
            assert send(key, "POST", path, {}).status_code == 429
        assert send(key, "HEAD", SEARCH).status_code == 429
    assert call(seed.colleague.key, "POST", SEARCH, {})[0] == 200


def test_limit_0_allows_none(seed: Seed) -> None:
    limit(seed, 0)
    status, body = call(seed.analyst.key, "POST", SEARCH, {})
    assert (status, body["message"]) == (405, "API searches are not allowed for this user role.")


def test_without_limit_nothing_is_counted(seed: Seed) -> None:
    response = send(seed.analyst.key, "POST", SEARCH, {})
    assert response.status_code == 200
    assert not any(name in response for name in HEADERS)
    limit(seed, 1)
    for _ in range(3):
        response = send(seed.analyst.key, "GET", "/events/index")
        assert (response.status_code, HEADERS[0] in response) == (200, False)
