"""Reviewing an object before it is saved, moving it to a newer template, and adding many references at once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call
from tests.factories import make_attribute, make_event, make_object
from tests.factories.seed import Seed
from tests.intel.test_objects_from_attributes import ADDRESS, contents, foreign, made, make_template
from vardkase.audit.models import AuditEntry
from vardkase.intel.models import Event, Object, ObjectReference
from vardkase.knowledge.object_templates.models import ObjectTemplate

__all__ = ["foreign"]


@pytest.fixture
def template(db: None) -> ObjectTemplate:
    return make_template()


@pytest.fixture
def event(seed: Seed) -> Event:
    """An event of organisation A, readable by everyone."""
    event = make_event(seed.org_a, distribution=3, published=True)
    event.save()
    return event


def host(event: Event, template: ObjectTemplate, *addresses: str, **reach: Any) -> Object:
    """A stored object with some addresses."""
    held = make_object(
        event, name="host", template_uuid=str(template.uuid), template_version=template.version
    )
    held.save()
    for address in addresses:
        made(event, object=held, object_relation="ip", value1=address, **ADDRESS, **reach)
    return held


def addresses(*values: str) -> dict[str, Any]:
    return {"Attribute": [{"object_relation": "ip", "type": "ip-dst", "value": value} for value in values]}


def revise(key: str, event: Event, template: ObjectTemplate, body: Any, more: str = "") -> tuple[int, Any]:
    action = "edit" if more else "add"
    return call(key, "POST", f"/objects/revise_object/{action}/{event.pk}/{template.pk}{more}", body)


def test_object_is_reviewed_with_similar_objects(seed: Seed, event: Event, template: ObjectTemplate) -> None:
    twin = host(event, template, "192.0.2.1", "192.0.2.2")
    cousin = host(event, template, "192.0.2.2", "192.0.2.9")
    host(event, template, "192.0.2.3")
    before = contents(event)
    sent = addresses("192.0.2.1", " 192.0.2.2 ")
    status, body = revise(seed.analyst.key, event, template, sent)
    assert status == 200, body
    assert [each["value"] for each in body["Object"]["Attribute"]] == ["192.0.2.1", "192.0.2.2"]
    assert (body["Object"]["id"], body["Object"]["name"]) == ("0", "host")
    alike = [(each["Object"]["id"], each["similarity_amount"]) for each in body["similar_objects"]]
    assert alike == [(str(twin.pk), 2), (str(cousin.pk), 1)]
    own = revise(seed.analyst.key, event, template, sent, f"/{twin.pk}/1")[1]
    assert (own["Object"]["id"], own["Object"]["uuid"]) == (str(twin.pk), str(twin.uuid))
    assert [each["Object"]["id"] for each in own["similar_objects"]] == [str(cousin.pk)], (
        "an object is not similar to itself"
    )
    file = {"type": "attachment", "object_relation": "note", "value": "a.txt", "data": "Zm9v"}
    for wrong in ({}, addresses("nowhere"), {"Attribute": [file]}):
        assert revise(seed.analyst.key, event, template, wrong)[0] == 403, wrong
    assert (
        call(seed.analyst.key, "POST", f"/objects/revise_object/burn/{event.pk}/{template.pk}", sent)[0]
        == 405
    )
    assert call(seed.analyst.key, "POST", f"/objects/revise_object/add/{event.pk}/0", sent)[0] == 404
    assert contents(event) == before, "nothing is stored"


def test_hidden_objects_are_not_similar(seed: Seed, foreign: Event, template: ObjectTemplate) -> None:
    """A hidden part of the host organisation must not be revealed by similarity."""
    hidden = host(foreign, template, "192.0.2.1", distribution=0)
    assert revise(seed.analyst.key, foreign, template, addresses("192.0.2.1"))[1]["similar_objects"] == []
    found = revise(seed.site_admin.key, foreign, template, addresses("192.0.2.1"))[1]["similar_objects"]
    assert [each["Object"]["id"] for each in found] == [str(hidden.pk)]
    own = make_event(seed.org_a)
    own.save()
    assert revise(seed.analyst.key, own, template, addresses("192.0.2.1"), f"/{hidden.pk}")[0] == 403


def test_object_is_moved_to_the_newest_template(seed: Seed, event: Event, template: ObjectTemplate) -> None:
    held, full = host(event, template, "192.0.2.1"), host(event, template, "192.0.2.1", "192.0.2.2")
    path = f"/objects/edit/{held.pk}/1"
    refused = call(seed.analyst.key, "POST", path, {})
    assert (refused[0], "no newer version" in str(refused[1])) == (403, True)
    newer = make_template(2, ip={"misp-attribute": "ip-dst"}, note={"misp-attribute": "comment"})
    body = revise(seed.analyst.key, event, template, addresses("192.0.2.1"), f"/{held.pk}")[1]
    assert (body["newer_template"]["id"], body["not_in_newer_template"]) == (str(newer.pk), [])
    status, body = call(seed.analyst.key, "POST", path, {"comment": "moved"})
    assert (status, body["Object"]["template_version"], body["Object"]["comment"]) == (200, "2", "moved")
    before = contents(event)
    crowded = call(seed.analyst.key, "POST", f"/objects/edit/{full.pk}/1", {"comment": "moved"})
    assert crowded[0] == 403
    made(event, object=full, object_relation="note")
    misfit = call(seed.analyst.key, "POST", f"/objects/edit/{full.pk}/1", {})
    assert "Version 2 of the template does not include: note." in str(misfit[1])
    full.attributes.filter(object_relation="note").delete()
    assert contents(event) == before
    for key in (seed.partner.key, seed.partner_sync.key, seed.reader.key):
        assert call(key, "POST", f"/objects/edit/{full.pk}/1", {})[0] == 403


def test_many_references_are_added_at_once(seed: Seed, event: Event) -> None:
    first, second = make_object(event), make_object(event)
    first.save()
    second.save()
    value = made(event)
    sent = [
        {"object_uuid": str(first.uuid), "referenced_uuid": str(value.uuid), "relationship_type": "holds"},
        {
            "object_uuid": str(second.uuid),
            "referenced_uuid": str(first.uuid),
            "comment": "why",
            "uuid": str(uuid4()),
        },
    ]
    before = AuditEntry.objects.count()
    status, body = call(
        seed.analyst.key, "POST", f"/objectReferences/bulkAdd/{event.uuid}", {"ObjectReference": sent}
    )
    assert (status, body["message"]) == (200, "2 references added."), body
    added = [each["ObjectReference"] for each in body["data"]]
    assert [(each["referenced_type"], each["relationship_type"], each["comment"]) for each in added] == [
        ("0", "holds", ""),
        ("1", "", "why"),
    ]
    assert added[1]["uuid"] == sent[1]["uuid"]
    assert AuditEntry.objects.count() == before + 1
    first.refresh_from_db()
    event.refresh_from_db()
    assert first.timestamp > value.timestamp, "a reference changes its object"
    assert not event.published


def test_references_are_added_all_or_none(seed: Seed, event: Event, foreign: Event) -> None:
    held, kept = make_object(foreign), make_attribute(foreign, distribution=0)
    held.save()
    kept.save()
    elsewhere = made(event)
    other = make_object(event)
    other.save()
    taken = ObjectReference.objects.create(
        event=event, object=other, source_uuid=other.uuid, referenced_uuid=elsewhere.uuid,
        referenced_id=elsewhere.pk, referenced_type=0, timestamp=1,
    )  # fmt: skip
    good = {"object_uuid": str(held.uuid), "referenced_uuid": str(held.uuid)}
    wrong: list[tuple[Any, str]] = [
        ({**good, "referenced_uuid": str(kept.uuid)}, "referenced_uuid"),  # hidden by the host organisation
        ({**good, "referenced_uuid": str(elsewhere.uuid)}, "referenced_uuid"),
        ({**good, "referenced_uuid": "x"}, "referenced_uuid"),
        ({**good, "object_uuid": str(other.uuid)}, "object_uuid"),
        ({**good, "object_uuid": ""}, "object_uuid"),
        ({**good, "uuid": str(taken.uuid)}, "uuid"),
        ("x", "object_uuid"),
    ]
    before = contents(foreign)
    for one, field in wrong:
        status, body = call(seed.analyst.key, "POST", f"/objectReferences/bulkAdd/{foreign.pk}", [good, one])
        assert (status, list(body["errors"])) == (403, [f"ObjectReference.1.{field}"]), one
    for nothing in ([], {}, {"ObjectReference": "x"}):
        assert call(seed.analyst.key, "POST", f"/objectReferences/bulkAdd/{foreign.pk}", nothing)[0] == 403
    one = {"object_uuid": str(held.uuid), "referenced_uuid": str(kept.uuid), "relationship_type": "x"}
    assert call(seed.analyst.key, "POST", "/objectReferences/add", one)[0] == 404, "nor individually"
    assert contents(foreign) == before
    assert ObjectReference.objects.count() == 1
