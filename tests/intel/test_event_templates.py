"""Event templates: managed by an organisation, filled in by everyone who may use them."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call
from tests.factories.knowledge import make_cluster, make_galaxy, make_tag
from tests.factories.seed import ApiUser, Seed
from tests.intel.phishing_template import DEFINITION, add, fill, with_change
from vardkase.audit.models import AuditEntry
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.models import Attribute, Event, EventTag, Object, ObjectReference
from vardkase.knowledge.object_templates.loader import store
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.misp.datafiles import data_file

NO_TEMPLATE = "Invalid event template."


@pytest.fixture(autouse=True)
def templates(seed: Seed) -> None:
    names = ("file", "email", "vulnerability")
    files = [data_file("pymisp", f"data/misp-objects/objects/{name}/definition.json") for name in names]
    store([json.loads(file.read_bytes()) for file in files])
    for name in ("tlp:amber", "tlp:green"):
        make_tag(name)
    make_cluster(make_galaxy("tool"), "Kit")


def test_template_is_added_viewed_changed_and_deleted(seed: Seed) -> None:
    key = seed.org_admin.key
    row = add(seed.org_admin)
    assert (
        row.items()
        >= {
            "uuid": DEFINITION["uuid"],
            "name": "Phishing",
            "description": "A mail that lures",
            "org_id": str(seed.org_a.pk),
            "creator_user_id": str(seed.org_admin.user.pk),
            "distribution": "0",
            "active": True,
            "misp_default": False,
            "version": "1",
            "definition": DEFINITION,
        }.items()
    )
    organisation = {"id": str(seed.org_a.pk), "name": seed.org_a.name, "uuid": str(seed.org_a.uuid)}
    shown = {"EventTemplate": row, "Organisation": organisation}
    assert call(key, "GET", "/event_templates/index") == (200, [shown])
    assert call(key, "GET", "/eventTemplates/index/searchall:lures")[1] == [shown]
    assert call(key, "GET", "/eventTemplates/index/searchall:nothing")[1] == []
    for reference in (row["id"], row["uuid"]):
        assert call(key, "GET", f"/eventTemplates/view/{reference}") == (200, shown)
    said = {"name": "Lures", "active": "0", "distribution": 1, "uuid": str(uuid4()), "version": 9}
    edited = call(key, "POST", f"/eventTemplates/edit/{row['id']}", said)[1]["EventTemplate"]
    assert (edited["name"], edited["active"], edited["distribution"], edited["version"]) == (
        "Lures", False, "1", "2",
    )  # fmt: skip
    assert edited["uuid"] == row["uuid"]
    assert edited["definition"] == DEFINITION
    status, body = call(key, "POST", f"/eventTemplates/delete/{row['id']}")
    assert (status, body["message"], body["id"]) == (200, "EventTemplate deleted.", row["id"])
    assert call(key, "GET", f"/eventTemplates/view/{row['id']}")[1]["message"] == NO_TEMPLATE
    entries = AuditEntry.objects.filter(target_kind="event_template").order_by("pk")
    assert [each.action.partition(".")[2] for each in entries] == ["added", "edited", "deleted"]


def test_filled_in_template_becomes_an_event(seed: Seed) -> None:
    cluster = make_cluster(make_galaxy(), "Sandy")
    picture = base64.b64encode(b"\x89PNG").decode()
    status, body = fill(
        seed.analyst,
        add(seed.org_admin),
        sender=" eva@evil.example ",
        hosts=["a.evil.example", "b.evil.example", ""],
        sample=[
            {"filename": "a.exe", "md5": "d41d8cd98f00b204e9800998ecf8427e"},
            {"filename": ["b.exe"]},
            {},
        ],
        level="tlp:green",
        actor="Sandy",
        picture={"filename": "p.png", "data": picture},
        binary={"filename": "c.exe", "data": base64.b64encode(b"MZ").decode()},
    )
    assert status == 200, body
    event = Event.objects.get(pk=body["event_id"])
    assert body["event_uuid"] == str(event.uuid)
    assert (event.info, event.distribution, event.threat_level_id, event.analysis, event.published) == (
        f"Phishing from eva@evil.example by {seed.analyst.user.email}", 1, 2, 1, False,
    )  # fmt: skip
    flat = Attribute.objects.filter(event=event, object=None)
    assert {(each.type, each.value1, each.to_ids, each.comment) for each in flat} == {
        ("email-src", "eva@evil.example", True, ""),
        ("hostname", "a.evil.example", False, "In a mail of eva@evil.example"),
        ("hostname", "b.evil.example", False, "In a mail of eva@evil.example"),
        ("attachment", "p.png", False, ""),
        ("malware-sample", "c.exe", True, ""),
    }
    first, second = Object.objects.filter(event=event).order_by("pk")
    assert set(Attribute.objects.filter(object=first).values_list("object_relation", "value1")) == {
        ("filename", "a.exe"),
        ("md5", "d41d8cd98f00b204e9800998ecf8427e"),
        ("state", "Malicious"),
    }
    assert Attribute.objects.filter(object=second, value1="b.exe").exists()
    reference = ObjectReference.objects.get(event=event)
    assert (reference.object_id, reference.relationship_type) == (first.pk, "sent-by")
    assert reference.referenced_uuid == flat.get(type="email-src").uuid
    names = set(EventTag.objects.filter(event=event).values_list("tag__name", flat=True))
    assert names == {"tlp:amber", "tlp:green", cluster.tag_name, 'misp-galaxy:tool="Kit"'}


def test_empty_fields_are_left_out_or_get_defaults(seed: Seed) -> None:
    status, body = fill(seed.org_admin, add(seed.org_admin), sender="eva@evil.example")
    assert status == 200, body
    values = set(Attribute.objects.filter(event=body["event_id"]).values_list("value1", flat=True))
    assert values == {"eva@evil.example", "mail.example"}
    names = set(EventTag.objects.filter(event=body["event_id"]).values_list("tag__name", flat=True))
    assert names == {"tlp:amber", 'misp-galaxy:tool="Kit"'}


@pytest.mark.parametrize(
    ("values", "field", "why"),
    [
        ({}, "sender", "This field is required."),
        ({"sender": ""}, "sender", "This field is required."),
        ({"sender": "no address"}, "sender", "Email address has an invalid format."),
        ({"sender": ["a@b.example", "c@d.example"]}, "sender", "Only one value is expected."),
        ({"sender": {"a": "b"}}, "sender", "A text is expected."),
        ({"sender": 5}, "sender", "A text is expected."),
        ({"nothing": "x"}, "nothing", "The template has no such field."),
        ({"mail": "x"}, "mail", "The template has no such field."),
        ({"hosts": ["x.example"] * 201}, "hosts", "At most 200 values are expected."),
        ({"sample": "a.exe"}, "sample", "A value for each relation"),
        ({"sample": {"md5": "d41d8cd98f00b204e9800998ecf8427e"}}, "sample", "filename is required."),
        ({"sample": {"filename": "a", "sha1": "x"}}, "sample", "The object has no sha1 to fill in."),
        ({"sample": {"filename": "a", "md5": ["x", "y"]}}, "sample", "Could not save the object as a unique"),
        ({"sample": {"filename": "a", "md5": "x"}}, "sample", "Checksum has an invalid length"),
        (
            {"level": "osint:source"},
            "level",
            "osint:source does not belong to any of these taxonomies: tlp, pap.",
        ),
        ({"level": "tlp:purple"}, "level", "The tag tlp:purple does not exist, or you may not use it."),
        ({"actor": "Nobody"}, "actor", "Cluster Nobody not found."),
        ({"picture": "p.png"}, "picture", "A file is expected"),
        ({"picture": {"filename": "p.png", "data": ["x"]}}, "picture", "A file is expected"),
    ],
    ids=str,
)
def test_invalid_values_are_named_and_no_event_is_added(
    seed: Seed, values: dict[str, Any], field: str, why: str
) -> None:
    given = {"sender": "eva@evil.example", **values} if field != "sender" else values
    status, body = fill(seed.analyst, add(seed.org_admin), **given)
    assert (status, body["message"], list(body["errors"])) == (
        403,
        "Could not instantiate EventTemplates",
        [field],
    )
    assert body["errors"][field][0].startswith(why)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("place", "field"),
    [
        (("event_defaults", "info_template"), "event_defaults"),
        (("structure", 2, "misp", "comment_template"), "sender"),
    ],
)
def test_answers_are_not_multiplied_without_end(seed: Seed, place: tuple[str | int, ...], field: str) -> None:
    template = add(seed.org_admin, definition=with_change(*place, to="{{field:sender}}" * 1_000))
    status, body = fill(seed.analyst, template, sender="eva@evil.example")
    assert (status, list(body["errors"])) == (403, [field])
    assert not Event.objects.exists()


@pytest.mark.parametrize("values", [[], "x", 5, None], ids=str)
def test_values_must_be_a_mapping(seed: Seed, values: Any) -> None:
    path = f"/event_templates/instantiate/{add(seed.org_admin)['id']}"
    status, _ = call(seed.analyst.key, "POST", path, {"values": values})
    assert (status, Event.objects.exists()) == (403, False)


@pytest.mark.parametrize(
    ("definition", "why"),
    [
        (None, "Expected `object`"),
        ("{", "Input data was truncated"),
        ([], "Expected `object`"),
        (with_change("schema_version", to=2), "Invalid enum value 2"),
        (with_change("surprise", to=1), "Object contains unknown field `surprise`"),
        (with_change("structure", 2, "type", to="riddle"), "Invalid value 'riddle' - at `$.structure[2].type`"),
        (with_change("structure", 2, "id", to="a b"), "Expected `str` matching regex"),
        (with_change("structure", 3, "id", to="sender"), "sender: the id is used twice."),
        (with_change("structure", 2, "parent", to="hosts"), "sender: its parent hosts is not a section."),
        (with_change("structure", 2, "misp", "type", to="colour"), "sender: unknown type colour."),
        (with_change("structure", 2, "misp", "category", to="Mail"), "sender: unknown category Mail."),
        (with_change("structure", 2, "misp", "type", to="btc"), "sender: the category Payload delivery"),
        (with_change("structure", 9, "from", to="sender"), "sent: from: sender is not an object_field."),
        (with_change("structure", 9, "to", to="level"), "sent: to: level does not produce"),
        (with_change("structure", 4, "object_template", "minimum_version", to=9999), "sample: the object template"),
        (with_change("event_defaults", "distribution", to=4), "event_defaults: distribution 4 needs"),
        (with_change("event_defaults", "info_template", to="{{secret}}"), "event_defaults: info_template takes"),
        (with_change("event_defaults", "info_template", to="{{field:mail}}"), "event_defaults: info_template names"),
    ],
    ids=str,
)  # fmt: skip
def test_invalid_definition_is_rejected(seed: Seed, definition: Any, why: str) -> None:
    key = seed.org_admin.key
    status, body = call(key, "POST", "/event_templates/add", {"definition": definition})
    assert (status, body["message"]) == (403, "Could not add EventTemplates")
    assert body["errors"]["definition"][0].startswith(why)
    assert not EventTemplate.objects.exists()
    _, checked = call(key, "POST", "/event_templates/validateDefinition", {"definition": definition})
    assert (checked["valid"], checked["errors"][0].startswith(why)) == (False, True)
    good = call(key, "POST", "/event_templates/validateDefinition", {"definition": json.dumps(DEFINITION)})
    assert good == (200, {"valid": True, "errors": []})


@pytest.mark.parametrize(
    ("said", "field"),
    [({"distribution": 3}, "distribution"), ({"name": ""}, "name"), ({"uuid": "x"}, "uuid")],
    ids=str,
)
def test_invalid_template_fields_are_named(seed: Seed, said: dict[str, Any], field: str) -> None:
    body = {"definition": DEFINITION, **said}
    status, answer = call(seed.org_admin.key, "POST", "/event_templates/add", body)
    assert (status, list(answer["errors"])) == (403, [field])
    add(seed.org_admin)
    status, answer = call(seed.org_admin.key, "POST", "/event_templates/add", {"definition": DEFINITION})
    assert answer["errors"] == {"uuid": ["uuid must be unique"]}


def test_template_is_private_unless_shared(seed: Seed) -> None:
    own = add(seed.org_admin)
    shared = add(seed.org_admin, with_change("uuid", to=str(uuid4())), distribution="1")

    def sees(api_user: ApiUser) -> set[str]:
        return {
            each["EventTemplate"]["id"] for each in call(api_user.key, "GET", "/event_templates/index")[1]
        }

    assert sees(seed.analyst) == sees(seed.site_admin) == {own["id"], shared["id"]}
    assert sees(seed.stranger) == sees(seed.partner) == {shared["id"]}
    for path in ("view", "export"):
        assert call(seed.stranger.key, "GET", f"/event_templates/{path}/{own['id']}")[0] == 404
    assert fill(seed.stranger, own, sender="a@b.example")[0] == 404
    assert fill(seed.stranger, shared, sender="a@b.example")[0] == 200
    assert Event.objects.get().org_id == seed.org_c.pk
    assert fill(seed.reader, own, sender="a@b.example")[0] == 403


def test_only_authors_of_the_organisation_change_a_template(seed: Seed) -> None:
    number = add(seed.org_admin, distribution="1")["id"]
    for path in ("add", f"edit/{number}", f"delete/{number}"):
        for api_user in (seed.analyst, seed.reader, seed.partner_sync):
            assert call(api_user.key, "POST", f"/event_templates/{path}", {"name": "x"})[0] == 403
    author = seed.stranger
    author.user.role = seed.org_admin.user.role
    author.user.save()
    for path in (f"edit/{number}", f"delete/{number}"):
        status, body = call(author.key, "POST", f"/event_templates/{path}", {"name": "x"})
        assert (status, body["message"]) == (404, NO_TEMPLATE)
    assert EventTemplate.objects.get().name == "Phishing"
    assert call(seed.site_admin.key, "POST", f"/event_templates/edit/{number}", {"name": "y"})[0] == 200


def test_template_is_exported_imported_and_duplicated(seed: Seed) -> None:
    row = add(seed.org_admin, distribution=1)
    key, path = seed.org_admin.key, "/event_templates/import"
    _, exported = call(key, "GET", f"/event_templates/export/{row['id']}")
    assert exported["_meta"]["event_template_schema_version"] == 1
    assert exported["template"] == {
        "uuid": row["uuid"],
        "name": "Phishing",
        "description": "A mail that lures",
        "version": 1,
        "distribution": 1,
        "active": True,
        "definition": DEFINITION,
    }
    status, body = call(key, "POST", path, exported)
    assert (status, body["errors"]) == (403, {"uuid": ["uuid must be unique"]})
    exported["template"]["name"] = "Renamed"
    _, body = call(key, "POST", f"{path}?mode=overwrite", exported)
    assert body == {
        "event_template_id": int(row["id"]),
        "event_template_uuid": row["uuid"],
        "mode": "overwrite",
    }
    assert EventTemplate.objects.get().name == "Renamed"
    assert call(key, "POST", f"{path}/mode:duplicate_as_new", exported)[1]["mode"] == "duplicate_as_new"
    EventTemplate.objects.filter(uuid=row["uuid"]).delete()
    _, body = call(key, "POST", path, exported)
    assert (body["mode"], body["event_template_uuid"]) == ("new", row["uuid"])
    _, copied = call(key, "POST", f"/event_templates/duplicate/{row['uuid']}")
    assert copied["EventTemplate"].items() >= {"name": "Renamed (copy)", "distribution": "0"}.items()
    assert copied["EventTemplate"]["definition"]["uuid"] == copied["EventTemplate"]["uuid"] != row["uuid"]
    for sent, query in (({}, ""), ({"template": 1}, ""), (exported, "?mode=x"), ([], "")):
        assert call(key, "POST", f"{path}{query}", sent)[0] == 403
    author = seed.stranger
    author.user.role = seed.org_admin.user.role
    author.user.save()
    assert call(author.key, "POST", f"{path}?mode=overwrite", exported)[0] == 404
    _, copied = call(author.key, "POST", f"/event_templates/duplicate/{row['uuid']}", {"name": "Mine"})
    assert copied["EventTemplate"].items() >= {"name": "Mine", "org_id": str(seed.org_c.pk)}.items()


def test_library_templates_are_installed_and_updated(seed: Seed) -> None:
    def update() -> dict[str, list[str]]:
        status, body = call(seed.site_admin.key, "POST", "/event_templates/updateFromLibrary")
        assert status == 200, body
        return {outcome: [each["slug"] for each in listed] for outcome, listed in body.items()}

    slugs = ("phishing-mail", "ransomware", "suspicious-domain", "vulnerability")
    every = [name for slug in slugs for name in (slug, f"{slug}.sv")]
    assert update()["installed"] == every
    row = EventTemplate.objects.get(name="Suspicious domain")
    assert (row.active, row.all_orgs, row.default, row.version) == (False, True, True, 1)
    swedish = EventTemplate.objects.get(name="Misstänkt domän").definition
    assert [part["id"] for part in swedish["structure"]] == [
        part["id"] for part in row.definition["structure"]
    ]
    assert update()["skipped_current"] == every
    EventTemplate.objects.filter(name="Ransomware").update(definition={})
    call(seed.site_admin.key, "POST", f"/event_templates/edit/{row.pk}", {"active": True, "name": "Ours"})
    counts = update()
    assert (counts["updated"], counts["skipped_forked"], counts["failed"]) == (
        ["ransomware"],
        ["suspicious-domain"],
        [],
    )
    assert call(seed.org_admin.key, "POST", "/event_templates/updateFromLibrary")[0] == 403
    status, body = fill(
        seed.analyst,
        {"uuid": str(row.uuid)},
        domain="evil.example",
        addresses=["203.0.113.9"],
        tlp="tlp:green",
    )
    assert status == 200, body
    assert Attribute.objects.get(type="ip-dst").comment == "evil.example pointed here"


def test_missing_tag_of_a_template_prevents_the_event(seed: Seed) -> None:
    template = add(seed.org_admin)
    Tag.objects.filter(name="tlp:amber").delete()
    status, body = fill(seed.analyst, template, sender="eva@evil.example")
    why = "The tag tlp:amber does not exist, or you may not use it."
    assert (status, body["errors"]) == (403, {"event_defaults": [why]})
    assert not Event.objects.exists()
