"""Objects and their references on the web."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_tags
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.core import files, held_uploads
from vardkase.intel.models import Attribute, Event, Object, ObjectReference
from vardkase.intel.services.samples import FILE_TEMPLATE
from vardkase.knowledge.object_templates.models import ObjectTemplate, ObjectTemplateElement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    return event


@pytest.fixture
def web(seed: Seed) -> Client:
    client = signed_in(seed.analyst)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def template(db: None) -> ObjectTemplate:
    made = ObjectTemplate.objects.create(
        uuid=uuid4(),
        name="server",
        meta_category="network",
        description="A machine",
        version=3,
        definition={
            "requiredOneOf": ["ip", "name"],
            "attributes": {"ip": {"multiple": True, "to_ids": False}, "name": {}, "state": {}},
        },
    )
    elements: list[tuple[str, str, dict[str, Any]]] = [
        ("state", "text", {"values_list": ["up", "down"]}),
        ("name", "hostname", {}),
        ("ip", "ip-dst", {"multiple": True}),
    ]
    for priority, (relation, kind, more) in enumerate(elements):
        ObjectTemplateElement.objects.create(
            object_template=made, object_relation=relation, type=kind, ui_priority=priority, **more
        )
    return made


def inputs(template: ObjectTemplate) -> dict[str, str]:
    return {each.object_relation: f"e{each.pk}" for each in template.elements.all()}


def test_templates_are_searched_and_form_follows_template(
    web: Client, event: Event, template: ObjectTemplate
) -> None:
    ObjectTemplate.objects.create(uuid=uuid4(), name="other", meta_category="misc", version=1)
    url = f"/event/{event.pk}/object/new/"
    assert [each.name for each, _ in web.get(url, {"q": "serv"}).context["templates"]] == ["server"]
    for name in ("email", "network-connection", "file", "pe"):
        ObjectTemplate.objects.create(uuid=uuid4(), name=name, meta_category="misc", version=1)
    for text, found in {
        "mejl": "email",
        "Nätverksanslutning": "network-connection",
        "network connection": "network-connection",
        "mail": "email",
        "fil": "file",
        "windows program": "pe",
    }.items():
        assert web.get(url, {"q": text}).context["templates"][0][0].name == found
    assert not web.get(url, {"q": "mejl nonsense"}).context["templates"]
    fields = web.get(url, {"template": template.pk}).context["fields"].fields
    assert [each.relation for each in fields] == ["ip", "name", "state"]
    assert fields[2].choices == ["up", "down"]


def test_object_is_added_entirely_or_not_at_all(web: Client, event: Event, template: ObjectTemplate) -> None:
    url = f"/event/{event.pk}/object/new/?template={template.pk}"
    names = inputs(template)
    empty = web.post(url, {"distribution": "5", names["state"]: "up"})
    assert "Fill in at least one of these: ip, name" in empty.text
    wrong = web.post(url, {"distribution": "5", names["ip"]: ["192.0.2.1", "nonsense"]})
    assert "This is not an IP address" in wrong.text
    assert not Object.objects.exists()
    more = web.post(url, {"distribution": "5", names["ip"]: "192.0.2.1", "more": names["ip"][1:]})
    assert more.text.count(f'name="{names["ip"]}"') == 2
    assert not Object.objects.exists()
    assert (
        web.post(url, {"distribution": "5", names["ip"]: ["192.0.2.1", "192.0.2.2", ""]}).status_code == 302
    )
    stored = Object.objects.get(event=event)
    assert (stored.name, stored.template_version) == ("server", 3)
    values = Attribute.objects.filter(object=stored).order_by("value1")
    assert [(a.value1, a.object_relation, a.to_ids) for a in values] == [
        ("192.0.2.1", "ip", False),
        ("192.0.2.2", "ip", False),
    ]


@pytest.fixture
def file_template(db: None) -> ObjectTemplate:
    relations = ["filename", "md5", "sha1", "sha256", "sha512", "size-in-bytes", "malware-sample", "text"]
    made = ObjectTemplate.objects.create(
        uuid=FILE_TEMPLATE,
        name="file",
        meta_category="file",
        version=25,
        definition={"requiredOneOf": relations[:7], "attributes": {name: {} for name in relations}},
    )
    for relation in relations:
        ObjectTemplateElement.objects.create(
            object_template=made, object_relation=relation, type=relation, ui_priority=1
        )
    return made


def test_attached_file_fills_object_and_survives_error(
    web: Client, event: Event, file_template: ObjectTemplate, seed: Seed, settings: Any, tmp_path: Any
) -> None:
    settings.FILES_DIR = tmp_path
    url = f"/event/{event.pk}/object/new/?template={file_template.pk}"
    names, content = inputs(file_template), b"MZ a sample"
    page = web.get(url).text
    assert page.index(f'name="{names["malware-sample"]}"') < page.index(f'name="{names["md5"]}"')
    wrong = {"distribution": "5", names["sha256"]: "abc", "last_seen": "never"}
    upload = SimpleUploadedFile("tool.exe", content)
    page = web.post(url, {**wrong, names["malware-sample"]: upload}, headers={"accept-language": "sv"}).text
    summary = page[page.index("error-summary") : page.index("</ul>", page.index("error-summary"))]
    assert f'<a href="#{names["sha256"]}_0">sha256: Kontrollsumman' in summary
    assert 'href="#id_last_seen"' in summary
    assert "autofocus" in summary
    assert f'id="{names["sha256"]}_0"' in page
    assert not Object.objects.exists()
    # The file stays as a reference that is signed for this person, and lies encrypted.
    kept = f"k{names['malware-sample'][1:]}"
    found = re.search(rf'name="{kept}"\s+value="([^"]+)"\s+checked', page)
    assert found is not None
    assert "tool.exe" in page
    (digest,) = (path.name for path in tmp_path.glob("??/*"))
    assert content not in files.read(digest)

    sent = {"distribution": "5", kept: found[1], names["text"]: "seen"}
    stranger = make_event(seed.org_b, distribution=1)
    stranger.save()
    partner = signed_in(seed.partner)
    address = f"/event/{stranger.pk}/object/new/?template={file_template.pk}"
    assert "Choose it again" in partner.post(address, sent, headers={"accept-language": "en"}).text
    assert not Object.objects.exists()

    again = web.post(url, {**sent, names["sha256"]: "abc"}).text
    assert found[1] in again
    assert {path.name for path in tmp_path.glob("??/*")} == {digest}
    assert web.post(url, sent).status_code == 302
    values = {a.object_relation: a for a in Attribute.objects.filter(object__event=event)}
    hashes = ("md5", "sha1", "sha256", "sha512")
    assert {name: values[name].value1 for name in hashes} == {
        name: hashlib.new(name, content).hexdigest() for name in hashes
    }
    assert (values["filename"].value1, values["size-in-bytes"].value1) == ("tool.exe", str(len(content)))
    sample = values["malware-sample"]
    assert (sample.value1, sample.value2) == ("tool.exe", values["md5"].value1)
    assert {path.name for path in tmp_path.glob("??/*")} == {sample.data_sha256}
    assert "Choose it again" in web.post(url, sent).text


def test_object_starts_from_a_file(
    web: Client, event: Event, file_template: ObjectTemplate, settings: Any, tmp_path: Any
) -> None:
    settings.FILES_DIR = tmp_path
    name = inputs(file_template)["malware-sample"]
    page = web.get(f"/event/{event.pk}/object/new/").text
    assert f'action="/event/{event.pk}/object/new/?template={file_template.pk}"' in page
    assert f'name="{name}"' in page
    sent = {"distribution": "5", "more": "file", name: SimpleUploadedFile("tool.exe", b"MZ a sample")}
    shown = web.post(f"/event/{event.pk}/object/new/?template={file_template.pk}", sent).text
    assert hashlib.md5(b"MZ a sample", usedforsecurity=False).hexdigest() in shown
    assert "tool.exe" in shown
    assert not Object.objects.exists()


def test_only_small_uploads_and_few_are_kept(
    web: Client, event: Event, file_template: ObjectTemplate, settings: Any, tmp_path: Any
) -> None:
    """A reference is short: it must not have read what no body in the threads of pages may hold, nor fill a disk."""
    settings.FILES_DIR = tmp_path
    url = f"/event/{event.pk}/object/new/?template={file_template.pk}"
    names = inputs(file_template)

    def refused(size: int) -> str:
        upload = SimpleUploadedFile("tool.exe", b"x" * size)
        wrong = {"distribution": "5", names["sha256"]: "abc", names["malware-sample"]: upload}
        return web.post(url, wrong, headers={"accept-language": "en"}).text

    assert "Choose it again: tool.exe" in refused(held_uploads.MOST_BYTES + 1)
    assert not list(tmp_path.glob("??/*"))
    assert "Choose it again" not in refused(held_uploads.MOST_BYTES)
    assert len(list(tmp_path.glob("??/*"))) == 1
    for _ in range(held_uploads.A_DAY.allowed):
        page = refused(1)
    assert "Choose it again: tool.exe" in page
    assert len(list(tmp_path.glob("??/*"))) == held_uploads.A_DAY.allowed


def test_edit_changes_only_changed_values(web: Client, event: Event, template: ObjectTemplate) -> None:
    names = inputs(template)
    web.post(
        f"/event/{event.pk}/object/new/?template={template.pk}",
        {"distribution": "5", names["ip"]: ["192.0.2.1", "192.0.2.2", "192.0.2.3"]},
    )
    stored = Object.objects.get()
    kept, changed, emptied = Attribute.objects.filter(object=stored).order_by("value1")
    Attribute.objects.filter(object=stored).update(timestamp=1000)
    url = f"/event/{event.pk}/object/{stored.pk}/edit/"
    sent = {
        "distribution": "5",
        "comment": "seen",
        f"x{kept.pk}": kept.value1,
        f"x{changed.pk}": "198.51.100.1",
        f"x{emptied.pk}": "",
        names["name"]: "a.example",
        "mark": web.get(url).context["mark"],
    }
    assert web.post(url, sent).status_code == 302
    after = {a.pk: a for a in Attribute.objects.filter(object=stored)}
    assert after[kept.pk].timestamp == 1000
    assert after[changed.pk].value1 == "198.51.100.1"
    assert after[emptied.pk].deleted is True
    assert {a.value1 for a in after.values() if not a.deleted} == {"192.0.2.1", "198.51.100.1", "a.example"}
    assert web.post(url, sent).status_code == 409


def test_references_are_added_and_removed(web: Client, event: Event) -> None:
    source = Object.objects.create(event=event, name="file", meta_category="file", timestamp=1)
    target = make_attribute(event, value1="10.0.0.1")
    target.save()
    url = f"/event/{event.pk}/object/{source.pk}/reference/new/"
    assert [one.text for one in web.get(url, {"q": "10.0"}).context["targets"]] == ["10.0.0.1"]
    assert web.post(url, {"referenced_uuid": str(target.uuid)}).status_code == 200
    web.post(url, {"referenced_uuid": str(target.uuid), "relationship_type": "connects-to"})
    made = ObjectReference.objects.get()
    assert "connects-to" in web.get(url).text
    web.post(f"/event/{event.pk}/reference/{made.pk}/delete/")
    assert ObjectReference.objects.get().deleted is True


def test_object_is_deleted(web: Client, event: Event) -> None:
    held = Object.objects.create(event=event, name="file", meta_category="file", timestamp=1)
    make_attribute(event, object=held, object_relation="filename").save()
    url = f"/event/{event.pk}/object/{held.pk}/delete/"
    assert "with 1 attribute" in web.get(url).text
    assert Object.objects.get().deleted is False
    web.post(url)
    assert Object.objects.get().deleted is True


def test_other_organisations_cannot_edit(event: Event, seed: Seed, template: ObjectTemplate) -> None:
    held = Object.objects.create(event=event, name="file", meta_category="file", timestamp=1)
    for path in (
        "object/new/",
        f"object/{held.pk}/edit/",
        f"object/{held.pk}/delete/",
        f"object/{held.pk}/reference/new/",
    ):
        assert signed_in(seed.stranger).post(f"/event/{event.pk}/{path}").status_code == 403
        assert signed_in(seed.reader).post(f"/event/{event.pk}/{path}").status_code == 403
    assert Object.objects.get().deleted is False


def test_tags_are_chosen_for_every_attribute(web: Client, event: Event, template: ObjectTemplate) -> None:
    make_tags("tlp:amber", "campaign:winter")
    path = f"/event/{event.pk}/object/new/?template={template.pk}"
    ip, name = (f"e{template.elements.get(object_relation=relation).pk}" for relation in ("ip", "name"))
    written = {ip: "198.51.100.4", name: "c2.example", "distribution": "5", "comment": "kept words"}
    looking = web.post(path, {**written, "tags": "tlp:amber", "q_tags": "winter", "find": "tags"}).text
    for words in ("kept words", "198.51.100.4", "campaign:winter"):
        assert words in looking
    assert re.search(r'value="tlp:amber"\s+checked', looking)
    assert not Object.objects.exists()
    refused = web.post(path, {**written, "tags": ["tlp:amber", "no:such"]}).text
    assert "Tag not found: no:such" in refused
    assert not Object.objects.exists()
    assert web.post(path, {**written, "tags": ["tlp:amber", "campaign:winter"]}).status_code == 302
    for attribute in Attribute.objects.filter(event=event):
        assert set(attribute.attribute_tags.values_list("tag__name", flat=True)) == {
            "tlp:amber",
            "campaign:winter",
        }
