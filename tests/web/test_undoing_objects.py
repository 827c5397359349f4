"""A change of an object, its deletion, and that of a reference are taken back with all that belonged to them."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.factories import make_attribute, make_event
from tests.factories.event_page import visitor
from tests.factories.seed import Seed
from vardkase.intel.models import Attribute, Event, Object, ObjectReference
from vardkase.intel.services.objects import add_object, edit_object
from vardkase.intel.services.references import add_reference
from vardkase.intel.undo.models import UndoPoint
from vardkase.intel.undo.services import undo, undoable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]
POINT = re.compile(r'name="point" value="(\d+)"')


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    return event


@pytest.fixture
def web(seed: Seed) -> Client:
    return visitor(seed.analyst)


def made(seed: Seed, event: Event, *values: str) -> Object:
    parts = [{"type": "domain", "object_relation": "domain", "value": value} for value in values]
    document = {
        "name": "domains",
        "meta-category": "network",
        "description": "Domains",
        "template_uuid": str(uuid4()),
        "template_version": 1,
        "comment": "first",
        "Attribute": parts,
    }
    return Object.objects.get(pk=add_object(seed.analyst.actor, event.pk, document))


def refer(seed: Seed, source: Object, target: Object) -> None:
    said = {"referenced_uuid": str(target.uuid), "relationship_type": "uses"}
    add_reference(seed.analyst.actor, str(source.pk), said)


def state(event: Event) -> Any:
    """All that a reader sees, but for the times."""
    left_out = {"timestamp", "private_timestamp"}
    tables: list[Any] = [
        Object.objects.filter(event=event),
        Attribute.objects.filter(event=event, deleted=False),
        ObjectReference.objects.filter(event=event),
    ]
    return [
        [{name: row[name] for name in row if name not in left_out} for row in rows.order_by("pk").values()]
        for rows in tables
    ]


def last_point(page: str) -> str:
    found: str = POINT.findall(page)[-1]
    return found


def test_deleted_object_comes_back_with_everything(seed: Seed, event: Event, web: Client) -> None:
    first, second = made(seed, event, "one.example", "two.example"), made(seed, event, "three.example")
    refer(seed, first, second)
    refer(seed, second, first)
    before = state(event)
    page = web.post(f"/event/{event.pk}/object/{first.pk}/delete/", follow=True).content.decode()
    assert "Object deleted." in page
    assert Attribute.objects.filter(object=first, deleted=False).count() == 0
    assert ObjectReference.objects.filter(deleted=False).count() == 0
    point = last_point(page)
    for other in (seed.org_admin, seed.partner, seed.stranger):
        visitor(other).post(f"/event/{event.pk}/attributes/undo/", {"point": point})
        assert Object.objects.get(pk=first.pk).deleted
    web.post(f"/event/{event.pk}/attributes/undo/", {"point": point})
    assert state(event) == before
    assert not UndoPoint.objects.exists()
    assert Event.objects.get(pk=event.pk).attribute_count == 3


def test_edited_object_is_as_before_unless_changed_since(seed: Seed, event: Event, web: Client) -> None:
    object_ = made(seed, event, "one.example", "two.example")
    one = Attribute.objects.filter(object=object_).order_by("pk")[0]
    actor, before = seed.analyst.actor, state(event)
    document = {
        "comment": "second",
        "distribution": 0,
        "Attribute": [
            {
                "uuid": str(one.uuid),
                "value": "changed.example",
                "type": "domain",
                "object_relation": "domain",
            },
            {"type": "domain", "object_relation": "domain", "value": "new.example"},
        ],
    }

    def edited() -> int:
        done = undoable(
            actor, event.pk, [], lambda: edit_object(actor, object_.pk, document), object_ids=[object_.pk]
        )
        assert done.point is not None
        return done.point

    point = edited()
    assert Attribute.objects.filter(event=event, deleted=False).count() == 2
    undo(actor, event.pk, point)
    assert state(event) == before
    assert Attribute.objects.get(event=event, value1="new.example").deleted

    point = edited()
    Object.objects.filter(pk=object_.pk).update(comment="by another")
    page = web.post(f"/event/{event.pk}/attributes/undo/", {"point": point}, follow=True).content.decode()
    assert "Nothing was undone" in page
    assert Object.objects.get(pk=object_.pk).comment == "by another"
    assert not Attribute.objects.filter(event=event, value1="two.example", deleted=False).exists()


def test_removed_reference_and_restored_attribute(seed: Seed, event: Event, web: Client) -> None:
    first, second = made(seed, event, "one.example"), made(seed, event, "three.example")
    refer(seed, first, second)
    reference = ObjectReference.objects.get()
    page = web.post(f"/event/{event.pk}/reference/{reference.pk}/delete/", follow=True).content.decode()
    assert ObjectReference.objects.get().deleted
    page = web.post(
        f"/event/{event.pk}/attributes/undo/", {"point": last_point(page)}, follow=True
    ).content.decode()
    assert "The change has been undone." in page
    assert not ObjectReference.objects.get().deleted

    attribute = make_attribute(event=event, value1="gone.example", deleted=True)
    attribute.save()
    page = web.post(f"/event/{event.pk}/attribute/{attribute.pk}/restore/", follow=True).content.decode()
    assert not Attribute.objects.get(pk=attribute.pk).deleted
    web.post(f"/event/{event.pk}/attributes/undo/", {"point": last_point(page)})
    assert Attribute.objects.get(pk=attribute.pk).deleted
