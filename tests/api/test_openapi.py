"""The OpenAPI document: valid, complete, and as public as the API."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.calls import answer, call, send
from tests.factories.seed import Seed
from vardkase.api import registry
from vardkase.api.dispatch import declared_permissions
from vardkase.api.openapi.document import address_of, summary_of, words_of
from vardkase.formats.registry import FORMATS

KINDS = {"get", "post", "put", "delete"}


@pytest.fixture
def document() -> Any:
    """The document as a visitor without a key receives it."""
    assert registry.controllers()
    response = send(None, "GET", "/api/openapi.json")
    assert response.status_code == 200
    return answer(response)


def operations(document: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of everything in the document."""
    return [
        (path, kind, item[kind]) for path, item in document["paths"].items() for kind in KINDS & item.keys()
    ]


def test_document_is_valid(document: Any) -> None:
    # Importing it builds a parser for each rule of RFC 3987: seconds that no other test should pay.
    from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: PLC0415

    assert document["openapi"] == "3.1.0"
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_endpoint_has_summary_and_refusals(document: Any) -> None:
    addresses = {path.partition("/{")[0] for path in document["paths"]}
    assert addresses == {address_of(found.name) for found in declared_permissions()}
    for path, kind, operation in operations(document):
        assert operation["summary"], path
        assert {"200", "403", "404", "405"} <= operation["responses"].keys(), (path, kind)
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))


def test_permissions_and_other_notes_are_described(document: Any) -> None:
    edit = document["paths"]["/events/edit/{event_id}"]["post"]
    assert edit["x-requires"] == ["perm_add", "a key that may write"]
    bare, wrapped = edit["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    assert wrapped["properties"]["Event"] == bare
    assert {"info", "distribution", "Attribute"} <= bare["properties"].keys()
    assert document["paths"]["/attributes/restore/{attribute_id}"]["post"]["responses"]["302"]


def test_declared_parameters_and_responses_are_described(document: Any) -> None:
    """They come from the handlers' signatures."""
    view = document["paths"]["/events/view/{event_id}"]["get"]
    names = {each["name"] for each in view["parameters"]}
    assert {"event_id", "deleted", "extended", "noSightings"} <= names
    assert "/users/view" in document["paths"]
    assert "/users/view/{user_id}" in document["paths"]
    assert document["paths"]["/events/delete"]["post"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ] == {"$ref": "#/components/schemas/Saved"}


def test_optional_segment_keeps_its_position(document: Any) -> None:
    """MISP writes ``[add|edit]``; the arguments after it must not shift."""
    rest = "{add_or_edit}/{event_id}/{template_id}/{object_id}/{similar_objects}"
    assert f"/objects/revise_object/{rest}" in document["paths"]


def test_every_summary_and_parameter_name_is_written(document: Any) -> None:
    unsaid = [found.name for found in declared_permissions() if summary_of(found) == words_of(found.name)]
    assert unsaid == []
    nameless = re.compile(r"\{(second|third|fourth|argument_\d+|\w+_\d)\}")
    assert [path for path in document["paths"] if nameless.search(path)] == []


def test_search_formats_are_listed(document: Any) -> None:
    search = document["paths"]["/events/restSearch"]["post"]["requestBody"]["content"]["application/json"]
    description = search["schema"]["properties"]["returnFormat"]["description"]
    assert all(name in description for name in FORMATS)


def test_only_public_endpoints_need_no_key(document: Any) -> None:
    assert document["components"]["securitySchemes"]["key"]["name"] == "Authorization"
    assert document["security"] == [{"key": []}]
    public = {address_of(found.name) for found in declared_permissions() if found.public}
    assert {path for path, _, each in operations(document) if each.get("security") == []} == public


@pytest.mark.django_db
def test_document_reveals_nothing_of_this_hub(seed: Seed, document: Any) -> None:
    text = str(document)
    assert seed.org_a.name not in text
    assert str(seed.hub.uuid) not in text


@pytest.mark.django_db
def test_callable_endpoints_are_listed(seed: Seed) -> None:
    """MISP's own lists, by the caller's permissions."""
    status, listed = call(seed.reader.key, "GET", "/api/getAllApis")
    assert status == 200
    assert "/events/view" in listed["allApis"]
    assert "/events/add" not in listed["allApis"]
    assert "/events/add" in call(seed.analyst.key, "GET", "/api/getAllApis")[1]["allApis"]
    status, one = call(seed.analyst.key, "POST", "/api/getApiInfo", {"url": "/events/add"})
    assert (status, one["mandatory"]) == (200, ["info"])
    assert call(seed.reader.key, "POST", "/api/getApiInfo", {"url": "/events/add"})[0] == 404
    assert call(None, "GET", "/api/getAllApis")[0] == 403
