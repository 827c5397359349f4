"""Enriching by modules, reading and writing with them, and switching them on, on the pages."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from tests.api.calls import call, send
from tests.exchange.test_modules import CSV
from tests.factories import make_event
from tests.factories.modules import URL, attribute, switch_on
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core import held_uploads
from vardkase.core.settings import stored_values
from vardkase.exchange.modules import exporting, module_requests, tasks
from vardkase.exchange.modules.server import Module, ModuleKind
from vardkase.exchange.modules.settings import TIMEOUTS
from vardkase.intel.models import Attribute, Event, EventTag, Object, ObjectReference
from vardkase.intel.queries.history import history_of_event
from vardkase.web.intel.editing import event_import

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough", "modules")]


TEMPLATE = {
    "name": "domain-ip",
    "meta-category": "network",
    "description": "",
    "template_uuid": "43b3b146-77eb-4931-b4cc-b66c60f28734",
    "template_version": "9",
}


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=3)
    event.save()
    return event


@pytest.fixture
def web(seed: Seed) -> Client:
    return in_english(signed_in(seed.analyst))


def in_english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def enrich_url(event: Event, found: Attribute) -> str:
    return f"/event/{event.pk}/attribute/{found.pk}/modules/"


def test_analyst_asks_about_a_value_and_chooses_what_to_add(web: Client, seed: Seed, event: Event) -> None:
    switch_on(seed, "extract_url_components", "hub_told")
    link = attribute(event, "url", URL)
    before = web.get(enrich_url(event, link))
    assert "This leaves the hub." in before.text
    assert "extract_url_components" in before.text
    assert Attribute.objects.count() == 1

    asked = web.post(enrich_url(event, link), {"module": "extract_url_components"})
    preview = web.get(asked.headers["Location"])
    assert "www.evil[.]com" in preview.text or "www.evil.com" in preview.text
    assert Attribute.objects.count() == 1, "nothing is added before it is chosen"
    nothing = web.post(asked.headers["Location"], {})
    assert "Choose at least one value or tag." in nothing.text

    boxes = [part.box for part in preview.context["parts"]]
    done = web.post(asked.headers["Location"], {"part": boxes}, follow=True)
    assert "1 objects" in done.text
    assert ObjectReference.objects.filter(object=Object.objects.get()).exists()


def test_one_value_of_the_answer_is_added_and_the_others_are_not(
    web: Client, seed: Seed, event: Event
) -> None:
    switch_on(seed, "hub_told")
    domain = attribute(event, "domain", "evil.example")
    asked = web.post(enrich_url(event, domain), {"module": "hub_told"})
    parts = {part.text: part.box for part in web.get(asked.headers["Location"]).context["parts"]}
    web.post(asked.headers["Location"], {"part": [parts["203.0.113.5"]]})
    assert set(Attribute.objects.values_list("value1", flat=True)) == {"evil.example", "203.0.113.5"}


@pytest.mark.parametrize("of_object", [False, True])
def test_answers_about_a_value_are_for_those_who_may_read_it(
    web: Client, seed: Seed, event: Event, of_object: bool
) -> None:
    switch_on(seed, "hub_told")
    domain = attribute(event, "domain", "only-for-us.example")
    domain.distribution = 5 if of_object else 0
    if of_object:
        domain.object = Object.objects.create(
            event=event, name="x", meta_category="x", timestamp=1, distribution=4, sharing_group=seed.group
        )
    domain.save()
    asked = web.post(enrich_url(event, domain), {"module": "hub_told"})
    boxes = [part.box for part in web.get(asked.headers["Location"]).context["parts"]]
    web.post(asked.headers["Location"], {"part": boxes})
    reach = (4, seed.group.pk) if of_object else (0, None)
    added = Attribute.objects.exclude(pk=domain.pk)
    assert set(added.filter(object=None).values_list("distribution", "sharing_group")) == {reach}
    assert not EventTag.objects.exists()
    added.delete()
    tasks.enrich(seed.analyst.user.pk, event.pk, ["hub_told"])
    Event.objects.filter(pk=event.pk).update(published=True)
    assert added.exists()
    assert "only-for-us" not in str(call(seed.stranger.key, "GET", f"/events/view/{event.pk}"))


def test_what_is_kept_for_another_page_is_no_answer(web: Client, seed: Seed, event: Event) -> None:
    other = held_uploads.hold(seed.analyst.user.pk, "module", b"junk")
    answer = web.get(f"/event/{event.pk}/modules/results/", {"kept": other}, follow=True)
    assert "no longer kept" in answer.text
    sent = {"page": "0", "held": other, "text": "x"}
    assert "no longer kept" in web.post("/event/import/", sent).text


def test_modules_explain_a_value_without_storing_anything(web: Client, seed: Seed, event: Event) -> None:
    switch_on(seed, "hub_told")
    domain = attribute(event, "domain", "evil.example")
    dialog = web.get(enrich_url(event, domain), headers={"HX-Request": "true"})
    assert "<dialog" in dialog.text
    assert web.get(f"{enrich_url(event, domain)}ask/").status_code == 405, "a link sends nothing"
    said = web.post(f"{enrich_url(event, domain)}ask/")
    assert "203.0.113.5" in said.text
    assert Attribute.objects.count() == 1


def test_whole_event_is_enriched_by_a_job(web: Client, seed: Seed, event: Event) -> None:
    switch_on(seed, "hub_told")
    attribute(event, "domain", "evil.example")
    page = web.get(f"/event/{event.pk}/modules/")
    assert [(module.name, count) for module, count in page.context["offered"]] == [("hub_told", 1)]
    assert "Choose at least one module." in web.post(f"/event/{event.pk}/modules/", follow=True).text
    done = web.post(f"/event/{event.pk}/modules/", {"module": "hub_told"}, follow=True)
    assert "The modules are being asked." in done.text
    tasks.enrich(seed.analyst.user.pk, event.pk, ["hub_told"])
    assert Attribute.objects.filter(event=event).count() == 5


def test_import_module_reads_a_file_and_export_module_writes_the_event(
    web: Client, seed: Seed, event: Event
) -> None:
    url = f"/event/{event.pk}/modules/import/"
    assert "There is no import module" in web.get(url).text
    switch_on(seed, "csvimport", kind="Import")
    switch_on(seed, "cef_export", kind="Export")
    about = {"module": "csvimport", "csvimport.has_header": "1"}
    assert web.post(url, about).status_code == 422
    asked = web.post(url, {**about, "file": SimpleUploadedFile("list.csv", CSV.encode())})
    boxes = [part.box for part in web.get(asked.headers["Location"]).context["parts"]]
    web.post(asked.headers["Location"], {"part": boxes})
    assert Attribute.objects.filter(event=event, value1="203.0.113.8").exists()

    assert "cef_export" in web.get(f"/event/{event.pk}/download/").text
    export = f"/event/{event.pk}/modules/export/cef_export/"
    assert web.get(export).status_code == 405
    written = web.post(export)
    assert written.headers["Content-Disposition"].startswith("attachment")
    assert web.post(f"/event/{event.pk}/modules/export/unknown/").status_code == 404


def test_new_event_is_read_from_a_file_by_a_module(web: Client, seed: Seed) -> None:
    url = "/event/import/"
    assert "Read the files with" not in web.get(url).text
    switch_on(seed, "csvimport", kind="Import")
    assert "csvimport" in web.get(url).text
    about = {"module": "csvimport", "csvimport.has_header": "1"}
    assert "Choose the files" in web.post(url, {**about, "text": "evil.example"}).text
    unknown = {"module": "other", "file": SimpleUploadedFile("list.csv", CSV.encode())}
    assert web.post(url, unknown).status_code == 422
    empty = web.post(url, {**about, "file": SimpleUploadedFile("list.csv", b"Domain\n")})
    assert empty.status_code == 422
    assert not Event.objects.exists()
    made = web.post(url, {**about, "file": SimpleUploadedFile("list.csv", CSV.encode())})
    event = Event.objects.get()
    assert made.headers["Location"] == f"/event/{event.pk}/"
    assert (event.info, event.published, event.distribution) == ("list.csv", False, 0)
    assert Attribute.objects.filter(event=event, value1="203.0.113.8").exists()


def test_files_that_modules_read_are_bounded_for_a_request_and_for_an_account(
    web: Client, seed: Seed, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_on(seed, "csvimport", kind="Import")
    given: list[float] = []

    def slow(_module: Module, _request: dict[str, Any], seconds: float) -> Any:
        given.append(seconds)
        time.sleep(0.15)
        inner = {"type": "domain", "value": "c2.example", "object_relation": "domain", "distribution": "3"}
        said = {"distribution": "4", "sharing_group_id": "7"}
        return {
            "results": {
                "Attribute": [{"type": "domain", "value": "v.example", **said}],
                "Object": [{**TEMPLATE, "Attribute": [inner], **said}],
            }
        }

    monkeypatch.setattr(module_requests, "ask", slow)
    files = [SimpleUploadedFile(f"{n}.csv", b"x") for n in range(4)]
    with monkeypatch.context() as patch:
        patch.setattr(event_import, "LONGEST", 0.2)
        refused = web.post("/event/import/", {"module": "csvimport", "file": files})
    assert "Import fewer at a time." in refused.text
    assert (len(given), Event.objects.count()) == (2, 1)
    one = SimpleUploadedFile("one.csv", b"x")
    made = web.post("/event/import/", {"module": "csvimport", "file": one})
    new = Event.objects.get(info="one.csv")
    assert made.headers["Location"] == f"/event/{new.pk}/"
    assert given[-1] <= module_requests.LONGEST
    # Whoever reads the event reads what the module found, whatever the module says.
    for kind in (Attribute, Object):
        reach = kind._default_manager.filter(event=new).values_list("distribution", "sharing_group_id")
        assert [*reach.distinct()] == [(5, None)], kind

    # All doors count together, also what is still being read.
    doors = {
        "/event/import/": {"module": "csvimport"},
        f"/event/{event.pk}/modules/import/": {"module": "csvimport"},
    }
    asked = len(given)
    left = int(10 * min(TIMEOUTS[ModuleKind.IMPORT].value, module_requests.LONGEST))
    reading = module_requests.READING
    reading.spend(seed.analyst.user.pk, reading.allowed - left)
    for door, sent in doors.items():
        refused = web.post(door, {**sent, "file": SimpleUploadedFile("one.csv", b"x")})
        assert (refused.status_code, "taken too long" in refused.text) == (422, True), door
    path = f"/events/importModule/csvimport/{event.pk}"
    assert send(seed.analyst.key, "POST", path, {"paste": "x"}).status_code >= 400
    assert len(given) == asked
    assert send(seed.publisher.key, "POST", path, {"paste": "x"}).status_code == 200


def test_sending_an_event_to_an_export_module_is_recorded_and_limited(
    seed: Seed, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_on(seed, "cef_export", kind="Export")
    monkeypatch.setattr(exporting, "EXPORTS", replace(exporting.EXPORTS, allowed=2))
    reader = in_english(signed_in(seed.stranger))
    export, wire = (
        f"/event/{event.pk}/modules/export/cef_export/",
        f"/events/exportModule/cef_export/{event.pk}",
    )
    assert reader.post(export).status_code == 200
    assert send(seed.stranger.key, "GET", wire).status_code == 200
    entries = AuditEntry.objects.filter(action="event.sent_to_module", target_id=event.pk)
    assert [(each.actor_id, each.change["module_name"]) for each in entries] == [
        (seed.stranger.user.pk, "cef_export")
    ] * 2
    # Page and API count together, and what is refused is not sent.
    assert "Try again later." in reader.post(export, follow=True).text
    refused = send(seed.stranger.key, "GET", wire)
    assert (refused.status_code, int(refused["Retry-After"]) > 0) == (429, True)
    assert entries.count() == 2
    assert send(seed.analyst.key, "GET", wire).status_code == 200
    # The owner sees who sent it; other readers don't.
    for of, seen in ((seed.org_admin, 3), (seed.stranger, 2), (seed.partner, 0)):
        history = history_of_event(of.actor, event.pk)
        assert history.filter(action="event.sent_to_module").count() == seen


def test_others_may_not_send_an_event_to_modules_nor_see_answers(seed: Seed, event: Event) -> None:
    switch_on(seed, "hub_told")
    domain = attribute(event, "domain", "evil.example")
    owner = in_english(signed_in(seed.analyst))
    answer = owner.post(enrich_url(event, domain), {"module": "hub_told"}).headers["Location"]
    outsider = in_english(signed_in(seed.partner))
    colleague = in_english(signed_in(seed.publisher))
    for path in (
        enrich_url(event, domain),
        f"/event/{event.pk}/modules/",
        f"/event/{event.pk}/modules/import/",
    ):
        assert outsider.get(path).status_code in (403, 404), path
        assert in_english(signed_in(seed.reader)).post(path, {"module": "hub_told"}).status_code == 403, path
    assert outsider.post(f"{enrich_url(event, domain)}ask/").status_code in (403, 404)
    # An answer is for the one who asked.
    assert "no longer kept" in colleague.get(answer, follow=True).text
    # An attribute of another event is not reached through one's own.
    other = make_event(seed.org_a, info="Other")
    other.save()
    assert owner.get(enrich_url(other, domain)).status_code == 404


def test_site_administrators_switch_modules_on(seed: Seed, event: Event) -> None:
    admin = in_english(signed_in(seed.site_admin))
    listed = admin.get("/administration/modules/", {"q": "hub_told"})
    assert [row["module"].name for row in listed.context["rows"]] == ["hub_told"]
    sent: dict[str, Any] = {
        "enabled": "on", "restrict": str(seed.org_b.pk), "own_api_key": "secret of ours", "own_region": "north",
    }  # fmt: skip
    saved = admin.post("/administration/modules/hub_told/", sent, follow=True)
    assert "Saved." in saved.text
    assert seed.org_b.name in saved.text
    page = admin.get("/administration/modules/hub_told/")
    assert "secret of ours" not in page.text
    kept = admin.post("/administration/modules/hub_told/", {**sent, "own_api_key": "", "own_region": ""})
    assert kept.status_code == 302
    values = stored_values("Plugin.Enrichment_hub_told_")
    assert values["Plugin.Enrichment_hub_told_api_key"] == "secret of ours"
    assert values.get("Plugin.Enrichment_hub_told_region", "") == ""
    assert in_english(signed_in(seed.analyst)).get("/administration/modules/").status_code == 403
    domain = attribute(event, "domain", "evil.example")
    shown = in_english(signed_in(seed.analyst)).get(enrich_url(event, domain))
    assert shown.context["expanding"] == []


def test_pages_say_that_the_module_server_does_not_answer(
    web: Client, seed: Seed, event: Event, settings: Settings
) -> None:
    switch_on(seed, "hub_told")
    domain = attribute(event, "domain", "evil.example")
    settings.VARDKASE_MODULES_URL = "http://127.0.0.1:1"
    said = "The module server cannot be reached."
    assert said in web.get(enrich_url(event, domain)).text
    assert said in web.post(enrich_url(event, domain), {"module": "hub_told"}, follow=True).text
    assert said in web.post(f"/event/{event.pk}/modules/", {"module": "hub_told"}, follow=True).text
    admin = in_english(signed_in(seed.site_admin))
    assert said in admin.get("/administration/modules/hub_told/", follow=True).text
    assert web.get(f"/event/{event.pk}/").status_code == 200
