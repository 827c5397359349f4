"""Published versions are kept, whole and unchanged."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.db import DatabaseError, transaction

from tests.factories import make_attribute
from tests.factories.seed import Seed
from tests.factories.whole_event import Setup, make_setup
from vardkase.core.errors import NotFound
from vardkase.formats.misp_json.snapshots import read_snapshot
from vardkase.intel.hooks import EventPublished, event_published
from vardkase.intel.models import EventVersion, Snapshot


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


def publish(setup: Setup, at: int) -> None:
    event = setup.event
    event_published.emit(EventPublished(event.pk, event.uuid, event.org_id, at, "analyst@a.example"))


def test_each_publication_is_a_version(setup: Setup) -> None:
    publish(setup, 10)
    make_attribute(setup.event, value1="later").save()
    publish(setup, 20)
    versions = EventVersion.objects.order_by("version")
    assert [(each.version, each.published_at) for each in versions] == [(1, 10), (2, 20)]
    first, second = (read_snapshot(str(setup.event.uuid), number) for number in (1, 2))
    assert b"later" not in first
    assert b"later" in second
    assert hashlib.sha256(first).hexdigest() == versions[0].snapshot_id


def test_snapshot_is_owners_view(setup: Setup) -> None:
    publish(setup, 10)
    event = json.loads(read_snapshot(str(setup.event.uuid), 1))["Event"]
    assert {"only A", "A and B", "gone"} <= {each["value"] for each in event["Attribute"]}


def test_identical_content_is_stored_once(setup: Setup) -> None:
    publish(setup, 10)
    publish(setup, 20)
    assert EventVersion.objects.count() == 2
    assert Snapshot.objects.count() == 1


def test_published_versions_are_immutable(setup: Setup) -> None:
    publish(setup, 10)
    before = read_snapshot(str(setup.event.uuid), 1)
    for table, change in ((Snapshot, {"document": b"forged"}), (EventVersion, {"published_by": "nobody"})):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            table.objects.update(**change)
    assert read_snapshot(str(setup.event.uuid), 1) == before


def test_unknown_version_returns_not_found(setup: Setup) -> None:
    with pytest.raises(NotFound):
        read_snapshot(str(setup.event.uuid), 1)
