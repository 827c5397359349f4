"""Sightings that a connection fetches move the event's time for those only who read what was seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import answer, send
from tests.exchange.servers import HERE, says, serving
from tests.exchange.test_pull_troubles import connection, event, misp
from tests.factories.seed import Seed
from vardkase.exchange.sync.pull import pull
from vardkase.intel.models import Attribute, Event
from vardkase.intel.sightings.models import Sighting

BEFORE = 1_700_000_000


@pytest.fixture(autouse=True)
def _on_this_machine(settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)


def peer(made: dict[str, Any], seen: dict[str, Any], moment: int) -> Callable[[BaseHTTPRequestHandler], None]:
    """Another MISP: it has an event, and says that an attribute of it was seen."""
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
            says(json.dumps({"response": [{"Sighting": sighting}]}).encode())(handler)
        else:
            other(handler)

    return answers


def test_sightings_of_what_only_the_owner_reads_stay_with_the_owner(seed: Seed) -> None:
    open_, hidden = (
        {"type": "text", "category": "Other", "value": value, "uuid": str(uuid4()), "distribution": reach}
        for value, reach in (("open", "5"), ("hidden", "1"))
    )
    made = event(distribution="3", Attribute=[open_, hidden])
    for number, seen in enumerate((hidden, open_)):
        moment = BEFORE + number
        with serving(peer(made, seen, moment)) as there:
            server = connection(seed, there.url)
            for _ in range(2):  # Sightings come with the second run: the first brings the event.
                pull(seed.site_admin.actor, server)
        assert Sighting.objects.count() == number + 1
        here = Event.objects.get()
        assert Attribute.objects.get(uuid=hidden["uuid"]).distribution == 0
        assert here.private_sighting_timestamp == moment
        expected = 0 if seen is hidden else moment
        assert here.sighting_timestamp == expected
        row = answer(send(seed.stranger.key, "GET", f"/events/index/eventid:{here.pk}"))[0]
        assert row["sighting_timestamp"] == str(expected)
