"""Events that extend others (recordings, behaviour 18)."""

from __future__ import annotations

import pytest

from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from tests.wire.raw import Raw

BASE = "8a23c88c-1ffa-4044-be2f-4fbfa7ac626c"
OURS = "eea3b61a-7107-4a46-bc24-155d7a8a9164"
SECRET = "56343ddf-7f21-4a7d-ae57-e3ae76cdeb77"


@pytest.fixture
def raw(server: WebServer, server_seed: Seed) -> Raw:
    """A's event for all, extended by A for all, and by B for B only."""
    ours, theirs = Raw(server.url, server_seed.org_admin.key), Raw(server.url, server_seed.partner.key)
    for who, uuid, distribution, extends, value in (
        (ours, BASE, 3, "", "base.example"),
        (ours, OURS, 3, BASE, "ours.example"),
        (theirs, SECRET, 0, BASE, "secret.example"),
    ):
        event = {
            "uuid": uuid,
            "info": value,
            "distribution": distribution,
            "extends_uuid": extends,
            "Attribute": [{"type": "domain", "value": value}],
        }
        assert who.post("/events/add", event)[0] == 200
    return ours


def values(raw: Raw, ref: str) -> set[str]:
    """The values in the event as shown."""
    return {attribute["value"] for attribute in raw.event(ref)["Attribute"]}


def test_event_shows_only_its_own_attributes_by_default(raw: Raw) -> None:
    """Extending changes neither event."""
    assert values(raw, BASE) == {"base.example"}
    assert values(raw, OURS) == {"ours.example"}
    assert raw.event(OURS)["extends_uuid"] == BASE


def test_extended_view_merges_readable_extensions(raw: Raw, server: WebServer, server_seed: Seed) -> None:
    """A private extension is seen only by its owner."""
    assert values(raw, f"{BASE}/extended:1") == {"base.example", "ours.example"}
    partner = Raw(server.url, server_seed.partner.key)
    assert values(partner, f"{BASE}/extended:1") == {"base.example", "ours.example", "secret.example"}
