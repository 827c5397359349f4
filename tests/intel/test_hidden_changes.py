"""Changes in parts that only the owner organisation reads are invisible to everyone else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.api.calls import answer, send
from tests.factories.event_page import visitor
from tests.factories.hidden_parts import (
    ACTS,
    ENDPOINTS,
    HIDDEN,
    LONG_AGO,
    PAGES,
    Setup,
    difference,
    merge,
    relationship_to,
    seen,
)
from tests.factories.seed import Seed


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return Setup.of(seed, HIDDEN)


def seen_by_a_stranger(setup: Setup, relationship: str) -> dict[str, tuple[int, bytes]]:
    """The response of each endpoint to a reader of the event who may read none of its hidden parts."""
    return seen(setup, relationship, setup.seed.stranger.key, setup.seed.partner_sync.key)


@pytest.mark.parametrize("act", ACTS)
def test_hidden_change_changes_no_response_for_others(setup: Setup, act: str) -> None:
    relationship = relationship_to(setup)
    before = seen_by_a_stranger(setup, relationship)
    ACTS[act](setup)
    after = seen_by_a_stranger(setup, relationship)
    assert {endpoint for endpoint in ENDPOINTS if before[endpoint] != after[endpoint]} == set(), difference(
        before, after
    )
    assert all(status == 200 for status, _ in before.values()), before


@pytest.mark.parametrize("act", [act for act in ACTS if act != "proposes to the hidden"])
def test_owner_and_administrators_see_the_change(setup: Setup, act: str) -> None:
    ACTS[act](setup)
    for api_user in (setup.seed.analyst, setup.seed.site_admin):
        path = f"/events/view/{setup.event['uuid']}"
        found = answer(send(api_user.key, "GET", path))["Event"]
        assert int(found["timestamp"]) > LONG_AGO
        assert (found["published"], found["publish_timestamp"]) == (True, str(LONG_AGO + 1))
        for found in ({"timestamp": "30d"}, {"eventid": setup.event["id"], "timestamp": ["30d", "1h"]}):
            listed = answer(send(api_user.key, "POST", "/events/restSearch", found))["response"]
            assert bool(listed) == (found["timestamp"] == "30d")


def test_peer_with_access_sees_the_later_timestamp(setup: Setup) -> None:
    """MISP compares timestamps in the minimal index, and fetches what is later than its own copy."""
    ACTS["edits"](setup)
    for api_user, is_told in ((setup.seed.site_admin, True), (setup.seed.partner_sync, False)):
        [row] = answer(send(api_user.key, "POST", "/events/index", {"minimal": 1, "published": 1}))
        assert (int(row["timestamp"]) > LONG_AGO) is is_told


@pytest.mark.parametrize("act", ["becomes open", "becomes hidden"])
def test_part_that_becomes_open_or_hidden_is_a_visible_change(setup: Setup, act: str) -> None:
    part = setup.hidden if act == "becomes open" else setup.event["Attribute"][0]
    wanted = "5" if act == "becomes open" else "0"
    setup.act(f"/attributes/edit/{part['uuid']}", {"distribution": wanted})
    found = answer(send(setup.seed.stranger.key, "GET", f"/events/view/{setup.event['uuid']}"))["Event"]
    assert int(found["timestamp"]) > LONG_AGO
    assert found["published"] is False


def test_document_that_also_changes_the_event_is_visible(setup: Setup) -> None:
    merge(setup, info="renamed")
    found = answer(send(setup.seed.stranger.key, "GET", f"/events/view/{setup.event['uuid']}"))["Event"]
    assert int(found["timestamp"]) > LONG_AGO


@pytest.mark.usefixtures("password_is_enough")
@pytest.mark.parametrize("page", PAGES)
def test_pages_do_not_show_hidden_changes(setup: Setup, page: str) -> None:
    reader: Client = visitor(setup.seed.stranger)
    url = page.format(**setup.event)
    before = reader.get(url)
    ACTS["edits"](setup)
    ACTS["adds an attribute"](setup)
    after = reader.get(url)
    assert before.status_code == after.status_code == 200
    assert _stable(before) == _stable(after)


def _stable(response: Any) -> list[str]:
    """The lines of a page without values that differ in every response."""
    content = b"".join(response) if response.streaming else response.content
    return re.sub(
        r'(nonce|value|content)="[^"]{20,}"|"X-CSRFToken": "[^"]+"', "", content.decode()
    ).splitlines()


@pytest.mark.parametrize("act", ACTS)
def test_history_shows_hidden_changes_only_to_the_owner(setup: Setup, act: str) -> None:
    """Other readers' history of the event names neither acts on hidden parts nor their number."""
    endpoints = (f"/auditLogs/eventIndex/{setup.event['id']}", f"/logs/event_index/{setup.event['id']}")

    def history(key: str) -> list[Any]:
        return [answer(send(key, "GET", endpoint)) for endpoint in endpoints]

    before, of_the_owner = history(setup.seed.stranger.key), history(setup.seed.analyst.key)
    ACTS[act](setup)
    assert history(setup.seed.stranger.key) == before
    if act in ("adds an attribute", "adds many", "sends the event"):
        assert history(setup.seed.analyst.key) != of_the_owner
