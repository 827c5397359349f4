"""The API's own pages: open to everybody, filtered on the server, each endpoint on a page of its own."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def text(path: str, **headers: str) -> str:
    response = Client(headers=headers).get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_visitor_finds_an_endpoint() -> None:
    everything = text(reverse("api_docs"))
    assert everything.count('<details class="api-endpoint"') > 300
    assert everything.count('<details class="api-section"') > 50
    filtered = text(reverse("api_docs") + "?q=rest_search+events")
    assert "/events/restSearch" in filtered
    assert "/tags/add" not in filtered
    assert "Ingen adress stämmer" in text(reverse("api_docs") + "?q=zzz", **{"Accept-Language": "sv"})


def test_an_endpoint_stands_once_with_the_arguments_it_may_have() -> None:
    found = text(reverse("api_docs") + "?q=users+view+one")
    assert "/users/view/{user_id}" in found
    assert ">/users/view<" not in found
    assert "krävs" not in text(reverse("api_docs_endpoint", args=["users-view-user_id"]))
    assert "krävs" in text(reverse("api_docs_endpoint", args=["events-edit-event_id"]))


def test_a_swedish_reader_is_told_what_is_needed_and_what_is_in_english() -> None:
    needed = "(perm_add), en API-nyckel som får skriva"
    assert needed in text(reverse("api_docs_endpoint", args=["events-edit-event_id"]))
    assert "Beskrivningarna är på engelska" in text(reverse("api_docs"))
    assert "are in English" not in text(reverse("api_docs"), **{"Accept-Language": "en"})


def test_one_endpoint_in_full_and_as_a_part() -> None:
    address = reverse("api_docs_endpoint", args=["events-edit-event_id"])
    whole, part = text(address), text(address, **{"HX-Request": "true"})
    for shown in (whole, part):
        assert "threat_level_id" in shown
        assert "perm_add" in shown
        assert "curl -X POST" in shown
    assert "<html" in whole
    assert "<html" not in part
    assert Client().get(reverse("api_docs_endpoint", args=["no-such"])).status_code == 404


def test_where_misp_has_such_a_page_programs_get_the_document() -> None:
    assert "<html" in text("/api/openapi")
    assert Client().get("/api/openapi.json").json()["openapi"] == "3.1.0"
    assert Client(headers={"Accept": "application/json"}).get("/api/openapi").json()["openapi"] == "3.1.0"
