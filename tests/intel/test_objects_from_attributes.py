"""Objects made of loose attributes or of values from a text, and reviewed before."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.calls import call
from tests.factories import make_attribute, make_event, make_object
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.intel.models import Attribute, AttributeTag, Event, Object
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.object_templates.loader import store
from vardkase.knowledge.object_templates.models import ObjectTemplate

MANY = 100
DOMAIN = {"type": "domain", "category": "Network activity"}
ADDRESS = {"type": "ip-dst", "category": "Network activity"}


def make_template(version: int = 1, **elements: Any) -> ObjectTemplate:
    """A template of a name and its addresses, or a version of it with other elements."""
    attributes = {
        "domain": {"misp-attribute": "domain"},
        "ip": {"misp-attribute": "ip-dst", "multiple": True},
        "note": {"misp-attribute": "text"},
    }
    about = {
        "name": "host",
        "meta-category": "network",
        "version": version,
        "requiredOneOf": ["domain", "ip"],
    }
    store([{"uuid": "b63e1e90-0f1c-4a12-9d7e-0f3f0d9f5d10", **about, "attributes": attributes | elements}])
    return ObjectTemplate.objects.get(name="host", version=version)


@pytest.fixture
def template(db: None) -> ObjectTemplate:
    return make_template()


@pytest.fixture
def event(seed: Seed) -> Event:
    """A published event of organisation A, readable by everyone."""
    event = make_event(seed.org_a, distribution=3, published=True, publish_timestamp=1)
    event.save()
    return event


@pytest.fixture
def foreign(seed: Seed) -> Event:
    """An event created by A and owned by B: A may change it, but not read B's private parts in it."""
    event = make_event(seed.org_b, orgc=seed.org_a, distribution=3, published=True, locked=True)
    event.save()
    return event


def made(event: Event, **fields: Any) -> Attribute:
    attribute = make_attribute(event, **fields)
    attribute.save()
    return attribute


def group(
    key: str | None, event: Event, template: ObjectTemplate, relations: dict[int, str], **more: Any
) -> tuple[int, Any]:
    wish = {
        "selectedTemplateId": template.pk,
        "selectedAttributeIds": list(relations),
        "selectedObjectRelationMapping": {str(number): name for number, name in relations.items()},
        **more,
    }
    return call(key, "POST", f"/objects/groupAttributesIntoObject/{event.pk}", {"Object": wish})


def contents(event: Event) -> list[Any]:
    """Everything that a refused request must leave unchanged."""
    return [
        list(Event.objects.filter(pk=event.pk).values()),
        *(list(rows.objects.filter(event=event).order_by("pk").values()) for rows in (Attribute, Object)),
        AuditEntry.objects.count(),
    ]


def test_attributes_are_grouped_into_an_object(seed: Seed, event: Event, template: ObjectTemplate) -> None:
    name = made(event, value1="bad.example", comment="seen", first_seen=7, **DOMAIN)
    address = made(event, value1="192.0.2.7", distribution=0, **ADDRESS)
    tag = make_tag("tlp:amber")
    AttributeTag.objects.create(attribute=name, event=event, tag=tag, local=True, relationship_type="is")
    Sighting.objects.create(attribute=name, event=event, org=seed.org_b, date_sighting=5, source="here")
    status, body = group(
        seed.analyst.key, event, template, {name.pk: "domain", address.pk: "ip"}, comment="both"
    )
    assert (status, body["message"]) == (200, "Object created from attributes."), body
    found = Object.objects.get(pk=body["id"])
    assert (found.name, found.template_version, found.distribution, found.comment) == ("host", 1, 5, "both")
    inside = {each.object_relation: each for each in found.attributes.all()}
    assert {relation: each.value for relation, each in inside.items()} == {
        "domain": "bad.example",
        "ip": "192.0.2.7",
    }
    assert (inside["domain"].comment, inside["domain"].first_seen, inside["ip"].distribution) == (
        "seen",
        7,
        0,
    )
    assert inside["domain"].uuid != name.uuid
    link = inside["domain"].attribute_tags.get()
    assert (link.tag, link.local, link.relationship_type) == (tag, True, "is")
    sighting = inside["domain"].sightings.get()
    assert (sighting.org, sighting.date_sighting, sighting.source) == (seed.org_b, 5, "here")
    assert all(each.deleted for each in Attribute.objects.filter(pk__in=[name.pk, address.pk])), (
        "the deletion reaches other instances"
    )
    event.refresh_from_db()
    assert (event.published, event.attribute_count) == (False, 2)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.change) == ("object.grouped", {"attributes": [name.pk, address.pk]})


def test_unpublished_attributes_are_hard_deleted_when_grouped(seed: Seed, template: ObjectTemplate) -> None:
    event = make_event(seed.org_a)
    event.save()
    address = made(event, value1="192.0.2.7", **ADDRESS)
    assert group(seed.analyst.key, event, template, {address.pk: "ip"})[0] == 200
    assert not Attribute.objects.filter(pk=address.pk).exists()
    assert event.attributes.get().value1 == "192.0.2.7"


def test_grouping_needs_no_query_per_attribute(seed: Seed, event: Event, template: ObjectTemplate) -> None:
    Attribute.objects.bulk_create(
        make_attribute(event, value1=f"192.0.2.{n}", **ADDRESS) for n in range(MANY)
    )
    relations = dict.fromkeys(event.attributes.values_list("pk", flat=True), "ip")
    before = AuditEntry.objects.count()
    with CaptureQueriesContext(connection) as seen:
        assert group(seed.analyst.key, event, template, relations)[0] == 200
    assert len(seen) < 40, "no query per attribute"
    assert event.attributes.filter(deleted=False, object_relation="ip").count() == MANY
    assert AuditEntry.objects.count() == before + 1


def test_invalid_groupings_change_nothing(seed: Seed, event: Event, template: ObjectTemplate) -> None:
    names = [made(event, value1=f"{each}.example", **DOMAIN).pk for each in "ab"]
    note, held = made(event).pk, make_object(event)
    held.save()
    inside = made(event, object=held, object_relation="ip", value1="192.0.2.7", **ADDRESS).pk
    gone = made(event, deleted=True, **DOMAIN).pk
    other = make_event(seed.org_a)
    other.save()
    elsewhere = made(other, **DOMAIN).pk
    before = contents(event)
    refused: list[tuple[dict[int, str], dict[str, Any], int, str]] = [
        ({names[0]: "ip"}, {}, 403, '"ip" takes values of type ip-dst, not domain.'),
        ({names[0]: "colour"}, {}, 403, 'has no relation "colour"'),
        (dict.fromkeys(names, "domain"), {}, 403, "multiple flag"),
        ({note: "note"}, {}, 403, "at least one of the following attributes to be set: domain, ip"),
        ({names[0]: ""}, {}, 403, f"No relation is given for: {names[0]}."),
        ({}, {}, 403, "No attributes are named."),
        ({names[0]: "domain"}, {"distribution": 9}, 403, "distribution"),
        ({names[0]: "domain"}, {"distribution": 4, "sharing_group_id": 99}, 403, "Invalid Sharing Group"),
        ({names[0]: "domain"}, {"selectedTemplateId": 0}, 404, "Invalid template."),
        *(
            ({number: "domain"}, {}, 404, "Selected Attributes do not exist.")
            for number in (inside, gone, elsewhere)
        ),
    ]
    for relations, more, status, reason in refused:
        answer = group(seed.analyst.key, event, template, relations, **more)
        assert answer[0] == status, (relations, answer)
        assert reason in str(answer[1]).replace('\\"', '"'), (relations, answer)
    assert contents(event) == before


def test_outdated_template_version_is_refused(seed: Seed, event: Event, template: ObjectTemplate) -> None:
    make_template(2)
    name = made(event, **DOMAIN)
    assert group(seed.analyst.key, event, template, {name.pk: "domain"})[0] == 404


def test_objects_are_made_only_in_own_events(seed: Seed, event: Event, template: ObjectTemplate) -> None:
    name = made(event, **DOMAIN)
    hidden = make_event(seed.org_b)
    hidden.save()
    before = contents(event)
    for key in (seed.partner.key, seed.partner_sync.key, seed.stranger.key, seed.reader.key, None):
        assert group(key, event, template, {name.pk: "domain"})[0] == 403
        finding = {"selectedTemplateId": template.pk, "attributes": [{**DOMAIN, "value": "b.example"}]}
        for mapping in ({}, {"selectedObjectRelationMapping": {"0": "domain"}}):
            body = {"MispObject": finding | mapping}
            assert call(key, "POST", f"/objects/createFromFreetext/{event.pk}", body)[0] == 403
        values = {"Attribute": [{"object_relation": "ip", "type": "ip-dst", "value": "192.0.2.7"}]}
        assert call(key, "POST", f"/objects/revise_object/add/{event.pk}/{template.pk}", values)[0] == 403
        assert call(key, "POST", f"/objectReferences/bulkAdd/{event.pk}", [{}])[0] == 403
    assert group(seed.analyst.key, hidden, template, {name.pk: "domain"})[0] == 404
    assert contents(event) == before


def test_hidden_parts_of_the_owner_cannot_be_grouped(
    seed: Seed, foreign: Event, template: ObjectTemplate
) -> None:
    """A created the event, which was synchronised: A may change it as far as A may read it."""
    shown, kept = made(foreign, **DOMAIN), made(foreign, distribution=0, **ADDRESS)
    before = contents(foreign)
    assert group(seed.analyst.key, foreign, template, {shown.pk: "domain", kept.pk: "ip"})[0] == 404
    assert contents(foreign) == before
    assert group(seed.partner.key, foreign, template, {shown.pk: "domain"})[0] == 403, (
        "the owner is not the creator"
    )
    status, body = group(seed.analyst.key, foreign, template, {shown.pk: "domain"})
    assert status == 200, body
    assert Attribute.objects.get(pk=shown.pk).deleted, "other instances have the attribute"
    assert not Attribute.objects.get(pk=kept.pk).deleted


def test_edit_keeps_attributes_the_editor_cannot_read(seed: Seed, foreign: Event) -> None:
    held = make_object(foreign, template_uuid=str(uuid4()))
    held.save()
    shown, kept = (made(foreign, object=held, object_relation="note", distribution=reach) for reach in (5, 0))
    new = {"object_relation": "note", "type": "text", "value": "instead"}
    assert call(seed.analyst.key, "POST", f"/objects/edit/{held.pk}", {"Attribute": [new]})[0] == 200
    assert [Attribute.objects.get(pk=each.pk).deleted for each in (shown, kept)] == [True, False]


def test_templates_are_proposed_for_readable_attributes(
    seed: Seed, event: Event, template: ObjectTemplate
) -> None:
    chosen = [made(event, **DOMAIN), made(event, **DOMAIN), made(event, type="vulnerability")]
    secret = made(event, distribution=0, value1="192.0.2.7", **ADDRESS)
    named = [each.pk for each in (*chosen, secret)]
    path = f"/objects/proposeObjectsFromAttributes/{event.pk}/{named}".replace(" ", "")
    for key, places in ((seed.analyst.key, True), (seed.stranger.key, True)):
        found = [each["ObjectTemplate"] for each in call(key, "GET", path)[1]]
        assert [each["compatibility"] for each in found if each["name"] == "host"] == [places]
        assert (found[0]["invalidTypes"], found[0]["invalidTypesMultiple"]) == (["vulnerability"], ["domain"])
    only = f"/objects/proposeObjectsFromAttributes/{event.pk}/{secret.pk}"
    assert len(call(seed.analyst.key, "GET", only)[1]) == 1
    assert call(seed.stranger.key, "GET", only)[1] == [], "hidden attributes yield no proposals"
    event.distribution = 0
    event.save()
    assert call(seed.stranger.key, "GET", path)[0] == 404


def test_possible_templates_for_attribute_types(seed: Seed, template: ObjectTemplate) -> None:
    other = {
        "uuid": str(uuid4()),
        "name": "another",
        "meta-category": "misc",
        "version": 1,
        "required": ["cve"],
    }
    store([{**other, "attributes": {
        "note": {"misp-attribute": "text"}, "cve": {"misp-attribute": "vulnerability"},
    }}])  # fmt: skip
    asked = {"attributeTypes": ["text", "ip-dst"]}
    status, body = call(seed.reader.key, "POST", "/objectTemplates/possibleObjectTemplates", asked)
    assert status == 200
    fits = [(each["ObjectTemplate"]["name"], each["ObjectTemplate"]["compatibility"]) for each in body]
    assert fits == [("host", True), ("another", ["vulnerability"])], "best match first"
    assert [each["object_relation"] for each in body[0]["ObjectTemplateElement"]] == ["domain", "ip", "note"]
    assert call(seed.reader.key, "GET", "/objectTemplates/possibleObjectTemplates")[0] == 200
    nothing = {"attributeTypes": ["unheard"]}
    assert call(seed.reader.key, "POST", "/objectTemplates/possibleObjectTemplates", nothing)[1] == []


def test_object_is_made_of_freetext_values(seed: Seed, event: Event, template: ObjectTemplate) -> None:
    path = f"/objects/createFromFreetext/{event.pk}"
    found = [
        {"value": "192.0.2.7", "type": "ip-src/ip-dst", "category": "Network activity", "tags": "tlp:red, b"},
        {"value": "bad.example", **DOMAIN},
    ]
    wish: dict[str, Any] = {"selectedTemplateId": str(template.pk), "attributes": found, "distribution": 1}
    before = contents(event)
    choices = call(seed.analyst.key, "POST", path, {"MispObject": wish})[1]
    assert [each["object_relations"] for each in choices["Attribute"]] == [["ip"], ["domain"]]
    for mapping in (["ip", "colour"], ["ip"], ["domain", "domain"], "nonsense"):
        wrong = {"MispObject": wish | {"selectedObjectRelationMapping": mapping}}
        assert call(seed.analyst.key, "POST", path, wrong)[0] == 403, mapping
    for bad in ([], "x", ["x"], [{**found[0], "value": "not an address"}]):
        wrong = {"MispObject": wish | {"attributes": bad, "selectedObjectRelationMapping": ["ip"]}}
        assert call(seed.analyst.key, "POST", path, wrong)[0] == 403, bad
    assert contents(event) == before
    make_tag("tlp:red")
    right = {"MispObject": wish | {"selectedObjectRelationMapping": '["ip", "domain"]'}}
    status, body = call(seed.analyst.key, "POST", path, right)
    assert status == 200, body
    held = Object.objects.get(pk=body["id"])
    assert held.distribution == 1
    assert set(held.attributes.values_list("type", "value1")) == {
        ("ip-dst", "192.0.2.7"),
        ("domain", "bad.example"),
    }
    assert list(AttributeTag.objects.filter(event=event).values_list("tag__name", flat=True)) == ["tlp:red"]
