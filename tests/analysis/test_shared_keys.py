"""Marks of keys shared by several events: related events are the same with and without them."""

from __future__ import annotations

import pytest

from tests.analysis.test_correlation import attribute_of, event, related
from tests.factories.seed import Seed
from vardkase.analysis.correlation import queries
from vardkase.analysis.correlation.models import SharedKey, UnmarkedEvent
from vardkase.analysis.correlation.shared_keys import mark_events
from vardkase.intel.editing.attributes import edit_attribute
from vardkase.intel.editing.deletion import delete_event

pytestmark = pytest.mark.django_db


def marked() -> dict[int, int]:
    """Event → number of its marked keys, once all are compared."""
    mark_events()
    assert not UnmarkedEvent.objects.exists()
    counts: dict[int, int] = {}
    for event_id in SharedKey.objects.values_list("event_id", flat=True):
        counts[event_id] = counts.get(event_id, 0) + 1
    return counts


def test_only_shared_keys_are_marked(seed: Seed) -> None:
    actor = seed.analyst.actor
    one = event(actor, "198.51.100.1", "198.51.100.2")
    assert marked() == {}
    two = event(actor, "198.51.100.1", "198.51.100.3")
    assert marked() == {one: 1, two: 1}
    three = event(actor, "198.51.100.1", "198.51.100.2")
    assert marked() == {one: 2, two: 1, three: 2}
    assert related(actor, one) == [two, three]
    assert related(actor, two) == [one, three]
    assert len(queries.correlations_of_event(actor, three).pairs) == 3


def test_events_marked_together_are_related(seed: Seed) -> None:
    actor = seed.analyst.actor
    ids = [event(actor, "198.51.100.1") for _ in range(4)]
    assert related(actor, ids[0]) == ids[1:]  # While none is marked.
    assert marked() == dict.fromkeys(ids, 1)
    assert related(actor, ids[0]) == ids[1:]


def test_edited_event_is_compared_again(seed: Seed) -> None:
    actor = seed.analyst.actor
    one, two = event(actor, "198.51.100.1"), event(actor, "198.51.100.2")
    assert marked() == {}
    edit_attribute(actor, attribute_of(two).pk, {"value": "198.51.100.1"})
    assert related(actor, one) == [two]
    assert marked() == {one: 1, two: 1}
    assert related(actor, one) == [two]


def test_stale_mark_relates_nothing(seed: Seed) -> None:
    actor = seed.analyst.actor
    one, two = event(actor, "198.51.100.1"), event(actor, "198.51.100.1")
    marked()
    delete_event(actor, two)
    assert marked() == {one: 1}
    assert related(actor, one) == []


@pytest.mark.django_db(transaction=True)
def test_commit_marks_written_keys(seed: Seed) -> None:
    actor = seed.analyst.actor
    one, two = event(actor, "198.51.100.1"), event(actor, "198.51.100.1")
    assert not UnmarkedEvent.objects.exists()
    assert SharedKey.objects.count() == 2
    assert related(actor, one) == [two]
