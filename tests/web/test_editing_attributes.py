"""Adding and changing attributes on the web."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.intel.models import Attribute, Event
from vardkase.intel.proposals.models import Proposal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    return event


@pytest.fixture
def web(seed: Seed) -> Client:
    return signed_in(seed.analyst)


def sent(**fields: str) -> dict[str, str]:
    return {"type": "domain", "value": "evil.example", "distribution": "5", "to_ids": "", **fields}


def test_attribute_is_added_with_default_category(web: Client, event: Event) -> None:
    answer = web.post(
        f"/event/{event.pk}/attribute/new/", sent(comment="from mail", first_seen="2026-01-02T03:04:05")
    )
    assert answer.status_code == 302
    stored = Attribute.objects.get(event=event)
    assert (stored.value1, stored.category, stored.to_ids) == ("evil.example", "Network activity", True)
    assert stored.first_seen == 1_767_319_445_000_000  # Stockholm's winter time
    assert Event.objects.get(pk=event.pk).published is False


def test_errors_are_at_their_fields_in_readers_language(web: Client, event: Event) -> None:
    url = f"/event/{event.pk}/attribute/new/"
    wrong = web.post(url, sent(type="ip-dst", value="300.1.1.1"), headers={"accept-language": "sv"})
    assert 'id="id_value_error"' in wrong.text
    assert "inte en IP-adress" in wrong.text
    assert "invalid format" not in wrong.text
    empty = web.post(url, {"distribution": "5"}, headers={"accept-language": "sv"}).text
    assert "Välj en typ." in empty
    assert "Skriv ett värde eller välj en fil." in empty
    web.post(url, sent())
    assert "finns redan" in web.post(url, sent(), headers={"accept-language": "sv"}).text
    assert Attribute.objects.filter(event=event).count() == 1


def test_malware_sample_is_encrypted_on_upload(web: Client, event: Event) -> None:
    file = SimpleUploadedFile("bad.exe", b"MZ malware")
    url = f"/event/{event.pk}/attribute/new/"
    answer = web.post(url, {**sent(type="malware-sample", value=""), "file": file})
    assert answer.status_code == 302
    stored = Attribute.objects.get(event=event)
    assert stored.value1 == "bad.exe"
    assert stored.value2 == "2dbd68d8bd5ec7bfe7c1ea6d8d6dea5c" or len(stored.value2 or "") == 32
    assert stored.data_sha256
    assert "Choose a file" in web.post(url, sent(type="attachment"), headers={"accept-language": "en"}).text


def test_edit_keeps_fields_not_in_form(web: Client, event: Event) -> None:
    attribute = make_attribute(
        event, type="domain", category="Network activity", value1="a.example", first_seen=1_234_567
    )
    attribute.save()
    url = f"/event/{event.pk}/attribute/{attribute.pk}/edit/"
    mark = web.get(url).context["mark"]
    shown = web.get(url).context["form"]["first_seen"].value().strftime("%Y-%m-%dT%H:%M:%S")
    answer = web.post(url, sent(value="b.example", to_ids="1", mark=mark, first_seen=shown))
    assert answer.status_code == 302
    attribute.refresh_from_db()
    assert (attribute.value1, attribute.first_seen, attribute.to_ids) == ("b.example", 1_234_567, True)


def test_concurrent_edit_is_refused(web: Client, event: Event, seed: Seed) -> None:
    attribute = make_attribute(event, type="domain", category="Network activity", value1="a.example")
    attribute.save()
    url = f"/event/{event.pk}/attribute/{attribute.pk}/edit/"
    mark = web.get(url).context["mark"]
    Attribute.objects.filter(pk=attribute.pk).update(comment="theirs")
    refused = web.post(url, sent(value="mine.example", to_ids="1", mark=mark))
    assert refused.status_code == 409
    assert "theirs" in refused.text
    attribute.refresh_from_db()
    assert attribute.value1 == "a.example"
    assert (
        web.post(url, sent(value="mine.example", to_ids="1", mark=refused.context["mark"])).status_code == 302
    )


@pytest.mark.parametrize("form", ["attribute/new", "proposals/new"])
def test_refused_form_keeps_the_chosen_file(seed: Seed, event: Event, form: str) -> None:
    web = signed_in(seed.analyst if form == "attribute/new" else seed.partner)
    web.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    path = f"/event/{event.pk}/{form}/"
    file = SimpleUploadedFile("bad.exe", b"MZ malware")
    refused = web.post(path, {**sent(type="text", value=""), "file": file}).text
    assert "Only attachments and malware samples have a file." in refused
    assert 'href="#id_file"' in refused
    assert "Keep bad.exe" in " ".join(refused.split())
    kept = re.findall(r'name="kept_file"\s+value="([^"]+)"', refused)[0]
    # It is worth nothing to others, and the file can be left out or exchanged.
    stranger = signed_in(seed.org_admin if form == "attribute/new" else seed.stranger)
    stranger.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    taken = stranger.post(path, sent(type="malware-sample", value="", kept_file=kept))
    assert "The file is no longer kept." in taken.text
    assert "Choose a file" in web.post(path, sent(type="malware-sample", value="")).text
    forged = web.post(path, sent(type="malware-sample", value="", kept_file="forged"))
    assert "The file is no longer kept." in forged.text
    assert web.post(path, sent(type="malware-sample", value="", kept_file=kept)).status_code == 302
    stored = (Attribute if form == "attribute/new" else Proposal).objects.get(event=event)
    assert stored.value.startswith("bad.exe|")
    assert stored.data_sha256
    # It is dropped once it is used.
    assert (
        "The file is no longer kept."
        in web.post(path, sent(type="attachment", value="", kept_file=kept)).text
    )


def test_soft_deletion_can_be_undone_and_hard_cannot(web: Client, event: Event) -> None:
    attribute = make_attribute(event)
    attribute.save()
    base = f"/event/{event.pk}/attribute/{attribute.pk}"
    assert web.get(f"{base}/delete/").status_code == 200
    assert Attribute.objects.get(pk=attribute.pk).deleted is False
    page = web.post(f"{base}/delete/", follow=True)
    assert Attribute.objects.get(pk=attribute.pk).deleted is True
    undo = page.text.partition('class="undo"')[2]
    point = undo.partition('name="point" value="')[2].partition('"')[0]
    web.post(f"/event/{event.pk}/attributes/undo/", {"point": point})
    assert Attribute.objects.get(pk=attribute.pk).deleted is False
    web.post(f"{base}/delete/")
    gone = web.get(f"/event/{event.pk}/", {"deleted": "1"}).text
    assert f'formaction="{base}/restore/"' in gone
    assert web.get(f"{base}/restore/").status_code == 405
    web.post(f"{base}/restore/")
    assert Attribute.objects.get(pk=attribute.pk).deleted is False
    web.post(f"{base}/delete/", {"hard": "1"})
    assert not Attribute.objects.filter(pk=attribute.pk).exists()


def test_categories_follow_type(web: Client) -> None:
    options = web.get("/attribute/categories/?type=ip-dst").text
    assert '<option value="Network activity">' in options
    assert '<option value="Person">' not in options


def test_other_organisations_cannot_edit(event: Event, seed: Seed) -> None:
    hidden = make_event(seed.org_a)
    hidden.save()
    attribute = make_attribute(event)
    attribute.save()
    paths = (f"attribute/{attribute.pk}/edit/", f"attribute/{attribute.pk}/delete/", "attribute/new/")
    for path in paths:
        assert signed_in(seed.stranger).get(f"/event/{event.pk}/{path}").status_code == 403
        assert signed_in(seed.stranger).post(f"/event/{event.pk}/{path}", sent()).status_code == 403
        assert signed_in(seed.stranger).get(f"/event/{hidden.pk}/{path}").status_code == 404
        assert signed_in(seed.reader).get(f"/event/{event.pk}/{path}").status_code == 403
    assert Attribute.objects.filter(event=event, deleted=False).count() == 1
