"""Saying something of a thing tells nobody whether it is there: what is hidden answers as what does not exist."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call
from tests.factories.knowledge import make_cluster, make_galaxy
from tests.factories.seed import Seed
from tests.intel.analyst_data.said import ATTRIBUTE, EVENT, INSIDE, OBJECT, REPORT, make_event, say

KINDS: dict[str, dict[str, Any]] = {
    "Note": {"note": "said"},
    "Opinion": {"opinion": 50, "comment": "said"},
    "Relationship": {"relationship_type": "related-to"},
}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def hidden(seed: Seed) -> dict[str, str]:
    """One of every thing, by its type, that A alone may see."""
    make_event(seed.analyst, distribution=0)
    note = say(seed.analyst, distribution=0, note="secret note")
    own = {"org_id": seed.org_a.pk, "orgc_id": seed.org_a.pk, "distribution": 0, "default": False}
    galaxy = make_galaxy("secret", **own)
    cluster = make_cluster(galaxy, "secret", **own)
    return {
        "Event": EVENT,
        "Attribute": ATTRIBUTE,
        "Object": OBJECT,
        "EventReport": REPORT,
        "Note": note["uuid"],
        "Galaxy": str(galaxy.uuid),
        "GalaxyCluster": str(cluster.uuid),
        "SharingGroup": str(seed.group.uuid),
    }


def answered(seed: Seed, path: str, body: Any) -> tuple[int, str]:
    """Status and body, with no uuid, number or time in it: what an answer can tell."""
    status, told = call(seed.stranger.key, "POST", path, body)
    return status, re.sub(r"\d+", "#", UUID.sub("uuid", json.dumps(told)))


@pytest.mark.parametrize("kind", KINDS)
def test_saying_something_of_it(seed: Seed, hidden: dict[str, str], kind: str) -> None:
    for thing, uuid in hidden.items():
        for reach in (0, 3, 5):
            body = {**KINDS[kind], "distribution": reach}
            if kind == "Relationship":
                body |= {"related_object_type": "Event", "related_object_uuid": str(uuid4())}
            found = answered(seed, f"/analystData/add/{kind}/{uuid}/{thing}", body)
            assert found == answered(seed, f"/analystData/add/{kind}/{uuid4()}/{thing}", body), thing
            assert found[0] == 200
            assert "secret" not in found[1]


def test_leading_to_it(seed: Seed, hidden: dict[str, str]) -> None:
    for thing, uuid in hidden.items():
        told = []
        for related in (uuid, str(uuid4())):
            body = {**KINDS["Relationship"], "related_object_type": thing, "related_object_uuid": related}
            told.append(answered(seed, f"/analystData/add/Relationship/{uuid4()}/Event", body))
            path = f"/analyst_data/getRelatedElement/{thing}/{related}"
            assert call(seed.stranger.key, "GET", path) == (200, []), thing
        assert told[0] == told[1], thing
        assert told[0][0] == 200


def test_changing_what_one_said_until_it_leads_there(seed: Seed, hidden: dict[str, str]) -> None:
    body = {**KINDS["Relationship"], "related_object_type": "Event", "related_object_uuid": str(uuid4())}
    own = say(seed.stranger, f"{uuid4()}/Event", "Relationship", **body)
    for thing, uuid in hidden.items():
        told = [
            answered(
                seed,
                f"/analystData/edit/Relationship/{own['uuid']}",
                {"related_object_type": thing, "related_object_uuid": related},
            )
            for related in (uuid, str(uuid4()))
        ]
        assert told[0] == told[1], thing


def test_the_type_of_a_hidden_thing_is_not_told_either(seed: Seed, hidden: dict[str, str]) -> None:
    for uuid in (hidden["Event"], INSIDE, str(uuid4())):
        for thing in ("Event", "Attribute", "Object"):
            assert answered(seed, f"/analystData/add/Note/{uuid}/{thing}", KINDS["Note"])[0] == 200


def test_those_who_see_the_thing_are_not_told_of_the_rest(seed: Seed, hidden: dict[str, str]) -> None:
    """What a stranger keeps to themselves stays so, whatever it is about."""
    say(seed.stranger, f"{hidden['Event']}/Event", distribution=0, note="a stranger's own")
    _, viewed = call(seed.analyst.key, "GET", f"/events/view/{EVENT}")
    assert "a stranger's own" not in json.dumps(viewed)
