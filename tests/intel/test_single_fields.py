"""Changing and reading one field of an attribute, an object or an event."""

from __future__ import annotations

import pytest

from tests.api.calls import call, send
from tests.factories import make_attribute, make_event, make_object
from tests.factories.seed import Seed
from vardkase.intel.models import Attribute, Event, Object


@pytest.fixture
def attribute(seed: Seed) -> Attribute:
    """An attribute of a published event of organisation A, readable by everyone."""
    event = make_event(seed.org_a, distribution=3, published=True)
    event.save()
    attribute = make_attribute(event, type="domain", category="Network activity", value1="a.example")
    attribute.save()
    return attribute


@pytest.fixture
def thing(attribute: Attribute) -> Object:
    """An object in the same event."""
    named = {"template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215", "description": "A file"}
    thing = make_object(attribute.event, comment="found", **named)
    thing.save()
    return thing


def test_correlation_and_to_ids_are_toggled(seed: Seed, attribute: Attribute) -> None:
    path = f"/attributes/toggleCorrelation/{attribute.pk}"
    for message, disabled in (("Correlation disabled.", True), ("Correlation enabled.", False)):
        status, body = call(seed.analyst.key, "POST", path, {})
        assert (status, body["message"], body["id"]) == (200, message, str(attribute.pk))
        attribute.refresh_from_db()
        assert attribute.disable_correlation is disabled
    before = attribute.to_ids
    assert call(seed.analyst.key, "POST", f"/attributes/toggleToIDS/{attribute.uuid}")[0] == 200
    attribute.refresh_from_db()
    assert attribute.to_ids is not before
    event = Event.objects.get(pk=attribute.event_id)
    assert not event.published
    assert call(seed.analyst.key, "POST", f"/events/toggleCorrelation/{event.pk}")[0] == 200
    event.refresh_from_db()
    assert event.disable_correlation


def test_single_field_is_changed_and_read(seed: Seed, attribute: Attribute, thing: Object) -> None:
    path = f"/attributes/editField/{attribute.pk}"
    changed = call(seed.analyst.key, "POST", path, {"Attribute": {"value": "b.example"}})[1]
    assert changed == {"saved": True, "success": "Field updated.", "check_publish": True}
    value = send(seed.partner.key, "GET", f"/attributes/fetchViewValue/{attribute.pk}/value")
    assert value.content == b"b.example"
    assert call(seed.analyst.key, "POST", f"/objects/editField/{thing.pk}", {"comment": "moved"})[0] == 200
    assert send(seed.partner.key, "GET", f"/objects/fetchViewValue/{thing.pk}/comment").content == b"moved"
    seen = {"first_seen": "2026-01-02T03:04:05Z"}
    assert call(seed.analyst.key, "POST", f"/objects/editField/{thing.pk}", seen)[0] == 200
    content = send(seed.partner.key, "GET", f"/objects/fetchViewValue/{thing.pk}/first_seen").content
    assert content.startswith(b"2026-01-02T03:04:05")


def test_invalid_fields_change_nothing(seed: Seed, attribute: Attribute, thing: Object) -> None:
    path = f"/attributes/editField/{attribute.pk}"
    for body in ({}, {"uuid": "x"}, {"deleted": 1}, {"comment": "a", "value": "b.example"}):
        assert call(seed.analyst.key, "POST", path, body)[0] == 400
    refused = call(seed.analyst.key, "POST", path, {"value": "not a domain"})
    assert refused[0] == 200
    assert refused[1]["saved"] is False
    assert "value" in refused[1]["errors"]
    assert call(seed.analyst.key, "GET", f"/attributes/fetchViewValue/{attribute.pk}/event")[0] == 404
    assert call(seed.analyst.key, "GET", f"/objects/fetchViewValue/{thing.pk}/event")[0] == 404
    attribute.refresh_from_db()
    assert attribute.value == "a.example"
    Object.objects.update(deleted=True)
    assert call(seed.analyst.key, "POST", f"/objects/editField/{thing.pk}", {"comment": "x"})[0] == 404


def test_other_organisations_cannot_change_fields(seed: Seed, attribute: Attribute, thing: Object) -> None:
    calls = [
        (f"/attributes/toggleCorrelation/{attribute.pk}", {}),
        (f"/attributes/toggleToIDS/{attribute.pk}", {}),
        (f"/attributes/editField/{attribute.pk}", {"comment": "x"}),
        (f"/objects/editField/{thing.pk}", {"comment": "x"}),
        (f"/events/toggleCorrelation/{attribute.event_id}", {}),
    ]
    for path, body in calls:
        for key in (seed.partner.key, seed.partner_sync.key, seed.reader.key, None):
            assert call(key, "POST", path, body)[0] == 403, path
    Event.objects.update(distribution=0)
    for path, body in calls:
        assert call(seed.partner.key, "POST", path, body)[0] == 404, path
    for kind, pk, field in (("attributes", attribute.pk, "value"), ("objects", thing.pk, "comment")):
        assert send(seed.partner.key, "GET", f"/{kind}/fetchViewValue/{pk}/{field}").status_code == 404
    before = attribute.to_ids, attribute.disable_correlation, attribute.comment
    attribute.refresh_from_db()
    assert (attribute.to_ids, attribute.disable_correlation, attribute.comment) == before
