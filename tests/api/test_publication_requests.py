"""Asking colleagues over the API to publish an event, to everyone it is for or to a few organisations."""

from __future__ import annotations

import pytest

from tests.api.calls import call
from tests.factories import make_event
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.intel.models import Event
from vardkase.intel.publication_requests.models import PublicationRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=1)
    event.save()
    return event


def test_colleagues_are_asked_to_publish_to_a_few_organisations_only(seed: Seed, event: Event) -> None:
    address = f"/publication_requests/add/{event.pk}"
    wanted = {"PublicationRequest": {"organisations": [str(seed.org_b.uuid).upper(), str(seed.org_c.pk)]}}
    status, made = call(seed.publisher.key, "POST", address, wanted)
    assert status == 200
    receivers = [each["name"] for each in made["PublicationRequest"]["organisations"]]
    assert receivers == ["Organisation B", "Organisation C"]
    assert AuditEntry.objects.latest("pk").action == "event.sharing_group_requested"

    # Everyone of the organisation reads it, and nobody else.
    (listed,) = call(seed.reader.key, "GET", "/publication_requests")[1]
    assert listed == made
    assert call(seed.partner.key, "GET", "/publication_requests/index")[1] == []
    assert call(seed.partner.key, "POST", address, wanted)[0] in (403, 404)
    assert call(seed.reader.key, "POST", address, wanted)[0] == 403
    # A site administrator may ask for them.
    status, asked = call(seed.site_admin.key, "POST", address, wanted)
    assert (status, asked["PublicationRequest"]["event_id"]) == (200, str(event.pk))

    # Without organisations it is a request to publish the event as it is, which takes the place of the first.
    status, made = call(seed.analyst.key, "POST", address, {"message": "Please check the addresses."})
    assert status == 200
    assert made["PublicationRequest"]["organisations"] == []
    assert made["PublicationRequest"]["message"] == "Please check the addresses."
    assert PublicationRequest.objects.get().requester_id == seed.analyst.user.pk


def test_what_cannot_be_asked_is_refused_with_the_reason(seed: Seed, event: Event) -> None:
    address = f"/publication_requests/add/{event.pk}"
    for wrong in (["999999"], ["nobody"], [str(seed.org_b.pk), str(event.uuid)], [str(seed.org_a.pk)]):
        status, body = call(seed.publisher.key, "POST", address, {"organisations": wrong})
        assert (status, list(body["errors"])) == (403, ["organisations"])
    status, body = call(seed.publisher.key, "POST", address, {})
    assert (status, body["message"]) == (405, "You may publish the event yourself.")
    assert not PublicationRequest.objects.exists()


def test_request_is_withdrawn_or_declined(seed: Seed, event: Event) -> None:
    ask, take_back = (f"/publication_requests/{act}/{event.pk}" for act in ("add", "delete"))
    for person in (seed.analyst, seed.publisher):
        call(seed.analyst.key, "POST", ask, {"message": "Ready"})
        assert call(seed.colleague.key, "POST", take_back)[0] == 403
        assert call(person.key, "POST", take_back)[0] == 200
        assert call(person.key, "POST", take_back)[0] == 404
    assert not PublicationRequest.objects.exists()
