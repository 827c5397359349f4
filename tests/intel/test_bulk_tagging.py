"""Tags on many attributes in one request, on the attributes of an object, and on reports."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.calls import call
from tests.factories import make_attribute, make_event, make_object, make_report
from tests.factories.knowledge import make_tags
from tests.factories.seed import Seed
from vardkase.intel.event_reports.models import EventReportTag
from vardkase.intel.models import Attribute, AttributeTag, Event
from vardkase.knowledge.taxonomies.models import Tag

MANY = 300


@pytest.fixture
def event(seed: Seed) -> Event:
    """An event of organisation A, readable by everyone, with many attributes."""
    event = make_event(seed.org_a, distribution=3, published=True)
    event.save()
    Attribute.objects.bulk_create(make_attribute(event) for _ in range(MANY))
    make_tags(*("alpha", "beta", "gamma"))
    return event


def ids(event: Event) -> list[int]:
    return list(event.attributes.order_by("pk").values_list("pk", flat=True))


def selected(
    key: str, chosen: list[int] | list[UUID], tag: object, **more: object
) -> tuple[int, dict[str, object]]:
    body = {"attribute_ids": [str(each) for each in chosen], "tag": tag, **more}
    return call(key, "POST", "/attributes/addTag/selected", body)


def test_tagging_many_attributes_needs_no_query_each(seed: Seed, event: Event) -> None:
    with CaptureQueriesContext(connection) as seen:
        assert selected(seed.analyst.key, ids(event), ["alpha", "beta"])[1]["saved"] is True
    assert AttributeTag.objects.count() == 2 * MANY
    assert len(seen) < 40, "no query per attribute"
    event.refresh_from_db()
    assert not event.published
    again = selected(seed.analyst.key, ids(event), "alpha", event=str(event.pk))
    assert again == (200, {"saved": False, "errors": "Tag could not be added."})
    rest = selected(seed.analyst.key, ids(event), ["alpha", "gamma"])[1]
    assert rest["success"] == f"Tag added to {MANY} attribute(s)."


def test_only_readable_attributes_of_the_named_event_are_tagged(seed: Seed, event: Event) -> None:
    hidden = make_event(seed.org_b, distribution=0)
    hidden.save()
    secret = make_attribute(hidden)
    secret.save()
    chosen = [*ids(event)[:3], secret.pk]
    assert selected(seed.analyst.key, chosen, "alpha")[1]["saved"] is True
    assert set(AttributeTag.objects.values_list("attribute_id", flat=True)) == set(chosen[:3])
    assert selected(seed.analyst.key, [secret.pk], "alpha")[0] == 404
    elsewhere = selected(seed.analyst.key, ids(event), "beta", event=str(hidden.pk))
    assert elsewhere[1] == {"saved": False, "errors": "Invalid event."}


def test_tagging_is_all_or_nothing(seed: Seed, event: Event) -> None:
    theirs = make_event(seed.org_b, distribution=3)
    theirs.save()
    foreign = make_attribute(theirs)
    foreign.save()
    mixed = selected(seed.analyst.key, [*ids(event), foreign.pk], "alpha")[1]
    assert mixed["saved"] is False
    assert selected(seed.analyst.key, ids(event), ["alpha", "unheard of"])[1]["saved"] is False
    assert selected(seed.stranger.key, ids(event), "alpha")[1]["saved"] is False
    assert selected(seed.stranger.key, ids(event), "alpha", local=1)[1]["saved"] is False
    assert selected(seed.reader.key, ids(event), "alpha")[0] == 403
    assert not AttributeTag.objects.exists()


def test_selected_attributes_are_edited_together(seed: Seed, event: Event) -> None:
    chosen = ids(event)[:5]
    AttributeTag.objects.create(attribute_id=chosen[0], event=event, tag=Tag.objects.get(name="beta"))
    body = {
        "attribute_ids": str(chosen),
        "to_ids": "1",
        "distribution": "6",
        "comment": "seen together",
        "tags_ids_add": [str(Tag.objects.get(name="alpha").pk)],
        "tags_ids_remove": ["beta"],
    }
    path = f"/attributes/editSelected/{event.pk}"
    assert call(seed.analyst.key, "POST", path, {"Attribute": body})[1]["saved"] is True
    edited = Attribute.objects.filter(comment="seen together", to_ids=True, distribution=5)
    assert set(edited.values_list("pk", flat=True)) == set(chosen)
    assert set(AttributeTag.objects.values_list("tag__name", flat=True)) == {"alpha"}
    assert AttributeTag.objects.count() == 5
    assert call(seed.analyst.key, "POST", path, {**body, "distribution": "9"})[0] == 403
    refused = {**body, "comment": "changed", "tags_ids_add": ["unheard of"]}
    assert call(seed.analyst.key, "POST", path, refused)[0] == 403
    assert call(seed.partner.key, "POST", path, {**body, "comment": "changed"})[0] == 403
    assert call(seed.reader.key, "POST", path, {**body, "comment": "changed"})[0] == 403
    assert not Attribute.objects.filter(comment="changed").exists(), "all or nothing"


def test_tagging_an_object_tags_its_attributes(seed: Seed, event: Event) -> None:
    thing = make_object(event)
    thing.save()
    parts = [make_attribute(event, object=thing), make_attribute(event, object=thing)]
    Attribute.objects.bulk_create(parts)
    body = {"uuid": str(thing.uuid), "tag": "alpha", "relationship_type": "made-by"}
    added = call(seed.analyst.key, "POST", "/tags/attachTagToObject", body)[1]
    assert added["message"].endswith(f"successfully attached to Object({thing.pk}).")
    assert list(AttributeTag.objects.values_list("relationship_type", flat=True)) == ["made-by"] * 2
    assert call(seed.stranger.key, "POST", "/tags/removeTagFromObject", body)[0] == 403
    assert call(seed.analyst.key, "POST", "/tags/removeTagFromObject", body)[0] == 200
    assert not AttributeTag.objects.exists()
    assert call(seed.analyst.key, "POST", "/tags/removeTagFromObject", body)[0] == 404


def test_report_is_tagged_by_uuid(seed: Seed, event: Event) -> None:
    report = make_report(event)
    report.save()
    body = {"uuid": str(report.uuid), "tag": "alpha"}
    for _ in range(2):
        added = call(seed.analyst.key, "POST", "/tags/attachTagToObject", body)
        assert added[0] == 200
    assert added[1]["message"].startswith("EventReport already has the requested tag attached")
    assert EventReportTag.objects.count() == 1
    assert call(seed.stranger.key, "POST", "/tags/removeTagFromObject", body)[0] == 403
    assert call(seed.analyst.key, "POST", "/tags/removeTagFromObject", body)[0] == 200
    assert not EventReportTag.objects.exists()
    report.distribution = 0
    report.save()
    assert call(seed.stranger.key, "POST", "/tags/attachTagToObject", body)[0] == 404
