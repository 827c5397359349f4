"""Pulled sightings change the event's sighting time only for those who may read the sighted attribute."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import answer, send
from tests.exchange.servers import HERE, responds, serving
from tests.exchange.test_pull_failures import connection, event, misp
from tests.factories.seed import Seed
from vardkase.exchange.sync.pull import pull
from vardkase.intel.models import Attribute, Event
from vardkase.intel.sightings.models import Sighting

BEFORE = 1_700_000_000


@pytest.fixture(autouse=True)
def _on_this_machine(settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)


def peer(made: dict[str, Any], seen: dict[str, Any], moment: int) -> Callable[[BaseHTTPRequestHandler], None]:
    """Another MISP with one event and a sighting of one of its attributes."""
    other = misp(
        {made["uuid"]: (200, json.dumps({"Event": made}).encode())},
        timestamp=str(made["timestamp"]), sighting_timestamp=str(moment),
    )  # fmt: skip
    sighting = {
        "uuid": str(uuid4()), "event_uuid": made["uuid"], "attribute_uuid": seen["uuid"], "type": "0",
        "date_sighting": str(moment), "source": "",
    }  # fmt: skip

    def answers(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.startswith("/sightings/restSearch"):
            responds(json.dumps({"response": [{"Sighting": sighting}]}).encode())(handler)
        else:
            other(handler)

    return answers


def test_sighting_of_a_hidden_attribute_changes_only_the_private_time(seed: Seed) -> None:
    open_, hidden = (
        {"type": "text", "category": "Other", "value": value, "uuid": str(uuid4()), "distribution": reach}
        for value, reach in (("open", "5"), ("hidden", "1"))
    )
    made = event(distribution="3", Attribute=[open_, hidden])
    for number, seen in enumerate((hidden, open_)):
        moment = BEFORE + number
        with serving(peer(made, seen, moment)) as there:
            server = connection(seed, there.url)
            for _ in range(2):  # The first run brings the event, the second its sightings.
                pull(seed.site_admin.actor, server)
        assert Sighting.objects.count() == number + 1
        here = Event.objects.get()
        assert Attribute.objects.get(uuid=hidden["uuid"]).distribution == 0
        assert here.private_sighting_timestamp == moment
        expected = 0 if seen is hidden else moment
        assert here.sighting_timestamp == expected
        row = answer(send(seed.stranger.key, "GET", f"/events/index/eventid:{here.pk}"))[0]
        assert row["sighting_timestamp"] == str(expected)
