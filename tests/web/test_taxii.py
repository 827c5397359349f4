"""The TAXII pages: collections offered, and remote servers."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client, override_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.exchange.servers import HERE, serving
from tests.exchange.test_taxii_servers import taxii_server
from tests.exchange.test_taxii_writing import indicator
from tests.factories.seed import ApiUser, Seed
from tests.web.accounts import signed_in
from vardkase.exchange.taxii.models import KEYS, Collection, Run, TaxiiDirection, TaxiiServer

pytestmark = pytest.mark.usefixtures("password_is_enough")

HOME = "/administration/taxii/"
COLLECTION = {"name": "Open", "distribution": "1", "open_to_read": "on", "more": '{"threat_level_id": 1}'}
SERVER = {"name": "Partner", "baseurl": "https://taxii.example", "api_root": "/api/", "distribution": "0"}


def in_english(api_user: ApiUser) -> Client:
    client = signed_in(api_user.user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def client(seed: Seed) -> Client:
    return in_english(seed.site_admin)


def text(client: Client, path: str) -> str:
    response = client.get(f"{HOME}{path}")
    assert response.status_code == 200
    return response.content.decode()


def test_collection_is_offered_changed_and_removed(seed: Seed, client: Client) -> None:
    html = text(client, "")
    assert "No collections offered" in html
    assert "http://testserver/taxii2/" in html
    sent = {**COLLECTION, "tags": ["tlp:clear"], "readers": [str(seed.org_b.pk)]}
    assert client.post(f"{HOME}collections/new/", sent).status_code == 302
    stored = Collection.objects.get()
    assert stored.filters == {"threat_level_id": 1, "tags": ["tlp:clear"]}
    assert [each.pk for each in stored.readers.all()] == [seed.org_b.pk]
    assert str(stored.uuid) in text(client, "")
    page = f"collections/{stored.pk}/"
    shown = text(client, page)
    assert "tlp:clear" in shown
    assert seed.org_b.name in shown
    changed = {**COLLECTION, "name": "Group", "sharing_group_id": str(seed.group.pk)}
    assert client.post(f"{HOME}{page}", changed).status_code == 302
    stored.refresh_from_db()
    assert (stored.name, stored.sharing_group, stored.filters) == (
        "Group",
        seed.group,
        {"threat_level_id": 1},
    )
    assert "cannot be undone" in text(client, f"{page}delete/")
    assert client.post(f"{HOME}{page}delete/").status_code == 302
    assert not Collection.objects.exists()


@pytest.mark.parametrize(
    ("more", "message"), [("[", "JSON"), ('{"limit": 1}', "limit"), ('{"nonsense": 1}', "nonsense")]
)
def test_invalid_filter_is_reported_at_its_field(client: Client, more: str, message: str) -> None:
    response = client.post(f"{HOME}collections/new/", {**COLLECTION, "more": more})
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Collection.objects.exists()


def test_values_are_chosen_by_search(seed: Seed, client: Client) -> None:
    found = client.get(
        f"{HOME}choices/", {"field": "readers", "q_readers": "organisation b"}
    ).content.decode()
    assert seed.org_b.name in found
    assert seed.org_c.name not in found
    assert client.get(f"{HOME}choices/", {"field": "name"}).status_code == 404
    typed = client.post(
        f"{HOME}collections/new/", {**COLLECTION, "find": "writers", "q_writers": "organisation c"}
    )
    assert typed.status_code == 200
    assert seed.org_c.name in typed.content.decode()
    assert 'value="Open"' in typed.content.decode()


def test_server_is_added_tested_and_used(client: Client) -> None:
    offered = [{"id": "c-1", "title": "Theirs", "can_read": True, "can_write": False}]

    def answers(_query: dict[str, str]) -> tuple[dict[str, Any], str]:
        return {"collections": offered, "objects": [indicator("evil.example")], "more": True, "next": "n"}, ""

    with serving(taxii_server(answers)) as running, override_settings(VARDKASE_PRIVATE_NETWORKS=HERE):
        sent = {**SERVER, "baseurl": running.url, "api_key": "us:secret"}
        assert client.post(f"{HOME}servers/new/", sent).status_code == 302
        server = TaxiiServer.objects.get()
        page = f"servers/{server.pk}/"
        assert "No collection has been chosen yet" in text(client, page)
        tested = client.post(f"{HOME}{page}test/").content.decode()
        assert "Theirs" in tested
        assert "Use this collection" in tested
        assert client.post(f"{HOME}{page}collection/", {"collection": "c-1"}).status_code == 302
        inside = re.sub("<[^>]*>", "", text(client, f"{page}objects/"))
        assert "evil[.]example" in inside
        assert "evil.example" not in inside
        assert "The next objects" in inside
        assert running.requests[-1][2]["Authorization"].startswith("Basic ")
    for act, task in (("fetch", "taxii.poll"), ("send", "taxii.push")):
        assert client.post(f"{HOME}{page}{act}/").status_code == 302
        assert ProcrastinateJob.objects.order_by("-id")[0].task_name == task
        assert "The next run will start in a moment." in text(client, page)
    Run.objects.create(
        server=server, direction=TaxiiDirection.POLL, objects_moved=7, refused=1, reasons=["x: why not"]
    )
    shown = text(client, page)
    assert "why not" in shown
    assert "secret" not in shown + text(client, f"{page}edit/")
    assert KEYS.decrypt(server.encrypted_key) == "us:secret"


def test_unreachable_server_is_reported(client: Client) -> None:
    server = client.post(f"{HOME}servers/new/", {**SERVER, "baseurl": "http://127.0.0.1:9"})
    pk = TaxiiServer.objects.get().pk
    assert server.status_code == 302
    assert "does not respond as expected" in client.post(f"{HOME}servers/{pk}/test/").content.decode()
    assert client.post(f"{HOME}servers/{pk}/delete/").status_code == 302
    assert not TaxiiServer.objects.exists()


def test_service_refusal_is_shown_at_its_field(client: Client) -> None:
    sent = {**SERVER, "baseurl": "ftp://x.example", "more": json.dumps({"tags": "x"})}
    response = client.post(f"{HOME}servers/new/", sent)
    assert response.status_code == 422
    assert "start with https://" in response.content.decode()


def test_pages_require_site_administrator(seed: Seed) -> None:
    collection = Collection.objects.create(name="x", org=seed.hub)
    server = TaxiiServer.objects.create(name="x", baseurl="https://x.example", api_root="/", org=seed.hub)
    reading = ("", "choices/?field=tags", "collections/new/", "servers/new/", f"servers/{server.pk}/objects/")
    for api_user in (seed.org_admin, seed.partner_sync):
        client = in_english(api_user)
        for path in (*reading, f"collections/{collection.pk}/", f"servers/{server.pk}/"):
            assert client.get(f"{HOME}{path}").status_code == 403
        for path in ("test", "fetch", "send", "delete", "collection"):
            assert client.post(f"{HOME}servers/{server.pk}/{path}/").status_code == 403
        assert client.post(f"{HOME}collections/{collection.pk}/delete/").status_code == 403
    assert TaxiiServer.objects.exists()
    assert Collection.objects.exists()
