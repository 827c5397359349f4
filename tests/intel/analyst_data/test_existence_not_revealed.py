"""Adding analyst data does not reveal whether its target exists: hidden targets answer like missing ones."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call
from tests.factories.knowledge import make_cluster, make_galaxy
from tests.factories.seed import Seed
from tests.intel.analyst_data.analyst_data_calls import (
    ATTRIBUTE,
    EVENT,
    INSIDE,
    OBJECT,
    REPORT,
    add_analyst_data,
    make_event,
)

KINDS: dict[str, dict[str, Any]] = {
    "Note": {"note": "said"},
    "Opinion": {"opinion": 50, "comment": "said"},
    "Relationship": {"relationship_type": "related-to"},
}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def hidden(seed: Seed) -> dict[str, str]:
    """One of every kind of target that only A may read, by type."""
    make_event(seed.analyst, distribution=0)
    note = add_analyst_data(seed.analyst, distribution=0, note="secret note")
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
    """Status and body, without uuids, ids and times: what a response can reveal."""
    status, answer = call(seed.stranger.key, "POST", path, body)
    return status, re.sub(r"\d+", "#", UUID.sub("uuid", json.dumps(answer)))


@pytest.mark.parametrize("kind", KINDS)
def test_adding_to_a_hidden_target_answers_as_for_a_missing_one(
    seed: Seed, hidden: dict[str, str], kind: str
) -> None:
    for thing, uuid in hidden.items():
        for reach in (0, 3, 5):
            body = {**KINDS[kind], "distribution": reach}
            if kind == "Relationship":
                body |= {"related_object_type": "Event", "related_object_uuid": str(uuid4())}
            found = answered(seed, f"/analystData/add/{kind}/{uuid}/{thing}", body)
            assert found == answered(seed, f"/analystData/add/{kind}/{uuid4()}/{thing}", body), thing
            assert found[0] == 200
            assert "secret" not in found[1]


def test_relating_to_a_hidden_target_answers_as_for_a_missing_one(seed: Seed, hidden: dict[str, str]) -> None:
    for thing, uuid in hidden.items():
        answers = []
        for related in (uuid, str(uuid4())):
            body = {**KINDS["Relationship"], "related_object_type": thing, "related_object_uuid": related}
            answers.append(answered(seed, f"/analystData/add/Relationship/{uuid4()}/Event", body))
            path = f"/analyst_data/getRelatedElement/{thing}/{related}"
            assert call(seed.stranger.key, "GET", path) == (200, []), thing
        assert answers[0] == answers[1], thing
        assert answers[0][0] == 200


def test_editing_a_relationship_to_a_hidden_target_reveals_nothing(
    seed: Seed, hidden: dict[str, str]
) -> None:
    body = {**KINDS["Relationship"], "related_object_type": "Event", "related_object_uuid": str(uuid4())}
    own = add_analyst_data(seed.stranger, f"{uuid4()}/Event", "Relationship", **body)
    for thing, uuid in hidden.items():
        answers = [
            answered(
                seed,
                f"/analystData/edit/Relationship/{own['uuid']}",
                {"related_object_type": thing, "related_object_uuid": related},
            )
            for related in (uuid, str(uuid4()))
        ]
        assert answers[0] == answers[1], thing


def test_type_of_a_hidden_target_is_not_revealed(seed: Seed, hidden: dict[str, str]) -> None:
    for uuid in (hidden["Event"], INSIDE, str(uuid4())):
        for thing in ("Event", "Attribute", "Object"):
            assert answered(seed, f"/analystData/add/Note/{uuid}/{thing}", KINDS["Note"])[0] == 200


def test_private_notes_of_others_stay_private(seed: Seed, hidden: dict[str, str]) -> None:
    """A stranger's private note is hidden from the readers of its target."""
    add_analyst_data(seed.stranger, f"{hidden['Event']}/Event", distribution=0, note="a stranger's own")
    _, viewed = call(seed.analyst.key, "GET", f"/events/view/{EVENT}")
    assert "a stranger's own" not in json.dumps(viewed)
