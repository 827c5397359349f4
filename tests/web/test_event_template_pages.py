"""Event templates on pages: made, exchanged, and filled in until an event can be published."""

from __future__ import annotations

import copy
import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.factories.knowledge import make_cluster, make_galaxy, make_tag
from tests.factories.seed import Seed
from tests.intel.phishing_template import DEFINITION
from tests.web.signed_in import signed_in
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.event_templates.services import add_template
from vardkase.intel.models import Attribute, Event, EventTag, Object
from vardkase.knowledge.object_templates.loader import store
from vardkase.misp.datafiles import data_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def templates(seed: Seed) -> None:
    names = ("file", "email", "vulnerability")
    files = [data_file("pymisp", f"data/misp-objects/objects/{name}/definition.json") for name in names]
    store([json.loads(file.read_bytes()) for file in files])
    for name in ("tlp:amber", "tlp:green"):
        make_tag(name)
    make_cluster(make_galaxy("tool"), "Kit")


def made(seed: Seed, **fields: Any) -> EventTemplate:
    return add_template(seed.org_admin.actor, {"definition": DEFINITION, **fields})


def test_author_makes_edits_copies_and_deletes(seed: Seed) -> None:
    client = signed_in(seed.org_admin)
    create = reverse("event_template_create_json")
    assert client.get(create).status_code == 200
    sent = {"name": "Lures", "description": HOSTILE, "distribution": "0", "active": "on"}
    example = client.get(create).context["form"]["definition"].value()
    client.post(create, {**sent, "definition": example})
    template = EventTemplate.objects.get()
    view = client.get(reverse("event_template", args=[template.pk]))
    assert [row.key for row in view.context["rows"]] == ["happened", "what", "hosts", "tlp"]
    assert HOSTILE not in view.content.decode()

    edit = reverse("event_template_edit_json", args=[template.pk])
    form = client.get(edit).context["form"].initial
    changed = {**sent, "name": "Baits", "distribution": "1", "definition": form["definition"], "seen": "1"}
    assert client.post(edit, changed).status_code == 302
    late = client.post(edit, {**changed, "name": "Too late"})
    assert late.status_code == 422
    template.refresh_from_db()
    assert (template.name, template.all_orgs, template.version) == ("Baits", True, 2)

    client.post(reverse("event_template_off", args=[template.pk]))
    listing = client.get(f"{reverse('event_templates')}?state=off&q=bait")
    assert [row.pk for row in listing.context["rows"]] == [template.pk]
    assert reverse("event_template_on", args=[template.pk]) in listing.content.decode()
    assert client.get(f"{reverse('event_templates')}?q=nothing").context["rows"] == []
    copy_page = reverse("event_template_duplicate", args=[template.pk])
    assert client.get(copy_page).context["form"]["name"].value() == "Baits (kopia)"
    client.post(copy_page, {"name": "Mine"})
    assert EventTemplate.objects.get(name="Mine").uuid != template.uuid
    delete = reverse("event_template_delete", args=[template.pk])
    assert client.get(delete).status_code == 200
    client.post(delete)
    assert list(EventTemplate.objects.values_list("name", flat=True)) == ["Mine"]


def test_definition_is_checked_with_the_place_of_every_error(seed: Seed) -> None:
    client = signed_in(seed.org_admin)
    broken = copy.deepcopy(DEFINITION)
    broken["structure"][2]["misp"]["type"] = "colour"
    broken["structure"][3]["parent"] = "nowhere"
    unknown = {**DEFINITION, "surprise": 1}
    for text, word in (
        ("", ""),
        ("{", "JSON"),
        ("[]", "JSON"),
        ("[" * 100_000, "JSON"),
        (json.dumps(unknown), "surprise"),
        (json.dumps(broken), "colour"),
    ):
        sent = {"name": "x", "distribution": "0", "definition": text}
        page = client.post(reverse("event_template_create_json"), sent)
        assert page.status_code == 422, text[:20]
        assert word in str(page.context["form"].errors["definition"])
    assert "hosts" in str(page.context["form"].errors["definition"])
    assert not EventTemplate.objects.exists()


def test_template_moves_between_hubs_as_a_file(seed: Seed) -> None:
    client = signed_in(seed.org_admin)
    template = made(seed)
    exported = client.get(reverse("event_template_export", args=[template.pk])).content
    address = reverse("event_template_import")

    def send(content: bytes, mode: str) -> Any:
        return client.post(address, {"file": SimpleUploadedFile("t.json", content), "mode": mode})

    assert send(exported, "fail").status_code == 422
    assert send(exported, "duplicate_as_new").status_code == 302
    assert send(exported, "overwrite").status_code == 302
    for wrong in (b"", b"{", b"\xff", b"[]", b"{}", b'{"template": {"definition": {}}}'):
        assert send(wrong, "duplicate_as_new").status_code == 422, wrong
    assert EventTemplate.objects.count() == 2
    theirs = signed_in(seed.stranger)
    assert theirs.post(address, {}).status_code == 403
    boss = signed_in(seed.site_admin)
    boss.post(reverse("event_templates_update"))
    assert EventTemplate.objects.filter(default=True, active=False).exists()


def test_guided_form_becomes_an_event_on_its_way_to_publication(seed: Seed) -> None:
    template = made(seed, distribution=1)
    cluster = make_cluster(make_galaxy(), "Sandy")
    client = signed_in(seed.publisher)
    address = reverse("event_template_fill", args=[template.pk])
    page = client.get(address)
    assert "Look into the <em>headers</em>." in page.content.decode()
    found = client.get(
        reverse("event_template_find", args=[template.pk]), {"field": "f.actor", "q_f.actor": "sand"}
    )
    assert cluster.tag_name in found.content.decode().replace("&quot;", '"')

    values = {
        "f.sender": " eva@evil.example ",
        "f.hosts": "a.evil.example\nb.evil.example\n\n",
        "sets.sample": "1",
        "o.sample.0.filename": "a.exe",
        "o.sample.0.md5": "no hash",
        "f.level": "tlp:green",
        "f.actor": cluster.tag_name,
        "f.picture": SimpleUploadedFile("p.png", b"\x89PNG"),
    }
    more = client.post(address, {**values, "more": "sample"})
    assert more.status_code == 200
    values.pop("f.picture")
    kept = next(part for part in more.context["form"].parts if part.key == "picture").files.files[0]
    values["kept.picture"] = kept.reference
    names = [bound.name for part in more.context["form"].parts for group in part.inputs for bound in group]
    assert "o.sample.1.filename" in names
    assert Event.objects.count() == 0

    values |= {"sets.sample": "2", "o.sample.1.filename": "b.exe"}
    refused = client.post(address, values)
    assert refused.status_code == 422
    assert [anchor for anchor, _words in refused.context["form"].other_errors] == ["part-sample"]
    assert Event.objects.count() == 0

    answer = client.post(address, {**values, "o.sample.0.md5": "d41d8cd98f00b204e9800998ecf8427e"})
    event = Event.objects.get()
    assert answer.headers["Location"] == reverse("event_publish", args=[event.pk])
    assert (event.info, event.published, event.orgc_id) == (
        f"Phishing from eva@evil.example by {seed.publisher.user.email}",
        False,
        seed.org_a.pk,
    )
    assert set(Attribute.objects.filter(event=event, object=None).values_list("value1", flat=True)) == {
        "eva@evil.example",
        "a.evil.example",
        "b.evil.example",
        "p.png",
    }
    assert Object.objects.filter(event=event).count() == 2
    tags = set(EventTag.objects.filter(event=event).values_list("tag__name", flat=True))
    assert {"tlp:green", cluster.tag_name} <= tags


def test_mandatory_fields_are_asked_for(seed: Seed) -> None:
    client = signed_in(seed.analyst)
    address = reverse("event_template_fill", args=[made(seed, distribution=1).pk])
    page = client.post(address, {"sets.sample": "999999", "f.sender": ""})
    assert page.status_code == 422
    assert "f.sender" in page.context["form"].errors
    assert not Event.objects.exists()


def test_templates_of_others_are_neither_shown_nor_used(seed: Seed) -> None:
    own = made(seed, name="Secret lure")
    shared = made(seed, name="For all", distribution=1, uuid=str(uuid4()))
    stranger = signed_in(seed.stranger)
    listing = stranger.get(reverse("event_templates"))
    assert [row.pk for row in listing.context["rows"]] == [shared.pk]
    assert reverse("event_template_off", args=[shared.pk]) not in listing.content.decode()
    views = ("", "_edit", "_duplicate", "_delete", "_on", "_off", "_export", "_fill", "_find")
    for name in views:
        address = reverse(f"event_template{name}", args=[own.pk])
        assert stranger.get(address).status_code in (403, 404, 405), name
        assert stranger.post(address, {"name": "x"}).status_code in (403, 404, 405), name
    reader = signed_in(seed.reader)
    assert reader.get(reverse("event_template_fill", args=[own.pk])).status_code == 403
    assert reader.get(reverse("event_template_create_json")).status_code == 403
    assert reader.post(reverse("event_templates_update")).status_code == 403
    # Another organisation may use what is for everyone, and not change it.
    assert stranger.get(reverse("event_template", args=[shared.pk])).status_code == 200
    assert stranger.post(reverse("event_template_off", args=[shared.pk])).status_code in (403, 404)
    assert EventTemplate.objects.filter(active=True).count() == 2


def test_only_who_can_enable_templates_lists_those_that_are_off(seed: Seed) -> None:
    template = made(seed, distribution=1)
    EventTemplate.objects.filter(pk=template.pk).update(active=False)
    address = reverse("event_templates")
    assert list(signed_in(seed.org_admin).get(address).context["rows"]) == [template]
    for query in ("", "?state=off"):
        assert not signed_in(seed.analyst).get(address + query).context["rows"]
