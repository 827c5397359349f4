"""Analyst data, proposals, collections and clusters pass the guard too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call
from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_cluster, make_galaxy
from tests.factories.seed import ApiUser, Seed
from tests.factories.sightings import configure
from vardkase.exchange.questions.models import ReaderQuestion
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.collections.models import Collection
from vardkase.intel.event_delegations.models import EventDelegation
from vardkase.intel.models import Event
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.sightings.models import Sighting
from vardkase.intel.sightings.services import ReceivedSighting, receive_sightings
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster

MARKED = "BEGRÄNSAT HEMLIG enligt beslut"
OPEN = {"distribution": "1"}
STORED = (AnalystData, Collection, Proposal, GalaxyCluster, Galaxy, Sighting, ReaderQuestion, EventDelegation)

type Request = tuple[ApiUser, str, Any]


def event_of(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    return event


def about(seed: Seed) -> dict[str, Any]:
    return {"object_uuid": str(event_of(seed).uuid), "object_type": "Event", **OPEN}


def note(seed: Seed, text: str) -> Request:
    return seed.partner, "/analystData/add/Note", {**about(seed), "note": text}


def opinion(seed: Seed, text: str) -> Request:
    return seed.partner, "/analystData/add/Opinion", {**about(seed), "opinion": 50, "comment": text}


def relationship(seed: Seed, text: str) -> Request:
    related = {"related_object_type": "Event", "related_object_uuid": str(uuid4()), "relationship_type": text}
    return seed.partner, "/analystData/add/Relationship", {**about(seed), **related}


def pushed_note(seed: Seed, text: str) -> Request:
    moment = "2026-01-01 00:00:00"
    collected = {
        **about(seed),
        "uuid": str(uuid4()),
        "authors": "x",
        "created": moment,
        "modified": moment,
        "note": text,
    }
    return seed.partner_sync, "/analystData/pushAnalystData", {"Note": collected}


def proposal(seed: Seed, text: str) -> Request:
    sent = {"type": "text", "category": "Other", "value": "v", "comment": text}
    return seed.partner, f"/shadow_attributes/add/{event_of(seed).pk}", sent


def changed_proposal(seed: Seed, text: str) -> Request:
    attribute = make_attribute(event_of(seed), distribution=5)
    attribute.save()
    return seed.partner, f"/shadow_attributes/edit/{attribute.uuid}", {"value": text}


def pushed_proposal(seed: Seed, text: str) -> Request:
    event = event_of(seed)
    sent = {
        "type": "text", "category": "Other", "value": text, "uuid": str(uuid4()), "event_uuid": str(event.uuid),
        "timestamp": "1700000000", "to_ids": False, "deleted": False, "proposal_to_delete": False,
        "Org": {"uuid": str(seed.org_b.uuid), "name": seed.org_b.name}, "event_org_id": "1",
    }  # fmt: skip
    return seed.partner_sync, f"/events/pushProposals/{event.uuid}", [sent]


def collection(seed: Seed, text: str) -> Request:
    return seed.partner, "/collections/add", {"name": "c", "type": "campaign", "description": text, **OPEN}


def captured_collection(seed: Seed, text: str) -> Request:
    sent = {"name": text, "type": "campaign", "uuid": str(uuid4()), "distribution": "3"}
    return seed.partner_sync, "/collections/captureCollection", {"Collection": sent}


def cluster(seed: Seed, text: str) -> Request:
    return (
        seed.partner,
        f"/galaxy_clusters/add/{make_galaxy().pk}",
        {"value": "v", "description": text, **OPEN},
    )


def element(seed: Seed, text: str) -> Request:
    elements = [{"key": "synonyms", "value": text}]
    sent = {"value": "v", "description": "d", "GalaxyElement": elements, **OPEN}
    return seed.partner, f"/galaxy_clusters/add/{make_galaxy().pk}", sent


def changed_cluster(seed: Seed, text: str) -> Request:
    owner = seed.org_b.pk
    found = make_cluster(make_galaxy(), "v", org_id=owner, orgc_id=owner, distribution=1, default=False)
    return seed.partner, f"/galaxy_clusters/edit/{found.pk}", {"value": "v", "description": text}


def pushed_cluster(seed: Seed, text: str) -> Request:
    sent = {
        "value": "v", "description": text, "uuid": str(uuid4()), "version": 5, "distribution": "1",
        "Galaxy": {"uuid": str(make_galaxy().uuid)},
    }  # fmt: skip
    return seed.partner_sync, "/galaxies/pushCluster", [{"GalaxyCluster": sent}]


def galaxy(seed: Seed, text: str) -> Request:
    return seed.partner, "/galaxies/add", {"name": "mine", "description": text, **OPEN}


def sighting(seed: Seed, text: str) -> Request:
    attribute = make_attribute(event_of(seed), distribution=5)
    attribute.save()
    return seed.partner, f"/sightings/add/{attribute.pk}", {"source": text}


def question(seed: Seed, text: str) -> Request:
    return seed.partner, f"/events/contact/{event_of(seed).pk}", {"message": text}


def delegation(seed: Seed, text: str) -> Request:
    configure("MISP.delegation", True)
    event = make_event(seed.org_a, user_id=seed.publisher.user.pk, distribution=0)
    event.save()
    sent = {"org_id": str(seed.org_b.uuid), "distribution": 1, "message": text}
    return seed.publisher, f"/eventDelegations/delegateEvent/{event.uuid}", sent


REQUESTS: dict[str, Callable[[Seed, str], Request]] = {
    each.__name__: each
    for each in (
        *(note, opinion, relationship, pushed_note, proposal, changed_proposal, pushed_proposal, collection),
        *(captured_collection, cluster, element, changed_cluster, pushed_cluster, galaxy),
        *(sighting, question, delegation),
    )
}


def stored_rows() -> list[list[Any]]:
    return [list(model.objects.order_by("pk").values()) for model in STORED]


@pytest.mark.parametrize("name", REQUESTS)
def test_marked_content_is_refused(seed: Seed, name: str) -> None:
    api_user, path, body = REQUESTS[name](seed, MARKED)
    before = stored_rows()
    status, answered = call(api_user.key, "POST", path, body)
    assert stored_rows() == before
    if "push" not in name:
        assert status == 403, answered
        assert "BEGRÄNSAT HEMLIG" in str(answered)


@pytest.mark.parametrize("name", REQUESTS)
def test_unmarked_content_is_stored(seed: Seed, name: str) -> None:
    api_user, path, body = REQUESTS[name](seed, "hemligt")
    before = stored_rows()
    status, answered = call(api_user.key, "POST", path, body)
    assert status == 200, answered
    assert stored_rows() != before


def test_content_for_own_organisation_is_not_checked(seed: Seed) -> None:
    api_user, path, body = note(seed, MARKED)
    assert call(api_user.key, "POST", path, body | {"distribution": 0})[0] == 200


def test_marked_sightings_of_others_are_left_out(seed: Seed) -> None:
    attribute = make_attribute(event_of(seed), distribution=5)
    attribute.save()
    received = [
        ReceivedSighting(str(uuid4()), str(attribute.uuid), seed.org_b.pk, 1_700_000_000, source, 0)
        for source in (MARKED, "sensor")
    ]
    receive_sightings(seed.partner_sync.actor, attribute.event_id, received)
    assert [*Sighting.objects.values_list("source", flat=True)] == ["sensor"]
