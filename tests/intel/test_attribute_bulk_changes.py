"""Deleting many attributes of an event at once, and replacing those of a type by a list."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.calls import call
from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.intel.models import Attribute, Event

MANY = 200


@pytest.fixture
def event(seed: Seed) -> Event:
    """A published event of organisation A, readable by everyone, with many attributes."""
    event = make_event(seed.org_a, distribution=3, published=True)
    event.save()
    Attribute.objects.bulk_create(make_attribute(event) for _ in range(MANY))
    return event


def ids(event: Event) -> list[int]:
    return list(event.attributes.order_by("pk").values_list("pk", flat=True))


def live(event: Event) -> int:
    return event.attributes.filter(deleted=False).count()


def test_selected_attributes_are_deleted(seed: Seed, event: Event) -> None:
    chosen = ids(event)[: MANY // 2]
    before = AuditEntry.objects.count()
    with CaptureQueriesContext(connection) as seen:
        answer = call(seed.analyst.key, "POST", f"/attributes/deleteSelected/{event.pk}", {"id": chosen})
    assert answer[0] == 200, answer
    assert answer[1]["message"] == f"{MANY // 2} attributes deleted."
    assert len(seen) < 40, "no query per attribute"
    assert live(event) == MANY // 2
    assert AuditEntry.objects.count() == before + 1
    event.refresh_from_db()
    assert not event.published
    assert event.attribute_count == MANY // 2
    again = call(seed.analyst.key, "POST", f"/attributes/deleteSelected/{event.pk}", {"id": chosen})
    assert again[0] == 403
    assert again[1]["errors"] == "No matching attributes."


def test_all_attributes_of_an_event_are_hard_deleted(seed: Seed, event: Event) -> None:
    body = {"Attribute": {"event_id": str(event.uuid), "id": "all", "allow_hard_delete": 1}}
    assert call(seed.analyst.key, "POST", "/attributes/deleteSelected", body)[0] == 200
    assert not event.attributes.exists()
    form = {"ids_delete": "[1, 2]", "event_id": event.pk}
    assert call(seed.analyst.key, "POST", "/attributes/deleteSelected", form)[0] == 403


def test_attributes_of_a_type_are_replaced(seed: Seed, event: Event) -> None:
    stored = {"type": "domain", "category": "Network activity"}
    for name in ("old.example", "stays.example"):
        make_attribute(event, value1=name, **stored).save()
    kept = event.attributes.get(value1="stays.example")
    path = f"/attributes/attributeReplace/{event.pk}"
    body = {**stored, "value": "Stays.example\nnew.example\n\nnew.example"}
    answer = call(seed.analyst.key, "POST", path, body)[1]
    assert answer["success"] == "Values replaced: 1 added, 1 deleted."
    of_type = event.attributes.filter(deleted=False, **stored).exclude(pk__in=ids(event)[:MANY])
    assert set(of_type.values_list("value1", flat=True)) == {"stays.example", "new.example"}
    assert of_type.get(value1="stays.example").uuid == kept.uuid
    for bad in (
        {"value": "x"},
        {**stored, "value": "not a domain"},
        {**stored, "type": "unheard", "value": "x"},
    ):
        assert call(seed.analyst.key, "POST", path, bad)[0] == 403
    assert of_type.count() == 2, "a refused request changes nothing"


def test_bulk_changes_are_limited_to_own_and_readable_attributes(seed: Seed, event: Event) -> None:
    hidden = make_event(seed.org_b, distribution=0)
    hidden.save()
    secret = make_attribute(hidden)
    secret.save()
    path = f"/attributes/deleteSelected/{event.pk}"
    assert call(seed.analyst.key, "POST", path, {"id": [secret.pk]})[0] == 403
    assert call(seed.analyst.key, "POST", f"/attributes/deleteSelected/{hidden.pk}", {"id": "all"})[0] == 404
    replaced = {"type": "comment", "category": "Other", "value": "x"}
    for key in (seed.stranger.key, seed.partner_sync.key, seed.reader.key, None):
        for hard in (0, 1):
            body = {"id": "all", "allow_hard_delete": hard}
            assert call(key, "POST", path, body)[0] == 403
        assert call(key, "POST", f"/attributes/attributeReplace/{event.pk}", replaced)[0] == 403
    assert live(event) == MANY
    assert Attribute.objects.filter(pk=secret.pk, deleted=False).exists()
