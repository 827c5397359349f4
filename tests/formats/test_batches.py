"""Small events are fetched in batches, with the same result as one by one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import make_attribute, make_event, make_object, make_report
from tests.factories.seed import Seed
from tests.factories.whole_event import Setup, document, make_setup
from vardkase.formats.misp_json import Deleted, EventOptions, event_document, events_document
from vardkase.formats.misp_json.document_context import DocumentContext
from vardkase.formats.misp_json.selection import PAGE
from vardkase.intel.models import Attribute, Event


@pytest.fixture
def events(seed: Seed) -> list[Event]:
    setup: Setup = make_setup(seed)
    small = []
    for number in range(3):
        event = make_event(seed.org_a, distribution=1, published=True)
        event.save()
        make_attribute(event, value1=f"value of {number}").save()
        holder = make_object(event)
        holder.save()
        make_attribute(event, object=holder, object_relation="text").save()
        make_report(event).save()
        small.append(event)
    empty = make_event(seed.org_b, distribution=1, extends_uuid=small[0].uuid)
    empty.save()
    return [small[2], setup.event, empty, *small[:2]]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"metadata": True},
        {"flatten": True},
        {"deleted": Deleted.BOTH, "include_attachments": True},
        {"extended": True, "extension_list": True},
        {"no_event_reports": True, "exclude_galaxy": True, "sg_reference_only": True},
    ],
)
def test_batch_equals_single_events(seed: Seed, events: list[Event], options: dict[str, Any]) -> None:
    chosen = EventOptions(**options)
    ids = [event.pk for event in events]
    for api_user in (seed.analyst, seed.partner, seed.stranger):
        together = document(events_document(api_user.actor, ids, chosen))["response"]
        assert together == [document(event_document(api_user.actor, number, chosen)) for number in ids]


def test_batch_larger_than_attribute_count_is_paged(seed: Seed, events: list[Event]) -> None:
    """`attribute_count` decides what is fetched together; when it is too low, events are read page by page."""
    many = [make_attribute(events[0], value1=str(number)) for number in range(PAGE + 1)]
    Attribute.objects.bulk_create(many)
    together = document(events_document(seed.analyst.actor, [event.pk for event in events]))["response"]
    assert len(together[0]["Event"]["Attribute"]) == PAGE + 2
    assert together == [document(event_document(seed.analyst.actor, event.pk)) for event in events]


def test_query_count_does_not_grow_with_events(
    seed: Seed, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    rows = DocumentContext.rows
    monkeypatch.setattr(
        DocumentContext, "rows", lambda self, sql, **values: asked.append(sql) or rows(self, sql, **values)
    )
    counts = []
    for few in (events[3:4] * 2, events):
        asked.clear()
        document(events_document(seed.analyst.actor, [event.pk for event in few]))
        counts.append(len(asked))
    assert counts[1] <= counts[0]
