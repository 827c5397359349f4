"""Custom object templates and relationship names: validated, versioned, and kept when the packages change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pymisp import MISPObject

from tests.api.calls import call, send
from tests.factories import make_event, make_key, make_role, make_user
from tests.factories.seed import USER, Seed
from vardkase.audit.models import AuditEntry
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Object
from vardkase.knowledge.object_templates import loader
from vardkase.knowledge.object_templates.models import ObjectRelationship, ObjectTemplate

PACKAGED = "688c46fb-5edb-40a3-8273-1af7923e2215"
MINE = "0c2f0d0a-3d1e-4a55-8a35-6d8f9b7c1a11"
DEFINITION: dict[str, Any] = {
    "uuid": MINE,
    "name": "sensor",
    "meta-category": "network",
    "description": "One of our sensors",
    "version": 3,
    "required": ["name"],
    "requiredOneOf": ["address", "domain"],
    "attributes": {
        "name": {"misp-attribute": "text", "ui-priority": 1, "disable_correlation": True},
        "address": {"misp-attribute": "ip-dst", "multiple": True, "categories": ["Network activity"]},
        "domain": {"misp-attribute": "domain", "sane_default": ["a.example"], "description": "Its name"},
    },
}


def editor(org: Organisation, address: str) -> str:
    """The key of a user who may edit templates."""
    role = make_role("Template editor", USER | {Permission.OBJECT_TEMPLATE})
    return make_key(make_user(org, role, address))


@pytest.fixture
def key(seed: Seed) -> str:
    return editor(seed.org_a, "templates@a.example")


@pytest.fixture
def packaged(db: None) -> ObjectTemplate:
    """The file template of the packages."""
    attributes = {"md5": {"misp-attribute": "md5"}}
    about = {"name": "file", "version": 24, "meta-category": "file"}
    (number,) = loader.store([{"uuid": PACKAGED, **about, "attributes": attributes}])
    return ObjectTemplate.objects.get(pk=number)


def add(key: str, **changes: Any) -> tuple[int, Any]:
    return call(key, "POST", "/objectTemplates/add", {**DEFINITION, **changes})


def versions() -> list[tuple[str, int, bool]]:
    return list(ObjectTemplate.objects.order_by("name", "version").values_list("name", "version", "active"))


def test_template_is_added(seed: Seed, key: str) -> None:
    status, body = add(key)
    assert status == 200, body
    made = body["ObjectTemplate"]
    assert (made["uuid"], made["version"], made["fixed"], made["active"]) == (MINE, "3", False, True)
    assert made["requirements"] == {"required": ["name"], "requiredOneOf": ["address", "domain"]}
    assert (body["Organisation"]["name"], made["org_id"]) == ("Organisation A", str(seed.org_a.pk))
    assert [(each["object_relation"], each["multiple"]) for each in body["ObjectTemplateElement"]] == [
        ("name", False),
        ("address", True),
        ("domain", False),
    ]
    (listed,) = call(seed.stranger.key, "GET", "/objectTemplates/index")[1]
    assert (listed["ObjectTemplate"]["name"], listed["Organisation"]["uuid"]) == (
        "sensor",
        str(seed.org_a.uuid),
    )
    assert call(seed.stranger.key, "GET", "/objectTemplates/getRaw/sensor")[1] == DEFINITION
    entry = AuditEntry.objects.get(action="object_template.added")
    assert (entry.title, entry.change) == ("sensor", {"version": 3})


def test_objects_follow_template(seed: Seed, key: str) -> None:
    """PyMISP builds an object from the raw definition; the hub refuses one without its required attributes."""
    add(key)
    event = make_event(seed.org_a)
    event.save()
    raw = call(seed.analyst.key, "GET", f"/objectTemplates/getRaw/{MINE}")[1]
    built = MISPObject("sensor", misp_objects_template_custom=raw)
    built.add_attribute("name", "north")
    path = f"/objects/add/{event.pk}"
    status, body = call(seed.analyst.key, "POST", path, json.loads(built.to_json()))
    assert status == 403
    assert "at least one of the following attributes to be set: address, domain" in str(body)
    built.add_attribute("address", "192.0.2.1")
    built.add_attribute("address", "192.0.2.2")
    assert call(seed.analyst.key, "POST", path, json.loads(built.to_json()))[0] == 200
    assert Object.objects.get(event=event).template_version == 3
    nameless = {
        **json.loads(built.to_json()),
        "Attribute": [{"object_relation": "domain", "type": "domain", "value": "a.example"}],
    }
    assert "requires the following attributes to be set: name" in str(
        call(seed.analyst.key, "POST", path, nameless | {"uuid": None})[1]
    )


def test_template_from_file_or_view_output(seed: Seed, key: str) -> None:
    form = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="definition.json"\r\n'
        b"Content-Type: application/json\r\n\r\n" + json.dumps(DEFINITION).encode() + b"\r\n--x--\r\n"
    )
    sent = send(key, "POST", "/objectTemplates/add", form, content_type="multipart/form-data; boundary=x")
    assert sent.status_code == 200, sent.content
    shown = call(key, "GET", f"/objectTemplates/view/{MINE}")[1]
    shown["ObjectTemplate"] |= {"uuid": None, "name": "copy"}
    status, body = call(key, "POST", "/objectTemplates/add", shown)
    assert status == 200, body
    assert body["ObjectTemplate"]["uuid"] != MINE
    copied = ObjectTemplate.objects.get(name="copy").definition
    assert copied["required"] == ["name"]
    assert copied["attributes"]["address"]["categories"] == ["Network activity"]
    shown["ObjectTemplateElement"] *= 2
    assert "there twice" in str(call(key, "POST", "/objectTemplates/add", shown)[1])


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "x" * 256}, "name"),
    ({"name": ["x"]}, "name"),
    ({"meta-category": None}, "meta-category"),
    ({"version": None}, "version"),
    ({"version": 0}, "version"),
    ({"version": "1.5"}, "version"),
    ({"version": 2**31}, "version"),
    ({"uuid": "mine"}, "uuid"),
    ({"description": 7}, "description"),
    ({"attributes": None}, "attributes"),
    ({"attributes": {}}, "attributes"),
    ({"attributes": ["text"]}, "attributes"),
    ({"required": ["colour"]}, "required"),
    ({"required": "name"}, "required"),
    ({"requiredOneOf": [["name"]]}, "requiredOneOf"),
]
WRONG_ELEMENTS: list[tuple[dict[str, Any], str]] = [
    ({"a": {"misp-attribute": "unheard"}}, "attributes.a.misp-attribute"),
    ({"a": {}}, "attributes.a.misp-attribute"),
    ({"a": "text"}, "attributes.a"),
    ({" a": {"misp-attribute": "text"}}, "attributes. a"),
    ({"a": {"misp-attribute": "text"}, "A": {"misp-attribute": "text"}}, "attributes.A"),
    ({"a": {"misp-attribute": "text", "ui-priority": -1}}, "attributes.a.ui-priority"),
    ({"a": {"misp-attribute": "text", "ui-priority": "high"}}, "attributes.a.ui-priority"),
    ({"a": {"misp-attribute": "text", "multiple": "maybe"}}, "attributes.a.multiple"),
    ({"a": {"misp-attribute": "text", "categories": ["Unheard"]}}, "attributes.a.categories"),
    ({"a": {"misp-attribute": "text", "values_list": "one"}}, "attributes.a.values_list"),
    ({"a": {"misp-attribute": "text", "sane_default": [{}]}}, "attributes.a.sane_default"),
    ({f"r{n}": {"misp-attribute": "text"} for n in range(501)}, "attributes"),
]


@pytest.mark.parametrize(
    ("changes", "field"),
    [*WRONG, *(({"attributes": each, "required": [], "requiredOneOf": []}, field) for each, field in WRONG_ELEMENTS)],
)  # fmt: skip
def test_invalid_definition_is_refused_by_field(key: str, changes: dict[str, Any], field: str) -> None:
    status, body = add(key, **changes)
    assert (status, list(body["errors"])) == (403, [field])
    assert versions() == []


def test_duplicate_relation_is_refused(key: str) -> None:
    """In JSON the second would silently replace the first."""
    text = json.dumps(DEFINITION).replace('"domain": {', '"address": {')
    status, body = call(key, "POST", "/objectTemplates/add", text.encode())
    assert (status, body["errors"]) == (403, {"attributes": ['"address" is there twice.']})
    for nonsense in (b"[]", b"{}", b'"x"'):
        assert call(key, "POST", "/objectTemplates/add", nonsense)[0] == 403


def test_versions(seed: Seed, key: str, packaged: ObjectTemplate) -> None:
    assert add(key)[0] == 200
    for version in (2, 3):
        refused = add(key, version=version)
        assert (refused[0], list(refused[1]["errors"])) == (403, ["version"])
    assert add(key, version=4, description="Newer")[0] == 200
    assert versions() == [("file", 24, True), ("sensor", 3, False), ("sensor", 4, True)]
    for taken in ({"uuid": PACKAGED}, {"uuid": PACKAGED.upper(), "version": 99}):
        refused = add(key, name="ours", **taken)
        assert (refused[0], list(refused[1]["errors"])) == (403, ["uuid"])
    refused = add(key, uuid=None, name="file")
    assert (refused[0], list(refused[1]["errors"])) == (403, ["name"])
    other = editor(seed.org_b, "templates@b.example")
    refused = add(other, version=5)
    assert (refused[0], refused[1]["errors"]) == (
        403,
        {"uuid": ["A template of another organisation has this uuid."]},
    )
    assert len(versions()) == 3


def test_edit_creates_newer_version(seed: Seed, key: str) -> None:
    number = add(key)[1]["ObjectTemplate"]["id"]
    path = f"/objectTemplates/edit/{number}"
    status, body = call(key, "POST", path, {"ObjectTemplate": {"description": "Other words"}})
    assert status == 200, body
    assert (body["ObjectTemplate"]["version"], body["ObjectTemplate"]["description"]) == ("4", "Other words")
    assert len(body["ObjectTemplateElement"]) == 3, "omitted members stay"
    fewer = {"attributes": {"name": {"misp-attribute": "text"}}}
    assert list(call(key, "POST", path, fewer)[1]["errors"]) == ["requiredOneOf"]
    assert list(call(key, "POST", path, {"version": 4})[1]["errors"]) == ["version"]
    status, body = call(key, "POST", path, {**fewer, "requiredOneOf": [], "version": 7, "uuid": PACKAGED})
    assert (status, body["ObjectTemplate"]["uuid"]) == (200, MINE), "the identity does not change"
    assert versions() == [("sensor", 3, False), ("sensor", 4, False), ("sensor", 7, True)]
    newest = body["ObjectTemplate"]["id"]
    assert call(key, "POST", f"/objectTemplates/delete/{newest}")[1]["message"] == "ObjectTemplate deleted"
    assert versions() == [("sensor", 3, False), ("sensor", 4, True)], "the previous one is in use again"


def test_edit_requires_permission_and_ownership(seed: Seed, key: str, packaged: ObjectTemplate) -> None:
    number = add(key)[1]["ObjectTemplate"]["id"]
    before = versions()
    other = editor(seed.org_b, "templates@b.example")
    for who in (other, seed.analyst.key, seed.org_admin.key, seed.reader.key, None):
        for action in ("edit", "delete"):
            assert call(who, "POST", f"/objectTemplates/{action}/{number}", {"description": "x"})[0] == 403
        assert call(who, "POST", f"/objectTemplates/activate/{number}")[0] == 403
    for who in (key, seed.site_admin.key):
        for action in ("edit", "delete"):
            status, body = call(who, "POST", f"/objectTemplates/{action}/{packaged.pk}", {"description": "x"})
            assert (status, "comes with the hub" in body["message"]) == (403, True)
        assert call(who, "POST", "/objectTemplates/edit/0", {})[0] == 404
    assert versions() == before
    status, body = call(
        seed.site_admin.key, "POST", f"/objectTemplates/edit/{number}", {"description": "Moderated"}
    )
    assert (status, body["ObjectTemplate"]["org_id"]) == (200, str(seed.org_a.pk)), "it stays A's"


def test_template_is_enabled_and_disabled(seed: Seed, packaged: ObjectTemplate) -> None:
    admin, path = seed.site_admin.key, f"/objectTemplates/activate/{packaged.pk}"
    assert call(admin, "POST", path)[1] == {"saved": True, "success": "Template disabled."}
    assert call(admin, "GET", "/objectTemplates/index")[1] == []
    (row,) = call(admin, "GET", "/objectTemplates/index/all")[1]
    assert not row["ObjectTemplate"]["active"]
    assert call(seed.analyst.key, "GET", "/objectTemplates/index/all")[1] == []
    assert call(admin, "POST", "/objectTemplates/activate", {"ObjectTemplate": {"data": packaged.pk}})[1][
        "success"
    ] == ("Template activated.")
    assert call(admin, "POST", "/objectTemplates/activate/0")[0] == 404
    assert versions() == [("file", 24, True)]
    acts = AuditEntry.objects.filter(target_kind="object_template").order_by("pk")
    assert [each.action for each in acts] == ["object_template.disabled", "object_template.enabled"]


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """A knowledge folder with the file template, a newer one that was custom before, and a relationship name."""
    settings.VARDKASE_KNOWLEDGE_DIR = str(tmp_path)
    text = {"text": {"misp-attribute": "text"}}
    about = {"meta-category": "misc", "attributes": text}
    documents = {
        "objects/file/definition.json": {"uuid": PACKAGED, "name": "file", "version": 25, **about},
        "objects/sensor/definition.json": {"uuid": MINE, "name": "sensor", "version": 2, **about},
        "relationships/definition.json": {"version": 5, "values": [{"name": "guards", "format": ["misp"]}]},
    }
    for name, document in documents.items():
        path = tmp_path / "misp-objects" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document))
    return tmp_path


def test_update_keeps_custom_entries(seed: Seed, key: str, packaged: ObjectTemplate, folder: Path) -> None:
    add(key)
    for name in ("guards", "feeds"):
        assert call(key, "POST", "/objectRelationships/add", {"name": name})[0] == 200
    call(seed.site_admin.key, "POST", f"/objectTemplates/activate/{packaged.pk}")
    loader.load()
    assert versions() == [("file", 24, False), ("file", 25, False), ("sensor", 3, True)], (
        "disabled stays disabled"
    )
    assert ObjectTemplate.objects.get(uuid=MINE).definition == DEFINITION
    newer = json.loads((folder / "misp-objects/objects/sensor/definition.json").read_text()) | {"version": 9}
    (folder / "misp-objects/objects/sensor/definition.json").write_text(json.dumps(newer))
    loader.load()
    assert versions()[2:] == [("sensor", 3, False), ("sensor", 9, True)], "the package took it over"
    assert list(add(key, version=10)[1]["errors"]) == ["uuid"], "and it belongs to the package from now on"
    words = dict(ObjectRelationship.objects.values_list("name", "org_id"))
    assert words == {"feeds": seed.org_a.pk, "guards": 0}


def test_relationship_names(seed: Seed, key: str) -> None:
    packaged = ObjectRelationship.objects.create(name="contains", format=["misp"], version=54)
    sent = {"name": " watches ", "description": "Keeps an eye on", "format": ["ours"]}
    status, body = call(key, "POST", "/objectRelationships/add", {"ObjectRelationship": sent})
    made = body["ObjectRelationship"]
    assert (status, made["name"], made["format"], made["version"]) == (200, "watches", ["ours"], "1")
    listed = call(seed.reader.key, "GET", "/objectRelationships/index")[1]
    assert [each["ObjectRelationship"]["name"] for each in listed] == ["contains", "watches"]
    path = f"/objectRelationships/edit/{made['id']}"
    edited = call(key, "POST", path, {"description": "Looks at"})[1]["ObjectRelationship"]
    assert (edited["name"], edited["description"], edited["version"]) == ("watches", "Looks at", "2")
    for wrong, field in (
        ({"name": "contains"}, "name"),
        ({"name": ""}, "name"),
        ({"name": 7}, "name"),
        ({"description": "x" * 10_001}, "description"),
        ({"format": {}}, "format"),
    ):
        for target in ("/objectRelationships/add", path):
            status, body = call(key, "POST", target, {"name": "other"} | wrong)
            assert (status, list(body["errors"])) == (403, [field]), wrong
    other = editor(seed.org_b, "templates@b.example")
    for who in (other, seed.analyst.key, seed.reader.key, None):
        for action in ("edit", "delete"):
            assert call(who, "POST", f"/objectRelationships/{action}/{made['id']}", {})[0] == 403
    for action in ("edit", "delete"):
        for who in (key, seed.site_admin.key):
            assert call(who, "POST", f"/objectRelationships/{action}/{packaged.pk}", {})[0] == 403
        assert call(key, "POST", f"/objectRelationships/{action}/0", {})[0] == 404
    assert ObjectRelationship.objects.count() == 2
    assert call(seed.site_admin.key, "POST", f"/objectRelationships/delete/{made['id']}")[0] == 200
    assert list(ObjectRelationship.objects.values_list("name", flat=True)) == ["contains"]
