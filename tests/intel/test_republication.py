"""Publishing is idempotent: a published version causes no new version, delivery or notification."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.utils import timezone

from tests.api.calls import call
from tests.factories import make_attribute, make_event
from tests.factories.people import make_sharing_group
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.audit.models import AuditEntry
from vardkase.exchange.outbox.models import Entry
from vardkase.identity.organisations.models import SharingGroup
from vardkase.intel.analyst_data.models import AnalystData, AnalystDataKind
from vardkase.intel.models import Event, EventVersion
from vardkase.intel.services.publish import publish_event


def stored(seed: Seed, **fields: Any) -> Event:
    event = make_event(seed.org_a, distribution=1, **fields)
    event.save()
    make_attribute(event).save()
    return event


def versions(event: Event) -> int:
    return EventVersion.objects.filter(event_uuid=event.uuid).count()


@pytest.mark.parametrize("action", ["publish", "alert"])
def test_republishing_an_unchanged_event_makes_no_new_version(seed: Seed, action: str) -> None:
    event = stored(seed)
    answers = [call(seed.publisher.key, "POST", f"/events/{action}/{event.pk}") for _ in range(3)]
    assert answers == [answers[0]] * 3
    assert answers[0][0] == 200
    assert versions(event) == 1
    assert Entry.objects.filter(event_id=event.pk).count() == 1
    assert AuditEntry.objects.filter(action="event.published").count() == 1
    before = Event.objects.get(pk=event.pk).publish_timestamp
    publish_event(seed.publisher.actor, event.pk)
    assert Event.objects.get(pk=event.pk).publish_timestamp == before


def test_every_published_change_makes_a_new_version(seed: Seed) -> None:
    group = make_sharing_group(seed.org_a, name="Together")
    SharingGroup.objects.update(modified="2020-01-01T00:00:00Z")
    event = stored(seed, sharing_group_id=group.pk)
    changes = (
        lambda: call(seed.publisher.key, "POST", f"/attributes/add/{event.pk}", {"type": "text", "value": "x"}),
        lambda: AnalystData.objects.create(
            kind=AnalystDataKind.NOTE, object_uuid=event.uuid, object_type="Event", org=seed.org_a, orgc=seed.org_a,
            created=timezone.now(), modified=timezone.now() + timedelta(seconds=5), distribution=1,
        ),
        lambda: SharingGroup.objects.update(modified=timezone.now() + timedelta(minutes=5)),
    )  # fmt: skip
    publish_event(seed.publisher.actor, event.pk)
    for expected, change in enumerate(changes, 2):
        change()
        publish_event(seed.publisher.actor, event.pk)
        assert versions(event) == expected


def test_eight_concurrent_publications_make_one_version(server: WebServer, server_seed: Seed) -> None:
    event = stored(server_seed)

    request = Request(  # noqa: S310 - our own server, over HTTP
        f"{server.url}/events/publish/{event.pk}",
        b"{}",
        {"Authorization": server_seed.publisher.key, "Content-Type": "application/json"},
    )

    def publish(_number: int) -> int:
        with urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server, over HTTP
            return int(answer.status)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(publish, range(8))) == [200] * 8
    assert versions(event) == 1
    assert Entry.objects.filter(event_id=event.pk).count() == 1
