"""Filling an event from another one or from a template."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.urls import reverse

from tests.factories.seed import ApiUser, Seed
from tests.web.signed_in import signed_in
from vardkase.intel.event_templates.services import add_template
from vardkase.intel.models import Attribute, Event, EventTag, Object, ObjectReference
from vardkase.intel.services.events import add_event
from vardkase.misp.distribution import Distribution

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = "<script>alert(1)</script>"
FILE = "f1d0d0d0-0000-4000-8000-0000000000f1"
MAIL = "f1d0d0d0-0000-4000-8000-0000000000f2"

TEMPLATE = {
    "meta-category": "file",
    "description": "",
    "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
    "template_version": "1",
    "distribution": 5,
}


def event_of(user: ApiUser, **document: Any) -> Event:
    made = add_event(user.actor, {"info": "An event", "distribution": 1, **document})
    assert not made.rejections
    return Event.objects.get(pk=made.event_id)


def source_of(user: ApiUser) -> Event:
    """Two objects that refer to each other, three attributes, one of which only the owner sees, and a tag."""
    return event_of(
        user,
        info="Theirs",
        Attribute=[
            {"type": "domain", "value": "a.example", "comment": HOSTILE},
            {"type": "domain", "value": "b.example"},
            {"type": "domain", "value": "hidden.example", "distribution": 0},
            {"type": "attachment", "value": "n.txt", "data": base64.b64encode(b"note").decode()},
        ],
        Object=[
            {
                "uuid": FILE,
                "name": "file",
                **TEMPLATE,
                "Attribute": [{"type": "filename", "object_relation": "filename", "value": "a.exe"}],
                "ObjectReference": [{"referenced_uuid": MAIL, "relationship_type": "carried-by"}],
            },
            {
                "uuid": MAIL,
                "name": "email",
                **TEMPLATE,
                "Attribute": [{"type": "email-subject", "object_relation": "subject", "value": "Hello"}],
            },
        ],
    )


def marks(page: Any) -> dict[str, tuple[str, bool]]:
    """Each row by what it shows: its mark, and whether the event holds it."""
    return {
        (row.line.value if row.line else row.head.name): (row.mark, row.is_held)
        for row in page.context["rows"]
    }


def test_chosen_parts_are_copied_and_doubles_are_shown(seed: Seed) -> None:
    source = source_of(seed.partner)
    target = event_of(seed.analyst, Attribute=[{"type": "domain", "value": "b.example"}])
    client = signed_in(seed.analyst)
    choose = client.get(reverse("event_populate", args=[target.pk]), {"q": "Theirs"})
    assert [row.id for row in choose.context["found"]] == [source.pk]
    address = reverse("event_copy", args=[target.pk, source.pk])
    page = client.get(address)
    assert HOSTILE not in page.content.decode()
    rows = marks(page)
    assert {name for name, (_mark, held) in rows.items() if held} == {"b.example"}
    assert set(rows) == {"a.example", "b.example", "n.txt", "file", "email"}
    assert page.context["chosen"] == {mark for mark, held in rows.values() if not held}

    nothing = client.post(address, {"distribution": 5})
    assert nothing.status_code == 422
    sent: dict[str, list[str]] = {"attribute": [], "object": []}
    for name in ("a.example", "b.example", "n.txt", "file"):
        kind, number = rows[name][0].split("-")
        sent[kind].append(number)
    assert client.post(address, {**sent, "distribution": 0}).status_code == 302
    copies = Attribute.objects.filter(event=target, object=None)
    assert sorted(copies.values_list("value1", flat=True)) == ["a.example", "b.example", "n.txt"]
    assert copies.get(value1="a.example").distribution == Distribution.ORGANISATION
    assert copies.get(value1="n.txt").data_sha256
    thing = Object.objects.get(event=target)
    assert (thing.name, thing.distribution) == ("file", Distribution.ORGANISATION)
    assert str(thing.uuid) != FILE
    # The object that it refers to stayed behind, and so does the reference.
    assert not ObjectReference.objects.filter(event=target).exists()

    assert marks(client.get(address))["file"][1]
    assert client.post(address, {"every": "1", "distribution": 5}).status_code == 302
    assert Object.objects.filter(event=target).count() == 2
    assert Attribute.objects.filter(event=target, object=None).count() == 3
    assert not Attribute.objects.filter(event=target, value1="hidden.example").exists()


def test_hidden_parts_cannot_be_copied_by_their_number(seed: Seed) -> None:
    source = source_of(seed.partner)
    target = event_of(seed.analyst)
    hidden = Attribute.objects.get(event=source, value1="hidden.example")
    client = signed_in(seed.analyst)
    address = reverse("event_copy", args=[target.pk, source.pk])
    client.post(address, {"attribute": [hidden.pk], "distribution": 5})
    assert not Attribute.objects.filter(event=target).exists()
    secret = event_of(
        seed.stranger, info="Secret", distribution=0, Attribute=[{"type": "domain", "value": "s.example"}]
    )
    assert client.get(reverse("event_copy", args=[target.pk, secret.pk])).status_code == 404
    found = client.get(reverse("event_populate", args=[target.pk]), {"q": "Secret"})
    assert found.context["found"] == []
    # Nobody fills another organisation's event, or one with itself.
    for event in (source, secret):
        for name, further in (("event_populate", []), ("event_copy", [target.pk])):
            answer = client.post(reverse(name, args=[event.pk, *further]), {"every": "1", "distribution": 5})
            assert answer.status_code in (403, 404)
    itself = client.post(reverse("event_copy", args=[target.pk, target.pk]), {"every": "1"})
    assert itself.headers["Location"] == reverse("event_populate", args=[target.pk])
    reader = signed_in(seed.reader)
    assert reader.post(address, {"every": "1", "distribution": 5}).status_code == 403
    assert not Attribute.objects.filter(event=target).exists()


def test_narrower_source_is_warned_of_and_filter_finds_parts(seed: Seed) -> None:
    narrow = event_of(
        seed.analyst,
        distribution=0,
        Attribute=[{"type": "domain", "value": f"{letter}.example"} for letter in "abc"],
    )
    target = event_of(seed.analyst)
    client = signed_in(seed.analyst)
    address = reverse("event_copy", args=[target.pk, narrow.pk])
    page = client.get(address, {"q": "b.ex"})
    assert page.context["is_wider"]
    assert list(marks(page)) == ["b.example"]
    assert marks(client.get(address, {"q": "%"})) == {}


def narrow_source(seed: Seed, distribution: int = 1) -> Event:
    group = {"distribution": 4, "sharing_group_id": seed.group.pk}
    name = {"type": "filename", "object_relation": "filename", "value": "a.exe"}
    return event_of(
        seed.analyst,
        distribution=distribution,
        Attribute=[
            {"type": "domain", "value": "group-only.example", **group},
            {"type": "domain", "value": "open.example"},
        ],
        Object=[
            {"name": "file", **TEMPLATE, **group, "Attribute": [{**name, "distribution": 5}]},
            {"name": "email", **TEMPLATE, "Attribute": [{**name, **group, "value": "b.exe"}]},
        ],
    )


def test_copies_reach_no_further_than_their_originals(seed: Seed) -> None:
    source = narrow_source(seed)
    Event.objects.filter(pk=source.pk).update(published=True)
    client = signed_in(seed.partner)

    def copied(into: Event, **sent: Any) -> dict[str, tuple[int, int | None]]:
        Attribute.objects.filter(event=into).delete()
        Object.objects.filter(event=into).delete()
        done = client.post(reverse("event_copy", args=[into.pk, source.pk]), {"every": "1", **sent})
        assert done.status_code == 302
        parts = Attribute.objects.filter(event=into).values_list("value1", "distribution", "sharing_group")
        objects = Object.objects.filter(event=into).values_list("name", "distribution", "sharing_group")
        return {name: (level, group) for name, level, group in (*parts, *objects)}

    group, own, inherited = (4, seed.group.pk), (0, None), (5, None)
    target = event_of(seed.partner)
    assert seed.group.name in client.get(reverse("event_copy", args=[target.pk, source.pk])).text
    kept = {"group-only.example": group, "open.example": inherited, "a.exe": inherited, "b.exe": group}
    assert copied(target, distribution=5) == {**kept, "file": group, "email": inherited}
    further = {**kept, "open.example": (3, None)}
    assert copied(target, distribution=3) == {**further, "file": group, "email": (3, None)}
    less = {"group-only.example": own, "open.example": own, "a.exe": inherited, "b.exe": group}
    assert copied(target, distribution=0) == {**less, "file": own, "email": own}
    # An event for more than the source: what followed the source is for as many as that.
    wide = event_of(seed.partner, distribution=3)
    assert copied(wide, distribution=5)["open.example"] == (1, None)
    assert copied(wide, distribution=5)["group-only.example"] == own
    chosen = copied(target, distribution=5, widen="1")
    assert set(chosen.values()) == {inherited}


def test_site_administrators_copy_narrower_parts_for_others_only_on_request(seed: Seed) -> None:
    source, target = narrow_source(seed, 0), event_of(seed.stranger)
    client = signed_in(seed.site_admin)
    address = reverse("event_copy", args=[target.pk, source.pk])
    refused = client.post(address, {"every": "1", "distribution": 5})
    assert refused.status_code == 422
    assert "widen" in refused.context["form"].errors
    assert not Attribute.objects.filter(event=target).exists()
    assert client.post(address, {"every": "1", "distribution": 5, "widen": "1"}).status_code == 302
    assert Attribute.objects.filter(event=target).exists()


def test_template_fills_an_event_that_exists(seed: Seed) -> None:
    definition = {
        "schema_version": 1,
        "uuid": "0b5f4a0e-59a9-4d0c-8d7a-6b0c2e6c1a02",
        "name": "Hosts",
        "event_defaults": {"info_template": "Another title", "distribution": 0},
        "structure": [
            {
                "type": "attribute_field",
                "id": "hosts",
                "label": "Hosts",
                "mandatory": True,
                "repeatable": True,
                "misp": {"category": "Network activity", "type": "hostname"},
            }
        ],
    }
    template = add_template(seed.org_admin.actor, {"definition": definition})
    held = {"type": "hostname", "category": "Network activity", "value": "a.example"}
    target = event_of(seed.analyst, Attribute=[held])
    client = signed_in(seed.analyst)
    assert client.get(reverse("event_populate", args=[target.pk])).context["templates"][0] == template
    address = reverse("event_template_add", args=[target.pk, template.pk])
    assert client.post(address, {"f.hosts": ""}).status_code == 422
    assert client.post(address, {"f.hosts": "c.example\nnot a host"}).status_code == 422
    assert Attribute.objects.filter(event=target).count() == 1
    assert client.post(address, {"f.hosts": "a.example\nb.example"}).status_code == 302
    values = Attribute.objects.filter(event=target).values_list("value1", flat=True)
    assert sorted(values) == ["a.example", "b.example"]
    target.refresh_from_db()
    assert (target.info, target.distribution) == ("An event", 1)
    assert not EventTag.objects.filter(event=target).exists()
    theirs = event_of(seed.stranger)
    assert client.post(reverse("event_template_add", args=[theirs.pk, template.pk]), {}).status_code == 403
