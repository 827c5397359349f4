"""Every endpoint that shows intelligence shows exactly what the oracle allows."""

from __future__ import annotations

import csv
import io
import itertools
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from tests.factories import make_sharing_group
from tests.factories.seed import ApiUser, Seed
from tests.identity.visibility_oracle import (
    Group,
    Reach,
    Reader,
    SharedEvent,
    SharedPart,
    may_see_event,
    may_see_part,
)

COMMON = "seen-by-many.example"
READERS = ("analyst", "reader", "partner", "partner_sync", "stranger", "site_admin")


@dataclass(frozen=True, slots=True)
class Place:
    """A distribution as the API and as the oracle have it."""

    reach: Reach
    group_id: int = 0

    @property
    def columns(self) -> dict[str, int]:
        return {"distribution": self.reach.distribution, "sharing_group_id": self.group_id}


@dataclass(slots=True)
class SampleHub:
    """What organisation A has stored, by uuid, as the oracle knows it."""

    events: dict[str, SharedEvent] = field(default_factory=dict)
    attributes: dict[str, SharedPart] = field(default_factory=dict)
    event_of: dict[str, str] = field(default_factory=dict)

    def event(self, owner: int, place: Place, inner: list[Place], *, published: bool) -> dict[str, Any]:
        """An event as events/add takes it: an attribute with each distribution, alone and in an object with
        each.
        """
        ref = str(uuid.uuid4())
        event = self.events[ref] = SharedEvent(owner, owner, published, place.reach)
        return {
            "uuid": ref,
            "info": f"{place} {published}",
            "published": published,
            **place.columns,
            "Attribute": [self._attribute(ref, event, one) for one in inner],
            "Object": [self._object(ref, event, one, inner) for one in inner],
        }

    def _object(self, ref: str, event: SharedEvent, place: Place, inner: list[Place]) -> dict[str, Any]:
        return {
            "uuid": str(uuid.uuid4()),
            "name": "domain-ip",
            "meta-category": "network",
            "description": "Domain and address",
            "template_uuid": "43b3b146-77eb-4931-b4cc-b66c60f28734",
            "template_version": "11",
            **place.columns,
            "Attribute": [self._attribute(ref, event, one, place.reach) for one in inner],
        }

    def _attribute(
        self, ref: str, event: SharedEvent, place: Place, within: Reach | None = None
    ) -> dict[str, Any]:
        own, number = str(uuid.uuid4()), len(self.attributes)
        self.attributes[own] = SharedPart(event, place.reach, within=within)
        self.event_of[own] = ref
        return {
            "uuid": own,
            "type": "domain|ip",
            "object_relation": "domain-ip",
            "value": f"{COMMON}|10.0.{number // 256}.{number % 256}",
            **place.columns,
        }


class Api:
    """MISP's API as one of the seeded users, in this process and transaction."""

    def __init__(self, api_user: ApiUser) -> None:
        self._client = Client(headers={"Authorization": api_user.key, "Accept": "application/json"})

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        answer = self._client.post(path, json.dumps(body), content_type="application/json")
        return answer.status_code, answer.getvalue()

    def get(self, path: str) -> tuple[int, bytes]:
        answer = self._client.get(path)
        return answer.status_code, answer.getvalue()

    def search(self, scope: str, **filters: Any) -> Any:
        status, body = self.post(f"/{scope}/restSearch", {"returnFormat": "json", **filters})
        assert status == 200, body
        return json.loads(body)["response"]


@pytest.fixture
def sample_hub(seed: Seed) -> SampleHub:
    """Events with each distribution, published or not, through events/add so that keys and indexes are real."""
    alone = make_sharing_group(seed.org_a, [seed.org_a], name="A alone")
    both = Group(seed.org_a.pk, frozenset({seed.org_a.pk, seed.org_b.pk}))
    places = [
        *(Place(Reach(distribution)) for distribution in (0, 1, 3)),
        Place(Reach(4, both), seed.group.pk),
        Place(Reach(4, Group(seed.org_a.pk, frozenset({seed.org_a.pk}))), alone.pk),
    ]
    sample_hub, api = SampleHub(), Api(seed.org_admin)
    for place, published in itertools.product(places, (False, True)):
        event = sample_hub.event(seed.org_a.pk, place, [*places, Place(Reach(5))], published=published)
        status, body = api.post("/events/add", event)
        assert status == 200, body
        assert "errors" not in json.loads(body)
    return sample_hub


def view(api: Api, sample_hub: SampleHub) -> set[str]:
    found = set()
    for ref in sample_hub.events:
        status, body = api.get(f"/events/view/{ref}")
        assert status in {200, 404}
        found |= _inside(json.loads(body)["Event"]) if status == 200 else set()
    return found


def events_search(api: Api, _stage: SampleHub) -> set[str]:
    return {one for entry in api.search("events") for one in _inside(entry["Event"])}


def attributes_search(api: Api, _stage: SampleHub) -> set[str]:
    return {attribute["uuid"] for attribute in api.search("attributes")["Attribute"]}


def value_search(api: Api, _stage: SampleHub) -> set[str]:
    """By exact value, through the key index."""
    return {attribute["uuid"] for attribute in api.search("attributes", value=COMMON)["Attribute"]}


def substring_search(api: Api, _stage: SampleHub) -> set[str]:
    """By trigrams."""
    return {attribute["uuid"] for attribute in api.search("attributes", value="%by-many%")["Attribute"]}


def csv_export(api: Api, _stage: SampleHub) -> set[str]:
    status, body = api.post("/attributes/restSearch", {"returnFormat": "csv"})
    assert status == 200
    return {row["uuid"] for row in csv.DictReader(io.StringIO(body.decode()))}


def single(api: Api, sample_hub: SampleHub) -> set[str]:
    return {ref for ref in sample_hub.attributes if api.get(f"/attributes/view/{ref}")[0] == 200}


SURFACES: tuple[Callable[[Api, SampleHub], set[str]], ...] = (
    view,
    events_search,
    attributes_search,
    value_search,
    substring_search,
    csv_export,
    single,
)


def may_see(reader: Reader, sample_hub: SampleHub, private: bool) -> set[str]:
    """The attributes that the oracle lets a reader see."""
    parts = sample_hub.attributes.items()
    return {ref for ref, part in parts if may_see_part(reader, part, unpublished_is_private=private)}


@pytest.fixture(params=[False, True], ids=["", "unpublished private"])
def private(request: pytest.FixtureRequest, settings: Settings) -> bool:
    settings.VARDKASE_UNPUBLISHED_PRIVATE = request.param
    return bool(request.param)


# Readers are subtests, and not tests: storing the sample takes longer than one reader's requests.
@pytest.mark.django_db
def test_attributes_match_oracle(
    private: bool, seed: Seed, sample_hub: SampleHub, subtests: pytest.Subtests
) -> None:
    """The same attributes through every endpoint, and the right count."""
    for name in READERS:
        api, expected = Api(getattr(seed, name)), may_see(_reader(seed, name), sample_hub, private)
        for surface in SURFACES:
            with subtests.test(f"{name}: {surface.__name__}"):
                assert surface(api, sample_hub) == expected
        with subtests.test(f"{name}: count"):
            _, body = api.post("/attributes/restSearch", {"returnFormat": "count"})
            assert int(body) == len(expected)


@pytest.mark.django_db
def test_events_match_oracle(
    private: bool, seed: Seed, sample_hub: SampleHub, subtests: pytest.Subtests
) -> None:
    """The index lists exactly the events that the reader may open."""
    for name in READERS:
        reader, api = _reader(seed, name), Api(getattr(seed, name))
        visible = {
            ref
            for ref, event in sample_hub.events.items()
            if may_see_event(reader, event, unpublished_is_private=private)
        }
        with subtests.test(name):
            assert {row["uuid"] for row in json.loads(api.get("/events/index")[1])} == visible


@pytest.mark.django_db
def test_correlations_match_oracle(
    private: bool, seed: Seed, sample_hub: SampleHub, settings: Settings, subtests: pytest.Subtests
) -> None:
    """Correlations name exactly the events and attributes that the reader may open."""
    settings.VARDKASE_CORRELATION_LIMIT = 1000
    own = {"info": "own", "distribution": 0, "Attribute": [{"type": "domain", "value": COMMON}]}
    for name in READERS:
        if name == "reader":
            continue  # May not add the event that the others correlate with.
        api, visible = Api(getattr(seed, name)), may_see(_reader(seed, name), sample_hub, private)
        related = {sample_hub.event_of[ref] for ref in visible}
        with transaction.atomic():
            body = json.loads(api.post("/events/add", own)[1])["Event"]
            with subtests.test(f"{name}: events"):
                event = json.loads(api.get(f"/events/view/{body['uuid']}")[1])["Event"]
                assert {entry["Event"]["uuid"] for entry in event.get("RelatedEvent", [])} == related
            with subtests.test(f"{name}: attributes"):
                found = api.search("attributes", eventid=body["id"], includeCorrelations=1)["Attribute"][0]
                seen = {attribute["id"] for attribute in api.search("attributes")["Attribute"]}
                assert {entry["id"] for entry in found.get("RelatedAttribute", [])} == seen - {found["id"]}
            transaction.set_rollback(True)


def _reader(seed: Seed, name: str) -> Reader:
    return Reader(getattr(seed, name).user.org_id, name == "site_admin", name == "partner_sync")


def _inside(event: dict[str, Any]) -> set[str]:
    inner = [attribute for thing in event.get("Object", []) for attribute in thing["Attribute"]]
    return {attribute["uuid"] for attribute in (*event.get("Attribute", []), *inner)}
