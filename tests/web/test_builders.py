"""Event templates and object templates built of rows, without scripts: what a browser sends is what a page showed."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_role, make_user
from tests.factories.knowledge import make_cluster, make_galaxy, make_tag
from tests.factories.seed import Seed
from tests.intel.phishing_template import DEFINITION
from tests.web import accounts
from tests.web.form_fields import fields_of
from tests.web.signed_in import signed_in
from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.intel.event_templates.definition import MOST_RELATIONS
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.event_templates.services import add_template
from vardkase.knowledge.object_templates.loader import store
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.misp.datafiles import data_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def file_template() -> None:
    store([json.loads(data_file("pymisp", "data/misp-objects/objects/file/definition.json").read_bytes())])


@pytest.fixture
def template(seed: Seed, file_template: None) -> EventTemplate:
    make_tag("tlp:amber")
    make_cluster(make_galaxy("tool"), "Kit")
    return add_template(seed.org_admin.actor, {"definition": DEFINITION})


@pytest.fixture
def maker(seed: Seed) -> User:
    role = make_role("Maker", frozenset({Permission.OBJECT_TEMPLATE}))
    return make_user(seed.org_a, role, "maker@a.example")


def test_what_is_saved_unchanged_stays_the_same(seed: Seed, template: EventTemplate) -> None:
    client = signed_in(seed.org_admin)
    edit = reverse("event_template_edit", args=[template.pk])
    page = client.get(edit)
    assert [part.kind for part in page.context["preview"]["parts"]][:3] == ["section", "text", "field"]
    assert client.post(edit, fields_of(page, "builder")).status_code == 302
    stored = EventTemplate.objects.get().definition
    expected = copy.deepcopy(DEFINITION)
    # A field belongs to the section above it.
    for element in expected["structure"]:
        if element["type"].endswith("_field"):
            element["parent"] = "mail"
    for element in (*expected["structure"], *stored["structure"]):
        for part in (element, element.get("misp", {}), *element.get("relations", ())):
            for name in [name for name, value in part.items() if value in (None, False)]:
                del part[name]
    stored["uuid"] = expected["uuid"]
    assert {**expected, "event_defaults": stored["event_defaults"]} == stored
    assert stored["event_defaults"] == DEFINITION["event_defaults"]


def test_author_builds_a_template_row_by_row(seed: Seed, file_template: None) -> None:
    client = signed_in(seed.org_admin)
    create = reverse("event_template_create")
    page = client.get(create)

    def act(act: str, **more: str) -> Any:
        nonlocal page
        page = client.post(create, {**fields_of(page, "builder"), **more, "row_act": act})
        assert page.status_code == 200
        assert not page.context["rows"].errors
        return page.context["rows"].rows

    assert len(act("structure:add:object_field")) == 5
    rows = act("structure:show:4", **{"structure-4-label": "Provet å", "structure-4-template": "file"})
    assert rows[4].form["id"].value() == "provet_a"
    assert [name for name, _type in rows[4].form.relations if name == "md5"]
    assert [row.key for row in act("structure:up:4")] == ["0", "1", "2", "4", "3"]
    assert 'value="structure:up:4"' in page.content.decode().split("data-focus")[0]
    assert [row.key for row in act("structure:remove:2")] == ["0", "1", "4", "3"]
    assert len(act("structure:add:object_reference")) == 5
    chosen = {
        "structure-5-from_": "provet_a",
        "structure-5-to": "what",
        "structure-5-relationship_type": "uses",
    }
    assert act("show", name="Prov", **chosen)[4].form["from_"].value() == "provet_a"
    assert len(page.context["preview"]["parts"]) == 4
    # Acts that mean nothing change nothing.
    for nonsense in ("structure:up:99", "structure:add:colour", "other:add:section", "structure:up:0", ":::"):
        assert [row.key for row in act(nonsense)] == ["0", "1", "4", "3", "5"], nonsense
    assert not EventTemplate.objects.exists()

    done = client.post(create, {**fields_of(page, "builder"), "structure-4-use.md5": "need"})
    assert done.status_code == 302
    made = EventTemplate.objects.get()
    assert made.name == "Prov"
    kinds = [(each["type"], each["id"], each.get("parent")) for each in made.definition["structure"]]
    assert kinds == [
        ("section", "happened", None),
        ("attribute_field", "what", "happened"),
        ("object_field", "provet_a", "happened"),
        ("tag_field", "tlp", "happened"),
        ("object_reference", "object_reference_5", None),
    ]
    needed = [each for each in made.definition["structure"][2]["relations"] if each["mandatory"]]
    assert [each["object_relation"] for each in needed] == ["md5"]
    assert signed_in(seed.org_admin).get(reverse("event_template_fill", args=[made.pk])).status_code == 200


def test_an_error_leads_to_its_row_and_field(seed: Seed, template: EventTemplate) -> None:
    client = signed_in(seed.org_admin)
    edit = reverse("event_template_edit", args=[template.pk])
    sent = fields_of(client.get(edit), "builder")
    for field, value in (
        ("structure-2-label", ""),
        ("structure-2-type", "colour"),
        ("structure-2-category", "Antivirus detection"),
        ("structure-2-id", "hosts"),
        ("structure-2-id", "över"),
        ("structure-4-template", "nothing"),
        ("structure-9-to", "level"),
        ("structure-9-from_", ""),
        ("structure-9-kept", "["),
    ):
        page = client.post(edit, {**sent, field: value})
        assert page.status_code == 422, (field, value)
        places = [place for place, _words in page.context["rows"].errors]
        twin = "id_structure-3-id" if value == "hosts" else ""
        assert [place for place in places if place in (f"id_{field}", twin)], (field, value, places)
        if field != "structure-9-kept":
            assert f'href="#{places[0]}"' in page.content.decode()
            assert f'id="{places[0]}"' in page.content.decode()
    for row in ("2", "4", "5", "9"):
        for forged in (
            '{"misp": [1], "relations": "x", "object_template": 7}',
            '{"relations": [1, {}]}',
            '{"a": 1}',
        ):
            # What came along with a row and was tampered with is left out or refused, and no fault of the hub.
            assert (
                client.post(edit, {**sent, f"structure-{row}-kept": forged, "seen": "0"}).status_code == 422
            )
            drafted = {**sent, f"structure-{row}-kept": forged, "row_act": "show"}
            assert client.post(edit, drafted).status_code == 200, (row, forged)
    for title in ("{{field:nowhere}}", "{{colour}}"):
        page = client.post(edit, {**sent, "info_template": title})
        assert list(page.context["form"].errors) == ["info_template"], title
    assert client.post(edit, {**sent, "seen": "0"}).status_code == 422
    assert EventTemplate.objects.get().version == 1


def test_rows_are_bounded_escaped_and_for_those_who_may(seed: Seed, template: EventTemplate) -> None:
    client = signed_in(seed.org_admin)
    edit = reverse("event_template_edit", args=[template.pk])
    sent = fields_of(client.get(edit), "builder")
    many = {**sent, "structure": [str(number) for number in range(700)], "row_act": "show"}
    many |= {f"structure-{number}-kind": "section" for number in range(700)}
    rows = client.post(edit, many).context["rows"]
    assert (len(rows.rows), rows.is_full) == (500, True)
    odd = {**sent, "structure": ["0", "-1", "x", "9" * 30, "²"], "row_act": "show"}
    assert [row.key for row in client.post(edit, odd).context["rows"].rows] == ["0"]
    hostile = {**sent, "structure-2-label": HOSTILE, "structure-1-content": HOSTILE, "name": HOSTILE}
    for page in (
        client.post(edit, {**hostile, "row_act": "show"}),
        client.post(edit, {**hostile, "seen": ""}),
    ):
        assert "<script>alert" not in page.content.decode()
    found = reverse("event_template_builder_find")
    field = "structure-5-restrict_galaxy_types"
    answer = client.get(found, {"field": field, f"q_{field}": "too"})
    assert "tool" in answer.content.decode()
    assert client.get(found, {"field": "structure-5-label"}).status_code == 404
    searched = client.post(edit, {**sent, "find": field, f"q_{field}": "tool"})
    assert searched.status_code == 200
    for person, status in ((seed.reader, 403), (seed.stranger, 403)):
        for address in (edit, found, reverse("event_template_create"), f"{edit}json/"):
            assert signed_in(person).get(address).status_code in (status, 404), address
            assert signed_in(person).post(address, sent).status_code in (status, 404), address


def test_relations_of_all_objects_together_are_bounded(seed: Seed, file_template: None) -> None:
    client = signed_in(seed.org_admin)
    create = reverse("event_template_create")
    sent: dict[str, Any] = {
        "name": "x",
        "structure": [str(number) for number in range(200)],
        "row_act": "show",
    }
    for number in range(200):
        sent |= {
            f"structure-{number}-kind": "object_field",
            f"structure-{number}-label": f"Object {number}",
            f"structure-{number}-template": "file",
        }
    with CaptureQueriesContext(connection) as seen:
        page = client.post(create, sent)
    shown = [row.form for row in page.context["rows"].rows]
    assert 0 < sum(len(form.relations) for form in shown) <= MOST_RELATIONS
    assert (shown[0].is_closed, shown[-1].is_closed) == (False, True)
    assert page.context["preview"]["left_out"] == sum(form.is_closed for form in shown)
    assert len(page.content) < 4_000_000
    assert len(seen) < 100
    # Nor is it stored, by the builder or as JSON.
    definition = {
        **DEFINITION,
        "structure": [
            {
                "type": "object_field",
                "id": f"o{number}",
                "label": "x",
                "object_template": {"uuid": "688c46fb-5edb-40a3-8273-1af7923e2215", "name": "file"},
            }
            for number in range(200)
        ],
    }
    with pytest.raises(Invalid):
        add_template(seed.org_admin.actor, {"definition": definition})
    del sent["row_act"]
    assert client.post(create, sent).status_code == 422
    assert not EventTemplate.objects.exists()


def test_maker_builds_an_object_template(seed: Seed, maker: User) -> None:
    client = accounts.signed_in(maker)
    create = reverse("object_template_create")
    page = client.get(create)
    sent = {**fields_of(page, "builder"), "name": "gauge", "elements-0-relation": "level"}
    sent |= {
        "elements-0-type": "float",
        "elements-0-categories": ["Other"],
        "elements-0-need": "requiredOneOf",
    }
    page = client.post(create, {**sent, "row_act": "elements:add:element"})
    second = {"elements-1-relation": "unit", "elements-1-type": "text", "elements-1-values_list": "m\ncm"}
    sent = {**fields_of(page, "builder"), **second, "elements-1-need": "requiredOneOf"}
    for field, value in (
        ("elements-1-relation", "LEVEL"),
        ("elements-1-type", "colour"),
        ("elements-1-priority", "-1"),
    ):
        wrong = client.post(create, {**sent, field: value})
        assert wrong.status_code == 422, field
        assert [place for place, _words in wrong.context["rows"].errors] == [f"id_{field}"]
    assert client.post(create, {**sent, "name": ""}).status_code == 422
    assert client.post(create, {**sent, "elements": []}).status_code == 422
    assert not ObjectTemplate.objects.exists()
    assert client.post(create, sent).status_code == 302
    made = ObjectTemplate.objects.get()
    assert made.definition["requiredOneOf"] == ["level", "unit"]
    assert made.definition["attributes"]["unit"] == {
        "misp-attribute": "text",
        "values_list": ["m", "cm"],
    }
    assert made.definition["attributes"]["level"]["categories"] == ["Other"]

    edit = reverse("object_template_edit", args=[made.pk])
    page = client.get(edit)
    client.post(edit, {**fields_of(page, "builder"), "elements-1-need": "", "elements-0-need": "required"})
    newest = ObjectTemplate.objects.get(active=True)
    assert (newest.version, newest.definition["required"]) == (2, ["level"])
    assert "requiredOneOf" not in newest.definition
    late = client.post(edit, fields_of(page, "builder"))
    assert late.status_code == 422
    assert "2" in late.context["form"].non_field_errors()[0]
    assert ObjectTemplate.objects.count() == 2
