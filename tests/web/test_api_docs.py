"""The API documentation pages: public, filtered on the server, one page per endpoint."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_role, make_user
from tests.factories.seed import Seed
from tests.web import accounts
from tests.web.signed_in import signed_in

pytestmark = pytest.mark.django_db


def text(path: str, **headers: str) -> str:
    response = Client(headers=headers).get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_visitor_finds_endpoint() -> None:
    everything = text(reverse("api_docs"))
    assert everything.count('<details class="api-endpoint"') > 300
    assert everything.count('<details class="api-section"') > 50
    filtered = text(reverse("api_docs") + "?q=rest_search+events")
    assert "/events/restSearch" in filtered
    assert "/tags/add" not in filtered
    assert "Ingen adress matchar" in text(reverse("api_docs") + "?q=zzz", **{"Accept-Language": "sv"})


def test_endpoint_is_listed_once_with_optional_arguments() -> None:
    found = text(reverse("api_docs") + "?q=users+view+one")
    assert "/users/view/{user_id}" in found
    assert ">/users/view<" not in found
    assert "krävs" not in text(reverse("api_docs_endpoint", args=["users-view-user_id"]))
    assert "krävs" in text(reverse("api_docs_endpoint", args=["events-edit-event_id"]))


def test_swedish_page_marks_english_parts_and_permissions() -> None:
    needed = "(perm_add), en API-nyckel som får skriva"
    assert needed in text(reverse("api_docs_endpoint", args=["events-edit-event_id"]))
    assert "Beskrivningarna är på engelska" in text(reverse("api_docs"))
    assert "are in English" not in text(reverse("api_docs"), **{"Accept-Language": "en"})


def test_endpoint_as_page_and_fragment() -> None:
    address = reverse("api_docs_endpoint", args=["events-edit-event_id"])
    whole, part = text(address), text(address, **{"HX-Request": "true"})
    for shown in (whole, part):
        assert "threat_level_id" in shown
        assert "perm_add" in shown
        assert "curl -X POST" in shown
    assert "<html" in whole
    assert "<html" not in part
    assert Client().get(reverse("api_docs_endpoint", args=["no-such"])).status_code == 404


def test_openapi_document_for_clients_and_page_for_browsers() -> None:
    assert "<html" in text("/api/openapi")
    assert Client().get("/api/openapi.json").json()["openapi"] == "3.1.0"
    assert Client(headers={"Accept": "application/json"}).get("/api/openapi").json()["openapi"] == "3.1.0"


@pytest.mark.usefixtures("password_is_enough")
def test_client_is_for_people_who_may_have_keys(seed: Seed) -> None:
    address = reverse("api_client")
    assert Client().get(address).status_code == 302
    client = signed_in(seed.reader)
    page = client.get(address)
    assert len(page.context["entries"]) < page.context["count"]
    found = client.get(address, {"q": "events edit", "endpoint": "events-edit-event_id"})
    assert found.context["details"].entry.path == "/events/edit/{event_id}"
    assert '"' in found.context["body"]
    assert client.get(address, {"endpoint": "nothing"}).status_code == 404
    assert "<script>" not in client.get(address, {"q": "<script>"}).content.decode()
    # It is a page: nothing is run on behalf of the session.
    assert client.post(address, {"path": "/events/delete/1"}).context["details"] is None
    keyless = accounts.signed_in(make_user(seed.org_a, make_role("No keys", frozenset()), "n@a.example"))
    assert keyless.get(address).status_code == 403
